const native = require('native:crypto');

const fail = (name, message) => Object.assign(new Error(message), { name });
const HASHES = { 'SHA-1': 'sha1', 'SHA-256': 'sha256', 'SHA-384': 'sha384', 'SHA-512': 'sha512' };
const BLOCKS = { 'SHA-1': 512, 'SHA-256': 512, 'SHA-384': 1024, 'SHA-512': 1024 };
const USES = {
  HMAC: ['sign', 'verify'], ECDSA: ['sign', 'verify'], 'RSA-PSS': ['sign', 'verify'], 'RSASSA-PKCS1-v1_5': ['sign', 'verify'],
  ECDH: ['deriveKey', 'deriveBits'], PBKDF2: ['deriveKey', 'deriveBits'], 'RSA-OAEP': ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey'],
  'AES-CBC': ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey'], 'AES-CTR': ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey'], 'AES-GCM': ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey'],
};

function bytes(data, what = 'data') {
  if (data instanceof ArrayBuffer) return new Uint8Array(data.slice(0));
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength));
  throw fail('TypeError', `${what} is neither an ArrayBuffer nor a view of one`);
}

function algorithm(given) {
  const fields = typeof given === 'string' ? { name: given } : { ...given };
  if (typeof fields.name !== 'string') throw fail('SyntaxError', 'the algorithm has no name');
  const upper = fields.name.toUpperCase();
  const known = [...Object.keys(USES), ...Object.keys(HASHES)].find((n) => n.toUpperCase() === upper);
  if (!known) throw fail('NotSupportedError', `unsupported algorithm: ${fields.name}`);
  fields.name = known;
  if (fields.hash !== undefined) fields.hash = { name: algorithm(fields.hash).name };
  return fields;
}

const hashOf = (fields) => {
  if (!fields.hash) throw fail('SyntaxError', 'the algorithm needs a hash');
  const hash = HASHES[fields.hash.name];
  if (!hash) throw fail('NotSupportedError', `unsupported hash: ${fields.hash.name}`);
  return hash;
};

const secrets = new WeakMap();

class CryptoKey {
  constructor(type, extractable, fields, usages, secret) {
    Object.defineProperties(this, {
      type: { value: type, enumerable: true },
      extractable: { value: extractable, enumerable: true },
      algorithm: { value: Object.freeze(fields), enumerable: true },
      usages: { value: Object.freeze([...usages]), enumerable: true },
    });
    secrets.set(this, secret);
  }
  get [Symbol.toStringTag]() { return 'CryptoKey'; }
}

function makeKey(type, extractable, fields, usages, secret) {
  for (const use of usages) if (!USES[fields.name].includes(use)) throw fail('SyntaxError', `invalid key usage: ${use}`);
  if (type !== 'public' && usages.length === 0) throw fail('SyntaxError', 'a key without usages cannot be used');
  return new CryptoKey(type, Boolean(extractable), fields, usages, secret);
}

function usable(key, fields, use) {
  if (!(key instanceof CryptoKey)) throw fail('InvalidAccessError', 'the key is no CryptoKey');
  if (key.algorithm.name !== fields.name) throw fail('InvalidAccessError', 'the key is for another algorithm');
  if (!key.usages.includes(use)) throw fail('InvalidAccessError', `the key does not permit ${use}`);
  return secrets.get(key);
}

const b64url = (data) => btoa(String.fromCharCode(...data)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
const fromB64url = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));

const isRsa = (name) => name.startsWith('RSA');
const isEc = (name) => name === 'ECDSA' || name === 'ECDH';
const isAes = (name) => name.startsWith('AES');

// native failures arrive as GoError; the web's own names are what scripts look for
const guarded = (work, name = 'OperationError') => {
  try {
    return work();
  } catch (e) {
    throw e && e.name === 'GoError' ? fail(name, e.message) : e;
  }
};

