/**
 * out[c] = scale · Σ_r x[r, c]: a bias's gradient, and batch statistics. Strips of rows are summed in
 * single precision, the strips in double, so that millions of rows keep their digits.
 */
const STRIP: i32 = 64;

/** `totals` is scratch memory for `columns` doubles. */
export function columnSums(x: usize, out: usize, totals: usize, rows: i32, columns: i32, scale: f64): void {
  memory.fill(totals, 0, (<usize>columns) << 3);
  const row: usize = columns << 2;
  for (let from = 0; from < rows; from += STRIP) {
    const count = min(STRIP, rows - from);
    const strip = x + from * row;
    let column = 0;
    for (; column + 16 <= columns; column += 16) {
      let s0 = f32x4.splat(0);
      let s1 = f32x4.splat(0);
      let s2 = f32x4.splat(0);
      let s3 = f32x4.splat(0);
      let at = strip + ((<usize>column) << 2);
      for (let r = 0; r < count; r++) {
        s0 = f32x4.add(s0, v128.load(at));
        s1 = f32x4.add(s1, v128.load(at, 16));
        s2 = f32x4.add(s2, v128.load(at, 32));
        s3 = f32x4.add(s3, v128.load(at, 48));
        at += row;
      }
      const to = totals + ((<usize>column) << 3);
      addToDoubles(to, s0);
      addToDoubles(to + 32, s1);
      addToDoubles(to + 64, s2);
      addToDoubles(to + 96, s3);
    }
    for (; column + 4 <= columns; column += 4) {
      let sum = f32x4.splat(0);
      let at = strip + ((<usize>column) << 2);
      for (let r = 0; r < count; r++) {
        sum = f32x4.add(sum, v128.load(at));
        at += row;
      }
      addToDoubles(totals + ((<usize>column) << 3), sum);
    }
    for (; column < columns; column++) {
      let sum: f64 = 0;
      let at = strip + ((<usize>column) << 2);
      for (let r = 0; r < count; r++) {
        sum += load<f32>(at);
        at += row;
      }
      const to = totals + ((<usize>column) << 3);
      store<f64>(to, load<f64>(to) + sum);
    }
  }
  for (let column = 0; column < columns; column++) {
    store<f32>(out + ((<usize>column) << 2), <f32>(load<f64>(totals + ((<usize>column) << 3)) * scale));
  }
}

function addToDoubles(to: usize, values: v128): void {
  const low = f64x2.promote_low_f32x4(values);
  const high = f64x2.promote_low_f32x4(v128.shuffle<i64>(values, values, 1, 1));
  v128.store(to, f64x2.add(v128.load(to), low));
  v128.store(to, f64x2.add(v128.load(to, 16), high), 16);
}
