// `require('chai')`: `expect` and the assert style, each assertion a sentence.
import { Assertion, AssertionError } from './assertion.js';
import { expect } from './expect.js';
import { show } from './show.js';

/** Assertions about a value alone. */
const ALONE = {
  isOk: (e) => e.to.be.ok,
  isNotOk: (e) => e.to.not.be.ok,
  isTrue: (e) => e.to.be.true,
  isNotTrue: (e) => e.to.not.be.true,
  isFalse: (e) => e.to.be.false,
  isNotFalse: (e) => e.to.not.be.false,
  isNull: (e) => e.to.equal(null),
  isNotNull: (e) => e.to.not.equal(null),
  isUndefined: (e) => e.to.equal(undefined),
  isDefined: (e) => e.to.not.equal(undefined),
  isNaN: (e) => e.to.be.NaN,
  isNotNaN: (e) => e.to.not.be.NaN,
  exists: (e) => e.to.exist,
  notExists: (e) => e.to.not.exist,
  isEmpty: (e) => e.to.be.empty,
  isNotEmpty: (e) => e.to.not.be.empty,
  isFrozen: (e) => e.to.be.frozen,
  isNotFrozen: (e) => e.to.not.be.frozen,
  isSealed: (e) => e.to.be.sealed,
  isExtensible: (e) => e.to.be.extensible,
  isFinite: (e) => e.to.be.finite,
};
for (const type of ['Array', 'Object', 'String', 'Number', 'Boolean', 'Function']) {
  ALONE[`is${type}`] = (e) => e.to.be.a(type.toLowerCase());
  ALONE[`isNot${type}`] = (e) => e.to.not.be.a(type.toLowerCase());
}

/** Assertions about a value and another one. */
const WITH = {
  strictEqual: (e, v) => e.to.equal(v),
  notStrictEqual: (e, v) => e.to.not.equal(v),
  deepEqual: (e, v) => e.to.eql(v),
  deepStrictEqual: (e, v) => e.to.eql(v),
  notDeepEqual: (e, v) => e.to.not.eql(v),
  isAbove: (e, v) => e.to.be.above(v),
  isAtLeast: (e, v) => e.to.be.at.least(v),
  isBelow: (e, v) => e.to.be.below(v),
  isAtMost: (e, v) => e.to.be.at.most(v),
  typeOf: (e, v) => e.to.be.a(v),
  notTypeOf: (e, v) => e.to.not.be.a(v),
  instanceOf: (e, v) => e.to.be.instanceof(v),
  notInstanceOf: (e, v) => e.to.not.be.instanceof(v),
  include: (e, v) => e.to.include(v),
  notInclude: (e, v) => e.to.not.include(v),
  deepInclude: (e, v) => e.to.deep.include(v),
  notDeepInclude: (e, v) => e.to.not.deep.include(v),
  nestedInclude: (e, v) => e.to.nested.include(v),
  match: (e, v) => e.to.match(v),
  notMatch: (e, v) => e.to.not.match(v),
  property: (e, v) => e.to.have.property(v),
  notProperty: (e, v) => e.to.not.have.property(v),
  nestedProperty: (e, v) => e.to.have.nested.property(v),
  notNestedProperty: (e, v) => e.to.not.have.nested.property(v),
  ownProperty: (e, v) => e.to.have.own.property(v),
  lengthOf: (e, v) => e.to.have.lengthOf(v),
  oneOf: (e, v) => e.to.be.oneOf(v),
  sameMembers: (e, v) => e.to.have.members(v),
  notSameMembers: (e, v) => e.to.not.have.members(v),
  sameDeepMembers: (e, v) => e.to.have.deep.members(v),
  sameOrderedMembers: (e, v) => e.to.have.ordered.members(v),
  sameDeepOrderedMembers: (e, v) => e.to.have.deep.ordered.members(v),
  includeMembers: (e, v) => e.to.include.members(v),
  includeDeepMembers: (e, v) => e.to.include.deep.members(v),
  hasAllKeys: (e, v) => e.to.have.all.keys(v),
  hasAnyKeys: (e, v) => e.to.have.any.keys(v),
  containsAllKeys: (e, v) => e.to.contain.all.keys(v),
  doesNotHaveAnyKeys: (e, v) => e.to.not.have.any.keys(v),
  satisfies: (e, v) => e.to.satisfy(v),
};

/** Assertions about a value and two others. */
const AND = {
  propertyVal: (e, k, v) => e.to.have.property(k, v),
  notPropertyVal: (e, k, v) => e.to.not.have.property(k, v),
  deepPropertyVal: (e, k, v) => e.to.have.deep.property(k, v),
  nestedPropertyVal: (e, k, v) => e.to.have.nested.property(k, v),
  closeTo: (e, n, delta) => e.to.be.closeTo(n, delta),
  approximately: (e, n, delta) => e.to.be.closeTo(n, delta),
};

const assert = (value, message) => {
  if (!value) throw new AssertionError(message || 'Unspecified AssertionError');
};
for (const name of Object.keys(ALONE)) assert[name] = (value, message) => void ALONE[name](expect(value, message));
for (const name of Object.keys(WITH)) assert[name] = (value, other, message) => void WITH[name](expect(value, message), other);
for (const name of Object.keys(AND)) assert[name] = (value, one, two, message) => void AND[name](expect(value, message), one, two);
Object.assign(assert, {
  ok: assert.isOk,
  notOk: assert.isNotOk,
  equal(a, b, message) {
    if (a != b) new Assertion(a, message).say(`to equal ${show(b)}`);
  },
  notEqual(a, b, message) {
    if (a == b) new Assertion(a, message).say(`to not equal ${show(b)}`);
  },
  throws: (f, ...rest) => void expect(f).to.throw(...rest),
  throw: (f, ...rest) => void expect(f).to.throw(...rest),
  doesNotThrow: (f, ...rest) => void expect(f).to.not.throw(...rest),
  fail(message) {
    throw new AssertionError(message || 'assert.fail()');
  },
});

/** `value.should`, for scripts that call `chai.should()`. */
function should() {
  if ('should' in Object.prototype) return {};
  Object.defineProperty(Object.prototype, 'should', {
    configurable: true,
    get() {
      return expect(this.valueOf());
    },
    set(value) {
      Object.defineProperty(this, 'should', { value, writable: true, enumerable: true, configurable: true });
    },
  });
  return {};
}

export const chai = { expect, assert, should, AssertionError, Assertion, config: {}, use: () => chai };
