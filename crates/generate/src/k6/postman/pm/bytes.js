// Bytes and base64, as Node.js and browsers name them.
import encoding from 'k6/encoding';

const encoder = new TextEncoder();
const utf8 = (bytes) => {
  let out = '';
  for (let i = 0; i < bytes.length; ) {
    const b = bytes[i++];
    if (b < 0x80) out += String.fromCharCode(b);
    else {
      const n = b >= 0xf0 ? 3 : b >= 0xe0 ? 2 : b >= 0xc0 ? 1 : -1;
      let code = n < 0 ? 0xfffd : b & (0x3f >> n);
      let ok = n >= 0;
      for (let k = 0; k < n; k++) {
        if ((bytes[i] & 0xc0) !== 0x80) {
          ok = false;
          break;
        }
        code = (code << 6) | (bytes[i++] & 0x3f);
      }
      out += String.fromCodePoint(ok ? code : 0xfffd);
    }
  }
  return out;
};
const latin1 = (bytes) => {
  let out = '';
  for (const b of bytes) out += String.fromCharCode(b);
  return out;
};
const raw = (text) => Uint8Array.from(text, (c) => c.charCodeAt(0) & 0xff);
const fromBase64 = (text) => {
  const clean = text.replace(/-/g, '+').replace(/_/g, '/').replace(/[^A-Za-z0-9+/]/g, '');
  return new Uint8Array(encoding.b64decode(clean, 'rawstd'));
};

export const btoa = (text) => encoding.b64encode(raw(String(text)).buffer);
export const atob = (text) => latin1(fromBase64(String(text)));

export class Buffer extends Uint8Array {
  constructor(given, ...more) {
    if (typeof given !== 'string') {
      super(given, ...more);
      return;
    }
    const bytes = Buffer.from(given, ...more);
    super(bytes.length);
    this.set(bytes);
  }

  static from(value, format = 'utf8') {
    if (typeof value === 'string') {
      let bytes;
      if (format === 'base64' || format === 'base64url') bytes = fromBase64(value);
      else if (format === 'hex') bytes = Uint8Array.from(value.match(/[0-9a-f]{2}/gi) || [], (h) => parseInt(h, 16));
      else if (/^(latin1|binary|ascii)$/.test(format)) bytes = raw(value);
      else bytes = encoder.encode(value);
      const out = new Buffer(bytes.length);
      out.set(bytes);
      return out;
    }
    const bytes = value instanceof ArrayBuffer ? new Uint8Array(value) : value;
    const out = new Buffer(bytes.length);
    out.set(bytes);
    return out;
  }

  static alloc(size, fill = 0) {
    return new Buffer(size).fill(fill);
  }

  static isBuffer(value) {
    return value instanceof Buffer;
  }

  static byteLength(value, format) {
    return Buffer.from(value, format).length;
  }

  static concat(list) {
    const out = new Buffer(list.reduce((n, b) => n + b.length, 0));
    let at = 0;
    for (const b of list) {
      out.set(b, at);
      at += b.length;
    }
    return out;
  }

  toString(format = 'utf8') {
    if (format === 'base64') return encoding.b64encode(this.slice().buffer);
    if (format === 'base64url') return encoding.b64encode(this.slice().buffer, 'rawurl');
    if (format === 'hex') return Array.from(this, (b) => b.toString(16).padStart(2, '0')).join('');
    if (/^(latin1|binary|ascii)$/.test(format)) return latin1(this);
    return utf8(this);
  }

  static compare(a, b) {
    for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return a[i] < b[i] ? -1 : 1;
    return Math.sign(a.length - b.length);
  }

  indexOf(what, from = 0) {
    if (typeof what === 'number') return super.indexOf(what, from);
    const wanted = typeof what === 'string' ? encoder.encode(what) : what;
    for (let i = from; i + wanted.length <= this.length; i++) if (wanted.every((b, k) => this[i + k] === b)) return i;
    return -1;
  }

  includes(what, from) {
    return this.indexOf(what, from) >= 0;
  }

  readUInt8(at = 0) {
    return this[at];
  }

  readUInt16BE(at = 0) {
    return (this[at] << 8) | this[at + 1];
  }

  readUInt32BE(at = 0) {
    return ((this[at] << 24) | (this[at + 1] << 16) | (this[at + 2] << 8) | this[at + 3]) >>> 0;
  }

  equals(other) {
    return this.length === other.length && this.every((b, i) => b === other[i]);
  }

  toJSON() {
    return { type: 'Buffer', data: Array.from(this) };
  }
}

export const buffer = { Buffer };
