/**
 * Gradients of a two-dimensional convolution, channels last: x [batch, height, width, inChannels],
 * filter [filterHeight, filterWidth, inChannels, outChannels], y [batch, outHeight, outWidth, outChannels].
 * Row by row, so that what a row needs stays in the cache; nothing is transposed but the filter.
 */
import { addProducts } from './outer-products';

/** First output column whose tap `tap` reads inside the input. */
function firstInside(tap: i32, stride: i32, pad: i32): i32 {
  return max(0, (pad - tap + stride - 1) / stride);
}

/** One past the last such output column. */
function endInside(tap: i32, stride: i32, pad: i32, width: i32, outWidth: i32): i32 {
  const last = width - 1 + pad - tap;
  return last < 0 ? 0 : min(outWidth, last / stride + 1);
}

/** dFilter = Σ over batch and positions of x ⊗ dy. */
export function convolutionFilterGradient(
  x: usize,
  dy: usize,
  dFilter: usize,
  batch: i32,
  height: i32,
  width: i32,
  inChannels: i32,
  outHeight: i32,
  outWidth: i32,
  outChannels: i32,
  filterHeight: i32,
  filterWidth: i32,
  strideHeight: i32,
  strideWidth: i32,
  padTop: i32,
  padLeft: i32,
): void {
  const pixel: usize = inChannels << 2;
  const outPixel: usize = outChannels << 2;
  const tapSize: usize = inChannels * outPixel;
  memory.fill(dFilter, 0, filterHeight * filterWidth * tapSize);
  // Columns that all taps of a filter row can read: there its taps are one matrix, for neighbouring
  // pixels are neighbours in memory. What is left at the edges goes tap by tap.
  const innerFrom = firstInside(0, strideWidth, padLeft);
  const innerTo = max(innerFrom, endInside(filterWidth - 1, strideWidth, padLeft, width, outWidth));
  for (let n = 0; n < batch; n++) {
    for (let outY = 0; outY < outHeight; outY++) {
      const dyRow = dy + <usize>(n * outHeight + outY) * outWidth * outPixel;
      for (let tapY = 0; tapY < filterHeight; tapY++) {
        const y = outY * strideHeight + tapY - padTop;
        if (y < 0 || y >= height) continue;
        const xRow = x + <usize>(n * height + y) * width * pixel;
        const out = dFilter + tapY * filterWidth * tapSize;
        addProducts(
          xRow + (innerFrom * strideWidth - padLeft) * pixel,
          strideWidth * pixel,
          4,
          dyRow + innerFrom * outPixel,
          outPixel,
          out,
          outPixel,
          innerTo - innerFrom,
          filterWidth * inChannels,
          outChannels,
        );
        for (let tapX = 0; tapX < filterWidth; tapX++) {
          const from = firstInside(tapX, strideWidth, padLeft);
          const to = endInside(tapX, strideWidth, padLeft, width, outWidth);
          const leftTo = min(to, innerFrom);
          if (from < leftTo) {
            addProducts(
              xRow + (from * strideWidth + tapX - padLeft) * pixel,
              strideWidth * pixel,
              4,
              dyRow + from * outPixel,
              outPixel,
              out + tapX * tapSize,
              outPixel,
              leftTo - from,
              inChannels,
              outChannels,
            );
          }
          const rightFrom = max(from, innerTo);
          if (rightFrom < to) {
            addProducts(
              xRow + (rightFrom * strideWidth + tapX - padLeft) * pixel,
              strideWidth * pixel,
              4,
              dyRow + rightFrom * outPixel,
              outPixel,
              out + tapX * tapSize,
              outPixel,
              to - rightFrom,
              inChannels,
              outChannels,
            );
          }
        }
      }
    }
  }
}

/** Columns of zeros on each side of a row of dy: four columns are read at a time, at least one of them inside. */
const MARGIN: i32 = 3;

/** Bytes of scratch memory that `convolutionInputGradient` needs. */
export function convolutionInputGradientScratch(
  inChannels: i32,
  outWidth: i32,
  outChannels: i32,
  filterHeight: i32,
  filterWidth: i32,
): usize {
  const groups = (inChannels + 7) >> 3;
  return (
    ((<usize>groups * filterHeight * filterWidth * outChannels) << 5) +
    ((<usize>filterHeight * (outWidth + 2 * MARGIN) * outChannels) << 2)
  );
}

/**
 * dx[n, y, x, c] = Σ over taps and output channels of dy · filter. Input channels go in groups of
 * eight, for which the filter is packed as [group][tapY][tapX][outChannel][8]; four columns of the
 * same phase (x modulo the stride) are summed at a time.
 */
