/** All that is wrong, by file; Enter or a click goes to the line. */
import { useState, type KeyboardEvent } from 'react';
import { openFile } from '../../state/file-actions.js';
import { baseName, folderName, relativePath } from '../../state/paths.js';
import { currentProblems, type FileProblems, type FoundProblem } from '../../state/problems.js';
import { EmptyState } from '../../ui/empty-state.js';
import { Icon } from '../../ui/icon.js';
import { InlineCode } from '../../ui/inline-code.js';
import { useApp } from '../../use-app.js';
import './problems.css';

const icons = { error: 'error', warning: 'warning', info: 'info' } as const;
const sources = { checker: 'ts', shapes: 'shapes', training: 'training' } as const;

type Row =
  | { readonly kind: 'file'; readonly group: FileProblems }
  | { readonly kind: 'problem'; readonly problem: FoundProblem };

export function Problems() {
  const files = useApp(currentProblems);
  const workspace = useApp((state) => state.workspace);
  const experiment = useApp((state) => state.experiment);
  const [closed, setClosed] = useState<ReadonlySet<string | undefined>>(new Set());
  const [selected, setSelected] = useState(0);

  const rows: readonly Row[] = files.flatMap((group): Row[] => [
    { kind: 'file', group },
    ...(closed.has(group.file) ? [] : group.problems.map((problem): Row => ({ kind: 'problem', problem }))),
  ]);
  if (rows.length === 0) {
    return (
      <EmptyState icon="pass">
        {workspace && !workspace.trusted
          ? 'No problems in the text. In a folder that is not trusted the model itself is not tried.'
          : experiment === undefined
            ? 'No problems. Errors in your code, its shapes and its training show up here, each with its line.'
            : 'No problems. The code checks, the shapes fit.'}
      </EmptyState>
    );
  }
  const at = Math.min(selected, rows.length - 1);

  const toggle = (file: string | undefined, open?: boolean) => {
    const next = new Set(closed);
    if (open ?? next.has(file)) next.delete(file);
    else next.add(file);
    setClosed(next);
  };
  const activate = (row: Row | undefined, focus: boolean) => {
    if (!row) return;
    if (row.kind === 'file') toggle(row.group.file);
    else if (row.problem.file !== undefined)
      void openFile(row.problem.file, { line: row.problem.line, column: row.problem.column, focus });
  };
  const press = (event: KeyboardEvent) => {
    const row = rows[at];
    switch (event.key) {
      case 'ArrowDown':
        setSelected(Math.min(rows.length - 1, at + 1));
        break;
      case 'ArrowUp':
        setSelected(Math.max(0, at - 1));
        break;
      case 'Home':
        setSelected(0);
        break;
      case 'End':
        setSelected(rows.length - 1);
        break;
      case 'ArrowLeft':
        if (row?.kind === 'file') toggle(row.group.file, false);
        break;
      case 'ArrowRight':
        if (row?.kind === 'file') toggle(row.group.file, true);
        break;
      case 'Enter':
        activate(row, true);
        break;
      case ' ':
        activate(row, false);
        break;
      default:
        return;
    }
    event.preventDefault();
  };

  return (
    <div
      className="problems"
      role="tree"
      tabIndex={0}
      data-autofocus
      aria-label="Problems"
      aria-activedescendant={`problem-${at}`}
      onKeyDown={press}
    >
      {rows.map((row, index) =>
        row.kind === 'file' ? (
          <div
            key={`file ${row.group.file}`}
            id={`problem-${index}`}
            className="problem-file"
            role="treeitem"
            aria-level={1}
            aria-expanded={!closed.has(row.group.file)}
            aria-selected={index === at}
            onClick={() => {
              setSelected(index);
              toggle(row.group.file);
            }}
          >
            <Icon name={closed.has(row.group.file) ? 'chevron-right' : 'chevron-down'} />
            <span>{row.group.file === undefined ? 'No file' : baseName(row.group.file)}</span>
            <span className="dim">{placeOf(row.group.file, workspace?.path)}</span>
            <span className="badge">{row.group.problems.length}</span>
          </div>
        ) : (
          <div
            key={`${index} ${row.problem.message}`}
            id={`problem-${index}`}
            className="problem"
            role="treeitem"
            aria-level={2}
            aria-selected={index === at}
            data-severity={row.problem.severity}
            onClick={() => {
              setSelected(index);
              activate(row, false);
            }}
            onDoubleClick={() => activate(row, true)}
          >
            <Icon name={icons[row.problem.severity]} label={row.problem.severity} />
            <span className="problem-text">
              <InlineCode text={row.problem.message} />{' '}
              {row.problem.hint && (
                <span className="problem-hint">
                  <InlineCode text={row.problem.hint} />
                </span>
              )}
              <span className="problem-source">{sources[row.problem.source]}</span>
              {row.problem.line !== undefined && (
                <span className="dim">
                  [Ln {row.problem.line}
                  {row.problem.column !== undefined && `, Col ${row.problem.column}`}]
                </span>
              )}
            </span>
          </div>
        ),
      )}
    </div>
  );
}

function placeOf(file: string | undefined, workspace: string | undefined): string {
  if (file === undefined) return '';
  const relative = workspace === undefined ? undefined : relativePath(workspace, file);
  return folderName(relative ?? file);
}
