// `pm.expect`: chai's words for assertions that read like sentences.
import { ALL, ANY, Assertion, AssertionError, both, CONTAINS, DEEP, ITSELF, LENGTH, method, NESTED, NOT, ORDERED, OWN, property } from './assertion.js';
import { Request } from './request.js';
import { Response } from './response.js';
import { holds, path, same, typeOf } from './same.js';
import { show } from './show.js';
import './lists.js';
import './words.js';

for (const [name, flag] of [['not', NOT], ['deep', DEEP], ['nested', NESTED], ['own', OWN], ['ordered', ORDERED], ['itself', ITSELF]]) {
  property(name, function () {
    this._f |= flag;
  });
}
property('any', function () {
  this._f = (this._f | ANY) & ~ALL;
});
property('all', function () {
  this._f = (this._f | ALL) & ~ANY;
});

const typeIs = (value, type) => {
  if (typeof value === type && type !== 'object') return true;
  if (type === 'array') return Array.isArray(value);
  const actual = typeOf(value).toLowerCase();
  if (actual === type) return true;
  const custom = value === null || value === undefined ? undefined : value[Symbol.toStringTag];
  return typeof custom === 'string' && custom.toLowerCase() === type;
};
both(['a', 'an'], function (type, message) {
  if (message) this._message = message;
  if (this.wrong(typeIs(this._obj, type) || typeIs(this._obj, String(type).toLowerCase()))) {
    const kind = String(type).toLowerCase();
    const what = `${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind}`;
    this.say(`to be ${what}`, `not to be ${what}`);
  }
  return this;
});

both(
  ['include', 'includes', 'contain', 'contains'],
  function (value, message) {
    if (message) this._message = message;
    const deep = (this._f & DEEP) !== 0;
    const object = this._obj;
    const type = Array.isArray(object) ? 'array' : typeOf(object).toLowerCase();
    let ok;
    if (type === 'string') ok = object.indexOf(value) !== -1;
    else if (type === 'array') ok = holds(object, value, deep);
    else if (type === 'set') ok = holds([...object], value, deep);
    else if (type === 'map') ok = holds([...object.values()], value, deep);
    else if (type === 'weakset') ok = object.has(value);
    else return includesProperties(this, value, type);
    if (this.wrong(ok)) this.say(`to ${deep && type !== 'string' ? 'deep ' : ''}include ${show(value)}`);
    return this;
  },
  CONTAINS,
);

function includesProperties(sentence, value, type) {
  if (value !== Object(value)) {
    const other = typeOf(value).toLowerCase();
    sentence.tell(
      `the given combination of arguments (${type} and ${other}) is invalid for this assertion. ` +
        `You can use an array, a map, an object, a set, a string, or a weakset instead of a ${other}`,
    );
  }
  const keys = Object.keys(value);
  let first;
  let failures = 0;
  for (const key of keys) {
    try {
      new Assertion(sentence._obj, sentence._message, sentence._f & ~LENGTH).property(key, value[key]);
    } catch (e) {
      if (!(sentence._f & NOT)) throw e;
      failures += 1;
      first = first || e;
    }
  }
  if (first && (keys.length === 1 || failures === keys.length)) throw first;
  return sentence;
}

for (const [name, value] of [['true', true], ['false', false]]) {
  property(name, function () {
    if (this.wrong(this._obj === value)) this.say(`to be ${value}`, `to be ${!value}`);
  });
}
for (const [name, test] of [['null', (v) => v === null], ['undefined', (v) => v === undefined], ['NaN', (v) => v !== v]]) {
  property(name, function () {
    if (this.wrong(test(this._obj))) this.say(`to be ${name}`, `not to be ${name}`);
  });
}
property(['exist', 'exists'], function () {
  if (this.wrong(this._obj !== null && this._obj !== undefined)) this.say('to exist');
});
property('finite', function () {
  if (this.wrong(typeof this._obj === 'number' && Number.isFinite(this._obj))) this.say('to be a finite number');
});
property('empty', function () {
  const value = this._obj;
  const type = typeOf(value).toLowerCase();
  let count;
  if (type === 'array' || type === 'string') count = value.length;
  else if (type === 'map' || type === 'set') count = value.size;
  else if (type === 'weakmap' || type === 'weakset') this.tell('.empty was passed a weak collection');
  else if (typeof value === 'function') this.tell(`.empty was passed a function ${value.name}`.trim());
  else if (value !== Object(value)) this.tell(`.empty was passed non-string primitive ${show(value)}`);
  else count = Object.keys(value).length;
  if (this.wrong(count === 0)) this.say('to be empty', 'not to be empty');
});
property(['arguments', 'Arguments'], function () {
  const type = typeOf(this._obj);
  if (this.wrong(type === 'Arguments')) this.say(`to be arguments but got ${type}`.replace(/Number|String|Boolean/, (t) => t.toLowerCase()));
});
property('extensible', function () {
  if (this.wrong(Object.isExtensible(this._obj))) this.say('to be extensible');
});
property('sealed', function () {
  if (this.wrong(Object.isSealed(this._obj))) this.say('to be sealed');
});
property('frozen', function () {
  if (this.wrong(Object.isFrozen(this._obj))) this.say('to be frozen');
});

