// `pm.expect`: chai's words for assertions that read like sentences.
import { Assertion, AssertionError, both, define, method, property } from './assertion.js';
import { Request } from './request.js';
import { Response } from './response.js';
import { path, same, show, typeOf } from './same.js';
import './words.js';

// words that only make the sentence read well
define(['to', 'be', 'been', 'is', 'and', 'has', 'have', 'with', 'that', 'which', 'at', 'of', 'same', 'but', 'does', 'still', 'also'], {
  get() {
    return this;
  },
});
for (const [name, flag] of [['not', 'negate'], ['deep', 'deep'], ['nested', 'nested'], ['own', 'own'], ['ordered', 'ordered'], ['itself', 'itself']]) {
  property(name, function () {
    this.flag(flag);
  });
}
property('any', function () {
  this.flag('any');
  this.flag('all', false);
});
property('all', function () {
  this.flag('all');
  this.flag('any', false);
});

both(['a', 'an'], function (type, message) {
  if (message) this._message = message;
  if (typeof this._obj === type && type !== 'object') return this.assert(true);
  type = String(type).toLowerCase();
  const actual = typeOf(this._obj).toLowerCase();
  const custom = this._obj && this._obj[Symbol.toStringTag];
  this.assert(actual === type || (typeof custom === 'string' && custom.toLowerCase() === type), () => `to be a ${type}`);
});

const holds = (list, value, deep) => (deep ? list.some((v) => same(v, value)) : list.some((v) => v === value || (v !== v && value !== value)));
both(
  ['include', 'includes', 'contain', 'contains'],
  function (value, message) {
    if (message) this._message = message;
    const { deep, negate } = this._f;
    const object = this._obj;
    const type = typeOf(object).toLowerCase();
    if (type === 'string') return this.assert(object.indexOf(value) !== -1, () => `to include ${show(value)}`);
    if (type === 'array') return this.assert(holds(object, value, deep), () => `to include ${show(value)}`);
    if (type === 'set') return this.assert(holds([...object], value, deep), () => `to include ${show(value)}`);
    if (type === 'map') return this.assert(holds([...object.values()], value, deep), () => `to include ${show(value)}`);
    if (value !== Object(value)) {
      throw new AssertionError(`${this._head()}the given combination of arguments (${type} and ${typeOf(value).toLowerCase()}) is invalid for this assertion`);
    }
    let first;
    let failures = 0;
    for (const key of Object.keys(value)) {
      const one = new Assertion(object, this._message, { ...this._f, lengthOf: undefined });
      try {
        one.property(key, value[key]);
      } catch (e) {
        if (!negate) throw e;
        failures += 1;
        first = first || e;
      }
    }
    if (negate && Object.keys(value).length > 1 && failures === Object.keys(value).length) throw first;
    if (negate && Object.keys(value).length === 1 && first) throw first;
    return this;
  },
  function () {
    this.flag('contains');
  },
);

property('ok', function () {
  if (!(this._obj instanceof Response)) {
    this.assert(Boolean(this._obj), 'to be truthy');
    return;
  }
  this.assert(this._obj.reason().toUpperCase() === 'OK', 'to have status reason OK');
  this.assert(this._obj.code === 200, 'to have status code 200');
});
property('true', function () {
  this.assert(this._obj === true, 'to be true');
});
property('false', function () {
  this.assert(this._obj === false, 'to be false');
});
property('null', function () {
  this.assert(this._obj === null, 'to be null');
});
property('undefined', function () {
  this.assert(this._obj === undefined, 'to be undefined');
});
property('NaN', function () {
  this.assert(this._obj !== this._obj, 'to be NaN');
});
property(['exist', 'exists'], function () {
  this.assert(this._obj !== null && this._obj !== undefined, 'to exist');
});
property('finite', function () {
  this.assert(typeof this._obj === 'number' && Number.isFinite(this._obj), 'to be a finite number');
});
property('empty', function () {
  const value = this._obj;
  const type = typeOf(value).toLowerCase();
  let count;
  if (type === 'array' || type === 'string') count = value.length;
  else if (type === 'map' || type === 'set') count = value.size;
  else if (type === 'function' || value !== Object(value)) throw new AssertionError(`.empty was passed non-string primitive ${show(value)}`);
  else count = Object.keys(value).length;
  this.assert(count === 0, 'to be empty');
});
property(['arguments', 'Arguments'], function () {
  this.assert(typeOf(this._obj) === 'Arguments', 'to be arguments');
});
property('extensible', function () {
  this.assert(Object.isExtensible(this._obj), 'to be extensible');
});
property('sealed', function () {
  this.assert(this._obj !== Object(this._obj) || Object.isSealed(this._obj), 'to be sealed');
});
property('frozen', function () {
  this.assert(this._obj !== Object(this._obj) || Object.isFrozen(this._obj), 'to be frozen');
});

