export function Layers() {
  return <div />;
}
