// The classes of `postman-collection` that scripts make objects of.
import { header, listOf, PropertyList } from './list.js';
import { Request, RequestBody } from './request.js';
import { Response } from './response.js';
import { VariableScope, fill } from './scope.js';
import { Url } from './url.js';

class Header {
  constructor(given, value) {
    Object.assign(this, header(value === undefined ? given : { key: given, value }));
  }

  toString() {
    return `${this.key}: ${this.value}`;
  }

  valueOf() {
    return this.value;
  }

  static create(value, key) {
    return new Header({ key, value });
  }

  static parse(text) {
    return header.all(text);
  }
}

class Pair {
  constructor(given) {
    const at = typeof given === 'string' ? given.indexOf('=') : -1;
    Object.assign(this, typeof given === 'string' ? { key: at < 0 ? given : given.slice(0, at), value: at < 0 ? null : given.slice(at + 1) } : given);
  }

  valueOf() {
    return this.value;
  }

  toString() {
    return `${this.key}=${this.value ?? ''}`;
  }

  static parse(text) {
    return text.split('&').map((p) => new Pair(p));
  }
}

class Variable extends Pair {
  get(key) {
    return key === undefined ? this.value : this[key];
  }

  set(value) {
    this.value = value;
  }
}

/** Lists are made with their parent first, as in `postman-collection`. */
const listFor = (make, ignoreCase) =>
  class extends listOf(make, ignoreCase) {
    constructor(parent, members) {
      super(members);
      if (parent) Object.defineProperty(this, '__parent', { value: parent });
    }
  };
const HeaderList = listFor((m) => (m instanceof Header ? m : new Header(m)), true);
const VariableList = listFor((m) => (m instanceof Variable ? m : new Variable(m)));
/** A list of what a class makes: `new PropertyList(Header, parent, members)`. */
class ListOf extends PropertyList {
  constructor(type, parent, members) {
    super();
    const make = (m) => (typeof type !== 'function' || m instanceof type ? m : new type(m));
    Object.defineProperty(this, '_make', { value: make });
    Object.defineProperty(this, '_ignoreCase', { value: type === Header });
    this.populate(members);
  }

  static isPropertyList(value) {
    return value instanceof PropertyList;
  }
}
class Scope extends VariableScope {
  constructor(given = {}) {
    const list = Array.isArray(given) ? given : given.values || [];
    super(Object.fromEntries(list.filter((v) => !v.disabled).map((v) => [v.key, v.value])), given.name);
  }
}
class Collection {
  constructor(given = {}) {
    Object.assign(this, given);
    this.items = new ListOf(undefined, this, given.item);
    this.variables = new VariableList(null, given.variable);
  }

  forEachItem(f) {
    const walk = (list) => (list || []).forEach((i) => (i.item ? walk(i.item) : f(i)));
    walk(this.item);
  }
}
class Item {
  constructor(given = {}) {
    Object.assign(this, given);
    if (given.request) this.request = new Request(given.request);
  }
}
class Cookie extends Pair {}
class Property {
  static replaceSubstitutions(text, ...layers) {
    const scopes = layers.flat().map((l) => (l instanceof VariableScope ? l._map : new Map(Object.entries(l))));
    return fill(text, scopes);
  }
}
Request.isRequest = (v) => v instanceof Request;
Response.isResponse = (v) => v instanceof Response;
Url.isUrl = (v) => v instanceof Url;

export const sdk = {
  Collection, Item, ItemGroup: Collection, Request, RequestBody, Response, Url, Header, HeaderList, PropertyList: ListOf, Variable, VariableList,
  VariableScope: Scope, QueryParam: Pair, FormParam: Pair, Cookie, Property,
};
