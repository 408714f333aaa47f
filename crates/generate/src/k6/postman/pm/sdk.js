// The classes of `postman-collection` that scripts make objects of.
import { CookieList } from './cookies.js';
import { Header as HeaderItem, header, listOf, PropertyList } from './list.js';
import './random.js';
import { Request, RequestAuth, RequestBody } from './request.js';
import { Response } from './response.js';
import { VariableScope, fill, fillIn } from './scope.js';
import { Url } from './url.js';

/** What every class has: its fields, and the filling of placeholders. */
class Property {
  constructor(given) {
    if (given && typeof given === 'object') Object.assign(this, given);
  }

  toJSON() {
    return { ...this };
  }

  static replaceSubstitutions(text, ...layers) {
    return fill(text, maps(layers));
  }

  static replaceSubstitutionsIn(value, layers) {
    return fillIn(value, maps([].concat(layers)));
  }
}
const maps = (layers) => layers.flat().map((l) => (l instanceof VariableScope ? l._map : new Map(Object.entries(l instanceof PropertyList ? l.toObject() : l))));

class Header extends HeaderItem {
  constructor(given, name) {
    const made = header(name === undefined ? given : { key: name, value: given });
    super(made.key, made.value, made.system);
    if (given && given.disabled) this.disabled = true;
  }

  update(given) {
    Object.assign(this, header(given));
  }

  static create(value, name) {
    return new Header(value, name);
  }

  static parse(text) {
    return header.all(text);
  }

  static parseSingle(text) {
    return header(text);
  }

  static unparse(list, separator = '\r\n') {
    return (list.members || list).map((h) => Header.unparseSingle(h) + separator).join('');
  }

  static unparseSingle(h) {
    return typeof h === 'string' ? h : `${h.key}: ${h.value}`;
  }

  static isHeader(value) {
    return value instanceof HeaderItem;
  }
}

class Pair extends Property {
  constructor(given) {
    super(typeof given === 'string' ? new.target.parseSingle(given) : given);
  }

  valueOf() {
    return this.value;
  }

  toString() {
    return Pair.unparseSingle(this);
  }

  update(given) {
    Object.assign(this, typeof given === 'string' ? Pair.parseSingle(given) : given);
  }

  static parse(text) {
    return text.split('&').map(Pair.parseSingle);
  }

  static parseSingle(text) {
    const at = text.indexOf('=');
    return { key: at < 0 ? text : text.slice(0, at), value: at < 0 ? null : text.slice(at + 1) };
  }

  static unparse(list) {
    return (list.members || list).map(Pair.unparseSingle).join('&');
  }

  static unparseSingle({ key, value }) {
    return value === null || value === undefined ? String(key) : `${key}=${value}`;
  }
}
class QueryParam extends Pair {}
class FormParam extends Pair {}

const CASTS = { number: Number, boolean: (v) => v === true || v === 'true', string: String, json: (v) => (typeof v === 'string' ? v : JSON.stringify(v)) };

class Variable extends Property {
  constructor(given) {
    super(given);
    this.set(this.value);
  }

  get(key) {
    return key === undefined ? this.value : this[key];
  }

  set(value) {
    this.value = value === undefined || !CASTS[this.type] ? value : CASTS[this.type](value);
  }

  valueOf() {
    return this.value;
  }

  toString() {
    return String(this.value);
  }

  valueType(type) {
    if (type === undefined) return this.type || 'any';
    this.type = type;
    this.set(this.value);
    return type;
  }

  toJSON() {
    const { type = 'any', value, ...rest } = this;
    return { type, value, ...rest };
  }

  cast(value) {
    return CASTS[this.type] ? CASTS[this.type](value) : value;
  }

  castOut(value) {
    return value;
  }
}

class Cookie extends Property {
  constructor(given) {
    super(typeof given === 'string' ? Cookie.parse(given) : given);
  }

  valueOf() {
    return this.value;
  }

  toString() {
    return `${this.name}=${this.value}`;
  }

  static parse(text) {
    const [pair, ...attributes] = text.split(';').map((part) => part.trim());
    const { key, value } = Pair.parseSingle(pair);
    const out = { name: key, key, value, hostOnly: true };
    for (const attribute of attributes) {
      const [name, given] = attribute.split('=');
      const known = { path: 'path', domain: 'domain', expires: 'expires', 'max-age': 'maxAge', httponly: 'httpOnly', secure: 'secure' }[name.toLowerCase()];
      if (known) out[known] = given === undefined ? true : given;
      if (known === 'domain') out.hostOnly = false;
    }
    return out;
  }

  static stringify(c) {
    const parts = [`${c.name}=${c.value}`];
    if (c.domain) parts.push(`Domain=${c.domain}`);
    if (c.path) parts.push(`Path=${c.path}`);
    if (c.secure) parts.push('Secure');
    if (c.httpOnly) parts.push('HttpOnly');
    return parts.join('; ');
  }

  static unparse(list) {
    return (list.members || list).map(Cookie.unparseSingle).join('; ');
  }

  static unparseSingle({ name, key, value }) {
    return `${name ?? key}=${value}`;
  }

  static splitParam(text) {
    return Pair.parseSingle(text);
  }

  static isCookie(value) {
    return value instanceof Cookie;
  }
}