async function importKey(format, data, given, extractable, usages) {
  const fields = algorithm(given);
  const { name } = fields;
  let jwk = null;
  if (format === 'jwk') {
    jwk = data;
    if (typeof jwk !== 'object' || jwk === null || typeof jwk.kty !== 'string') throw fail('DataError', 'the key is no JSON web key');
  }
  if (isAes(name) || name === 'HMAC' || name === 'PBKDF2') {
    if (format !== 'raw' && format !== 'jwk') throw fail('NotSupportedError', `unsupported key format: ${format}`);
    const raw = jwk ? fromB64url(String(jwk.k)) : bytes(data, 'the key');
    if (isAes(name)) {
      if (![16, 24, 32].includes(raw.length)) throw fail('DataError', 'invalid key length');
      return makeKey('secret', extractable, { name, length: raw.length * 8 }, usages, raw);
    }
    if (name === 'HMAC') {
      hashOf(fields);
      if (raw.length === 0) throw fail('DataError', 'the key is empty');
      return makeKey('secret', extractable, { name, hash: fields.hash, length: fields.length || raw.length * 8 }, usages, raw);
    }
    return makeKey('secret', false, { name }, usages, raw);
  }
  if (isEc(name)) {
    const curve = fields.namedCurve || (jwk && jwk.crv);
    const raw = jwk ? null : bytes(data, 'the key');
    const secret = guarded(() => (jwk
      ? native.ecImport(curve, 'jwk', new Uint8Array([4, ...fromB64url(jwk.x), ...fromB64url(jwk.y)]), jwk.d ? fromB64url(jwk.d) : null)
      : native.ecImport(curve, format, raw, null)), 'DataError');
    const isPrivate = jwk ? Boolean(jwk.d) : format === 'pkcs8';
    return makeKey(isPrivate ? 'private' : 'public', extractable, { name, namedCurve: curve }, usages, secret);
  }
  if (isRsa(name)) {
    hashOf(fields);
    const part = (k) => (jwk[k] ? fromB64url(jwk[k]) : null);
    const secret = guarded(() => (jwk
      ? native.rsaImportJwk(part('n'), part('e'), part('d'), part('p'), part('q'))
      : native.rsaImport(format, bytes(data, 'the key'))), 'DataError');
    const isPrivate = jwk ? Boolean(jwk.d) : format === 'pkcs8';
    const info = native.rsaInfo(secret);
    return makeKey(isPrivate ? 'private' : 'public', extractable, { name, hash: fields.hash, modulusLength: info.bits, publicExponent: new Uint8Array(info.e) }, usages, secret);
  }
  throw fail('NotSupportedError', `unsupported algorithm: ${name}`);
}

async function exportKey(format, key) {
  if (!(key instanceof CryptoKey)) throw fail('InvalidAccessError', 'the key is no CryptoKey');
  if (!key.extractable) throw fail('InvalidAccessError', 'the key is not extractable');
  const { name } = key.algorithm;
  const secret = secrets.get(key);
  if (isAes(name) || name === 'HMAC') {
    if (format === 'raw') return secret.buffer.slice(0);
    if (format === 'jwk') {
      const alg = name === 'HMAC' ? `HS${key.algorithm.hash.name.slice(4)}` : `A${key.algorithm.length}${name.slice(4)}`;
      return { kty: 'oct', k: b64url(secret), alg, ext: key.extractable, key_ops: [...key.usages] };
    }
    throw fail('NotSupportedError', `unsupported key format: ${format}`);
  }
  if (isEc(name)) {
    if (format === 'jwk') {
      const point = new Uint8Array(native.ecExport(secret, 'raw'));
      const half = (point.length - 1) / 2;
      const out = { kty: 'EC', crv: key.algorithm.namedCurve, x: b64url(point.slice(1, 1 + half)), y: b64url(point.slice(1 + half)), ext: key.extractable, key_ops: [...key.usages] };
      if (key.type === 'private') out.d = b64url(new Uint8Array(native.ecExport(secret, 'scalar')));
      return out;
    }
    if ((format === 'pkcs8') !== (key.type === 'private')) throw fail('InvalidAccessError', 'the format does not fit the key');
    return guarded(() => native.ecExport(secret, format), 'NotSupportedError');
  }
  if (format === 'jwk') {
    const parts = native.rsaParts(secret, key.type === 'private');
    const out = { kty: 'RSA', ext: key.extractable, key_ops: [...key.usages] };
    for (const k of Object.keys(parts)) out[k] = b64url(new Uint8Array(parts[k]));
    return out;
  }
  if ((format === 'pkcs8') !== (key.type === 'private')) throw fail('InvalidAccessError', 'the format does not fit the key');
  return guarded(() => native.rsaExport(secret, format), 'NotSupportedError');
}

async function generateKey(given, extractable, usages) {
  const fields = algorithm(given);
  const { name } = fields;
  if (isAes(name)) {
    if (![128, 192, 256].includes(fields.length)) throw fail('OperationError', 'invalid key length');
    return makeKey('secret', extractable, { name, length: fields.length }, usages, new Uint8Array(native.random(fields.length / 8)));
  }
  if (name === 'HMAC') {
    hashOf(fields);
    const length = fields.length || BLOCKS[fields.hash.name];
    return makeKey('secret', extractable, { name, hash: fields.hash, length }, usages, new Uint8Array(native.random(Math.ceil(length / 8))));
  }
  const split = (uses) => usages.filter((u) => uses.includes(u));
  if (isEc(name)) {
    const secret = guarded(() => native.ecGenerate(fields.namedCurve), 'NotSupportedError');
    const shape = { name, namedCurve: fields.namedCurve };
    return {
      privateKey: makeKey('private', extractable, shape, split(['sign', 'deriveKey', 'deriveBits']), secret),
      publicKey: makeKey('public', true, { ...shape }, split(['verify']), secret),
    };
  }
  if (isRsa(name)) {
    hashOf(fields);
    const secret = guarded(() => native.rsaGenerate(fields.modulusLength));
    const shape = { name, hash: fields.hash, modulusLength: fields.modulusLength, publicExponent: fields.publicExponent };
    return {
      privateKey: makeKey('private', extractable, shape, split(['sign', 'decrypt', 'unwrapKey']), secret),
      publicKey: makeKey('public', true, { ...shape }, split(['verify', 'encrypt', 'wrapKey']), secret),
    };
  }
  throw fail('NotSupportedError', `keys for ${name} cannot be generated`);
}

