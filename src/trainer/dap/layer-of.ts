/** Names of weights and the layers that they are of: `dense_1/kernel`, `outer/inner/kernel`. Pure. */

/** Label of the layer. */
export function layerOf(weight: string): string {
  return weight.slice(0, Math.max(0, weight.lastIndexOf('/')));
}

/** Whether a name as breakpoints on data have it (`dense_1`, `dense_1/kernel`, none for any) is of this layer. */
export function isOfLayer(name: string | undefined, layer: string): boolean {
  if (name === undefined || name === layer) return true;
  return name.startsWith(`${layer}/`) && !name.slice(layer.length + 1).includes('/');
}
