/** Σ x², in double precision, so that it does not overflow before the values do: finite if and only if all of them are. */
export function sumOfSquares(x: usize, size: i32): f64 {
  const vectorEnd: usize = (<usize>(size & ~7)) << 2;
  const end: usize = (<usize>size) << 2;
  let s0 = f64x2.splat(0);
  let s1 = f64x2.splat(0);
  let s2 = f64x2.splat(0);
  let s3 = f64x2.splat(0);
  let at: usize = 0;
  for (; at < vectorEnd; at += 32) {
    const a = v128.load(x + at);
    const b = v128.load(x + at, 16);
    const a0 = f64x2.promote_low_f32x4(a);
    const a1 = f64x2.promote_low_f32x4(v128.shuffle<i64>(a, a, 1, 1));
    const b0 = f64x2.promote_low_f32x4(b);
    const b1 = f64x2.promote_low_f32x4(v128.shuffle<i64>(b, b, 1, 1));
    s0 = f64x2.add(s0, f64x2.mul(a0, a0));
    s1 = f64x2.add(s1, f64x2.mul(a1, a1));
    s2 = f64x2.add(s2, f64x2.mul(b0, b0));
    s3 = f64x2.add(s3, f64x2.mul(b1, b1));
  }
  const sums = f64x2.add(f64x2.add(s0, s1), f64x2.add(s2, s3));
  let sum: f64 = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  for (; at < end; at += 4) {
    const value = <f64>load<f32>(x + at);
    sum += value * value;
  }
  return sum;
}
