/** The bar at the bottom: the session's state at left, backend and cursor at right. */
export function StatusBar() {
  return <footer className="status-bar" data-part="status-bar" aria-label="Status bar" />;
}
