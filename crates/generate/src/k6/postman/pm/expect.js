// `pm.expect`: assertions that read like sentences, and what Postman adds for requests and responses.
import { Request } from './request.js';
import { Response } from './response.js';

export class AssertionError extends Error {
  constructor(message) {
    super(message);
    this.name = 'AssertionError';
  }
}

const typeOf = (v) => {
  if (v === null) return 'null';
  if (v === undefined) return 'undefined';
  return Object.prototype.toString.call(v).slice(8, -1);
};

export function show(value) {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'function') return `[Function ${value.name}]`;
  if (value instanceof RegExp || value instanceof Error) return String(value);
  try {
    const text = JSON.stringify(value);
    return text === undefined ? String(value) : text.length > 120 ? `${text.slice(0, 117)}...` : text;
  } catch {
    return String(value);
  }
}

export function same(a, b) {
  if (a === b) return a !== 0 || 1 / a === 1 / b;
  if (a !== a && b !== b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const type = typeOf(a);
  if (type !== typeOf(b)) return false;
  switch (type) {
    case 'Date':
      return same(a.valueOf(), b.valueOf());
    case 'RegExp':
      return String(a) === String(b);
    case 'Map':
    case 'Set': {
      const x = [...a];
      const y = [...b];
      return x.length === y.length && x.every((v) => y.some((w) => same(v, w)));
    }
    case 'Number':
    case 'String':
    case 'Boolean':
      return same(a.valueOf(), b.valueOf());
    case 'Error':
      return false;
    default: {
      if (Array.isArray(a)) return a.length === b.length && a.every((v, i) => same(v, b[i]));
      const keys = [];
      for (const k in a) keys.push(k);
      let count = 0;
      for (const k in b) count += 1;
      return keys.length === count && keys.every((k) => k in b && same(a[k], b[k]));
    }
  }
}

function path(text) {
  return String(text)
    .replace(/\[(\d+)\]/g, '.$1')
    .replace(/\[(["'])(.*?)\1\]/g, '.$2')
    .replace(/^\./, '')
    .split('.');
}

/** Lodash's notion of a path: whether each step is an own property, and the value there. */
export function reach(value, at) {
  if (value !== null && value !== undefined && Object.prototype.hasOwnProperty.call(Object(value), at)) {
    return { found: true, value: value[at] };
  }
  let here = value;
  for (const step of Array.isArray(at) ? at : path(at)) {
    if (here === null || here === undefined || !Object.prototype.hasOwnProperty.call(Object(here), step)) return { found: false };
    here = here[step];
  }
  return { found: true, value: here };
}

const NONE = Object.freeze({});

class Assertion {
  _obj;
  _message;
  _f;

  constructor(object, message, flags = NONE) {
    this._obj = object;
    this._message = message;
    this._f = flags;
  }

  assert(passed, expected) {
    const { negate } = this._f;
    if (negate ? passed : !passed) {
      if (typeof expected === 'function') expected = expected();
      throw new AssertionError(`${this._head()}expected ${show(this._obj)} ${negate ? `not ${expected}` : expected}`);
    }
  }

  _head() {
    return this._message ? `${this._message}: ` : '';
  }

  /** Remembers a word of the sentence. */
  flag(name, value = true) {
    this._f = { ...this._f, [name]: value };
  }

  /** A new sentence about another subject, with the same words before it. */
  turn(object) {
    return new Assertion(object, this._message, this._f);
  }

  need(ok, what) {
    if (!ok) throw new AssertionError(`${this._head()}expected ${show(this._obj)} ${what}`);
  }
}

// A word that does not exist is an error, not a sentence that is silently true.
const unknown = new Proxy(Object.create(Object.prototype), {
  get(target, key) {
    if (typeof key === 'symbol' || key in target || ['then', 'toJSON', 'inspect', 'asymmetricMatch', '$$typeof', '_response'].includes(key)) {
      return Reflect.get(target, key);
    }
    throw new Error(`Invalid Chai property: ${String(key)}`);
  },
});
Object.setPrototypeOf(Assertion.prototype, unknown);
// a test that gives its sentence back is no promise
Assertion.prototype.then = undefined;

const define = (names, descriptor) => {
  for (const name of [].concat(names)) Object.defineProperty(Assertion.prototype, name, { configurable: true, ...descriptor });
};
/** A word that says something when it is read. */
const property = (names, say) =>
  define(names, {
    get() {
      say.call(this);
      return this;
    },
  });
/** A word that is called. */
const method = (names, say) =>
  define(names, {
    value(...args) {
      const out = say.apply(this, args);
      return out === undefined ? this : out;
    },
  });
/** A word that can be called and can be walked through: `a('string')`, `an.instanceof`. */
const both = (names, say, read) =>
  define(names, {
    get() {
      if (read) read.call(this);
      const f = (...args) => {
        const out = say.apply(this, args);
        return out === undefined ? this : out;
      };
      return Object.setPrototypeOf(f, this);
    },
  });

// words that only make the sentence read well
define(['to', 'be', 'been', 'is', 'and', 'has', 'have', 'with', 'that', 'which', 'at', 'of', 'same', 'but', 'does', 'still', 'also', 'itself'], {
  get() {
    return this;
  },
});
for (const [name, flag] of [['not', 'negate'], ['deep', 'deep'], ['nested', 'nested'], ['own', 'own'], ['ordered', 'ordered']]) {
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
  this.assert(ok, 'to throw');
  return new Assertion(thrown);
});
method(['respondTo', 'respondsTo'], function (name) {
  const holder = typeof this._obj === 'function' ? this._obj.prototype : this._obj;
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
    this.assert(test(before, read()), () => `to ${names[0]}`);
  });
}

// What Postman adds

const isResponse = (v) => v instanceof Response;
const isRequest = (v) => v instanceof Request;
property('postmanRequest', function () {
  this.assert(isRequest(this._obj), 'to be a postman request');
});
property('postmanResponse', function () {
  this.assert(isResponse(this._obj), 'to be a postman response');
});
property('postmanRequestOrResponse', function () {
  this.assert(isResponse(this._obj) || isRequest(this._obj), 'to be a postman request or response');
});
const response = (a) => a.need(isResponse(a._obj), 'to be a postman response');
const classes = { info: 1, success: 2, redirection: 3, clientError: 4, serverError: 5 };
for (const name of Object.keys(classes)) {
  property(name, function () {
    response(this);
    this.assert(Math.floor(this._obj.code / 100) === classes[name], () => `to have a ${classes[name]}XX status but got ${this._obj.code}`);
  });
}
property('error', function () {
  response(this);
  this.assert([4, 5].includes(Math.floor(this._obj.code / 100)), () => `to have a 4XX or 5XX status but got ${this._obj.code}`);
});
const reasons = {
  accepted: [202, 'ACCEPTED'],
  withoutContent: [204, 'NO CONTENT'],
  badRequest: [400, 'BAD REQUEST'],
  unauthorised: [401, 'UNAUTHORISED'],
  unauthorized: [401, 'UNAUTHORIZED'],
  forbidden: [403, 'FORBIDDEN'],
  notFound: [404, 'NOT FOUND'],
  notAcceptable: [406, 'ACCEPTABLE'],
  rateLimited: [429, 'TOO MANY REQUESTS'],
};
for (const name of Object.keys(reasons)) {
  property(name, function () {
    response(this);
    const [code, reason] = reasons[name];
    this.assert(this._obj.reason().toUpperCase() === reason, () => `to have status reason ${reason} but got ${this._obj.reason()}`);
    this.assert(this._obj.code === code, () => `to have status code ${code} but got ${this._obj.code}`);
  });
}
method('statusCodeClass', function (n) {
  response(this);
  this.assert(Math.floor(this._obj.code / 100) === n, () => `to have a ${n}XX status`);
});
method('statusCode', function (code) {
  response(this);
  this.assert(this._obj.code === Number(code), () => `to have status code ${code} but got ${this._obj.code}`);
});
method('statusReason', function (reason) {
  response(this);
  this.assert(this._obj.reason() === String(reason), () => `to have status reason ${reason} but got ${this._obj.reason()}`);
});
method('status', function (what) {
  response(this);
  const ok = typeof what === 'number' ? this._obj.code === what : this._obj.reason() === what;
  this.assert(ok, () => `to have status ${show(what)} but got ${this._obj.code} ${this._obj.reason()}`);
});
method('header', function (key, value) {
  this.need(isResponse(this._obj) || isRequest(this._obj), 'to be a postman request or response');
  const { headers } = this._obj;
  this.assert(headers.has(key), () => `to have header with key ${show(key)}`);
  if (arguments.length > 1) this.assert(headers.one(key).value === value, () => `to have header ${show(key)} of ${show(value)}`);
});
property('withBody', function () {
  response(this);
  this.assert(this._obj.text().length > 0, 'to have content in body');
});
const parsed = (res) => {
  try {
    return { value: res.json() };
  } catch (e) {
    return { error: e };
  }
};
property('json', function () {
  response(this);
  this.assert(!parsed(this._obj).error, 'to have a valid JSON body');
});
method('body', function (content) {
  response(this);
  const text = this._obj.text();
  if (arguments.length === 0) this.assert(text.length > 0, 'to have content in body');
  else if (content instanceof RegExp) this.assert(content.exec(text) !== null, () => `to have a body that matches ${content}`);
  else if (content && Object.getPrototypeOf(content) === Object.prototype) this.assert(same(parsed(this._obj).value, content), () => `to have the body ${show(content)}`);
  else this.assert(same(text, content), () => `to have the body ${show(content)}`);
});
method('jsonBody', function (at, value) {
  response(this);
  const { value: body, error } = parsed(this._obj);
  if (arguments.length === 0) this.assert(!error, 'to have a valid JSON body');
  else if (typeof at === 'string') {
    const found = reach(body, at);
    this.assert(found.found, () => `to contain property ${show(at)}`);
    if (arguments.length > 1) this.assert(same(found.value, value), () => `to contain ${show(value)} at ${show(at)} but got ${show(found.value)}`);
  }
});
both('responseTime', function (value) {
  if (arguments.length) this.assert(this._obj === value, () => `to have the response time ${value}`);
}, function () {
  response(this);
  this._obj = this._obj.responseTime;
});
both('responseSize', function (value) {
  if (arguments.length) this.assert(this._obj === value, () => `to have the response size ${value}`);
}, function () {
  response(this);
  this._obj = this._obj.size().total;
});

let validate;
/** Gives `jsonSchema` its validator; only scripts that use it bring one. */
export function useSchemas(check) {
  validate = check;
}
method('jsonSchema', function (schema) {
  if (!validate) throw new Error('no JSON Schema validator is loaded');
  const data = isResponse(this._obj) ? this._obj.json() : this._obj;
  const errors = validate(schema, data);
  if (this._f.negate ? !errors.length : errors.length) {
    throw new AssertionError(
      this._f.negate ? 'expected data to not satisfy schema' : `expected data to satisfy schema but found following errors: \n${errors.join(', ')}`,
    );
  }
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

/** Enough of chai for scripts that ask for it. */
export const chai = { expect, AssertionError, Assertion, should: () => {}, config: {}, use: () => {} };
const assert = (value, message) => expect(value, message).to.be.ok;
Object.assign(assert, {
  ok: assert,
  isOk: assert,
  equal: (a, b, m) => {
    if (a != b) throw new AssertionError(m || `expected ${show(a)} to equal ${show(b)}`);
  },
  notEqual: (a, b, m) => {
    if (a == b) throw new AssertionError(m || `expected ${show(a)} to not equal ${show(b)}`);
  },
  strictEqual: (a, b, m) => expect(a, m).to.equal(b),
  notStrictEqual: (a, b, m) => expect(a, m).to.not.equal(b),
  deepEqual: (a, b, m) => expect(a, m).to.eql(b),
  notDeepEqual: (a, b, m) => expect(a, m).to.not.eql(b),
  isTrue: (v, m) => expect(v, m).to.be.true,
  isFalse: (v, m) => expect(v, m).to.be.false,
  isNull: (v, m) => expect(v, m).to.be.null,
  isNotNull: (v, m) => expect(v, m).to.not.be.null,
  isUndefined: (v, m) => expect(v, m).to.be.undefined,
  isDefined: (v, m) => expect(v, m).to.not.be.undefined,
  isArray: (v, m) => expect(v, m).to.be.an('array'),
  isObject: (v, m) => expect(v, m).to.be.an('object'),
  isString: (v, m) => expect(v, m).to.be.a('string'),
  isNumber: (v, m) => expect(v, m).to.be.a('number'),
  isBoolean: (v, m) => expect(v, m).to.be.a('boolean'),
  isFunction: (v, m) => expect(v, m).to.be.a('function'),
  typeOf: (v, t, m) => expect(v, m).to.be.a(t),
  include: (v, x, m) => expect(v, m).to.include(x),
  notInclude: (v, x, m) => expect(v, m).to.not.include(x),
  match: (v, x, m) => expect(v, m).to.match(x),
  property: (v, x, m) => expect(v, m).to.have.property(x),
  lengthOf: (v, n, m) => expect(v, m).to.have.lengthOf(n),
  isAbove: (v, n, m) => expect(v, m).to.be.above(n),
  isBelow: (v, n, m) => expect(v, m).to.be.below(n),
  isAtLeast: (v, n, m) => expect(v, m).to.be.at.least(n),
  isAtMost: (v, n, m) => expect(v, m).to.be.at.most(n),
  exists: (v, m) => expect(v, m).to.exist,
  isNotEmpty: (v, m) => expect(v, m).to.not.be.empty,
  isEmpty: (v, m) => expect(v, m).to.be.empty,
  throws: (f, ...rest) => expect(f).to.throw(...rest),
  fail: (m) => {
    throw new AssertionError(m || 'assert.fail()');
  },
});
chai.assert = assert;
expect.assert = assert;
