/** One pass over each value of a tensor: activations' gradients and optimizers' updates. */

/**
 * dx = dy · [0 < x and x ≤ top]: the gradient of relu (top = ∞) and relu6. A product, not a choice,
 * so that what is not a number stays visible: NaN in x or dy gives NaN, as the unfused gradient does.
 */
export function reluGradient(dy: usize, x: usize, dx: usize, size: i32, top: f32): void {
  const one = f32x4.splat(1);
  const zero = f32x4.splat(0);
  const tops = f32x4.splat(top);
  const vectorEnd: usize = (<usize>(size & ~3)) << 2;
  const end: usize = (<usize>size) << 2;
  let at: usize = 0;
  for (; at < vectorEnd; at += 16) {
    const value = v128.load(x + at);
    const inside = v128.and(v128.and(f32x4.gt(value, zero), f32x4.le(value, tops)), one);
    const mask = v128.bitselect(inside, value, f32x4.eq(value, value));
    v128.store(dx + at, f32x4.mul(v128.load(dy + at), mask));
  }
  for (; at < end; at += 4) {
    const value = load<f32>(x + at);
    const mask: f32 = value != value ? value : value > 0 && value <= top ? 1 : 0;
    store<f32>(dx + at, load<f32>(dy + at) * mask);
  }
}

/**
 * Adam, in the order of operations of tf.train.adam, so that every bit is the same as there.
 * `power1` and `power2` point at β₁ᵗ and β₂ᵗ; `keep` is β, `take` is 1 − β.
 */
export function adam(
  value: usize,
  first: usize,
  second: usize,
  gradient: usize,
  power1: usize,
  power2: usize,
  newValue: usize,
  newFirst: usize,
  newSecond: usize,
  size: i32,
  keep1: f32,
  take1: f32,
  keep2: f32,
  take2: f32,
  learningRate: f32,
  epsilon: f32,
): void {
  const correction1 = f32x4.splat(<f32>1 - load<f32>(power1));
  const correction2 = f32x4.splat(<f32>1 - load<f32>(power2));
  const rate = f32x4.splat(-learningRate);
  const small = f32x4.splat(epsilon);
  const end: usize = (<usize>size) << 2;
  for (let at: usize = 0; at < end; at += 16) {
    const count = (end - at) >> 2;
    const g = read(gradient + at, count);
    const m = f32x4.add(f32x4.mul(read(first + at, count), f32x4.splat(keep1)), f32x4.mul(g, f32x4.splat(take1)));
    const v = f32x4.add(
      f32x4.mul(read(second + at, count), f32x4.splat(keep2)),
      f32x4.mul(f32x4.mul(g, g), f32x4.splat(take2)),
    );
    const direction = f32x4.div(f32x4.div(m, correction1), f32x4.add(f32x4.sqrt(f32x4.div(v, correction2)), small));
    write(newFirst + at, m, count);
    write(newSecond + at, v, count);
    write(newValue + at, f32x4.add(f32x4.mul(direction, rate), read(value + at, count)), count);
  }
}

/** RMSProp without centring, in the order of operations of tf.train.rmsprop. */
export function rmsProp(
  value: usize,
  meanSquare: usize,
  moment: usize,
  gradient: usize,
  newValue: usize,
  newMeanSquare: usize,
  newMoment: usize,
  size: i32,
  keep: f32,
  take: f32,
  momentum: f32,
  learningRate: f32,
  epsilon: f32,
): void {
  const rate = f32x4.splat(learningRate);
  const small = f32x4.splat(epsilon);
  const end: usize = (<usize>size) << 2;
  for (let at: usize = 0; at < end; at += 16) {
    const count = (end - at) >> 2;
    const g = read(gradient + at, count);
    const square = f32x4.add(
      f32x4.mul(read(meanSquare + at, count), f32x4.splat(keep)),
      f32x4.mul(f32x4.mul(g, g), f32x4.splat(take)),
    );
    const change = f32x4.add(
      f32x4.mul(read(moment + at, count), f32x4.splat(momentum)),
      f32x4.div(f32x4.mul(g, rate), f32x4.sqrt(f32x4.add(square, small))),
    );
    write(newMeanSquare + at, square, count);
    write(newMoment + at, change, count);
    write(newValue + at, f32x4.sub(read(value + at, count), change), count);
  }
}

/** Four values, or as many as are left; never past the end of a tensor. */
function read(from: usize, count: usize): v128 {
  return count >= 4 ? v128.load(from) : readSome(from, count);
}

function write(to: usize, values: v128, count: usize): void {
  if (count >= 4) v128.store(to, values);
  else writeSome(to, values, count);
}

function readSome(from: usize, count: usize): v128 {
  let values = v128.load_zero<f32>(from);
  if (count > 1) values = f32x4.replace_lane(values, 1, load<f32>(from, 4));
  if (count > 2) values = f32x4.replace_lane(values, 2, load<f32>(from, 8));
  return values;
}

function writeSome(to: usize, values: v128, count: usize): void {
  store<f32>(to, f32x4.extract_lane(values, 0));
  if (count > 1) store<f32>(to, f32x4.extract_lane(values, 1), 4);
  if (count > 2) store<f32>(to, f32x4.extract_lane(values, 2), 8);
}
