import { crc32c as nativeCrc32c } from '@node-rs/crc32';
import { expect, test } from 'vitest';
import { crc32c, maskCrc } from '../../../../src/shared/events/crc32c.js';

test('known values', () => {
  // RFC 3720 (iSCSI), appendix B.4.
  expect(crc32c(new TextEncoder().encode('123456789'))).toBe(0xe3069283);
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
  expect(crc32c(new Uint8Array(0))).toBe(0);
});

test('equals the native one at every length and alignment', () => {
  const bytes = Uint8Array.from({ length: 300 }, (_, index) => (index * 7919 + (index >> 3) * 31) & 255);
  for (let begin = 0; begin < 9; begin++) {
    for (let end = begin; end < bytes.length; end += 1) {
      expect(crc32c(bytes.subarray(begin, end))).toBe(nativeCrc32c(Buffer.from(bytes.subarray(begin, end))));
    }
  }
});

test('the mask is TensorFlow’s', () => {
  // The first record of every TensorBoard file has 24 bytes of data; its length's checksum is well known.
  const length = new Uint8Array(8);
  length[0] = 24;
  expect(maskCrc(crc32c(length))).toBe(0x224b7fa3);
});
