export function Problems() {
  return <div />;
}
