/** What the window shows while no folder is open. */
export function Welcome() {
  return <div className="welcome" />;
}
