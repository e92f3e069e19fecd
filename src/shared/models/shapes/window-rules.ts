/** Sizes of what slides over sizes: convolutions, pooling, and what turns them back. Pure. */
import { combined, isNumber, unknownSize, type Size, type Sizes } from './tensor-facts.js';

export interface Windows {
  /** Of each dimension that is slid over. */
  readonly kernel: Sizes;
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /**
   * `same`: as many as there are strides; `valid`: where the window fits; else what is added before and behind each
   * dimension.
   */
  readonly padding: 'same' | 'valid' | readonly (readonly [number, number])[];
  /** Whether a last window may reach beyond the end. */
  readonly isCeiled?: boolean;
}

/** How many places a window has over each size. */
export function slid(sizes: Sizes, windows: Windows): Sizes {
  return sizes.map((size, at) => {
    const [kernel, stride = 1, dilation = 1] = [windows.kernel[at], windows.strides[at], windows.dilations[at]];
    if (!(stride > 0)) return unknownSize();
    if (windows.padding === 'same') return stride === 1 ? size : combined(size, stride, (a, b) => Math.ceil(a / b));
    const [before, behind] = windows.padding === 'valid' ? [0, 0] : (windows.padding[at] ?? [0, 0]);
    if (!isNumber(kernel)) return unknownSize();
    const reach = dilation * (kernel - 1) + 1;
    if (!isNumber(size)) return stride === 1 && before + behind === reach - 1 ? size : unknownSize();
    const places = (size + before + behind - reach) / stride + 1;
    if (!windows.isCeiled) return atLeastNone(Math.floor(places));
    const most = Math.ceil(places);
    // A window that would begin in the padding behind is none.
    return atLeastNone((most - 1) * stride >= size + before ? most - 1 : most);
  });
}

/** What a convolution that is turned back gives for each size. */
export function slidBack(sizes: Sizes, windows: Windows, added: readonly number[]): Sizes {
  return sizes.map((size, at) => {
    const [kernel, stride = 1, dilation = 1] = [windows.kernel[at], windows.strides[at], windows.dilations[at]];
    if (!isNumber(size) || !isNumber(kernel)) return unknownSize();
    if (windows.padding === 'same') return size * stride;
    const [before, behind] = windows.padding === 'valid' ? [0, 0] : (windows.padding[at] ?? [0, 0]);
    return atLeastNone(stride * (size - 1) + (added[at] ?? 0) + dilation * (kernel - 1) + 1 - before - behind);
  });
}

function atLeastNone(count: number): Size {
  return Number.isSafeInteger(count) && count >= 0 ? count : unknownSize();
}
