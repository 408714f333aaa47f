// Methods that Postman's old sandbox puts on strings, arrays, numbers and functions. Only scripts that use them load this.
const define = (type, methods) => {
  for (const name of Object.keys(methods)) {
    if (name in type.prototype) continue;
    Object.defineProperty(type.prototype, name, { value: methods[name], writable: true, configurable: true, enumerable: false });
  }
};
const same = (a, b) => a === b || JSON.stringify(a) === JSON.stringify(b);
const matcher = (f) => {
  if (f instanceof RegExp) return (v) => f.test(v);
  if (typeof f === 'function') return f;
  if (f && typeof f === 'object' && !Array.isArray(f)) return (v) => Object.keys(f).every((k) => v && same(v[k], f[k]));
  return (v) => same(v, f);
};
const mapper = (f) => (typeof f === 'function' ? f : f === undefined ? (v) => v : (v) => v[f]);
const words = (text) => text.replace(/([a-z\d])([A-Z])/g, '$1 $2').replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2').replace(/[_\-\s]+/g, ' ').trim();
const upper = (text) => text.charAt(0).toUpperCase() + text.slice(1);

define(String, {
  has(what) {
    return what instanceof RegExp ? what.test(this) : this.indexOf(what) !== -1;
  },
  contains(what) {
    return this.indexOf(what) !== -1;
  },
  first(n = 1) {
    return this.slice(0, n);
  },
  last(n = 1) {
    return this.slice(-n);
  },
  from(n) {
    return this.slice(n);
  },
  to(n) {
    return this.slice(0, n);
  },
  reverse() {
    return [...this].reverse().join('');
  },
  isBlank() {
    return this.trim().length === 0;
  },
  compact() {
    return this.trim().replace(/\s+/g, ' ');
  },
  capitalize(all) {
    return all ? this.toLowerCase().replace(/\b[a-z]/g, (c) => c.toUpperCase()) : upper(this.toLowerCase());
  },
  titleize() {
    return words(String(this)).toLowerCase().split(' ').map(upper).join(' ');
  },
  camelize(first) {
    const out = words(String(this)).toLowerCase().split(' ').map(upper).join('');
    return first === false ? out.charAt(0).toLowerCase() + out.slice(1) : out;
  },
  underscore() {
    return words(String(this)).toLowerCase().replace(/ /g, '_');
  },
  dasherize() {
    return words(String(this)).toLowerCase().replace(/ /g, '-');
  },
  spacify() {
    return words(String(this)).toLowerCase();
  },
  shift(n) {
    return [...this].map((c) => String.fromCharCode(c.charCodeAt(0) + n)).join('');
  },
  each(what, f) {
    const list = what instanceof RegExp ? this.match(new RegExp(what.source, `${what.flags.replace('g', '')}g`)) || [] : typeof what === 'string' ? this.split(what).slice(1).map(() => what) : [...this];
    const call = typeof what === 'function' ? what : f;
    if (call) list.forEach((v, i) => call(v, i));
    return list;
  },
  chars() {
    return [...this];
  },
  words() {
    return this.trim().split(/\s+/);
  },
  lines() {
    return this.trim().split('\n');
  },
  add(text, at = this.length) {
    return this.slice(0, at) + text + this.slice(at);
  },
  insert(text, at = this.length) {
    return this.slice(0, at) + text + this.slice(at);
  },
  remove(what) {
    return this.replace(what, '');
  },
  truncate(n, from, end = '...') {
    return this.length > n ? this.slice(0, n) + end : String(this);
  },
  stripTags() {
    return this.replace(/<\/?[^>]*>/g, '');
  },
  escapeHTML() {
    return this.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
  },
  unescapeHTML() {
    return this.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&');
  },
  toNumber(base) {
    return base ? parseInt(this, base) : Number(this.replace(/,/g, ''));
  },
  pad(n, c = ' ') {
    const gap = Math.max(0, n - this.length);
    return c.repeat(Math.floor(gap / 2)) + this + c.repeat(Math.ceil(gap / 2));
  },
});
define(Array, {
  none(f) {
    return !this.some(matcher(f));
  },
  any(f) {
    return f === undefined ? this.some(Boolean) : this.some(matcher(f));
  },
  all(f) {
    return this.every(matcher(f));
  },
  count(f) {
    return f === undefined ? this.length : this.filter(matcher(f)).length;
  },
  findAll(f) {
    return this.filter(matcher(f));
  },
  each(f) {
    this.every((v, i) => f(v, i, this) !== false);
    return this;
  },
  first(n) {
    return n === undefined ? this[0] : this.slice(0, n);
  },
  last(n) {
    return n === undefined ? this[this.length - 1] : this.slice(-n);
  },
  from(n) {
    return this.slice(n);
  },
  to(n) {
    return this.slice(0, n);
  },
  sum(f) {
    return this.map(mapper(f)).reduce((a, b) => a + b, 0);
  },
  average(f) {
    return this.length ? this.sum(f) / this.length : 0;
  },
  min(f) {
    return this.length ? this.reduce((a, b) => (mapper(f)(b) < mapper(f)(a) ? b : a)) : undefined;
  },
  max(f) {
    return this.length ? this.reduce((a, b) => (mapper(f)(b) > mapper(f)(a) ? b : a)) : undefined;
  },
  unique(f) {
    return this.filter((v, i) => this.findIndex((w) => same(mapper(f)(v), mapper(f)(w))) === i);
  },
  flatten() {
    return this.flat(Infinity);
  },
  compact(all) {
    return this.filter((v) => (all ? v : v !== null && v !== undefined && v === v));
  },
  isEmpty() {
    return this.compact().length === 0;
  },
  clone() {
    return [...this];
  },
  add(v, at = this.length) {
    this.splice(at, 0, ...[].concat(v));
    return this;
  },
  insert(v, at) {
    return this.add(v, at);
  },
  include(v) {
    return this.concat(v);
  },
  remove(...f) {
    for (const g of f) for (let i = this.length - 1; i >= 0; i--) if (matcher(g)(this[i])) this.splice(i, 1);
    return this;
  },
  exclude(...f) {
    return this.filter((v) => !f.some((g) => matcher(g)(v)));
  },
  union(...more) {
    return this.concat(...more).unique();
  },
  intersect(...more) {
    const other = more.flat();
    return this.filter((v) => other.some((w) => same(v, w))).unique();
  },
  subtract(...more) {
    const other = more.flat();
    return this.filter((v) => !other.some((w) => same(v, w)));
  },
  groupBy(f) {
    return this.reduce((out, v) => {
      const k = mapper(f)(v);
      (out[k] = out[k] || []).push(v);
      return out;
    }, {});
  },
  sortBy(f, down) {
    const by = mapper(f);
    const out = [...this].sort((a, b) => (by(a) < by(b) ? -1 : by(a) > by(b) ? 1 : 0));
    return down ? out.reverse() : out;
  },
  sample() {
    return this[Math.floor(Math.random() * this.length)];
  },
});
define(Number, {
  hex(n = 1) {
    return this.toString(16).padStart(n, '0');
  },
  isEven() {
    return this % 2 === 0;
  },
  isOdd() {
    return Math.abs(this % 2) === 1;
  },
  isInteger() {
    return this % 1 === 0;
  },
  isMultipleOf(n) {
    return this % n === 0;
  },
  ordinalize() {
    const n = Math.abs(this);
    return this + (n % 100 > 10 && n % 100 < 14 ? 'th' : ['th', 'st', 'nd', 'rd'][n % 10] || 'th');
  },
  format(places, thousands = ',', point = '.') {
    const [whole, part] = (places === undefined ? String(this) : this.toFixed(places)).split('.');
    return whole.replace(/\B(?=(\d{3})+$)/g, thousands) + (part === undefined ? '' : point + part);
  },
  times(f) {
    for (let i = 0; i < this; i++) f(i);
    return Number(this);
  },
  upto(n, f, step = 1) {
    const out = [];
    for (let i = Number(this); i <= n; i += step) out.push(i);
    if (f) out.forEach((v) => f(v));
    return out;
  },
  downto(n, f, step = 1) {
    const out = [];
    for (let i = Number(this); i >= n; i -= step) out.push(i);
    if (f) out.forEach((v) => f(v));
    return out;
  },
  round(places = 0) {
    return Math.round(this * 10 ** places) / 10 ** places;
  },
  ceil(places = 0) {
    return Math.ceil(this * 10 ** places) / 10 ** places;
  },
  floor(places = 0) {
    return Math.floor(this * 10 ** places) / 10 ** places;
  },
  abs() {
    return Math.abs(this);
  },
  pad(n, sign, base = 10) {
    return (sign ? (this < 0 ? '-' : '+') : this < 0 ? '-' : '') + Math.abs(this).toString(base).padStart(n, '0');
  },
  chr() {
    return String.fromCharCode(this);
  },
});
define(Function, {
  once() {
    let done = false;
    let out;
    const f = this;
    return function (...args) {
      if (!done) {
        done = true;
        out = f.apply(this, args);
      }
      return out;
    };
  },
  delay(ms, ...args) {
    this(...args);
    return this;
  },
});
