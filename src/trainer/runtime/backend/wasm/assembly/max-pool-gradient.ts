/**
 * Gradient of max pooling, channels last: each window's gradient goes to its first largest value, as
 * in the cpu backend (a window without any number above −∞ passes nothing on).
 */
export function maxPoolGradient(
  x: usize,
  dy: usize,
  dx: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  outHeight: i32,
  outWidth: i32,
  windowHeight: i32,
  windowWidth: i32,
  strideHeight: i32,
  strideWidth: i32,
  padTop: i32,
  padLeft: i32,
): void {
  const pixel: usize = channels << 2;
  const row: usize = width * pixel;
  memory.fill(dx, 0, batch * height * row);
  const vectorEnd: usize = (<usize>(channels & ~3)) << 2;
  let gradient = dy;
  for (let n = 0; n < batch; n++) {
    const image: usize = n * height * row;
    for (let outY = 0; outY < outHeight; outY++) {
      const top = outY * strideHeight - padTop;
      const fromY = max(0, top);
      const toY = min(height, top + windowHeight);
      for (let outX = 0; outX < outWidth; outX++) {
        const left = outX * strideWidth - padLeft;
        const fromX = max(0, left);
        const toX = min(width, left + windowWidth);
        const corner = image + fromY * row + fromX * pixel;
        for (let at: usize = 0; at < vectorEnd; at += 16) {
          let largest = f32x4.splat(-Infinity);
          let winner = i32x4.splat(-1);
          let offset = corner + at;
          for (let y = fromY; y < toY; y++) {
            let here = offset;
            for (let px = fromX; px < toX; px++) {
              const value = v128.load(x + here);
              const larger = f32x4.gt(value, largest);
              largest = v128.bitselect(value, largest, larger);
              winner = v128.bitselect(i32x4.splat(<i32>here), winner, larger);
              here += pixel;
            }
            offset += row;
          }
          const values = v128.load(gradient + at);
          give(dx, i32x4.extract_lane(winner, 0), f32x4.extract_lane(values, 0), 0);
          give(dx, i32x4.extract_lane(winner, 1), f32x4.extract_lane(values, 1), 4);
          give(dx, i32x4.extract_lane(winner, 2), f32x4.extract_lane(values, 2), 8);
          give(dx, i32x4.extract_lane(winner, 3), f32x4.extract_lane(values, 3), 12);
        }
        for (let at = vectorEnd; at < pixel; at += 4) {
          let largest: f32 = -Infinity;
          let winner: i32 = -1;
          let offset = corner + at;
          for (let y = fromY; y < toY; y++) {
            let here = offset;
            for (let px = fromX; px < toX; px++) {
              const value = load<f32>(x + here);
              if (value > largest) {
                largest = value;
                winner = <i32>here;
              }
              here += pixel;
            }
            offset += row;
          }
          give(dx, winner, load<f32>(gradient + at), 0);
        }
        gradient += pixel;
      }
    }
  }
}

/** −1 alone means that there is no winner: an offset above 2 GiB is a negative number too. */
function give(dx: usize, winner: i32, value: f32, lane: usize): void {
  if (winner == -1) return;
  const to = dx + <usize>winner + lane;
  store<f32>(to, load<f32>(to) + value);
}
