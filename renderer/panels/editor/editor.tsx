export function Editor() {
  return <div />;
}