method(['equal', 'equals', 'eq'], function (value, message) {
  if (message) this._message = message;
  const deep = this._f & DEEP;
  if (this.wrong(deep ? same(this._obj, value) : this._obj === value)) this.say(`to ${deep ? 'deeply ' : ''}equal ${show(value)}`);
  return this;
});
method(['eql', 'eqls'], function (value, message) {
  if (message) this._message = message;
  if (this.wrong(same(this._obj, value))) this.say(`to deeply equal ${show(value)}`);
  return this;
});
method(['instanceof', 'instanceOf'], function (constructor, message) {
  if (message) this._message = message;
  if (typeof constructor !== 'function') {
    this.tell(`The instanceof assertion needs a constructor but ${typeOf(constructor).toLowerCase()} was given.`);
  }
  // values of `JSON.parse` are arrays and objects wherever they were made
  const native = { Array: 'Array', Object: 'Object' }[constructor.name];
  const ok = this._obj instanceof constructor || (native !== undefined && typeOf(this._obj) === native);
  if (this.wrong(ok)) this.say(`to be an instance of ${constructor.name || 'an unnamed constructor'}`);
  return this;
});

function hasProperty(name, value, message) {
  if (message) this._message = message;
  const object = this._obj;
  const nested = this._f & NESTED;
  const own = this._f & OWN;
  if (nested && own) this.tell('The "nested" and "own" flags cannot be combined.');
  if (!['string', 'number', 'symbol'].includes(typeof name)) this.tell('the argument to property must be a string, number, or symbol');
  if (object === null || object === undefined) this.tell('Target cannot be null or undefined.');
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
    actual = found ? here : undefined;
  } else {
    found = own ? Object.prototype.hasOwnProperty.call(object, name) : typeof object === 'object' ? name in object : name in Object(object);
    actual = object[name];
  }
  const given = arguments.length > 1;
  const not = this._f & NOT;
  const deep = this._f & DEEP;
  if ((!not || !given) && this.wrong(found)) this.say(`to have ${kindOf(this._f)}property ${show(name)}`);
  if (given && this.wrong(found && (deep ? same(value, actual) : value === actual))) {
    const what = `have ${kindOf(this._f)}property ${show(name)} of ${show(value)}`;
    this.say(`to ${what}, but got ${show(actual)}`, `to not ${what}`);
  }
  this._obj = actual;
  return this;
}
const kindOf = (flags) => (flags & DEEP ? 'deep ' : '') + (flags & NESTED ? 'nested ' : '') + (flags & OWN ? 'own ' : '');
method('property', hasProperty);
method(['ownProperty', 'haveOwnProperty'], function (...args) {
  this._f |= OWN;
  return hasProperty.apply(this, args);
});
method(['ownPropertyDescriptor', 'haveOwnPropertyDescriptor'], function (name, wanted, message) {
  if (typeof wanted === 'string') [wanted, message] = [undefined, wanted];
  if (message) this._message = message;
  const found = Object.getOwnPropertyDescriptor(Object(this._obj), name);
  const what = `the own property descriptor for ${show(name)} on ${show(this._obj)}`;
  if (found && wanted) {
    if (this.wrong(same(wanted, found))) this.tell(`expected ${what} to ${this._f & NOT ? 'not ' : ''}match ${show(wanted)}${this._f & NOT ? '' : `, got ${show(found)}`}`);
  } else if (this.wrong(Boolean(found))) this.say(`to have an own property descriptor for ${show(name)}`);
  this._obj = found;
  return this;
});
method(['match', 'matches'], function (pattern, message) {
  if (message) this._message = message;
  if (this.wrong(pattern.exec(this._obj) !== null)) this.say(`to match ${pattern}`, `not to match ${pattern}`);
  return this;
});
method('string', function (text, message) {
  if (message) this._message = message;
  this.need(typeof this._obj === 'string', 'to be a string');
  if (this.wrong(this._obj.indexOf(text) !== -1)) this.say(`to contain ${show(text)}`);
  return this;
});
method(['respondTo', 'respondsTo'], function (name, message) {
  if (message) this._message = message;
  const holder = typeof this._obj === 'function' && !(this._f & ITSELF) ? this._obj.prototype : this._obj;
  if (this.wrong(typeof holder[name] === 'function')) this.say(`to respond to ${show(name)}`);
  return this;
});
method(['satisfy', 'satisfies'], function (test, message) {
  if (message) this._message = message;
  if (this.wrong(Boolean(test(this._obj)))) this.say(`to satisfy ${show(test)}`, `to not satisfy${show(test)}`);
  return this;
});

export const expect = (value, message) => new Assertion(value, message);
expect.fail = (actual, expected, message) => {
  throw new AssertionError(message || (expected === undefined && typeof actual === 'string' ? actual : 'expect.fail()'));
};

for (const { prototype } of [Response, Request]) {
  Object.defineProperty(prototype, 'to', {
    get() {
      return new Assertion(this);
    },
  });
}
