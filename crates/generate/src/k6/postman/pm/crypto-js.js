// The part of CryptoJS that scripts of collections use: hashes and HMACs by k6, ciphers here.
import crypto from 'k6/crypto';

import { Buffer } from './bytes.js';
import { des } from './des.js';
import { keccak } from './keccak.js';
import { rabbit } from './rabbit.js';
import { sha224 } from './sha224.js';

class WordArray {
  constructor(bytes) {
    this.bytes = bytes instanceof Uint8Array ? bytes : Uint8Array.from(bytes);
  }

  get sigBytes() {
    return this.bytes.length;
  }

  get words() {
    const out = [];
    for (let i = 0; i < this.bytes.length; i += 4) {
      out.push(((this.bytes[i] << 24) | ((this.bytes[i + 1] || 0) << 16) | ((this.bytes[i + 2] || 0) << 8) | (this.bytes[i + 3] || 0)) | 0);
    }
    return out;
  }

  concat(other) {
    this.bytes = Uint8Array.from([...this.bytes, ...other.bytes]);
    return this;
  }

  clone() {
    return new WordArray(this.bytes.slice());
  }

  toString(format = Hex) {
    return format.stringify(this);
  }
}
const Hex = {
  parse: (text) => new WordArray(Buffer.from(text, 'hex')),
  stringify: (w) => Array.from(w.bytes, (b) => b.toString(16).padStart(2, '0')).join(''),
};
const Utf8 = {
  parse: (text) => new WordArray(new TextEncoder().encode(text)),
  stringify: (w) => {
    const out = Buffer.from(w.bytes).toString('utf8');
    if (out.includes('\ufffd')) throw new Error('Malformed UTF-8 data');
    return out;
  },
};
const Latin1 = {
  parse: (text) => new WordArray(Uint8Array.from(text, (c) => c.charCodeAt(0) & 0xff)),
  stringify: (w) => String.fromCharCode(...w.bytes),
};
const Base64 = {
  parse: (text) => new WordArray(Buffer.from(text, 'base64')),
  stringify: (w) => Buffer.from(w.bytes).toString('base64'),
};
const Base64url = { parse: Base64.parse, stringify: (w) => Buffer.from(w.bytes).toString('base64url') };
/** Two bytes a character, the high one first or last. */
const utf16 = (first) => ({
  parse: (text) => new WordArray(Array.from({ length: text.length * 2 }, (_, i) => (text.charCodeAt(i >> 1) >>> (i % 2 === first ? 8 : 0)) & 255)),
  stringify: ({ bytes }) => {
    let out = '';
    for (let i = 0; i + 1 < bytes.length; i += 2) out += String.fromCharCode((bytes[i + first] << 8) | bytes[i + 1 - first]);
    return out;
  },
});
const Utf16 = utf16(0);
const words = (value) => {
  if (value instanceof WordArray) return value;
  if (value && typeof value === 'object' && value.words) return fromWords(value.words, value.sigBytes);
  return Utf8.parse(String(value));
};
const fromWords = (list, size = list.length * 4) => {
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; i++) bytes[i] = (list[i >> 2] >>> (24 - (i % 4) * 8)) & 0xff;
  return new WordArray(bytes);
};
const data = (w) => w.bytes.slice().buffer;
const hashed = (algorithm) => (message) => new WordArray(new Uint8Array(crypto[algorithm](data(words(message)), 'binary')));
const signed = (algorithm) => (message, key) =>
  new WordArray(new Uint8Array(crypto.hmac(algorithm, data(words(key)), data(words(message)), 'binary')));
/** HMAC (RFC 2104) over a hash that k6 does not have. */
const keyed = (hash, size) => (message, key) => {
  let { bytes } = words(key);
  if (bytes.length > size) bytes = hash(bytes);
  const padded = (b) => Uint8Array.from({ length: size }, (_, i) => (bytes[i] || 0) ^ b);
  const inner = hash(Uint8Array.from([...padded(0x36), ...words(message).bytes]));
  return new WordArray(hash(Uint8Array.from([...padded(0x5c), ...inner])));
};

