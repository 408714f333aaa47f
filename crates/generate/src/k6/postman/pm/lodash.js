// The part of lodash that scripts of collections use.
import { reach, same } from './same.js';

const iteratee = (f) => {
  if (typeof f === 'function') return f;
  if (f === undefined || f === null) return (v) => v;
  if (Array.isArray(f)) return (o) => isEqual(get(o, f[0]), f[1]);
  if (typeof f === 'object') return (o) => isMatch(o, f);
  return (o) => get(o, f);
};
const steps = (path) =>
  Array.isArray(path) ? path : String(path).replace(/\[(\d+)\]/g, '.$1').replace(/\[(["'])(.*?)\1\]/g, '.$2').replace(/^\./, '').split('.');
const isEqual = same;
const has = (object, path) => reach(object, path).found;
const get = (object, path, otherwise) => {
  let here = object;
  if (here !== null && here !== undefined && !Array.isArray(path) && path in Object(here)) here = here[path];
  else for (const step of steps(path)) here = here === null || here === undefined ? undefined : here[step];
  return here === undefined ? otherwise : here;
};
const set = (object, path, value) => {
  const all = steps(path);
  let here = object;
  all.forEach((step, i) => {
    if (i === all.length - 1) here[step] = value;
    else {
      if (here[step] === null || typeof here[step] !== 'object') here[step] = /^\d+$/.test(all[i + 1]) ? [] : {};
      here = here[step];
    }
  });
  return object;
};
const isMatch = (object, like) => Object.keys(like).every((k) =>
  like[k] && typeof like[k] === 'object' && !Array.isArray(like[k]) ? isMatch(Object(object)[k], like[k]) : isEqual(get(object, [k]), like[k]));
const isArrayLike = (v) => v !== null && v !== undefined && typeof v !== 'function' && Number.isInteger(v.length) && v.length >= 0;
const values = (o) => (isArrayLike(o) ? Array.from(o) : Object.values(o || {}));
const entries = (o) => (isArrayLike(o) ? Array.from(o, (v, i) => [i, v]) : Object.entries(o || {}));
const cloneDeep = (v) => {
  if (v === null || typeof v !== 'object') return v;
  if (Array.isArray(v)) return v.map(cloneDeep);
  if (v instanceof Date) return new Date(v);
  if (v instanceof RegExp) return new RegExp(v.source, v.flags);
  if (v instanceof Map) return new Map([...v].map(([k, w]) => [k, cloneDeep(w)]));
  if (v instanceof Set) return new Set([...v].map(cloneDeep));
  return Object.fromEntries(Object.entries(v).map(([k, w]) => [k, cloneDeep(w)]));
};
const isPlainObject = (v) => {
  if (v === null || typeof v !== 'object' || Object.prototype.toString.call(v) !== '[object Object]') return false;
  const proto = Object.getPrototypeOf(v);
  return proto === null || proto === Object.prototype;
};
const merge = (target, ...sources) => {
  for (const source of sources) {
    for (const [k, v] of Object.entries(source || {})) {
      if (isPlainObject(v) || Array.isArray(v)) target[k] = merge(target[k] && typeof target[k] === 'object' ? target[k] : Array.isArray(v) ? [] : {}, v);
      else if (v !== undefined) target[k] = v;
    }
  }
  return target;
};
const isEmpty = (v) => {
  if (v === null || v === undefined) return true;
  if (v instanceof Map || v instanceof Set) return v.size === 0;
  if (isArrayLike(v)) return v.length === 0;
  return typeof v !== 'object' || Object.keys(v).length === 0;
};
const words = (text) =>
  String(text).match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g) || [];
const upperFirst = (text) => text.charAt(0).toUpperCase() + text.slice(1);
const compare = (a, b) => {
  if (isEqual(a, b)) return 0;
  if (a === undefined) return 1;
  if (b === undefined) return -1;
  if (a === null) return 1;
  if (b === null) return -1;
  return a < b ? -1 : a > b ? 1 : 0;
};
const orderBy = (list, keys = [(v) => v], orders = []) => {
  const fs = [].concat(keys).map(iteratee);
  const dirs = [].concat(orders);
  return values(list)
    .map((v, i) => ({ v, i, k: fs.map((f) => f(v)) }))
    .sort((a, b) => {
      for (let i = 0; i < fs.length; i++) {
        const c = compare(a.k[i], b.k[i]);
        if (c) return dirs[i] === 'desc' ? -c : c;
      }
      return a.i - b.i;
    })
    .map((x) => x.v);
};
const uniqBy = (list, f) => {
  const by = iteratee(f);
  const seen = new Set();
  return values(list).filter((v) => !seen.has(by(v)) && seen.add(by(v)));
};
const flatten = (list) => values(list).reduce((a, v) => a.concat(v), []);
const flattenDepth = (list, depth) => values(list).reduce((a, v) => a.concat(Array.isArray(v) && depth > 0 ? flattenDepth(v, depth - 1) : [v]), []);
const random = (from = 0, to = 1, floating = false) => {
  if (typeof to === 'boolean') [to, floating] = [undefined, to];
  if (to === undefined) [from, to] = [0, from];
  if (from > to) [from, to] = [to, from];
  const out = from + Math.random() * (to - from + (floating || from % 1 || to % 1 ? 0 : 1));
  return floating || from % 1 || to % 1 ? out : Math.floor(out);
};
const shuffle = (list) => {
  const out = [...values(list)];
  for (let i = out.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [out[i], out[j]] = [out[j], out[i]];
  }
  return out;
};
const range = (start, end, step) => {
  if (end === undefined) [start, end] = [0, start];
  const by = step === undefined ? (start < end ? 1 : -1) : step;
  const out = [];
  for (let i = start; by > 0 ? i < end : i > end; i += by || 1) out.push(i);
  return out;
};
const debounce = (f) => f;
let ids = 0;
const type = (name) => (v) => Object.prototype.toString.call(v) === `[object ${name}]`;
const sum = (list) => list.reduce((a, b) => a + b, 0);
const extreme = (better) => (list, f) => {
  const by = iteratee(f);
  return values(list).reduce((best, v) => (best === undefined || better(by(v), by(best)) ? v : best), undefined);
};
const forEach = (o, f) => {
  for (const [k, v] of entries(o)) if (f(v, k, o) === false) break;
  return o;
};
const round = (how) => (n, digits = 0) => {
  const by = 10 ** digits;
  return how(Number(n) * by) / by;
};
const pad = (text, n, chars, left, right) => {
  const gap = Math.max(0, n - text.length);
  const l = left && right ? Math.floor(gap / 2) : left ? gap : 0;
  return chars.repeat(l + 1).slice(0, l) + text + chars.repeat(gap - l + 1).slice(0, gap - l);
};
const chars = (set) => (set === undefined ? '\\s' : `[${set.replace(/[\]\\^-]/g, '\\$&')}]`);

const functions = {
  get, set, has, isEqual, isMatch, isEmpty, isPlainObject, cloneDeep, merge, orderBy, uniqBy, flatten, random, shuffle, range, forEach,
  debounce, values, each: forEach, upperFirst, words, throttle: debounce,
  at: (o, ...paths) => flatten(paths).map((p) => get(o, p)),
  unset: (o, path) => {
    const all = steps(path);
    const holder = all.length > 1 ? get(o, all.slice(0, -1)) : o;
    return holder ? delete holder[all[all.length - 1]] : true;
  },
  result: (o, path, otherwise) => {
    const v = get(o, path, otherwise);
    return typeof v === 'function' ? v.call(o) : v;
  },
  hasIn: (o, path) => get(o, path) !== undefined,
  invert: (o) => Object.fromEntries(Object.entries(o).map(([k, v]) => [v, k])),
  isString: type('String'), isNumber: type('Number'), isBoolean: type('Boolean'), isDate: type('Date'), isRegExp: type('RegExp'),
  isArray: Array.isArray, isFunction: (v) => typeof v === 'function', isObject: (v) => v !== null && ['object', 'function'].includes(typeof v),
  isObjectLike: (v) => v !== null && typeof v === 'object', isUndefined: (v) => v === undefined, isNull: (v) => v === null,
  isNil: (v) => v === null || v === undefined, isNaN: (v) => type('Number')(v) && Number.isNaN(Number(v)), isFinite: Number.isFinite,
  isInteger: Number.isInteger, isError: (v) => v instanceof Error, isMap: (v) => v instanceof Map, isSet: (v) => v instanceof Set,
  isArrayLike, isSymbol: (v) => typeof v === 'symbol', isSafeInteger: Number.isSafeInteger,
  keys: (o) => Object.keys(Object(o)), keysIn: (o) => { const out = []; for (const k in o) out.push(k); return out; },
  toPairs: (o) => Object.entries(o || {}), entries: (o) => Object.entries(o || {}), fromPairs: (l) => Object.fromEntries(l || []),
  assign: Object.assign, extend: Object.assign, assignIn: Object.assign,
  defaults: (o, ...from) => { from.forEach((f) => Object.keys(f || {}).forEach((k) => { if (o[k] === undefined) o[k] = f[k]; })); return o; },
  clone: (v) => (Array.isArray(v) ? [...v] : isPlainObject(v) ? { ...v } : cloneDeep(v)),
  pick: (o, ...paths) => flatten(paths).reduce((out, p) => (has(o, p) ? set(out, p, get(o, p)) : out), {}),
  omit: (o, ...paths) => { const out = cloneDeep(o); flatten(paths).forEach((p) => functions.unset(out, p)); return out; },
  pickBy: (o, f) => Object.fromEntries(Object.entries(o || {}).filter(([k, v]) => iteratee(f)(v, k))),
  omitBy: (o, f) => Object.fromEntries(Object.entries(o || {}).filter(([k, v]) => !iteratee(f)(v, k))),
  mapValues: (o, f) => Object.fromEntries(Object.entries(o || {}).map(([k, v]) => [k, iteratee(f)(v, k, o)])),
  mapKeys: (o, f) => Object.fromEntries(Object.entries(o || {}).map(([k, v]) => [iteratee(f)(v, k, o), v])),
  forOwn: forEach, forIn: forEach, forEachRight: (o, f) => { entries(o).reverse().forEach(([k, v]) => f(v, k, o)); return o; },
  findKey: (o, f) => { const e = Object.entries(o || {}).find(([k, v]) => iteratee(f)(v, k)); return e && e[0]; },
  transform: (o, f, start) => { const out = start === undefined ? (Array.isArray(o) ? [] : {}) : start; entries(o).every(([k, v]) => f(out, v, k, o) !== false); return out; },
  map: (o, f) => entries(o).map(([k, v]) => iteratee(f)(v, k, o)), collect: (o, f) => functions.map(o, f),
  flatMap: (o, f) => flatten(functions.map(o, f)), filter: (o, f) => entries(o).filter(([k, v]) => iteratee(f)(v, k, o)).map((e) => e[1]),
  reject: (o, f) => entries(o).filter(([k, v]) => !iteratee(f)(v, k, o)).map((e) => e[1]),
  find: (o, f, from = 0) => { const e = entries(o).slice(from).find(([k, v]) => iteratee(f)(v, k, o)); return e && e[1]; },
  findLast: (o, f) => values(o).reverse().find(iteratee(f)), findIndex: (l, f) => values(l).findIndex(iteratee(f)),
  findLastIndex: (l, f) => { const all = values(l); for (let i = all.length - 1; i >= 0; i--) if (iteratee(f)(all[i])) return i; return -1; },
  some: (o, f) => entries(o).some(([k, v]) => iteratee(f)(v, k, o)), any: (o, f) => functions.some(o, f),
  every: (o, f) => entries(o).every(([k, v]) => iteratee(f)(v, k, o)), all: (o, f) => functions.every(o, f),
  reduce: (o, f, ...start) => { const all = entries(o); let out = start.length ? start[0] : all.shift()?.[1]; all.forEach(([k, v]) => { out = f(out, v, k, o); }); return out; },
  reduceRight: (o, f, start) => values(o).reduceRight((a, v, k) => f(a, v, k, o), start),
  includes: (o, v, from = 0) => (typeof o === 'string' ? o.includes(v, from) : values(o).slice(from).some((w) => w === v || (w !== w && v !== v))),
  contains: (o, v) => functions.includes(o, v), size: (o) => (o === null || o === undefined ? 0 : o instanceof Map || o instanceof Set ? o.size : isArrayLike(o) ? o.length : Object.keys(o).length),
  groupBy: (o, f) => values(o).reduce((out, v) => { const k = iteratee(f)(v); (out[k] = Object.prototype.hasOwnProperty.call(out, k) ? out[k] : []).push(v); return out; }, {}),
  keyBy: (o, f) => Object.fromEntries(values(o).map((v) => [iteratee(f)(v), v])), indexBy: (o, f) => functions.keyBy(o, f),
  countBy: (o, f) => functions.mapValues(functions.groupBy(o, f), (l) => l.length),
  partition: (o, f) => [functions.filter(o, f), functions.reject(o, f)], sortBy: (o, ...f) => orderBy(o, f.length ? flatten(f) : undefined),
  sample: (o) => values(o)[random(0, values(o).length - 1)], sampleSize: (o, n = 1) => shuffle(o).slice(0, n),
  first: (l) => (l || [])[0], head: (l) => (l || [])[0], last: (l) => (l || [])[(l || []).length - 1], nth: (l, n = 0) => l[n < 0 ? l.length + n : n],
  initial: (l) => l.slice(0, -1), tail: (l) => l.slice(1), rest: (l) => l.slice(1), take: (l, n = 1) => l.slice(0, n), drop: (l, n = 1) => l.slice(n),
  takeRight: (l, n = 1) => (n ? l.slice(-n) : []), dropRight: (l, n = 1) => (n ? l.slice(0, -n) : [...l]), slice: (l, a, b) => values(l).slice(a, b),
  takeWhile: (l, f) => { const i = l.findIndex((v) => !iteratee(f)(v)); return i < 0 ? [...l] : l.slice(0, i); },
  dropWhile: (l, f) => { const i = l.findIndex((v) => !iteratee(f)(v)); return i < 0 ? [] : l.slice(i); },
  indexOf: (l, v, from) => values(l).indexOf(v, from), lastIndexOf: (l, v) => values(l).lastIndexOf(v), reverse: (l) => l.reverse(), join: (l, s) => values(l).join(s),
  concat: (l, ...more) => [].concat(l, ...more), compact: (l) => values(l).filter(Boolean), chunk: (l, n = 1) => range(0, Math.ceil(l.length / n)).map((i) => l.slice(i * n, i * n + n)),
  uniq: (l) => [...new Set(values(l))], unique: (l) => [...new Set(values(l))], uniqWith: (l, f) => l.filter((v, i) => l.findIndex((w) => f(v, w)) === i),
  difference: (l, ...more) => values(l).filter((v) => !flatten(more).includes(v)), without: (l, ...more) => values(l).filter((v) => !more.includes(v)),
  differenceBy: (l, m, f) => values(l).filter((v) => !m.map(iteratee(f)).includes(iteratee(f)(v))), differenceWith: (l, m, f) => values(l).filter((v) => !m.some((w) => f(v, w))),
  intersection: (l, ...more) => [...new Set(values(l))].filter((v) => more.every((m) => m.includes(v))), union: (...l) => [...new Set(flatten(l))],
  intersectionBy: (l, m, f) => values(l).filter((v) => m.map(iteratee(f)).includes(iteratee(f)(v))), xor: (a, b) => [...a.filter((v) => !b.includes(v)), ...b.filter((v) => !a.includes(v))],
  pull: (l, ...gone) => { for (let i = l.length - 1; i >= 0; i--) if (gone.includes(l[i])) l.splice(i, 1); return l; },
  remove: (l, f) => { const gone = l.filter((v, i) => iteratee(f)(v, i)); functions.pull(l, ...gone); return gone; },
  flattenDeep: (l) => flattenDepth(l, 1e9), flattenDepth: (l, n = 1) => flattenDepth(l, n), fill: (l, v, a, b) => l.fill(v, a, b),
  zip: (...l) => range(0, Math.max(0, ...l.map((x) => x.length))).map((i) => l.map((x) => x[i])), unzip: (l) => functions.zip(...l),
  zipObject: (k, v) => Object.fromEntries(k.map((key, i) => [key, (v || [])[i]])), object: (k, v) => (v ? functions.zipObject(k, v) : Object.fromEntries(k)),
  pluck: (o, k) => functions.map(o, k), where: (o, like) => functions.filter(o, like), findWhere: (o, like) => functions.find(o, like),
  matches: (like) => (o) => isMatch(o, like), matchesProperty: (p, v) => (o) => isEqual(get(o, p), v), property: (p) => (o) => get(o, p), iteratee,
  sum, sumBy: (l, f) => sum(l.map(iteratee(f))), mean: (l) => sum(l) / l.length, meanBy: (l, f) => sum(l.map(iteratee(f))) / l.length,
  max: extreme((a, b) => a > b), min: extreme((a, b) => a < b), maxBy: extreme((a, b) => a > b), minBy: extreme((a, b) => a < b),
  add: (a, b) => a + b, subtract: (a, b) => a - b, multiply: (a, b) => a * b, divide: (a, b) => a / b, clamp: (n, a, b) => Math.min(Math.max(n, b === undefined ? -Infinity : a), b === undefined ? a : b),
  inRange: (n, a, b) => (b === undefined ? n >= 0 && n < a : n >= Math.min(a, b) && n < Math.max(a, b)), round: round(Math.round), floor: round(Math.floor), ceil: round(Math.ceil),
  parseInt: (s, r) => parseInt(String(s), r), toNumber: Number, toInteger: (v) => Math.trunc(Number(v)) || 0, toString: (v) => (v === null || v === undefined ? '' : String(v)), toArray: values,
  toSafeInteger: (v) => Math.trunc(Number(v)) || 0, castArray: (v) => (Array.isArray(v) ? v : [v]), eq: (a, b) => a === b || (a !== a && b !== b), gt: (a, b) => a > b, gte: (a, b) => a >= b, lt: (a, b) => a < b, lte: (a, b) => a <= b,
  camelCase: (s) => words(s).map((w, i) => (i ? upperFirst(w.toLowerCase()) : w.toLowerCase())).join(''), kebabCase: (s) => words(s).map((w) => w.toLowerCase()).join('-'),
  snakeCase: (s) => words(s).map((w) => w.toLowerCase()).join('_'), startCase: (s) => words(s).map(upperFirst).join(' '), lowerCase: (s) => words(s).map((w) => w.toLowerCase()).join(' '),
  upperCase: (s) => words(s).map((w) => w.toUpperCase()).join(' '), capitalize: (s) => upperFirst(String(s).toLowerCase()), lowerFirst: (s) => s.charAt(0).toLowerCase() + s.slice(1),
  toLower: (s) => String(s ?? '').toLowerCase(), toUpper: (s) => String(s ?? '').toUpperCase(), startsWith: (s, t, at) => String(s ?? '').startsWith(t, at), endsWith: (s, t, at) => String(s ?? '').endsWith(t, at),
  trim: (s, set) => String(s ?? '').replace(new RegExp(`^${chars(set)}+|${chars(set)}+$`, 'g'), ''), trimStart: (s, set) => String(s ?? '').replace(new RegExp(`^${chars(set)}+`), ''), trimEnd: (s, set) => String(s ?? '').replace(new RegExp(`${chars(set)}+$`), ''),
  pad: (s, n, c = ' ') => pad(String(s ?? ''), n, c, true, true), padStart: (s, n, c = ' ') => pad(String(s ?? ''), n, c, true, false), padEnd: (s, n, c = ' ') => pad(String(s ?? ''), n, c, false, true),
  padLeft: (s, n, c = ' ') => pad(String(s ?? ''), n, c, true, false), padRight: (s, n, c = ' ') => pad(String(s ?? ''), n, c, false, true), repeat: (s, n = 1) => String(s).repeat(n), split: (s, by, n) => String(s ?? '').split(by, n), replace: (s, a, b) => String(s ?? '').replace(a, b),
  truncate: (s, { length = 30, omission = '...' } = {}) => (s.length > length ? s.slice(0, length - omission.length) + omission : s), escape: (s) => String(s).replace(/[&<>"']/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[c]),
  unescape: (s) => String(s).replace(/&(amp|lt|gt|quot|#39);/g, (_, n) => ({ amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" })[n]), escapeRegExp: (s) => String(s).replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), deburr: (s) => String(s).normalize('NFD').replace(/[\u0300-\u036f]/g, ''),
  template: (text) => (data = {}) => String(text).replace(/<%[=-]\s*([\w.$]+)\s*%>|\$\{\s*([\w.$]+)\s*\}/g, (_, a, b) => get(data, a || b, '')),
  times: (n, f = (i) => i) => range(0, n).map((i) => f(i)), identity: (v) => v, constant: (v) => () => v, noop: () => undefined, stubTrue: () => true, stubFalse: () => false, uniqueId: (prefix = '') => `${prefix}${++ids}`, now: () => Date.now(),
  once: (f) => { let done; let out; return (...a) => { if (!done) { done = true; out = f(...a); } return out; }; }, memoize: (f, key = (a) => a) => { const seen = new Map(); return (...a) => { const k = key(...a); if (!seen.has(k)) seen.set(k, f(...a)); return seen.get(k); }; },
  partial: (f, ...a) => (...b) => f(...a, ...b), bind: (f, self, ...a) => f.bind(self, ...a), negate: (f) => (...a) => !f(...a), attempt: (f, ...a) => { try { return f(...a); } catch (e) { return e; } }, flow: (...f) => (v) => flatten(f).reduce((a, g) => g(a), v),
  delay: (f) => f(), defer: (f) => f(), tap: (v, f) => { f(v); return v; }, defaultTo: (v, d) => (v === null || v === undefined || v !== v ? d : v), curry: (f, n = f.length) => (function more(...a) { return a.length >= n ? f(...a) : (...b) => more(...a, ...(b.length ? b : [undefined])); }), spread: (f) => (a) => f(...a), thru: (v, f) => f(v), zipWith: (...l) => { const f = l.pop(); return functions.zip(...l).map((r) => f(...r)); }, functions: (o) => Object.keys(o).filter((k) => typeof o[k] === 'function').sort(), isArguments: (v) => Object.prototype.toString.call(v) === '[object Arguments]', sortedIndex: (l, v) => { const i = l.findIndex((x) => x >= v); return i < 0 ? l.length : i; }, invoke: (o, p, ...a) => get(o, p).apply(get(o, steps(p).slice(0, -1)) ?? o, a), isElement: () => false,
};
functions.defaultsDeep = (o, ...from) => merge(o, ...from.reverse(), cloneDeep(o));

/** `_(value)` and `_.chain(value)`: the same functions, one after the other. */
class Wrapper {
  constructor(value) {
    this._value = value;
  }

  value() {
    return this._value;
  }

  valueOf() {
    return this._value;
  }

  toJSON() {
    return this._value;
  }
}
for (const [name, f] of Object.entries(functions)) {
  if (name in Wrapper.prototype && name !== 'toString') continue;
  Object.defineProperty(Wrapper.prototype, name, {
    value(...args) {
      return new Wrapper(f(this._value, ...args));
    },
  });
}
export const lodash = Object.assign((value) => new Wrapper(value), functions, {
  chain: (value) => new Wrapper(value),
  VERSION: '4.17.21',
  noConflict: () => lodash,
});
