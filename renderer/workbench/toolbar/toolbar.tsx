/** The debug toolbar in the title bar. */
export function Toolbar() {
  return <div className="toolbar" />;
}
