const native = require('native:text');

exports.TextEncoder = class TextEncoder {
  get encoding() { return 'utf-8'; }
  encode(text = '') { return native.encode(String(text)); }
  encodeInto(text, target) {
    let read = 0;
    let written = 0;
    for (const c of String(text)) {
      const bytes = native.encode(c);
      if (written + bytes.length > target.length) break;
      target.set(bytes, written);
      written += bytes.length;
      read += c.length;
    }
    return { read, written };
  }
};

const LABELS = { 'utf-8': 'utf-8', utf8: 'utf-8', 'unicode-1-1-utf-8': 'utf-8', 'utf-16': 'utf-16le', 'utf-16le': 'utf-16le', 'utf-16be': 'utf-16be' };

exports.TextDecoder = class TextDecoder {
  #label;
  #fatal;
  #ignoreBOM;
  #rest = new Uint8Array(0);
  constructor(label = 'utf-8', options = {}) {
    this.#label = LABELS[String(label).trim().toLowerCase()];
    if (!this.#label) throw new RangeError(`The "${label}" encoding is not supported`);
    this.#fatal = Boolean(options && options.fatal);
    this.#ignoreBOM = Boolean(options && options.ignoreBOM);
  }
  get encoding() { return this.#label; }
  get fatal() { return this.#fatal; }
  get ignoreBOM() { return this.#ignoreBOM; }
  decode(input, options) {
    let bytes = input === undefined ? new Uint8Array(0)
      : ArrayBuffer.isView(input) ? new Uint8Array(input.buffer, input.byteOffset, input.byteLength) : new Uint8Array(input);
    if (this.#rest.length) {
      const joined = new Uint8Array(this.#rest.length + bytes.length);
      joined.set(this.#rest);
      joined.set(bytes, this.#rest.length);
      bytes = joined;
      this.#rest = new Uint8Array(0);
    }
    if (options && options.stream && this.#label === 'utf-8') {
      let back = 0;
      for (let i = 1; i <= 3 && i <= bytes.length; i++) {
        const b = bytes[bytes.length - i];
        if (b >= 0xc0) {
          const need = b >= 0xf0 ? 4 : b >= 0xe0 ? 3 : 2;
          if (need > i) back = i;
          break;
        }
        if (b < 0x80) break;
      }
      this.#rest = bytes.slice(bytes.length - back);
      bytes = bytes.slice(0, bytes.length - back);
    }
    const text = native.decode(bytes, this.#fatal, this.#label);
    return !this.#ignoreBOM && text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  }
};

const invalid = (message) => Object.assign(new Error(message), { name: 'InvalidCharacterError' });

exports.btoa = function btoa(text) {
  const out = native.btoa(String(text));
  if (out === undefined || out === null) throw invalid('The string contains characters outside of the Latin1 range');
  return out;
};

exports.atob = function atob(text) {
  const out = native.atob(String(text));
  if (out === undefined || out === null) throw invalid('The string is not correctly encoded');
  return out;
};
