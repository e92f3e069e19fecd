/** Products of row-major matrices, one of them transposed or none; memory is the backend's. */
import { addProducts } from './outer-products';

/** out[m, n] = Σ_k a[m, k] · b[k, n] */
export function product(a: usize, b: usize, out: usize, rows: i32, depth: i32, columns: i32): void {
  memory.fill(out, 0, (<usize>rows * columns) << 2);
  addProducts(a, 4, depth << 2, b, columns << 2, out, columns << 2, depth, rows, columns);
}

/** out[m, n] = Σ_k a[k, m] · b[k, n] */
export function productWithTransposedLeft(a: usize, b: usize, out: usize, rows: i32, depth: i32, columns: i32): void {
  memory.fill(out, 0, (<usize>rows * columns) << 2);
  addProducts(a, rows << 2, 4, b, columns << 2, out, columns << 2, depth, rows, columns);
}

/** out[m, n] = Σ_k a[m, k] · b[n, k] */
export function productWithTransposedRight(a: usize, b: usize, out: usize, rows: i32, depth: i32, columns: i32): void {
  const stride: usize = depth << 2;
  const outRow: usize = columns << 2;
  let column = 0;
  for (; column + 2 <= columns; column += 2) {
    const b0 = b + column * stride;
    let row = 0;
    for (; row + 4 <= rows; row += 4)
      eightDots(a + row * stride, b0, stride, out + row * outRow + (column << 2), outRow, depth);
    for (; row < rows; row++) {
      const to = out + row * outRow + (column << 2);
      store<f32>(to, dot(a + row * stride, b0, depth));
      store<f32>(to, dot(a + row * stride, b0 + stride, depth), 4);
    }
  }
  if (column < columns) {
    for (let row = 0; row < rows; row++) {
      store<f32>(out + row * outRow + (column << 2), dot(a + row * stride, b + column * stride, depth));
    }
  }
}

function across(sums: v128): f32 {
  return (
    f32x4.extract_lane(sums, 0) +
    f32x4.extract_lane(sums, 2) +
    (f32x4.extract_lane(sums, 1) + f32x4.extract_lane(sums, 3))
  );
}

function dot(a: usize, b: usize, depth: i32): f32 {
  let sums = f32x4.splat(0);
  let k = 0;
  for (; k + 4 <= depth; k += 4) {
    const at = (<usize>k) << 2;
    sums = f32x4.add(sums, f32x4.mul(v128.load(a + at), v128.load(b + at)));
  }
  let sum = across(sums);
  for (; k < depth; k++) sum += load<f32>(a + ((<usize>k) << 2)) * load<f32>(b + ((<usize>k) << 2));
  return sum;
}

function eightDots(a: usize, b: usize, stride: usize, out: usize, outRow: usize, depth: i32): void {
  const a1 = a + stride;
  const a2 = a1 + stride;
  const a3 = a2 + stride;
  const b1 = b + stride;
  let s00 = f32x4.splat(0);
  let s01 = f32x4.splat(0);
  let s10 = f32x4.splat(0);
  let s11 = f32x4.splat(0);
  let s20 = f32x4.splat(0);
  let s21 = f32x4.splat(0);
  let s30 = f32x4.splat(0);
  let s31 = f32x4.splat(0);
  let k = 0;
  for (; k + 4 <= depth; k += 4) {
    const at = (<usize>k) << 2;
    const y0 = v128.load(b + at);
    const y1 = v128.load(b1 + at);
    const x0 = v128.load(a + at);
    s00 = f32x4.add(s00, f32x4.mul(x0, y0));
    s01 = f32x4.add(s01, f32x4.mul(x0, y1));
    const x1 = v128.load(a1 + at);
    s10 = f32x4.add(s10, f32x4.mul(x1, y0));
    s11 = f32x4.add(s11, f32x4.mul(x1, y1));
    const x2 = v128.load(a2 + at);
    s20 = f32x4.add(s20, f32x4.mul(x2, y0));
    s21 = f32x4.add(s21, f32x4.mul(x2, y1));
    const x3 = v128.load(a3 + at);
    s30 = f32x4.add(s30, f32x4.mul(x3, y0));
    s31 = f32x4.add(s31, f32x4.mul(x3, y1));
  }
  let d00 = across(s00);
  let d01 = across(s01);
  let d10 = across(s10);
  let d11 = across(s11);
  let d20 = across(s20);
  let d21 = across(s21);
  let d30 = across(s30);
  let d31 = across(s31);
  for (; k < depth; k++) {
    const at = (<usize>k) << 2;
    const y0 = load<f32>(b + at);
    const y1 = load<f32>(b1 + at);
    d00 += load<f32>(a + at) * y0;
    d01 += load<f32>(a + at) * y1;
    d10 += load<f32>(a1 + at) * y0;
    d11 += load<f32>(a1 + at) * y1;
    d20 += load<f32>(a2 + at) * y0;
    d21 += load<f32>(a2 + at) * y1;
    d30 += load<f32>(a3 + at) * y0;
    d31 += load<f32>(a3 + at) * y1;
  }
  store<f32>(out, d00);
  store<f32>(out, d01, 4);
  store<f32>(out + outRow, d10);
  store<f32>(out + outRow, d11, 4);
  store<f32>(out + outRow * 2, d20);
  store<f32>(out + outRow * 2, d21, 4);
  store<f32>(out + outRow * 3, d30);
  store<f32>(out + outRow * 3, d31, 4);
}
