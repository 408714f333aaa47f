// Keccak with the padding that it had before it became SHA-3, as CryptoJS has it.
const ROTATIONS = [0, 1, 62, 28, 27, 36, 44, 6, 55, 20, 3, 10, 43, 25, 39, 41, 45, 15, 21, 8, 18, 2, 61, 56, 14];
const ROUNDS = 24;

/** The constants of the rounds, from a register of eight bits: high and low half of each. */
const CONSTANTS = (() => {
  let register = 1;
  return Array.from({ length: ROUNDS }, () => {
    const out = [0, 0];
    for (let j = 0; j < 7; j++) {
      const at = 2 ** j - 1;
      if (register & 1) out[at < 32 ? 1 : 0] ^= 1 << (at % 32);
      register = register & 0x80 ? ((register << 1) ^ 0x171) & 0xff : register << 1;
    }
    return out;
  });
})();

/** Lanes are pairs: high at 2i, low at 2i + 1. */
function rotate(high, low, n) {
  if (n === 0) return [high, low];
  if (n >= 32) [high, low, n] = [low, high, n - 32];
  return n === 0 ? [high, low] : [(high << n) | (low >>> (32 - n)), (low << n) | (high >>> (32 - n))];
}

function permute(s) {
  for (let round = 0; round < ROUNDS; round++) {
    const c = new Int32Array(10);
    for (let i = 0; i < 50; i++) c[i % 10] ^= s[i];
    for (let x = 0; x < 5; x++) {
      const next = 2 * ((x + 1) % 5);
      const before = 2 * ((x + 4) % 5);
      const [high, low] = rotate(c[next], c[next + 1], 1);
      for (let y = 0; y < 25; y += 5) {
        s[2 * (x + y)] ^= c[before] ^ high;
        s[2 * (x + y) + 1] ^= c[before + 1] ^ low;
      }
    }
    const b = new Int32Array(50);
    for (let x = 0; x < 5; x++) {
      for (let y = 0; y < 5; y++) {
        const from = x + 5 * y;
        const to = y + 5 * ((2 * x + 3 * y) % 5);
        [b[2 * to], b[2 * to + 1]] = rotate(s[2 * from], s[2 * from + 1], ROTATIONS[from]);
      }
    }
    for (let y = 0; y < 50; y += 10) {
      for (let i = 0; i < 10; i++) s[y + i] = b[y + i] ^ (~b[y + ((i + 2) % 10)] & b[y + ((i + 4) % 10)]);
    }
    s[0] ^= CONSTANTS[round][0];
    s[1] ^= CONSTANTS[round][1];
  }
}

/** The digest of `size` bits. */
export function keccak(message, size) {
  const rate = 200 - size / 4;
  const input = new Uint8Array(Math.ceil((message.length + 1) / rate) * rate);
  input.set(message);
  input[message.length] ^= 1;
  input[input.length - 1] ^= 0x80;
  const s = new Int32Array(50);
  for (let at = 0; at < input.length; at += rate) {
    for (let i = 0; i < rate; i++) s[2 * (i >> 3) + (i % 8 < 4 ? 1 : 0)] ^= input[at + i] << (8 * (i % 4));
    permute(s);
  }
  return Uint8Array.from({ length: size / 8 }, (_, i) => s[2 * (i >> 3) + (i % 8 < 4 ? 1 : 0)] >>> (8 * (i % 4)));
}