// AES (FIPS 197)
const SBOX = new Uint8Array(256);
const INVERSE = new Uint8Array(256);
(() => {
  let p = 1;
  let q = 1;
  do {
    p = (p ^ (p << 1) ^ (p & 0x80 ? 0x11b : 0)) & 0xff;
    q ^= q << 1;
    q ^= q << 2;
    q ^= q << 4;
    q &= 0xff;
    if (q & 0x80) q ^= 0x09;
    const x = q ^ ((q << 1) | (q >> 7)) ^ ((q << 2) | (q >> 6)) ^ ((q << 3) | (q >> 5)) ^ ((q << 4) | (q >> 4));
    SBOX[p] = (x ^ 0x63) & 0xff;
  } while (p !== 1);
  SBOX[0] = 0x63;
  SBOX.forEach((v, i) => {
    INVERSE[v] = i;
  });
})();
const times = (a, b) => {
  let out = 0;
  while (b) {
    if (b & 1) out ^= a;
    a = (a << 1) ^ (a & 0x80 ? 0x11b : 0);
    b >>= 1;
  }
  return out & 0xff;
};
function expand(key) {
  const n = key.length / 4;
  const rounds = n + 6;
  const out = [];
  for (let i = 0; i < n; i++) out.push([...key.slice(4 * i, 4 * i + 4)]);
  let rcon = 1;
  for (let i = n; i < 4 * (rounds + 1); i++) {
    let t = [...out[i - 1]];
    if (i % n === 0) {
      t = [SBOX[t[1]] ^ rcon, SBOX[t[2]], SBOX[t[3]], SBOX[t[0]]];
      rcon = times(rcon, 2);
    } else if (n > 6 && i % n === 4) t = t.map((b) => SBOX[b]);
    out.push(out[i - n].map((b, k) => b ^ t[k]));
  }
  return { keys: out.flat(), rounds };
}
const addKey = (s, keys, round) => {
  for (let i = 0; i < 16; i++) s[i] ^= keys[16 * round + i];
};
function encryptBlock(block, { keys, rounds }) {
  let s = Uint8Array.from(block);
  addKey(s, keys, 0);
  for (let r = 1; r <= rounds; r++) {
    const t = new Uint8Array(16);
    for (let c = 0; c < 4; c++) for (let i = 0; i < 4; i++) t[4 * c + i] = SBOX[s[4 * ((c + i) % 4) + i]];
    if (r < rounds) {
      for (let c = 0; c < 4; c++) {
        const a = t.slice(4 * c, 4 * c + 4);
        for (let i = 0; i < 4; i++) t[4 * c + i] = times(a[i], 2) ^ times(a[(i + 1) % 4], 3) ^ a[(i + 2) % 4] ^ a[(i + 3) % 4];
      }
    }
    s = t;
    addKey(s, keys, r);
  }
  return s;
}
function decryptBlock(block, { keys, rounds }) {
  let s = Uint8Array.from(block);
  addKey(s, keys, rounds);
  for (let r = rounds - 1; r >= 0; r--) {
    const t = new Uint8Array(16);
    for (let c = 0; c < 4; c++) for (let i = 0; i < 4; i++) t[4 * ((c + i) % 4) + i] = INVERSE[s[4 * c + i]];
    addKey(t, keys, r);
    if (r > 0) {
      for (let c = 0; c < 4; c++) {
        const a = t.slice(4 * c, 4 * c + 4);
        for (let i = 0; i < 4; i++) t[4 * c + i] = times(a[i], 14) ^ times(a[(i + 1) % 4], 11) ^ times(a[(i + 2) % 4], 13) ^ times(a[(i + 3) % 4], 9);
      }
    }
    s = t;
  }
  return s;
}
function evp(password, salt, size) {
  let out = new Uint8Array(0);
  let block = new Uint8Array(0);
  while (out.length < size) {
    block = new Uint8Array(crypto.md5(Uint8Array.from([...block, ...password, ...salt]).buffer, 'binary'));
    out = Uint8Array.from([...out, ...block]);
  }
  return out.slice(0, size);
}
function pbkdf2(password, salt, { keySize = 4, iterations = 1, hasher = 'sha1' } = {}) {
  const [p, s] = [words(password), words(salt)];
  const algorithm = typeof hasher === 'string' ? hasher : hasher.algorithm || 'sha1';
  const mac = (bytes) => new Uint8Array(crypto.hmac(algorithm, data(p), bytes.slice().buffer, 'binary'));
  let out = [];
  for (let i = 1; out.length < keySize * 4; i++) {
    let u = mac(Uint8Array.from([...s.bytes, i >>> 24, (i >>> 16) & 255, (i >>> 8) & 255, i & 255]));
    const t = u.slice();
    for (let k = 1; k < iterations; k++) {
      u = mac(u);
      t.forEach((_, j) => {
        t[j] ^= u[j];
      });
    }
    out = [...out, ...t];
  }
  return new WordArray(out.slice(0, keySize * 4));
}
const mode = Object.fromEntries(['CBC', 'ECB', 'CTR', 'OFB', 'CFB'].map((name) => [name, { how: name.toLowerCase() }]));
const xor = (a, b) => a.map((v, i) => v ^ b[i]);
const aes = { size: 16, expand, encrypt: encryptBlock, decrypt: decryptBlock };
function crypt(cipher, input, key, iv, how, forward) {
  const { size } = cipher;
  const keys = cipher.expand(key);
  const stream = how === 'ctr' || how === 'ofb' || how === 'cfb';
  const out = [];
  let last = iv;
  for (let i = 0; i < input.length; i += size) {
    const block = Uint8Array.from({ length: size }, (_, k) => input[i + k] || 0);
    let made;
    if (stream) {
      const pad = cipher.encrypt(last, keys);
      made = xor(block, pad);
      if (how === 'ofb') last = pad;
      else if (how === 'cfb') last = forward ? made : block;
      else {
        last = Uint8Array.from(last);
        // the last four bytes count
        for (let k = size - 1; k >= size - 4 && (last[k] = (last[k] + 1) & 255) === 0; k--);
      }
    } else if (forward) {
      made = cipher.encrypt(how === 'cbc' ? xor(block, last) : block, keys);
      last = made;
    } else {
      made = cipher.decrypt(block, keys);
      if (how === 'cbc') made = xor(made, last);
      last = block;
    }
    out.push(...made);
  }
  return out.slice(0, stream ? input.length : undefined);
}
const pad = {
  Pkcs7: { add: (gap) => Array(gap).fill(gap), drop: (out) => out[out.length - 1] },
  AnsiX923: { add: (gap) => [...Array(gap - 1).fill(0), gap], drop: (out) => out[out.length - 1] },
  Iso10126: { add: (gap) => [...new Uint8Array(crypto.randomBytes(gap)).slice(1), gap], drop: (out) => out[out.length - 1] },
  Iso97971: { add: (gap) => [0x80, ...Array(gap - 1).fill(0)], drop: (out) => out.length - out.lastIndexOf(0x80) },
  ZeroPadding: { add: (gap, size) => Array(gap % size).fill(0), drop: (out) => out.length - 1 - out.reduce((n, b, i) => (b ? i : n), -1) },
  NoPadding: { add: () => [], drop: () => 0 },
};
const SALTED = [0x53, 0x61, 0x6c, 0x74, 0x65, 0x64, 0x5f, 0x5f];
const secret = (key, iv, salt, keyBytes, ivBytes) => {
  if (typeof key !== 'string') return { key: words(key).bytes, iv: iv && words(iv).bytes };
  const all = evp(new TextEncoder().encode(key), salt, keyBytes + ivBytes);
  return { key: all.slice(0, keyBytes), iv: all.slice(keyBytes) };
};
const OpenSSL = {
  stringify: ({ ciphertext, salt }) => Base64.stringify(salt ? new WordArray([...SALTED, ...salt.bytes, ...ciphertext.bytes]) : ciphertext),
  parse: (text) => {
    const { bytes } = Base64.parse(text);
    if (!SALTED.every((b, i) => bytes[i] === b)) return params({ ciphertext: new WordArray(bytes) });
    return params({ salt: new WordArray(bytes.slice(8, 16)), ciphertext: new WordArray(bytes.slice(16)) });
  },
};
const HexFormat = { stringify: ({ ciphertext }) => Hex.stringify(ciphertext), parse: (text) => params({ ciphertext: Hex.parse(text) }) };
/** What a cipher gives; as text it is what its format makes of it. */
const params = (parts, format = OpenSSL) => ({
  ...parts,
  get bytes() {
    return parts.ciphertext.bytes;
  },
  toString(other) {
    return (other || format).stringify(this);
  },
});
/** `encrypt` and `decrypt`; a password gives the key and, for blocks, the start value. */
const ciphered = (keyBytes, ivBytes, run) => ({
  encrypt(message, password, options = {}) {
    const salt = typeof password === 'string' ? (options.salt ? words(options.salt).bytes : new Uint8Array(crypto.randomBytes(8))) : undefined;
    const { key, iv } = secret(password, options.iv, salt, keyBytes, ivBytes);
    const ciphertext = new WordArray(run([...words(message).bytes], key, iv, options, true));
    return params({ ciphertext, key: new WordArray(key), iv: iv && new WordArray(iv), salt: salt && new WordArray(salt) }, options.format);
  },
  decrypt(given, password, options = {}) {
    const { ciphertext, salt } = typeof given === 'string' ? (options.format || OpenSSL).parse(given) : given;
    const { key, iv } = secret(password, options.iv, salt ? salt.bytes : [], keyBytes, ivBytes);
    return new WordArray(run([...ciphertext.bytes], key, iv, options, false));
  },
});
const blocks = (cipher, keyBytes) =>
  ciphered(keyBytes, cipher.size, (input, key, iv, options, forward) => {
    const { how } = options.mode || mode.CBC;
    const padding = options.padding || pad.Pkcs7;
    if (forward) input.push(...padding.add(cipher.size - (input.length % cipher.size), cipher.size));
    const out = crypt(cipher, input, key, iv || new Uint8Array(cipher.size), how, forward);
    return forward ? out : out.slice(0, Math.max(0, out.length - padding.drop(out)));
  });
