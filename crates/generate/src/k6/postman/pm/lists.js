// Words about numbers, lengths, lists, keys and functions.
import { ANY, Assertion, both, CONTAINS, DEEP, LENGTH, method, NOT, ORDERED } from './assertion.js';
import { holds, same } from './same.js';
import { show } from './show.js';

const isSized = (v) => v instanceof Map || v instanceof Set;
const sized = (v) => (isSized(v) ? v.size : v.length);
const kind = (v) => (v instanceof Date ? 'date' : typeof v);
const measure = (v) => (isSized(v) ? 'size' : 'length');

/** The number that a sentence with `length` is about. */
function lengthOf(sentence) {
  const value = sentence._obj;
  if (value === null || value === undefined) sentence.tell('Target cannot be null or undefined.');
  if (sized(value) === undefined) sentence.tell(`expected ${show(value)} to have property 'length'`);
  return sized(value);
}

const compared = (names, test, words, against) =>
  method(names, function (n, message) {
    if (message) this._message = message;
    const long = this._f & LENGTH;
    const value = long ? lengthOf(this) : this._obj;
    if (typeof value !== 'number' || typeof n !== 'number') {
      this.need(kind(value) === 'number' || kind(value) === 'date', 'to be a number or a date');
      if (kind(value) !== kind(n)) this.tell(`the argument to ${names[0]} must be a ${kind(value)}`);
    }
    if (this.wrong(test(value, n))) {
      if (long) this.say(`to have a ${measure(this._obj)} ${words} ${show(n)} but got ${show(value)}`, `to have a ${measure(this._obj)} ${against} ${show(n)}`);
      this.say(`to be ${words} ${show(n)}`, `to be ${against} ${show(n)}`);
    }
    return this;
  });
compared(['above', 'gt', 'greaterThan'], (a, b) => a > b, 'above', 'at most');
compared(['least', 'gte', 'greaterThanOrEqual'], (a, b) => a >= b, 'at least', 'below');
compared(['below', 'lt', 'lessThan'], (a, b) => a < b, 'below', 'at least');
compared(['most', 'lte', 'lessThanOrEqual'], (a, b) => a <= b, 'at most', 'above');
method('within', function (from, to, message) {
  if (message) this._message = message;
  const long = this._f & LENGTH;
  const value = long ? lengthOf(this) : this._obj;
  this.need(kind(value) === 'number' || kind(value) === 'date', 'to be a number or a date');
  if (kind(from) !== kind(value) || kind(to) !== kind(value)) this.tell(`the arguments to within must be ${kind(value)}s`);
  const range = value instanceof Date ? `${from.toISOString()}..${to.toISOString()}` : `${from}..${to}`;
  if (this.wrong(value >= from && value <= to)) this.say(long ? `to have a ${measure(this._obj)} within ${range}` : `to be within ${range}`);
  return this;
});
both(
  ['length', 'lengthOf'],
  function (n, message) {
    if (message) this._message = message;
    const value = this._obj;
    const length = lengthOf(this);
    if (this.wrong(length === n)) {
      const what = `have a ${measure(value)} of ${show(n)}`;
      this.say(`to ${what} but got ${show(length)}`, `to not ${what}`);
    }
    return this;
  },
  LENGTH,
);
method(['closeTo', 'approximately'], function (n, delta, message) {
  if (message) this._message = message;
  this.need(typeof this._obj === 'number', 'to be a number');
  if (typeof n !== 'number' || typeof delta !== 'number') {
    this.tell(`the arguments to closeTo or approximately must be numbers${delta === undefined ? ', and a delta is required' : ''}`);
  }
  if (this.wrong(Math.abs(this._obj - n) <= delta)) this.say(`to be close to ${n} +/- ${delta}`, `not to be close to ${n} +/- ${delta}`);
  return this;
});

