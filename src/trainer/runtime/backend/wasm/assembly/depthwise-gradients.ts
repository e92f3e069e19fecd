/**
 * Gradients of a depthwise convolution, channels last: filter [filterHeight, filterWidth, channels,
 * multiplier], output channel c · multiplier + q. Four channels at a time where the multiplier is 1.
 */

export function depthwiseFilterGradient(
  x: usize,
  dy: usize,
  dFilter: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  multiplier: i32,
  outHeight: i32,
  outWidth: i32,
  filterHeight: i32,
  filterWidth: i32,
  strideHeight: i32,
  strideWidth: i32,
  padTop: i32,
  padLeft: i32,
): void {
  const pixel: usize = channels << 2;
  const outPixel: usize = (channels * multiplier) << 2;
  memory.fill(dFilter, 0, filterHeight * filterWidth * outPixel);
  const vectorEnd: usize = multiplier == 1 ? (<usize>(channels & ~3)) << 2 : 0;
  const step: usize = strideWidth * pixel;
  for (let n = 0; n < batch; n++) {
    for (let outY = 0; outY < outHeight; outY++) {
      const dyRow = dy + <usize>(n * outHeight + outY) * outWidth * outPixel;
      for (let tapY = 0; tapY < filterHeight; tapY++) {
        const y = outY * strideHeight + tapY - padTop;
        if (y < 0 || y >= height) continue;
        const xRow = x + <usize>(n * height + y) * width * pixel;
        for (let tapX = 0; tapX < filterWidth; tapX++) {
          const shift = tapX - padLeft;
          const from = max(0, (strideWidth - 1 - shift) / strideWidth);
          const last = width - 1 - shift;
          const to = last < 0 ? 0 : min(outWidth, last / strideWidth + 1);
          if (from >= to) continue;
          const xFrom = xRow + (from * strideWidth + shift) * pixel;
          const dyFrom = dyRow + from * outPixel;
          const out = dFilter + <usize>(tapY * filterWidth + tapX) * outPixel;
          for (let at: usize = 0; at < vectorEnd; at += 16) {
            let sum = v128.load(out + at);
            let a = xFrom + at;
            let b = dyFrom + at;
            for (let i = from; i < to; i++) {
              sum = f32x4.add(sum, f32x4.mul(v128.load(a), v128.load(b)));
              a += step;
              b += outPixel;
            }
            v128.store(out + at, sum);
          }
          for (let at = vectorEnd; at < pixel; at += 4) {
            for (let q = 0; q < multiplier; q++) {
              const outAt = at * multiplier + ((<usize>q) << 2);
              let sum = load<f32>(out + outAt);
              let a = xFrom + at;
              let b = dyFrom + outAt;
              for (let i = from; i < to; i++) {
                sum += load<f32>(a) * load<f32>(b);
                a += step;
                b += outPixel;
              }
              store<f32>(out + outAt, sum);
            }
          }
        }
      }
    }
  }
}

export function depthwiseInputGradient(
  dy: usize,
  filter: usize,
  dx: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  multiplier: i32,
  outHeight: i32,
  outWidth: i32,
  filterHeight: i32,
  filterWidth: i32,
  strideHeight: i32,
  strideWidth: i32,
  padTop: i32,
  padLeft: i32,
): void {
  const pixel: usize = channels << 2;
  const outPixel: usize = (channels * multiplier) << 2;
  memory.fill(dx, 0, batch * height * width * pixel);
  const vectorEnd: usize = multiplier == 1 ? (<usize>(channels & ~3)) << 2 : 0;
  for (let n = 0; n < batch; n++) {
    for (let outY = 0; outY < outHeight; outY++) {
      const dyRow = dy + <usize>(n * outHeight + outY) * outWidth * outPixel;
      for (let tapY = 0; tapY < filterHeight; tapY++) {
        const y = outY * strideHeight + tapY - padTop;
        if (y < 0 || y >= height) continue;
        const dxRow = dx + <usize>(n * height + y) * width * pixel;
        for (let outX = 0; outX < outWidth; outX++) {
          const from = dyRow + outX * outPixel;
          for (let tapX = 0; tapX < filterWidth; tapX++) {
            const column = outX * strideWidth + tapX - padLeft;
            if (column < 0 || column >= width) continue;
            const to = dxRow + column * pixel;
            const weights = filter + <usize>(tapY * filterWidth + tapX) * outPixel;
            for (let at: usize = 0; at < vectorEnd; at += 16) {
              v128.store(
                to + at,
                f32x4.add(v128.load(to + at), f32x4.mul(v128.load(from + at), v128.load(weights + at))),
              );
            }
            for (let at = vectorEnd; at < pixel; at += 4) {
              let sum = load<f32>(to + at);
              const first = at * multiplier;
              for (let q: usize = 0; q < (<usize>multiplier) << 2; q += 4)
                sum += load<f32>(from + first + q) * load<f32>(weights + first + q);
              store<f32>(to + at, sum);
            }
          }
        }
      }
    }
  }
}
