// Small parts of Node.js that Postman offers to scripts.
import { Buffer } from './bytes.js';
import { chai } from './chai.js';
import { same } from './same.js';

const demand = (ok, text, message) => {
  if (ok) return;
  if (message instanceof Error) throw message;
  throw new chai.AssertionError(message || text);
};
/** What Node.js says about two values with a sign between them. */
const pair = (a, sign, b) => `${util.inspect(a)} ${sign} ${util.inspect(b)}`;
const ok = (value, message) => demand(value, pair(value, '==', true), message);
export const assert = Object.assign((value, message) => ok(value, message), chai.assert, {
  ok,
  equal: (a, b, message) => demand(a == b || (a !== a && b !== b), pair(a, '==', b), message),
  notEqual: (a, b, message) => demand(a != b, pair(a, '!=', b), message),
  strictEqual: (a, b, message) => demand(Object.is(a, b), `Expected values to be strictly equal:\n\n${pair(a, '!==', b)}\n`, message),
  notStrictEqual: (a, b, message) => demand(!Object.is(a, b), `Expected "actual" to be strictly unequal to: ${util.inspect(b)}`, message),
  deepStrictEqual: chai.assert.deepEqual,
  fail: (message) => demand(false, 'Failed', message),
});
assert.strict = assert;
/** A value as Node.js shows it, on one line when it is short. */
const inspect = (v, depth = 2) => {
  if (typeof v === 'string') return `'${v}'`;
  if (typeof v === 'function') return v.name ? `[Function: ${v.name}]` : '[Function]';
  if (v === null || typeof v !== 'object' || v instanceof Date || v instanceof RegExp) return v instanceof Date ? v.toISOString() : String(v);
  if (v instanceof Error) return v.stack || String(v);
  const list = Array.isArray(v);
  const level = typeof depth === 'number' ? depth : 2;
  if (level < 0) return list ? '[Array]' : '[Object]';
  const parts = list ? v.map((x) => inspect(x, level - 1)) : Object.keys(v).map((k) => `${/^[a-z_$][\w$]*$/i.test(k) ? k : `'${k}'`}: ${inspect(v[k], level - 1)}`);
  if (!parts.length) return list ? '[]' : '{}';
  const [open, close] = list ? '[]' : '{}';
  const line = `${open} ${parts.join(', ')} ${close}`;
  return line.length <= 72 ? line : `${open} ${parts.join(',\n  ')} ${close}`;
};
export const util = {
  inspect,
  format: (text, ...args) => {
    let i = 0;
    const out = String(text).replace(/%[sdijoO%]/g, (m) => (m === '%%' ? '%' : i < args.length ? (/[ijoO]/.test(m[1]) ? JSON.stringify(args[i++]) : String(args[i++])) : m));
    return [out, ...args.slice(i).map((v) => (typeof v === 'string' ? v : inspect(v)))].join(' ');
  },
  promisify: (f) => (...args) => new Promise((resolve, reject) => f(...args, (e, v) => (e ? reject(e) : resolve(v)))),
  isDeepStrictEqual: same,
  isArray: Array.isArray,
  inherits: (a, b) => Object.setPrototypeOf(a.prototype, b.prototype),
  types: {},
};
const parts = (p) => p.split('/').filter((s, i) => s && s !== '.');
const normalize = (p) => {
  const out = [];
  for (const s of parts(p)) if (s === '..' && out.length && out[out.length - 1] !== '..') out.pop(); else out.push(s);
  return (p.startsWith('/') ? '/' : '') + out.join('/') || '.';
};
export const path = {
  sep: '/',
  normalize,
  join: (...p) => normalize(p.filter(Boolean).join('/')),
  resolve: (...p) => normalize(`/${p.join('/')}`),
  basename: (p, ext = '') => {
    const name = p.replace(/\/+$/, '').split('/').pop();
    return ext && name.endsWith(ext) ? name.slice(0, -ext.length) : name;
  },
  dirname: (p) => p.replace(/\/+$/, '').replace(/\/?[^/]*$/, '') || (p.startsWith('/') ? '/' : '.'),
  extname: (p) => (/.(\.[^./]*)$/.exec(p.split('/').pop()) || ['', ''])[1],
  isAbsolute: (p) => p.startsWith('/'),
};
export class events {
  constructor() {
    this._all = {};
  }

  on(name, f) {
    (this._all[name] = this._all[name] || []).push(f);
    return this;
  }

  once(name, f) {
    const g = (...args) => {
      this.off(name, g);
      f(...args);
    };
    return this.on(name, g);
  }

  off(name, f) {
    this._all[name] = (this._all[name] || []).filter((g) => g !== f);
    return this;
  }

  listenerCount(name) {
    return (this._all[name] || []).length;
  }

  listeners(name) {
    return [...(this._all[name] || [])];
  }

  removeAllListeners(name) {
    if (name === undefined) this._all = {};
    else delete this._all[name];
    return this;
  }

  emit(name, ...args) {
    [...(this._all[name] || [])].forEach((f) => f(...args));
    return Boolean((this._all[name] || []).length);
  }
}
events.EventEmitter = events;
export const timers = { setTimeout: (f) => f(), setInterval: () => 0, clearTimeout: () => {}, clearInterval: () => {} };

/** Bytes to text, piece by piece: a character may lie across two of them. */
export class StringDecoder {
  constructor(format = 'utf8') {
    this.format = format;
    this.rest = [];
  }

  write(bytes) {
    const all = [...this.rest, ...bytes];
    let whole = all.length;
    if (/^utf-?8$/i.test(this.format)) {
      let start = all.length - 1;
      while (start > 0 && all.length - start < 4 && (all[start] & 0xc0) === 0x80) start -= 1;
      const need = all[start] >= 0xf0 ? 4 : all[start] >= 0xe0 ? 3 : all[start] >= 0xc0 ? 2 : 1;
      if (start >= 0 && all.length - start < need) whole = start;
    }
    this.rest = all.slice(whole);
    return Buffer.from(all.slice(0, whole)).toString(this.format);
  }

  end(bytes = []) {
    const out = this.write(bytes) + Buffer.from(this.rest).toString(this.format);
    this.rest = [];
    return out;
  }
}
export const decoder = { StringDecoder };