method(['equal', 'equals', 'eq'], function (value, message) {
  if (message) this._message = message;
  this.assert(this._f.deep ? same(this._obj, value) : this._obj === value, () => `to equal ${show(value)}`);
});
method(['eql', 'eqls'], function (value, message) {
  if (message) this._message = message;
  this.assert(same(this._obj, value), () => `to deeply equal ${show(value)}`);
});

const sized = (v) => (v instanceof Map || v instanceof Set ? v.size : v.length);
const compared = (names, test, words) =>
  method(names, function (n, message) {
    if (message) this._message = message;
    let value = this._obj;
    if (this._f.lengthOf) {
      this.need(value !== null && value !== undefined && sized(value) !== undefined, 'to have a length');
      value = sized(value);
    } else {
      const kind = (v) => (v instanceof Date ? 'date' : typeof v);
      this.need(kind(value) === 'number' || kind(value) === 'date', 'to be a number or a date');
      if (kind(value) !== kind(n)) throw new AssertionError(`the argument to ${[].concat(names)[0]} must be a ${kind(value)}`);
    }
    this.assert(test(value, n), () => `${words} ${show(n)}`);
  });
compared(['above', 'gt', 'greaterThan'], (a, b) => a > b, 'to be above');
compared(['least', 'gte', 'greaterThanOrEqual'], (a, b) => a >= b, 'to be at least');
compared(['below', 'lt', 'lessThan'], (a, b) => a < b, 'to be below');
compared(['most', 'lte', 'lessThanOrEqual'], (a, b) => a <= b, 'to be at most');
method('within', function (from, to, message) {
  if (message) this._message = message;
  const value = this._f.lengthOf ? sized(this._obj) : this._obj;
  this.need(typeof value === 'number' || value instanceof Date, 'to be a number or a date');
  this.assert(value >= from && value <= to, () => `to be within ${show(from)}..${show(to)}`);
});
method(['instanceof', 'instanceOf'], function (constructor, message) {
  if (message) this._message = message;
  if (typeof constructor !== 'function') throw new AssertionError('the instanceof assertion needs a constructor');
  const native = { Array: 'Array', Object: 'Object' }[constructor.name];
  this.assert(this._obj instanceof constructor || (native === 'Array' && Array.isArray(this._obj)), () => `to be an instance of ${constructor.name}`);
});
const hasProperty = function (name, value, message) {
  if (message) this._message = message;
  const { nested, own, deep, negate } = this._f;
  const object = this._obj;
  if (object === null || object === undefined) throw new AssertionError(`target cannot be null or undefined`);
  let found;
  let actual;
  if (nested) {
    let here = object;
    found = true;
    for (const step of path(name)) {
      found = here !== null && here !== undefined && step in Object(here);
      if (!found) break;
      here = here[step];
    }
    actual = here;
  } else {
    found = own ? Object.prototype.hasOwnProperty.call(object, name) : name in Object(object);
    actual = object[name];
  }
  if (!negate || arguments.length === 1) this.assert(found, () => `to have property ${show(name)}`);
  if (arguments.length > 1) {
    this.assert(found && (deep ? same(value, actual) : value === actual), () => `to have property ${show(name)} of ${show(value)}, but got ${show(actual)}`);
  }
  return this.turn(actual);
};
method('property', hasProperty);
method(['ownProperty', 'haveOwnProperty'], function (...args) {
  this.flag('own');
  return hasProperty.apply(this, args);
});
method(['ownPropertyDescriptor', 'haveOwnPropertyDescriptor'], function (name) {
  const found = Object.getOwnPropertyDescriptor(Object(this._obj), name);
  this.assert(Boolean(found), () => `to have an own property descriptor for ${show(name)}`);
  return new Assertion(found);
});
both(
  ['length', 'lengthOf'],
  function (n, message) {
    if (message) this._message = message;
    const value = this._obj;
    this.need(value !== null && value !== undefined && sized(value) !== undefined, 'to have property length');
    this.assert(sized(value) === n, () => `to have a length of ${show(n)} but got ${show(sized(value))}`);
  },
  function () {
    this.flag('lengthOf');
  },
);
method(['match', 'matches'], function (pattern, message) {
  if (message) this._message = message;
  this.assert(pattern.exec(this._obj) !== null, () => `to match ${pattern}`);
});
method('string', function (text, message) {
  if (message) this._message = message;
  this.need(typeof this._obj === 'string', 'to be a string');
  this.assert(this._obj.indexOf(text) !== -1, () => `to contain ${show(text)}`);
});
method(['keys', 'key'], function (...given) {
  let wanted = given;
  if (given.length === 1 && Array.isArray(given[0])) [wanted] = given;
  else if (given.length === 1 && given[0] && typeof given[0] === 'object') wanted = Object.keys(given[0]);
  const object = this._obj;
  const isMap = object instanceof Map || object instanceof Set;
  const actual = isMap ? [...object.keys()] : Object.keys(object);
  if (!isMap) wanted = wanted.map((k) => (typeof k === 'symbol' ? k : String(k)));
  if (!wanted.length) throw new AssertionError('keys required');
  const in_ = (k) => holds(actual, k, this._f.deep);
  let ok;
  if (this._f.any) ok = wanted.some(in_);
  else ok = wanted.every(in_) && (this._f.contains || wanted.length === actual.length);
  this.assert(ok, () => `to have keys ${show(wanted)}`);
});
method(['throw', 'throws', 'Throw'], function (like, pattern, message) {
  if (message) this._message = message;
  this.need(typeof this._obj === 'function', 'to be a function');
  let thrown;
  let did = false;
  try {
    this._obj();
  } catch (e) {
    thrown = e;
    did = true;
  }
  if (like instanceof RegExp || typeof like === 'string') [like, pattern] = [undefined, like];
  let ok = did;
  if (did && like) ok = typeof like === 'function' ? thrown instanceof like : thrown === like;
  if (ok && pattern !== undefined) {
    const text = thrown && typeof thrown === 'object' ? String(thrown.message) : String(thrown);
    ok = pattern instanceof RegExp ? pattern.test(text) : text.includes(pattern);
  }
  this.assert(ok, 'to throw an error');
  return new Assertion(thrown);
});
method(['respondTo', 'respondsTo'], function (name) {
  const holder = typeof this._obj === 'function' && !this._f.itself ? this._obj.prototype : this._obj;
  this.assert(typeof holder[name] === 'function', () => `to respond to ${show(name)}`);
});
method(['satisfy', 'satisfies'], function (test) {
  this.assert(test(this._obj), () => `to satisfy ${show(test)}`);
});
method(['closeTo', 'approximately'], function (n, delta) {
  this.need(typeof this._obj === 'number', 'to be a number');
  if (typeof n !== 'number' || typeof delta !== 'number') throw new AssertionError('the arguments to closeTo or approximately must be numbers');
  this.assert(Math.abs(this._obj - n) <= delta, () => `to be close to ${n} +/- ${delta}`);
});
method('members', function (list, message) {
  if (message) this._message = message;
  this.need(Array.isArray(this._obj), 'to be an array');
  const { deep, ordered, contains } = this._f;
  const eq = deep ? same : (a, b) => a === b;
  const actual = this._obj;
  let ok;
  if (ordered) ok = (contains || actual.length === list.length) && list.every((v, i) => eq(v, actual[i]));
  else {
    const rest = [...actual];
    ok =
      (contains || actual.length === list.length) &&
      list.every((v) => {
        const i = rest.findIndex((w) => eq(v, w));
        if (i < 0) return false;
        if (!contains) rest.splice(i, 1);
        return true;
      });
  }
  this.assert(ok, () => `to have the members ${show(list)}`);
});
method('oneOf', function (list, message) {
  if (message) this._message = message;
  if (!Array.isArray(list)) throw new AssertionError('oneOf needs an array');
  const { contains, deep } = this._f;
  if (contains) this.assert(list.some((v) => this._obj.indexOf(v) > -1), () => `to contain one of ${show(list)}`);
  else this.assert(holds(list, this._obj, deep), () => `to be one of ${show(list)}`);
});
for (const [names, test] of [
  [['change', 'changes'], (a, b) => a !== b],
  [['increase', 'increases'], (a, b) => b > a],
  [['decrease', 'decreases'], (a, b) => b < a],
]) {
  method(names, function (subject, name) {
    const read = () => (name === undefined ? subject() : subject[name]);
    const before = read();
    this._obj();
    const after = read();
    this.assert(test(before, after), () => `to ${names[0]}`);
    this.flag('delta', Math.abs(after - before));
  });
}

method('by', function (delta, message) {
  if (message) this._message = message;
  this.assert(this._f.delta === delta, () => `to change by ${delta}`);
});

export const expect = (value, message) => new Assertion(value, message);
expect.fail = (actual, expected, message) => {
  throw new AssertionError(arguments_(actual, expected, message));
};
const arguments_ = (actual, expected, message) =>
  message || (expected === undefined && typeof actual === 'string' ? actual : 'expect.fail()');

Object.defineProperty(Response.prototype, 'to', {
  get() {
    return expect(this);
  },
});
Object.defineProperty(Request.prototype, 'to', {
  get() {
    return expect(this);
  },
});
