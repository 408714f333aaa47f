// Signatures with private keys, by Web Crypto. Keys come from the environment, as PEM.
import encoding from 'k6/encoding';

import { register } from './auth.js';

const HASHES = { 1: 'SHA-1', 256: 'SHA-256', 384: 'SHA-384', 512: 'SHA-512' };
const CURVES = {
  256: { name: 'P-256', oid: [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07] },
  384: { name: 'P-384', oid: [0x2b, 0x81, 0x04, 0x00, 0x22] },
  512: { name: 'P-521', oid: [0x2b, 0x81, 0x04, 0x00, 0x23] },
};
const RSA = [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
const EC = [0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];

/** A value of ASN.1 (X.690) with its tag and length. */
function der(tag, content) {
  const n = content.length;
  const length = n < 128 ? [n] : n < 256 ? [0x81, n] : [0x82, n >> 8, n & 255];
  return [tag, ...length, ...content];
}

/** The bytes of PKCS#8 of a key in PEM: PKCS#1 and SEC 1 are wrapped (RFC 5958). */
function pkcs8(pem, size) {
  const text = String(pem).replace(/\\n/g, '\n');
  const [, kind, base64] = /-----BEGIN ([A-Z ]*PRIVATE KEY)-----([^-]*)-----END/.exec(text) || [];
  if (!kind) throw new Error('the private key is no PEM');
  const bytes = new Uint8Array(encoding.b64decode(base64.replace(/\s/g, '')));
  const wrap = (algorithm) => Uint8Array.from(der(0x30, [2, 1, 0, ...algorithm, ...der(4, bytes)]));
  if (kind === 'RSA PRIVATE KEY') return wrap(RSA);
  if (kind === 'EC PRIVATE KEY') return wrap(der(0x30, [...EC, ...der(6, CURVES[size].oid)]));
  return bytes;
}

const keys = new Map();

/** Signs a text with `RS256`, `PS384`, `ES512` and the like; `RS1` is RSA with SHA-1. The answer is an ArrayBuffer. */
async function signWith(algorithm, pem, text) {
  const [, kind, bits] = /^(RS|PS|ES)(1|256|384|512)$/.exec(algorithm) || [];
  if (!kind) throw new Error(`unknown algorithm ${algorithm}`);
  const { subtle } = globalThis.crypto;
  const hash = { name: HASHES[bits] };
  const scheme = {
    RS: { name: 'RSASSA-PKCS1-v1_5', hash },
    PS: { name: 'RSA-PSS', hash, saltLength: bits / 8 },
    ES: { name: 'ECDSA', hash, namedCurve: CURVES[bits] && CURVES[bits].name },
  }[kind];
  const known = `${algorithm} ${pem}`;
  if (!keys.has(known)) keys.set(known, await subtle.importKey('pkcs8', pkcs8(pem, bits), scheme, false, ['sign']));
  return subtle.sign(scheme, keys.get(known), new TextEncoder().encode(text));
}

register('private key', signWith);
