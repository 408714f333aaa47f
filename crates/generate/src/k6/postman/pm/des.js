// DES and Triple DES on blocks of eight bytes (FIPS 46-3).
const IP = [58, 50, 42, 34, 26, 18, 10, 2, 60, 52, 44, 36, 28, 20, 12, 4, 62, 54, 46, 38, 30, 22, 14, 6, 64, 56, 48, 40, 32, 24, 16, 8,
  57, 49, 41, 33, 25, 17, 9, 1, 59, 51, 43, 35, 27, 19, 11, 3, 61, 53, 45, 37, 29, 21, 13, 5, 63, 55, 47, 39, 31, 23, 15, 7];
const FP = IP.map((_, i) => IP.indexOf(i + 1) + 1);
const E = Array.from({ length: 48 }, (_, i) => ((Math.floor(i / 6) * 4 + (i % 6) + 31) % 32) + 1);
const P = [16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10, 2, 8, 24, 14, 32, 27, 3, 9, 19, 13, 30, 6, 22, 11, 4, 25];
const PC1 = [57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18, 10, 2, 59, 51, 43, 35, 27, 19, 11, 3, 60, 52, 44, 36,
  63, 55, 47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45, 37, 29, 21, 13, 5, 28, 20, 12, 4];
const PC2 = [14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2,
  41, 52, 31, 37, 47, 55, 30, 40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32];
const SHIFTS = [1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1];
// the S-boxes, their four rows one after the other
const S = [
  'e4d12fb83a6c59070f74e2d1a6cb953841e8d62bfc973a50fc8249175b3ea06d',
  'f18e6b34972dc05a3d47f28ec01a69b50e7ba4d158c6932fd8a13f42b67c05e9',
  'a09e63f51dc7b428d709346a285ecbf1d6498f30b12c5ae71ad069874fe3b52c',
  '7de3069a1285bc4fd8b56f03472c1ae9a690cb7df13e52843f06a1d8945bc72e',
  '2c417ab6853fd0e9eb2c47d150fa3986421bad78f9c5630eb8c71e2d6f09a453',
  'c1af92680d34e75baf427c9561de0b389ef528c3704a1db6432c95fabe17608d',
  '4b2ef08d3c975a61d0b7491ae35c2f8614bdc37eaf6805926bd814a7950fe23c',
  'd2846fb1a93e50c71fd8a374c56b0e927b419ce206adf35821e74a8dfc90356b',
].map((box) => Array.from(box, (digit) => parseInt(digit, 16)));

const bits = (bytes) => bytes.reduce((out, b) => {
  for (let i = 7; i >= 0; i--) out.push((b >> i) & 1);
  return out;
}, []);
const bytes = (list) => Uint8Array.from({ length: list.length / 8 }, (_, i) => parseInt(list.slice(8 * i, 8 * i + 8).join(''), 2));
const permute = (list, table) => table.map((at) => list[at - 1]);

/** The sixteen keys of the rounds. */
function schedule(key) {
  let [c, d] = [permute(bits([...key]), PC1.slice(0, 28)), permute(bits([...key]), PC1.slice(28))];
  return SHIFTS.map((n) => {
    c = [...c.slice(n), ...c.slice(0, n)];
    d = [...d.slice(n), ...d.slice(0, n)];
    return permute([...c, ...d], PC2);
  });
}

function mix(half, key) {
  const wide = permute(half, E).map((bit, i) => bit ^ key[i]);
  const out = [];
  for (let i = 0; i < 8; i++) {
    const [a, b, c, d, e, f] = wide.slice(6 * i, 6 * i + 6);
    const value = S[i][16 * (2 * a + f) + (8 * b + 4 * c + 2 * d + e)];
    out.push((value >> 3) & 1, (value >> 2) & 1, (value >> 1) & 1, value & 1);
  }
  return permute(out, P);
}

function rounds(block, keys) {
  const all = permute(bits([...block]), IP);
  let [left, right] = [all.slice(0, 32), all.slice(32)];
  for (const key of keys) {
    const mixed = mix(right, key);
    [left, right] = [right, left.map((bit, i) => bit ^ mixed[i])];
  }
  return bytes(permute([...right, ...left], FP));
}

/** A key of 8 bytes for DES; of 16 or 24 for Triple DES (encrypt, decrypt, encrypt). */
export const des = {
  size: 8,
  expand(key) {
    if (key.length <= 8) return [schedule(key)];
    const parts = [key.slice(0, 8), key.slice(8, 16), key.length < 24 ? key.slice(0, 8) : key.slice(16, 24)];
    return parts.map(schedule);
  },
  encrypt(block, keys) {
    if (keys.length === 1) return rounds(block, keys[0]);
    return rounds(rounds(rounds(block, keys[0]), [...keys[1]].reverse()), keys[2]);
  },
  decrypt(block, keys) {
    if (keys.length === 1) return rounds(block, [...keys[0]].reverse());
    return rounds(rounds(rounds(block, [...keys[2]].reverse()), keys[1]), [...keys[0]].reverse());
  },
};
