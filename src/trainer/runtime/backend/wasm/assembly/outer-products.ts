/**
 * The multiply-and-add loops that matrix products and filter gradients share, in registers of 4 × 8
 * values. Pointers and strides are in bytes. Each output is summed in one fixed order, so equal
 * inputs give equal bits.
 */

/** How much is taken at a time, so that a strip of B and a block of A stay in the caches. */
const DEPTH: i32 = 256;
const ROWS: i32 = 64;

/**
 * C[m, n] += Σ_k A(k, m) · B(k, n), where A(k, m) lies at `a + k·aDepth + m·aRow`, B(k, n) at
 * `b + k·bDepth + 4n`, C(m, n) at `c + m·cRow + 4n`.
 */
export function addProducts(
  a: usize,
  aDepth: usize,
  aRow: usize,
  b: usize,
  bDepth: usize,
  c: usize,
  cRow: usize,
  depth: i32,
  rows: i32,
  columns: i32,
): void {
  for (let k = 0; k < depth; k += DEPTH) {
    const count = min(DEPTH, depth - k);
    const bBlock = b + k * bDepth;
    for (let firstRow = 0; firstRow < rows; firstRow += ROWS) {
      const endRow = min(firstRow + ROWS, rows);
      const aBlock = a + k * aDepth;
      for (let column = 0; column < columns; column += 8) {
        const endColumn = min(column + 8, columns);
        let row = firstRow;
        for (; row + 4 <= endRow; row += 4) {
          addFourRows(
            aBlock + row * aRow,
            aDepth,
            aRow,
            bBlock,
            bDepth,
            c + row * cRow,
            cRow,
            count,
            column,
            endColumn,
          );
        }
        for (; row < endRow; row++) {
          addOneRow(aBlock + row * aRow, aDepth, bBlock, bDepth, c + row * cRow, count, column, endColumn);
        }
      }
    }
  }
}

function addFourRows(
  a: usize,
  aDepth: usize,
  aRow: usize,
  b: usize,
  bDepth: usize,
  c: usize,
  cRow: usize,
  depth: i32,
  from: i32,
  to: i32,
): void {
  const aRow2 = aRow * 2;
  const aRow3 = aRow * 3;
  let column = from;
  for (; column + 8 <= to; column += 8) {
    const r0 = c + (column << 2);
    const r1 = r0 + cRow;
    const r2 = r1 + cRow;
    const r3 = r2 + cRow;
    let c00 = v128.load(r0);
    let c01 = v128.load(r0, 16);
    let c10 = v128.load(r1);
    let c11 = v128.load(r1, 16);
    let c20 = v128.load(r2);
    let c21 = v128.load(r2, 16);
    let c30 = v128.load(r3);
    let c31 = v128.load(r3, 16);
    let pa = a;
    let pb = b + (column << 2);
    for (let k = 0; k < depth; k++) {
      const b0 = v128.load(pb);
      const b1 = v128.load(pb, 16);
      const a0 = v128.load_splat<f32>(pa);
      c00 = f32x4.add(c00, f32x4.mul(a0, b0));
      c01 = f32x4.add(c01, f32x4.mul(a0, b1));
      const a1 = v128.load_splat<f32>(pa + aRow);
      c10 = f32x4.add(c10, f32x4.mul(a1, b0));
      c11 = f32x4.add(c11, f32x4.mul(a1, b1));
      const a2 = v128.load_splat<f32>(pa + aRow2);
      c20 = f32x4.add(c20, f32x4.mul(a2, b0));
      c21 = f32x4.add(c21, f32x4.mul(a2, b1));
      const a3 = v128.load_splat<f32>(pa + aRow3);
      c30 = f32x4.add(c30, f32x4.mul(a3, b0));
      c31 = f32x4.add(c31, f32x4.mul(a3, b1));
      pa += aDepth;
      pb += bDepth;
    }
    v128.store(r0, c00);
    v128.store(r0, c01, 16);
    v128.store(r1, c10);
    v128.store(r1, c11, 16);
    v128.store(r2, c20);
    v128.store(r2, c21, 16);
    v128.store(r3, c30);
    v128.store(r3, c31, 16);
  }
  if (column < to) {
    addOneRow(a, aDepth, b, bDepth, c, depth, column, to);
    addOneRow(a + aRow, aDepth, b, bDepth, c + cRow, depth, column, to);
    addOneRow(a + aRow2, aDepth, b, bDepth, c + cRow * 2, depth, column, to);
    addOneRow(a + aRow3, aDepth, b, bDepth, c + cRow * 3, depth, column, to);
  }
}

function addOneRow(a: usize, aDepth: usize, b: usize, bDepth: usize, c: usize, depth: i32, from: i32, to: i32): void {
  let column = from;
  for (; column + 8 <= to; column += 8) {
    const out = c + (column << 2);
    let c0 = v128.load(out);
    let c1 = v128.load(out, 16);
    let pa = a;
    let pb = b + (column << 2);
    for (let k = 0; k < depth; k++) {
      const value = v128.load_splat<f32>(pa);
      c0 = f32x4.add(c0, f32x4.mul(value, v128.load(pb)));
      c1 = f32x4.add(c1, f32x4.mul(value, v128.load(pb, 16)));
      pa += aDepth;
      pb += bDepth;
    }
    v128.store(out, c0);
    v128.store(out, c1, 16);
  }
  for (; column + 4 <= to; column += 4) {
    const out = c + (column << 2);
    let sum = v128.load(out);
    let pa = a;
    let pb = b + (column << 2);
    for (let k = 0; k < depth; k++) {
      sum = f32x4.add(sum, f32x4.mul(v128.load_splat<f32>(pa), v128.load(pb)));
      pa += aDepth;
      pb += bDepth;
    }
    v128.store(out, sum);
  }
  for (; column < to; column++) {
    const out = c + (column << 2);
    let sum = load<f32>(out);
    let pa = a;
    let pb = b + (column << 2);
    for (let k = 0; k < depth; k++) {
      sum += load<f32>(pa) * load<f32>(pb);
      pa += aDepth;
      pb += bDepth;
    }
    store<f32>(out, sum);
  }
}
