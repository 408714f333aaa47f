// A sentence about a value, and how the words of its language are made.
import { show } from './show.js';

export class AssertionError extends Error {
  constructor(message) {
    super(message);
    this.name = 'AssertionError';
  }
}

/** What a word has said about the words after it, as bits of `_f`. */
export const NOT = 1;
export const DEEP = 2;
export const NESTED = 4;
export const OWN = 8;
export const ORDERED = 16;
export const ITSELF = 32;
export const ANY = 64;
export const ALL = 128;
export const CONTAINS = 256;
export const LENGTH = 512;

export class Assertion {
  constructor(object, message, flags) {
    this._obj = object;
    if (message !== undefined) this._message = message;
    if (flags !== undefined) this._f = flags;
  }

  /** Whether the sentence is wrong when its last word is `ok`. */
  wrong(ok) {
    return ok === ((this._f & NOT) !== 0);
  }

  /** Throws what was expected of the value: `to be …`, turned around when the sentence has a `not`. */
  say(expected, unexpected) {
    const negate = this._f & NOT;
    this.tell(`expected ${show(this._obj)} ${negate ? (unexpected ?? expected.replace(/^to /, 'to not ')) : expected}`);
  }

  /** Throws a whole sentence. */
  tell(text) {
    throw new AssertionError(this._message ? `${this._message}: ${text}` : text);
  }

  /** Demands something of the value whether there is a `not` or not. */
  need(ok, what) {
    if (!ok) this.tell(`expected ${show(this._obj)} ${what}`);
  }
}

const quiet = ['then', 'toJSON', 'inspect', 'asymmetricMatch', '$$typeof', '_response'];

/** The word that somebody meant, when one is near. */
function near(word, target) {
  let best;
  let least = 4;
  for (let at = target; at && at !== Object.prototype; at = at === Assertion.prototype ? null : Object.getPrototypeOf(at)) {
    for (const name of Object.getOwnPropertyNames(at)) {
      if (INNER.has(name) || name in Object.prototype) continue;
      const d = distance(name, word, least);
      if (d < least) [best, least] = [name, d];
    }
  }
  return best;
}

/** How many letters to change, add or leave out (Levenshtein), or `most` when there are as many. */
function distance(a, b, most) {
  if (Math.abs(a.length - b.length) >= most) return most;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    row = next;
  }
  return row[b.length];
}

// A word that does not exist is an error, not a sentence that is silently true.
const unknown = new Proxy(Object.create(Object.prototype), {
  get(target, key, receiver) {
    if (typeof key === 'symbol' || key in target || quiet.includes(key)) return Reflect.get(target, key);
    const meant = near(key, receiver);
    throw new Error(`Invalid Chai property: ${key}${meant ? `. Did you mean "${meant}"?` : ''}`);
  },
});
Object.setPrototypeOf(Assertion.prototype, unknown);
// fields that every sentence has; a test that gives its sentence back is no promise
Object.assign(Assertion.prototype, { _obj: undefined, _message: undefined, _f: 0, _change: undefined, then: undefined });
const INNER = new Set(Object.getOwnPropertyNames(Assertion.prototype).concat('prototype', 'arguments', 'caller'));

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
/** A word that is called; it gives the sentence back. */
export const method = (names, say) => define(names, { value: say });
/** A word that can be called and can be walked through: `a('string')`, `an.instanceof`. */
export const both = (names, say, flag = 0, read = undefined) =>
  define(names, {
    get() {
      if (flag) this._f |= flag;
      if (read) read(this);
      const f = (value, message) => say.call(this, value, message);
      return Object.setPrototypeOf(f, this);
    },
  });

// words that only make the sentence read well
define(['to', 'be', 'been', 'is', 'and', 'has', 'have', 'with', 'that', 'which', 'at', 'of', 'same', 'but', 'does', 'still', 'also'], {
  get() {
    return this;
  },
});