/** RC4; `drop` words of the key stream are thrown away first. */
const rc4 = (drop) =>
  ciphered(32, 0, (input, key, iv, options) => {
    const s = Array.from({ length: 256 }, (_, i) => i);
    for (let i = 0, j = 0; i < 256; i++) {
      j = (j + s[i] + key[i % key.length]) & 255;
      [s[i], s[j]] = [s[j], s[i]];
    }
    let i = 0;
    let j = 0;
    const next = () => {
      i = (i + 1) & 255;
      j = (j + s[i]) & 255;
      [s[i], s[j]] = [s[j], s[i]];
      return s[(s[i] + s[j]) & 255];
    };
    for (let n = 0; n < 4 * (drop ? (options.drop ?? drop) : 0); n++) next();
    return input.map((b) => b ^ next());
  });
const rabbits = (old) => ciphered(16, 8, (input, key, iv) => xor(input, rabbit(key, iv, input.length, old)));
const sha3 = (bytes) => keccak(bytes, 512);
const named = (algorithm) => Object.assign(hashed(algorithm), { algorithm });

/** Takes a message piece by piece. */
const progressive = (finish) => {
  const all = new WordArray([]);
  return {
    update(message) {
      all.concat(words(message));
      return this;
    },
    finalize(message) {
      if (message !== undefined) this.update(message);
      return finish(all);
    },
  };
};
const ALGO = { HMAC: { create: ({ algorithm }, key) => progressive((all) => signed(algorithm)(all, key)) } };
for (const name of ['MD5', 'SHA1', 'SHA256', 'SHA384', 'SHA512', 'RIPEMD160']) {
  const algorithm = name.toLowerCase();
  ALGO[name] = { algorithm, create: () => progressive(hashed(algorithm)) };
}

