/** How two rows of numbers go together: Pearson's correlation and the line of least squares. Pairs with what is not finite do not count. */

export interface LineFit {
  /** Pearson's r, −1 to 1; none where one of the two never changes. */
  readonly correlation: number;
  readonly slope: number;
  readonly intercept: number;
  readonly pairs: number;
}

/** Of fewer than three pairs, or where one of the two never changes: nothing. */
export function fitLine(xs: readonly (number | undefined)[], ys: readonly (number | undefined)[]): LineFit | undefined {
  const pairs: [number, number][] = [];
  xs.forEach((x, index) => {
    const y = ys[index];
    if (x !== undefined && y !== undefined && Number.isFinite(x) && Number.isFinite(y)) pairs.push([x, y]);
  });
  if (pairs.length < 3) return undefined;
  const mean = (of: 0 | 1) => pairs.reduce((sum, pair) => sum + pair[of] / pairs.length, 0);
  const [meanX, meanY] = [mean(0), mean(1)];
  let [xx, yy, xy] = [0, 0, 0];
  for (const [x, y] of pairs) {
    xx += (x - meanX) ** 2;
    yy += (y - meanY) ** 2;
    xy += (x - meanX) * (y - meanY);
  }
  if (!(xx > 0) || !(yy > 0)) return undefined;
  const slope = xy / xx;
  const correlation = Math.max(-1, Math.min(1, xy / Math.sqrt(xx) / Math.sqrt(yy)));
  return { correlation, slope, intercept: meanY - slope * meanX, pairs: pairs.length };
}