/** Lists are made with their parent first: `new HeaderList(parent, members)`. */
const listFor = (make, ignoreCase) =>
  class extends listOf(make, ignoreCase) {
    constructor(parent, members) {
      super(members);
      adopt(this, parent);
    }
  };
const adopt = (child, parent) => parent && Object.defineProperty(child, '__parent', { value: parent, configurable: true });
const made = (type) => (m) => (m instanceof type ? m : new type(m));
const parsed = (make, all) => Object.assign(make, { all });
const HeaderList = listFor(Object.assign(made(Header), { all: header.all, print: header.print }), true);
const QueryParamList = listFor(parsed(made(QueryParam), QueryParam.parse));
class VariableList extends listFor(made(Variable)) {
  substitute(value) {
    return Property.replaceSubstitutionsIn(value, [this.toObject()]);
  }
}
class Cookies extends CookieList {
  constructor(parent, members) {
    super('');
    for (const m of members || []) this.members.push(new Cookie(m));
    adopt(this, parent);
  }

  one(name) {
    return this.members.find((c) => c.name === name);
  }
}

/** A list of what a class makes: `new PropertyList(Header, parent, members)`. */
class ListOf extends PropertyList {
  constructor(type, parent, members) {
    super();
    Object.defineProperty(this, '_make', { value: typeof type === 'function' ? made(type) : (m) => m });
    Object.defineProperty(this, '_ignoreCase', { value: type === Header });
    adopt(this, parent);
    this.populate(members);
  }

  static isPropertyList(value) {
    return value instanceof PropertyList;
  }
}

class Scope extends VariableScope {
  constructor(given = {}) {
    const list = Array.isArray(given) ? given : given.values || [];
    const all = list.members || list;
    const read = (some) => Object.fromEntries(some.map((v) => [v.key, new Variable(v).get()]));
    super(read(all.filter((v) => !v.disabled)), given.name);
    Object.defineProperty(this, '_disabled', { value: read(all.filter((v) => v.disabled)) });
  }

  /** Variables that are switched off are listed, though nobody gets them. */
  toObject() {
    return { ...super.toObject(), ...this._disabled };
  }

  static isVariableScope(value) {
    return value instanceof VariableScope;
  }
}

class Item extends Property {
  constructor(given = {}) {
    super(given);
    if (given.request) this.request = new Request(given.request);
    this.events = new ListOf(Event, this, given.event);
  }

  static isItem(value) {
    return value instanceof Item;
  }
}
class ItemGroup extends Property {
  constructor(given = {}) {
    super(given);
    this.items = new ListOf(undefined, this, (given.item || []).map((i) => (i.item ? new ItemGroup(i) : new Item(i))));
    this.variables = new VariableList(this, given.variable);
    this.events = new ListOf(Event, this, given.event);
  }

  forEachItem(f) {
    this.items.each((i) => (i instanceof ItemGroup ? i.forEachItem(f) : f(i)));
  }

  forEachItemGroup(f) {
    this.items.each((i) => {
      if (!(i instanceof ItemGroup)) return;
      i.forEachItemGroup(f);
      f(i);
    });
  }

  static isItemGroup(value) {
    return value instanceof ItemGroup;
  }
}
class Collection extends ItemGroup {
  constructor(given = {}) {
    super(given);
    this.name = given.name || (given.info && given.info.name);
  }

  static isCollection(value) {
    return value instanceof Collection;
  }
}

class Script extends Property {
  constructor(given) {
    super(typeof given === 'string' ? { exec: given } : given);
    this.exec = typeof this.exec === 'string' ? this.exec.split(/\r?\n/) : this.exec;
  }

  toSource() {
    return this.exec && this.exec.join('\n');
  }
}
class Event extends Property {
  constructor(given) {
    super(given);
    if (given && given.script) this.script = new Script(Array.isArray(given.script) ? { exec: given.script } : given.script);
  }
}
class Description extends Property {
  constructor(given) {
    super(typeof given === 'string' ? { content: given } : given);
  }

  toString() {
    return this.content || '';
  }
}
class Version extends Property {
  constructor(given) {
    const [, major, minor, patch] = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?/.exec(String(given)) || [];
    super({ raw: String(given), string: String(given), major: Number(major), minor: Number(minor || 0), patch: Number(patch || 0) });
  }
}
class Certificate extends Property {}
class ProxyConfig extends Property {}

/** `https://*.example.com/*`: the addresses that a certificate or a proxy is for. */
class UrlMatchPattern extends Property {
  constructor(pattern) {
    super({ pattern: typeof pattern === 'string' ? pattern : pattern.pattern });
  }

  test(url) {
    if (this.pattern === '<all_urls>') return true;
    const source = this.pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace('*:', '[a-z]+:').replace(/\*/g, '.*');
    return new RegExp(`^${source}$`).test(String(url));
  }
}

Request.isRequest = (v) => v instanceof Request;
Response.isResponse = (v) => v instanceof Response;
Url.isUrl = (v) => v instanceof Url;
RequestAuth.isValidType = (type) => typeof type === 'string';

export const sdk = {
  Collection, Item, ItemGroup, Request, RequestAuth, RequestBody, Response, Url, Header, HeaderList, PropertyList: ListOf, Variable, VariableList,
  VariableScope: Scope, QueryParam, QueryParamList, FormParam, Cookie, CookieList: Cookies, Property, Script, Event, Description, Version,
  Certificate, ProxyConfig, UrlMatchPattern,
};
