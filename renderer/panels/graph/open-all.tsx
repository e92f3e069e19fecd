/** Opens all groups of a graph, or closes them where any is open. */
import { IconButton } from '../../ui/icon-button.js';

export function OpenAll({ anyOpen, onOpenAll }: { readonly anyOpen: boolean; onOpenAll?(): void }) {
  return anyOpen ? (
    <IconButton icon="collapse-all" label="Close all" title="Close all layers" onClick={onOpenAll} />
  ) : (
    <IconButton icon="expand-all" label="Open all" title="Open all layers" onClick={onOpenAll} />
  );
}