method(['keys', 'key'], function (...given) {
  const object = this._obj;
  if (object === null || object === undefined) throw new TypeError('Cannot convert undefined or null to object');
  const isMap = isSized(object);
  const single = given.length === 1 && given[0] !== null && typeof given[0] === 'object';
  if (!single && !isMap && given.some((k) => k !== null && typeof k === 'object')) {
    this.tell('when testing keys against an object or an array you must give a single Array|Object|String argument or multiple String arguments');
  }
  let wanted = given;
  if (single && Array.isArray(given[0])) [wanted] = given;
  else if (single && !isMap) wanted = Object.keys(given[0]);
  const actual = isMap ? [...object.keys()] : Object.keys(object);
  if (!isMap) wanted = wanted.map((k) => (typeof k === 'symbol' ? k : String(k)));
  if (!wanted.length) this.tell('keys required');
  const any = this._f & ANY;
  const has = (k) => holds(actual, k, (this._f & DEEP) !== 0);
  let ok;
  if (any) ok = wanted.some(has);
  else ok = wanted.every(has) && ((this._f & CONTAINS) !== 0 || wanted.length === actual.length);
  if (this.wrong(ok)) {
    const names = wanted.map(show);
    const last = names.pop();
    const list = names.length ? `keys ${names.join(', ')}, ${any ? 'or' : 'and'} ${last}` : `key ${last}`;
    this.say(`to ${this._f & DEEP ? 'deeply ' : ''}${this._f & CONTAINS ? 'contain' : 'have'} ${list}`);
  }
  return this;
});
method('members', function (list, message) {
  if (message) this._message = message;
  this.need(Array.isArray(this._obj), 'to be an array');
  if (!Array.isArray(list)) this.tell(`expected ${show(list)} to be an array`);
  const ordered = this._f & ORDERED;
  const contains = this._f & CONTAINS;
  const eq = this._f & DEEP ? same : (a, b) => a === b;
  const actual = this._obj;
  let ok = Boolean(contains) || actual.length === list.length;
  if (ok && ordered) ok = list.every((v, i) => eq(v, actual[i]));
  else if (ok) {
    const rest = [...actual];
    ok = list.every((v) => {
      const i = rest.findIndex((w) => eq(v, w));
      if (i >= 0 && !contains) rest.splice(i, 1);
      return i >= 0;
    });
  }
  if (this.wrong(ok)) {
    const what = contains ? `be ${ordered ? 'an ordered' : 'a'} superset of` : `have the same ${ordered ? 'ordered ' : ''}members as`;
    this.say(`to ${what} ${show(list)}`);
  }
  return this;
});
method('oneOf', function (list, message) {
  if (message) this._message = message;
  if (!Array.isArray(list)) this.tell(`expected ${show(list)} to be an array`);
  const deep = (this._f & DEEP) !== 0;
  if (this._f & CONTAINS) {
    if (this.wrong(list.some((v) => this._obj.indexOf(v) > -1))) this.say(`to contain one of ${show(list)}`);
  } else if (this.wrong(holds(list, this._obj, deep))) this.say(`to ${deep ? 'deeply equal' : 'be'} one of ${show(list)}`);
  return this;
});

method(['throw', 'throws', 'Throw'], function (like, pattern, message) {
  if (message) this._message = message;
  this.need(typeof this._obj === 'function', 'to be a function');
  const not = (this._f & NOT) !== 0;
  let thrown;
  let did = false;
  try {
    this._obj();
  } catch (e) {
    thrown = e;
    did = true;
  }
  if (like instanceof RegExp || typeof like === 'string') [like, pattern] = [undefined, like];
  const was = () => `${show(thrown instanceof Error ? String(thrown) : thrown)} was thrown`;
  const named = like && (typeof like === 'function' ? like.name : String(like));
  const two = Boolean(like) && pattern !== undefined;
  if (!(like || pattern !== undefined) || !not) {
    const what = !like ? 'an error' : typeof like === 'function' ? named : show(named);
    if (this.wrong(did)) this.say(`to throw ${what}`, `to not throw an error${did ? ` but ${was()}` : ''}`);
  }
  const kinds = [];
  if (like && did) {
    const fits = typeof like === 'function' ? thrown instanceof like : thrown === like;
    if (fits === not && !(two && not)) this.say(`to throw ${show(named)} but ${was()}`, `to not throw ${show(named)} but ${was()}`);
    kinds.push(fits);
  }
  if (pattern !== undefined && did) {
    const text = thrown && typeof thrown === 'object' ? String(thrown.message) : String(thrown);
    const fits = pattern instanceof RegExp ? pattern.test(text) : text.includes(pattern);
    const how = pattern instanceof RegExp ? 'matching' : 'including';
    if (fits === not && !(two && not)) this.say(`to throw error ${how} ${show(pattern)} but got ${show(text)}`, `to throw error not ${how} ${show(pattern)}`);
    kinds.push(fits);
  }
  if (two && not && kinds.length === 2 && kinds.every(Boolean)) this.say('', `to not throw ${show(named)} but ${was()}`);
  this._obj = thrown;
  return this;
});

for (const [names, test] of [
  [['change', 'changes'], (a, b) => a !== b],
  [['increase', 'increases'], (a, b) => b > a],
  [['decrease', 'decreases'], (a, b) => b < a],
]) {
  method(names, function (subject, name, message) {
    if (message) this._message = message;
    this.need(typeof this._obj === 'function', 'to be a function');
    if (name !== undefined && !(name in Object(subject))) this.tell(`expected ${show(subject)} to have property ${show(name)}`);
    const read = () => (name === undefined ? subject() : subject[name]);
    const before = read();
    if (names[0] !== 'change') new Assertion(before, this._message).need(typeof before === 'number', 'to be a number');
    this._obj();
    const after = read();
    const what = name === undefined ? before : `.${name}`;
    if (this.wrong(test(before, after))) this.tell(`expected ${what} to ${this._f & NOT ? 'not ' : ''}${names[0]}`);
    this._change = { what, verb: names[0], by: names[0] === 'decrease' ? before - after : after - before };
    return this;
  });
}
method('by', function (delta, message) {
  if (message) this._message = message;
  const { what, verb, by } = this._change;
  const ok = verb === 'change' ? Math.abs(by) === Math.abs(delta) : by === Math.abs(delta);
  if (this.wrong(ok)) this.tell(`expected ${what} to ${this._f & NOT ? 'not ' : ''}${verb} by ${delta}`);
  return this;
});
