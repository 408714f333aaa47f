// The stream cipher Rabbit (RFC 4503), and the byte order that CryptoJS had for it before.
const A = [0x4d34d34d, 0xd34d34d3, 0x34d34d34];
const rotate = (x, n) => (x << n) | (x >>> (32 - n));
const swap = (x) => (rotate(x, 8) & 0x00ff00ff) | (rotate(x, 24) & 0xff00ff00);
const word = (bytes, i) => ((bytes[i] << 24) | (bytes[i + 1] << 16) | (bytes[i + 2] << 8) | bytes[i + 3]) | 0;

/** The square of a word, its halves added without carry. */
function g(x) {
  const a = x & 0xffff;
  const b = x >>> 16;
  return ((((Math.imul(a, a) >>> 17) + a * b) >>> 15) + b * b) ^ Math.imul(x, x);
}

function next(state) {
  const { x, c } = state;
  for (let i = 0; i < 8; i++) {
    const sum = (c[i] >>> 0) + A[i % 3] + state.carry;
    state.carry = sum > 0xffffffff ? 1 : 0;
    c[i] = sum | 0;
  }
  const s = x.map((v, i) => g((v + c[i]) | 0));
  for (let i = 0; i < 8; i++) {
    const [one, two] = [s[(i + 7) & 7], s[(i + 6) & 7]];
    x[i] = i % 2 ? (s[i] + rotate(one, 8) + two) | 0 : (s[i] + rotate(one, 16) + rotate(two, 16)) | 0;
  }
}

/** The bytes to add to a message of this length. */
export function rabbit(key, iv, length, old) {
  const k = [0, 4, 8, 12].map((i) => (old ? word(key, i) : swap(word(key, i))));
  const state = { x: [], c: [], carry: 0 };
  for (let i = 0; i < 4; i++) {
    const [one, two, three] = [k[i], k[(i + 2) & 3], k[(i + 3) & 3]];
    state.x.push(one, (three << 16) | (two >>> 16));
    state.c.push(rotate(two, 16), (one & 0xffff0000) | (k[(i + 1) & 3] & 0xffff));
  }
  for (let i = 0; i < 4; i++) next(state);
  for (let i = 0; i < 8; i++) state.c[i] ^= state.x[(i + 4) & 7];
  if (iv) {
    const [low, high] = [swap(word(iv, 0)), swap(word(iv, 4))];
    const mix = [low, (low >>> 16) | (high & 0xffff0000), high, (high << 16) | (low & 0xffff)];
    for (let i = 0; i < 8; i++) state.c[i] ^= mix[i & 3];
    for (let i = 0; i < 4; i++) next(state);
  }
  const out = [];
  while (out.length < length) {
    next(state);
    const { x } = state;
    for (let i = 0; i < 8; i += 2) {
      const s = x[i] ^ (x[(i + 5) & 7] >>> 16) ^ (x[(i + 3) & 7] << 16);
      out.push(s & 255, (s >>> 8) & 255, (s >>> 16) & 255, s >>> 24);
    }
  }
  return out.slice(0, length);
}