export function convolutionInputGradient(
  dy: usize,
  filter: usize,
  dx: usize,
  scratch: usize,
  batch: i32,
  height: i32,
  width: i32,
  inChannels: i32,
  outHeight: i32,
  outWidth: i32,
  outChannels: i32,
  filterHeight: i32,
  filterWidth: i32,
  strideHeight: i32,
  strideWidth: i32,
  padTop: i32,
  padLeft: i32,
): void {
  const outPixel: usize = outChannels << 2;
  const groups = (inChannels + 7) >> 3;
  const packedTap: usize = outChannels << 5;
  const packedGroup: usize = filterHeight * filterWidth * packedTap;
  packFilter(filter, scratch, inChannels, outChannels, filterHeight * filterWidth);

  // The rows of dy that one row of dx needs, each with margins of zeros so that no column is special.
  const rowsAt = scratch + groups * packedGroup;
  const paddedRow: usize = (outWidth + 2 * MARGIN) * outPixel;
  memory.fill(rowsAt, 0, filterHeight * paddedRow);

  for (let n = 0; n < batch; n++) {
    for (let y = 0; y < height; y++) {
      for (let tapY = 0; tapY < filterHeight; tapY++) {
        const outY = y + padTop - tapY;
        if (outY < 0 || outY % strideHeight != 0 || outY / strideHeight >= outHeight) continue;
        memory.copy(
          rowsAt + tapY * paddedRow + MARGIN * outPixel,
          dy + <usize>(n * outHeight + outY / strideHeight) * outWidth * outPixel,
          outWidth * outPixel,
        );
      }
      const dxRow = dx + ((<usize>(n * height + y) * width * inChannels) << 2);
      for (let group = 0; group < groups; group++) {
        const packed = scratch + group * packedGroup;
        const channels = min(8, inChannels - (group << 3));
        for (let phase = 0; phase < min(strideWidth, width); phase++) {
          for (let x = phase; x < width; x += strideWidth << 2) {
            let s00 = f32x4.splat(0);
            let s01 = f32x4.splat(0);
            let s10 = f32x4.splat(0);
            let s11 = f32x4.splat(0);
            let s20 = f32x4.splat(0);
            let s21 = f32x4.splat(0);
            let s30 = f32x4.splat(0);
            let s31 = f32x4.splat(0);
            for (let tapY = 0; tapY < filterHeight; tapY++) {
              const outY = y + padTop - tapY;
              if (outY < 0 || outY % strideHeight != 0 || outY / strideHeight >= outHeight) continue;
              for (let tapX = 0; tapX < filterWidth; tapX++) {
                const position = x + padLeft - tapX;
                // Exact also where position is negative: only its being a multiple matters here.
                if (position % strideWidth != 0) continue;
                const outX = position / strideWidth;
                if (outX + 3 < 0 || outX >= outWidth) continue;
                let from = rowsAt + tapY * paddedRow + <usize>(outX + MARGIN) * outPixel;
                let weights = packed + <usize>(tapY * filterWidth + tapX) * packedTap;
                const end = weights + packedTap;
                while (weights < end) {
                  const w0 = v128.load(weights);
                  const w1 = v128.load(weights, 16);
                  const a0 = v128.load_splat<f32>(from);
                  s00 = f32x4.add(s00, f32x4.mul(a0, w0));
                  s01 = f32x4.add(s01, f32x4.mul(a0, w1));
                  const a1 = v128.load_splat<f32>(from + outPixel);
                  s10 = f32x4.add(s10, f32x4.mul(a1, w0));
                  s11 = f32x4.add(s11, f32x4.mul(a1, w1));
                  const a2 = v128.load_splat<f32>(from + outPixel * 2);
                  s20 = f32x4.add(s20, f32x4.mul(a2, w0));
                  s21 = f32x4.add(s21, f32x4.mul(a2, w1));
                  const a3 = v128.load_splat<f32>(from + outPixel * 3);
                  s30 = f32x4.add(s30, f32x4.mul(a3, w0));
                  s31 = f32x4.add(s31, f32x4.mul(a3, w1));
                  weights += 32;
                  from += 4;
                }
              }
            }
            const to = dxRow + ((<usize>(x * inChannels + (group << 3))) << 2);
            const step: usize = (strideWidth * inChannels) << 2;
            storeChannels(to, s00, s01, channels);
            if (x + strideWidth < width) storeChannels(to + step, s10, s11, channels);
            if (x + strideWidth * 2 < width) storeChannels(to + step * 2, s20, s21, channels);
            if (x + strideWidth * 3 < width) storeChannels(to + step * 3, s30, s31, channels);
          }
        }
      }
    }
  }
}

/** [tap][inChannel][outChannel] → [group of 8 inChannels][tap][outChannel][8], zeros where there is no channel. */
function packFilter(filter: usize, packed: usize, inChannels: i32, outChannels: i32, taps: i32): void {
  let to = packed;
  for (let group = 0; group < inChannels; group += 8) {
    for (let tap = 0; tap < taps; tap++) {
      for (let out = 0; out < outChannels; out++) {
        for (let lane = 0; lane < 8; lane++) {
          const channel = group + lane;
          const value =
            channel < inChannels
              ? load<f32>(filter + ((<usize>((tap * inChannels + channel) * outChannels + out)) << 2))
              : <f32>0;
          store<f32>(to, value);
          to += 4;
        }
      }
    }
  }
}

function storeChannels(to: usize, low: v128, high: v128, channels: i32): void {
  if (channels == 8) {
    v128.store(to, low);
    v128.store(to, high, 16);
    return;
  }
  if (channels >= 4) {
    v128.store(to, low);
    storeSome(to + 16, high, channels - 4);
  } else storeSome(to, low, channels);
}

function storeSome(to: usize, values: v128, count: i32): void {
  if (count > 0) store<f32>(to, f32x4.extract_lane(values, 0));
  if (count > 1) store<f32>(to, f32x4.extract_lane(values, 1), 4);
  if (count > 2) store<f32>(to, f32x4.extract_lane(values, 2), 8);
}
