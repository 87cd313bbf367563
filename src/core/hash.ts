/**
 * MurmurHash3 (x86, 128 bit; Austin Appleby, public domain) over UTF-16 code units taken as two bytes each.
 * Identity, not security: pure arithmetic, so that the engine needs no runtime module to name an order.
 */
export function hash128(text: string): readonly [number, number, number, number] {
  const C1 = 0x239b961b;
  const C2 = 0xab0e9789;
  const C3 = 0x38b34ae5;
  const C4 = 0xa1e38b93;
  let h1 = 0;
  let h2 = 0;
  let h3 = 0;
  let h4 = 0;
  const blocks = text.length >> 3;
  for (let block = 0; block < blocks; block++) {
    const i = block * 4;
    h1 ^= Math.imul(rotate(Math.imul(blockWordAt(text, i), C1), 15), C2);
    h1 = (Math.imul((rotate(h1, 19) + h2) | 0, 5) + 0x561ccd1b) | 0;
    h2 ^= Math.imul(rotate(Math.imul(blockWordAt(text, i + 1), C2), 16), C3);
    h2 = (Math.imul((rotate(h2, 17) + h3) | 0, 5) + 0x0bcaa747) | 0;
    h3 ^= Math.imul(rotate(Math.imul(blockWordAt(text, i + 2), C3), 17), C4);
    h3 = (Math.imul((rotate(h3, 15) + h4) | 0, 5) + 0x96cd1c35) | 0;
    h4 ^= Math.imul(rotate(Math.imul(blockWordAt(text, i + 3), C4), 18), C1);
    h4 = (Math.imul((rotate(h4, 13) + h1) | 0, 5) + 0x32ac3b17) | 0;
  }
  // The tail, padded with zeros, which change nothing; unlike a block it is not mixed on.
  const tail = blocks * 4;
  h1 ^= Math.imul(rotate(Math.imul(wordAt(text, tail), C1), 15), C2);
  h2 ^= Math.imul(rotate(Math.imul(wordAt(text, tail + 1), C2), 16), C3);
  h3 ^= Math.imul(rotate(Math.imul(wordAt(text, tail + 2), C3), 17), C4);
  h4 ^= Math.imul(rotate(Math.imul(wordAt(text, tail + 3), C4), 18), C1);
  const length = text.length * 2;
  h1 ^= length;
  h2 ^= length;
  h3 ^= length;
  h4 ^= length;
  h1 = (h1 + h2 + h3 + h4) | 0;
  h2 = (h2 + h1) | 0;
  h3 = (h3 + h1) | 0;
  h4 = (h4 + h1) | 0;
  h1 = finalMix(h1);
  h2 = finalMix(h2);
  h3 = finalMix(h3);
  h4 = finalMix(h4);
  h1 = (h1 + h2 + h3 + h4) | 0;
  return [h1 >>> 0, (h2 + h1) >>> 0, (h3 + h1) >>> 0, (h4 + h1) >>> 0];
}

/** 32 lower-case hexadecimal digits. */
export function hashHex(text: string): string {
  return hash128(text)
    .map((word) => word.toString(16).padStart(8, '0'))
    .join('');
}

/** Inside a block there always is another character. */
function blockWordAt(text: string, index: number): number {
  const at = index * 2;
  return text.charCodeAt(at) | (text.charCodeAt(at + 1) << 16);
}

function wordAt(text: string, index: number): number {
  const at = index * 2;
  const low = at < text.length ? text.charCodeAt(at) : 0;
  const high = at + 1 < text.length ? text.charCodeAt(at + 1) : 0;
  return low | (high << 16);
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function finalMix(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