export const CryptoJS = {
  MD5: named('md5'), SHA1: named('sha1'), SHA256: named('sha256'), SHA384: named('sha384'), SHA512: named('sha512'), RIPEMD160: named('ripemd160'), SHA224: Object.assign((message) => new WordArray(sha224(words(message).bytes)), { algorithm: 'sha224' }), SHA3: (message, { outputLength = 512 } = {}) => new WordArray(keccak(words(message).bytes, outputLength)),
  HmacMD5: signed('md5'), HmacSHA1: signed('sha1'), HmacSHA256: signed('sha256'), HmacSHA384: signed('sha384'), HmacSHA512: signed('sha512'), HmacRIPEMD160: signed('ripemd160'), HmacSHA224: keyed(sha224, 64), HmacSHA3: keyed(sha3, 72),
  AES: blocks(aes, 32), DES: blocks(des, 8), TripleDES: blocks(des, 24), RC4: rc4(0), RC4Drop: rc4(192),
  Rabbit: rabbits(false), RabbitLegacy: rabbits(true), PBKDF2: pbkdf2,
  EvpKDF: (p, s, { keySize = 4 } = {}) => new WordArray(evp(words(p).bytes, words(s).bytes, keySize * 4)),
  enc: { Hex, Utf8, Latin1, Base64, Base64url, Utf16, Utf16BE: Utf16, Utf16LE: utf16(1) }, mode, pad, algo: ALGO,
  lib: { WordArray: { create: (w, n) => (w instanceof Uint8Array || w instanceof ArrayBuffer ? new WordArray(new Uint8Array(w)) : fromWords(w || [], n)), random: (n) => new WordArray(new Uint8Array(crypto.randomBytes(n))) }, CipherParams: { create: (p) => params(p, p.formatter) } },
  format: { OpenSSL, Hex: HexFormat },
};
