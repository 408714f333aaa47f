// `pm.request`: what will be sent or was sent, and what `pm.sendRequest` is given.
import { HeaderList, listOf, PropertyList } from './list.js';
import { Url, wireOf } from './url.js';

const pair = (item) => ({ ...item, key: item.key, value: item.value });
pair.all = (text) =>
  text.split('&').map((p) => {
    const at = p.indexOf('=');
    return { key: at < 0 ? p : p.slice(0, at), value: at < 0 ? '' : p.slice(at + 1) };
  });
pair.print = (members) => members.filter((m) => !m.disabled).map((m) => `${m.key}=${m.value}`).join('&');
const Pairs = listOf(pair);

/** The body of a request in one of Postman's modes. */
export class RequestBody {
  constructor(from) {
    this.update(from);
  }

  update(from) {
    if (typeof from === 'string') from = { mode: 'raw', raw: from };
    if (!from || !from.mode) return;
    this.mode = String(from.mode).toLowerCase();
    if (!['raw', 'urlencoded', 'formdata', 'file', 'graphql'].includes(this.mode)) this.mode = 'raw';
    this.raw = this.mode === 'raw' ? (from.raw ?? '') : from.raw;
    if (from.urlencoded || this.mode === 'urlencoded') this.urlencoded = new Pairs(from.urlencoded || []);
    if (from.formdata || this.mode === 'formdata') this.formdata = new Pairs(from.formdata || []);
    if (from.graphql || this.mode === 'graphql') this.graphql = { ...(from.graphql || {}) };
    this.file = typeof from.file === 'string' ? { src: from.file } : from.file;
    this.options = from.options;
    this.disabled = from.disabled;
    this.type = from.type;
    this.missing = from.missing;
  }

  isEmpty() {
    const data = this[this.mode];
    if (!data) return true;
    if (this.mode === 'file') return !(data.src || data.content);
    if (typeof data === 'string') return data.length === 0;
    if (data instanceof PropertyList) return data.count() === 0;
    return Object.values(data).every((v) => v === undefined);
  }

  toString() {
    if (this.mode === 'raw') return String(this.raw ?? '');
    if (this.mode === 'urlencoded') return this.urlencoded.toString();
    return '';
  }

  toJSON() {
    const value = this[this.mode];
    const out = { mode: this.mode, [this.mode]: value && value.toJSON ? value.toJSON() : value };
    if (this.options) out.options = this.options;
    return out;
  }
}

export class RequestAuth {
  constructor(from) {
    this.type = from.type;
    const given = from[from.type];
    this._values = Array.isArray(given) ? Object.fromEntries(given.map((p) => [p.key, p.value])) : { ...(given || from) };
    delete this._values.type;
    this[this.type] = new Pairs(Object.entries(this._values).map(([key, value]) => ({ key, value })));
  }

  parameters() {
    return this[this.type];
  }

  /** Sets values of the scheme, or turns to another one. */
  update(options, type = this.type) {
    if (!this[type]) this[type] = new Pairs();
    const given = Array.isArray(options) ? options : Object.keys(options).map((key) => ({ key, value: options[key] }));
    this[type].assimilate(given);
  }

  use(type, options) {
    this.type = type;
    this.update(options || [], type);
  }

  get current() {
    return this[this.type];
  }

  clear(type) {
    if (this[type]) this[type].clear();
  }
}

export class Request {
  get _shown() {
    return 'PostmanRequest{ …(5) }';
  }

  constructor(from) {
    if (from !== undefined) this.update(from);
  }

  update(from) {
    if (typeof from === 'string') from = { url: from };
    this.id = from.id;
    this.name = from.name;
    this.description = from.description;
    this.method = from.method === undefined || from.method === null ? 'GET' : String(from.method).toUpperCase();
    this._url = undefined;
    if (typeof from.url === 'string') this._text = from.url;
    else this._url = from.url instanceof Url ? new Url(from.url.toString()) : new Url(from.url);
    const given = from.headers || from.header;
    this.headers = new HeaderList(given && given.members ? given.members.map((m) => ({ ...m })) : given || []);
    this.body = from.body ? new RequestBody(from.body instanceof RequestBody ? from.body.toJSON() : from.body) : undefined;
    if (this.body && from.body.type) this.body.type = from.body.type;
    this.auth = from.auth && from.auth.type && from.auth.type !== 'noauth' ? new RequestAuth(from.auth) : undefined;
  }

  /** Read when somebody asks for it: whoever has the address may change it. */
  get url() {
    this._url = this._url || new Url(this._text);
    return this._url;
  }

  set url(url) {
    this._url = typeof url === 'string' ? new Url(url) : url;
  }

  /** The address as it stands, placeholders and all. */
  get address() {
    return this._url ? this._url.toString() : this._text;
  }

  /** What goes on the wire. */
  wire(raw) {
    return this._url ? this._url.wire(raw) : wireOf(this._text, raw);
  }

  getHeaders(options = {}) {
    return this.headers.toObject(options.enabled, !options.ignoreCase, options.multiValue, options.sanitizeKeys);
  }

  forEachHeader(f) {
    this.headers.each((h) => f(h, this));
  }

  addHeader(header) {
    this.headers.add(header);
  }

  upsertHeader(header) {
    this.headers.upsert(header);
  }

  removeHeader(header, { ignoreCase = false } = {}) {
    const key = typeof header === 'string' ? header : header.key;
    const gone = ignoreCase ? (h) => h.key.toLowerCase() === key.toLowerCase() : (h) => h.key === key;
    this.headers.remove(gone);
  }

  addQueryParams(params) {
    this.url.addQueryParams(params);
  }

  removeQueryParams(params) {
    this.url.removeQueryParams(params);
  }

  authorizeUsing(type, options) {
    if (type && typeof type === 'object') [type, options] = [type.type, type[type.type]];
    this.auth = type ? new RequestAuth({ type, [type]: options || {} }) : undefined;
  }

  size() {
    const body = this.body ? new TextEncoder().encode(this.body.toString()).length : 0;
    return { body, header: 0, total: body, source: 'COMPUTED' };
  }

  clone() {
    return new Request(this.toJSON());
  }

  toJSON() {
    const out = { url: this.address, method: this.method };
    if (this.headers.members.length) out.header = this.headers.toJSON();
    if (this.body) out.body = this.body.toJSON ? this.body.toJSON() : this.body;
    if (this.auth) out.auth = { type: this.auth.type, [this.auth.type]: this.auth.parameters().toJSON() };
    return out;
  }
}
