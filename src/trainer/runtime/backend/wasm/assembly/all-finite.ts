/** Whether a tensor holds no infinity and no NaN: those are the numbers with all bits of the exponent set. */
const EXPONENT: i32 = 0x7f800000;
/** So many values are looked at before asking: asking takes longer than looking. */
const BLOCK: usize = 1 << 12;

export function allFinite(x: usize, size: i32): bool {
  const exponent = i32x4.splat(EXPONENT);
  const vectorEnd: usize = (<usize>(size & ~3)) << 2;
  const end: usize = (<usize>size) << 2;
  let at: usize = 0;
  while (at < vectorEnd) {
    const blockEnd = min(vectorEnd, at + BLOCK);
    let found = i32x4.splat(0);
    for (; at + 64 <= blockEnd; at += 64) {
      const first = v128.or(isNotFinite(x + at, exponent), isNotFinite(x + at + 16, exponent));
      const second = v128.or(isNotFinite(x + at + 32, exponent), isNotFinite(x + at + 48, exponent));
      found = v128.or(found, v128.or(first, second));
    }
    for (; at < blockEnd; at += 16) found = v128.or(found, isNotFinite(x + at, exponent));
    if (v128.any_true(found)) return false;
  }
  for (; at < end; at += 4) if ((load<i32>(x + at) & EXPONENT) == EXPONENT) return false;
  return true;
}

function isNotFinite(from: usize, exponent: v128): v128 {
  return i32x4.eq(v128.and(v128.load(from), exponent), exponent);
}
