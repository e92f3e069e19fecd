export function Explorer() {
  return <div />;
}