async function sign(given, key, data) {
  const fields = algorithm(given);
  const secret = usable(key, fields, 'sign');
  const message = bytes(data);
  if (fields.name === 'HMAC') return native.hmac(hashOf(key.algorithm), secret, message);
  if (fields.name === 'ECDSA') return guarded(() => native.ecSign(secret, hashOf(fields), message));
  return guarded(() => native.rsaSign(fields.name, secret, hashOf(key.algorithm), message, fields.saltLength || 0));
}

async function verify(given, key, signature, data) {
  const fields = algorithm(given);
  const secret = usable(key, fields, 'verify');
  const sig = bytes(signature, 'the signature');
  const message = bytes(data);
  if (fields.name === 'HMAC') {
    const wanted = new Uint8Array(native.hmac(hashOf(key.algorithm), secret, message));
    let differ = wanted.length ^ sig.length;
    for (let i = 0; i < wanted.length; i++) differ |= wanted[i] ^ (sig[i] ?? 0);
    return differ === 0;
  }
  if (fields.name === 'ECDSA') return guarded(() => native.ecVerify(secret, hashOf(fields), sig, message));
  return guarded(() => native.rsaVerify(fields.name, secret, hashOf(key.algorithm), sig, message, fields.saltLength || 0));
}

function cipher(use) {
  return async (given, key, data) => {
    const fields = algorithm(given);
    const secret = usable(key, fields, use);
    const input = bytes(data);
    const extra = fields.additionalData ? bytes(fields.additionalData) : new Uint8Array(0);
    if (fields.name === 'RSA-OAEP') {
      return guarded(() => native.rsaCrypt(use === 'encrypt', secret, hashOf(key.algorithm), input, fields.label ? bytes(fields.label) : null));
    }
    const iv = bytes(fields.name === 'AES-CTR' ? fields.counter : fields.iv, 'the iv');
    return guarded(() => native.aes(fields.name, use === 'encrypt', secret, [iv, input, extra], fields.tagLength || 128));
  };
}

function derive(fields, key, bits, use) {
  const secret = usable(key, fields, use);
  if (fields.name === 'PBKDF2') {
    if (!(fields.iterations > 0)) throw fail('OperationError', 'iterations must be positive');
    if (!bits || bits % 8) throw fail('OperationError', 'the length must be a multiple of 8');
    return native.pbkdf2(hashOf(fields), secret, bytes(fields.salt, 'the salt'), fields.iterations, bits / 8);
  }
  if (!(fields.public instanceof CryptoKey)) throw fail('InvalidAccessError', 'the algorithm needs a public key');
  const shared = guarded(() => native.ecdh(secret, secrets.get(fields.public)));
  if (bits === null || bits === undefined) return shared;
  if (bits > shared.byteLength * 8) throw fail('OperationError', 'the length is too large');
  return shared.slice(0, Math.ceil(bits / 8));
}

const subtle = {
  async digest(given, data) {
    const hash = HASHES[algorithm(given).name];
    if (!hash) throw fail('NotSupportedError', 'unsupported digest algorithm');
    return native.digest(hash, bytes(data));
  },
  importKey,
  exportKey,
  generateKey,
  sign,
  verify,
  encrypt: cipher('encrypt'),
  decrypt: cipher('decrypt'),
  async deriveBits(given, key, length) { return derive(algorithm(given), key, length, 'deriveBits'); },
  async deriveKey(given, key, target, extractable, usages) {
    const wanted = algorithm(target);
    const bits = wanted.length || (wanted.name === 'HMAC' ? BLOCKS[wanted.hash.name] : 256);
    const raw = derive(algorithm(given), key, bits, 'deriveKey');
    return importKey('raw', raw, target, extractable, usages);
  },
  async wrapKey() { throw fail('NotSupportedError', 'not implemented'); },
  async unwrapKey() { throw fail('NotSupportedError', 'not implemented'); },
};

exports.crypto = Object.freeze({
  subtle: Object.freeze(subtle),
  getRandomValues(array) {
    const integers = /^(Big)?(Int|Uint)(8|16|32|64)(Clamped)?Array$/;
    if (!ArrayBuffer.isView(array) || !integers.test(array.constructor.name)) throw fail('TypeMismatchError', 'typedArray parameter is not a TypedArray instance');
    if (array.byteLength > 65536) throw fail('QuotaExceededError', 'typedArray parameter is too big; maximum length is 65536');
    if (array.byteLength) new Uint8Array(array.buffer, array.byteOffset, array.byteLength).set(new Uint8Array(native.random(array.byteLength)));
    return array;
  },
  randomUUID() {
    return native.uuid();
  },
  get CryptoKey() { return CryptoKey; },
});
