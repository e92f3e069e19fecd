/** A codicon by its name; decoration, unless a label is given. */
export function Icon({ name, label, className }: { name: string; label?: string; className?: string }) {
  return (
    <span
      className={`codicon codicon-${name}${className ? ` ${className}` : ''}`}
      role={label ? 'img' : undefined}
      aria-label={label}
      aria-hidden={label ? undefined : true}
    />
  );
}
