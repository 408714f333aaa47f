// A sentence about a value, and how the words of its language are made.
import { show } from './same.js';

export class AssertionError extends Error {
  constructor(message) {
    super(message);
    this.name = 'AssertionError';
  }
}

const NONE = Object.freeze({});

export class Assertion {
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
      throw new AssertionError(`${this._head()}expected ${show(this._obj)} ${negate ? expected.replace(/^to /, 'to not ') : expected}`);
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

export const define = (names, descriptor) => {
  for (const name of [].concat(names)) Object.defineProperty(Assertion.prototype, name, { configurable: true, ...descriptor });
};
/** A word that says something when it is read. */
export const property = (names, say) =>
  define(names, {
    get() {
      say.call(this);
      return this;
    },
  });
/** A word that is called. */
export const method = (names, say) =>
  define(names, {
    value(...args) {
      const out = say.apply(this, args);
      return out === undefined ? this : out;
    },
  });
/** A word that can be called and can be walked through: `a('string')`, `an.instanceof`. */
export const both = (names, say, read) =>
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
