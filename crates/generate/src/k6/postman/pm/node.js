// Small parts of Node.js that Postman offers to scripts.
import { chai } from './chai.js';
import { same } from './same.js';

export const assert = Object.assign((value, message) => chai.assert(value, message), chai.assert, { deepStrictEqual: chai.assert.deepEqual, strict: chai.assert });
const inspect = (v) => (typeof v === 'string' ? v : JSON.stringify(v, null, 2));
export const util = {
  inspect,
  format: (text, ...args) => {
    let i = 0;
    const out = String(text).replace(/%[sdijoO%]/g, (m) => (m === '%%' ? '%' : i < args.length ? (/[ijoO]/.test(m[1]) ? JSON.stringify(args[i++]) : String(args[i++])) : m));
    return [out, ...args.slice(i).map(inspect)].join(' ');
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

  emit(name, ...args) {
    [...(this._all[name] || [])].forEach((f) => f(...args));
    return Boolean((this._all[name] || []).length);
  }
}
events.EventEmitter = events;
export const timers = { setTimeout: (f) => f(), setInterval: () => 0, clearTimeout: () => {}, clearInterval: () => {} };
