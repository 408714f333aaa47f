// Addresses as Postman reads and writes them.
import { listOf } from './list.js';

const encoder = new TextEncoder();
const HOLES = /\{\{[^{}]*[.:/?#@&\]][^{}]*}}/g;
const SETS = { path: ' "<>`#?{}', query: ' "#\'<>', user: ' "<>`#?{}/:;=@[\\]^|' };

/** Percent-encodes what the part of the URL cannot hold; escapes that are there stay. */
export function encode(text, part) {
  const set = SETS[part];
  let plain = true;
  for (let i = 0; i < text.length && plain; i++) {
    const c = text.charCodeAt(i);
    plain = c > 0x20 && c < 0x7f && !set.includes(text[i]);
  }
  if (plain) return text;
  let out = '';
  for (const b of encoder.encode(text)) {
    const c = String.fromCharCode(b);
    out += b < 0x20 || b > 0x7e || set.includes(c) ? `%${b < 16 ? '0' : ''}${b.toString(16).toUpperCase()}` : c;
  }
  return out;
}

const param = (item) => {
  if (typeof item === 'string') return param.all(item)[0];
  const out = { key: item.key ?? null, value: item.value ?? null };
  if (item.value === undefined) out.value = undefined;
  if (item.disabled) out.disabled = true;
  return out;
};
param.all = (text) =>
  text.split('&').map((piece, i, all) => {
    if (piece === '' && i !== all.length - 1) return { key: null, value: null };
    const at = piece.indexOf('=');
    return at < 0 ? { key: piece, value: null } : { key: piece.slice(0, at), value: piece.slice(at + 1) };
  });
param.print = (members) =>
  members
    .filter((m) => !m.disabled)
    .map((m) => {
      const key = typeof m.key === 'string' ? reserved(m.key, true) : '';
      return typeof m.value === 'string' ? `${key}=${reserved(m.value, false)}` : key;
    })
    .join('&');

const QueryList = listOf(param);
const VariableList = listOf((v) => ({ ...v, key: v.key || v.id }));

function reserved(text, equals) {
  if (!/[&#=]/.test(text)) return text;
  return text
    .split(/(\{\{[^{}]*}})/)
    .map((piece, i) => {
      if (i % 2) return piece;
      const out = piece.replace(/&/g, '%26').replace(/#/g, '%23');
      return equals ? out.replace(/=/g, '%3D') : out;
    })
    .join('');
}

/** Answers from before, for texts that come again with every iteration. */
const remembered = (make) => {
  const known = new Map();
  return (text) => {
    let out = known.get(text);
    if (out === undefined) {
      out = make(text);
      if (known.size > 500) known.clear();
      known.set(text, out);
    }
    return out;
  };
};

const cut = remembered((source) => {
  const holes = [];
  let url = source.trimStart().replace(HOLES, (hole) => {
    holes.push(hole);
    return `\uf8ff${holes.length - 1}\uf8ff`;
  });
  const back = (text) => (text === undefined ? text : text.replace(/\uf8ff(\d+)\uf8ff/g, (_, i) => holes[i]));
  const out = {};
  let at = url.indexOf('#');
  if (at >= 0) {
    out.hash = back(url.slice(at + 1));
    url = url.slice(0, at);
  }
  at = url.indexOf('?');
  if (at >= 0) {
    out.query = param.all(url.slice(at + 1)).map((p) => ({ key: back(p.key ?? undefined) ?? null, value: back(p.value ?? undefined) ?? null }));
    url = url.slice(0, at);
  }
  url = url.replace(/\\/g, '/');
  at = url.indexOf('://');
  if (at >= 0) {
    out.protocol = back(url.slice(0, at));
    url = url.slice(at + 3).replace(/^\/+/, '');
  }
  at = url.indexOf('/');
  if (at >= 0) {
    out.path = url.slice(at + 1).split('/').map(back);
    url = url.slice(0, at);
  }
  at = url.lastIndexOf('@');
  if (at >= 0) {
    const [user, ...rest] = url.slice(0, at).split(':');
    out.auth = { user: back(user), password: rest.length ? back(rest.join(':')) : undefined };
    url = url.slice(at + 1);
  }
  at = url.lastIndexOf(':');
  if (at >= 0 && !url.slice(at + 1).includes(']')) {
    out.port = back(url.slice(at + 1));
    url = url.slice(0, at);
  }
  if (url) out.host = url.split('.').map(back);
  return out;
});

/** In lower case; `127.1` and `0x7f.1` are addresses too (WHATWG URL, IPv4 parser). */
const address = remembered((text) => {
  const host = text.toLowerCase();
  if (!/^(0x[\da-f]*|\d+)(\.(0x[\da-f]*|\d+)){0,3}\.?$/.test(host)) return host;
  const parts = host.replace(/\.$/, '').split('.').map((p) => (p.startsWith('0x') ? parseInt(p.slice(2) || '0', 16) : p.length > 1 && p[0] === '0' ? parseInt(p, 8) : Number(p)));
  const last = parts.pop();
  if (parts.some((p) => !(p < 256)) || !(last < 256 ** (4 - parts.length))) return host;
  const all = parts.reduce((n, p, i) => n + p * 256 ** (3 - i), last);
  return [24, 16, 8, 0].map((shift) => Math.floor(all / 2 ** shift) % 256).join('.');
});

/** An address with nothing to encode, in lower case where case means nothing. */
const CLEAN = /^(https?):\/\/([a-z0-9.-]+)(:\d+)?(\/[\w\-.~!$&()*+,;=:%/[\]]*(?:\?[\w\-.~!$&()*+,;=:%/[\]?]*)?)?$/;
const wires = [new Map(), new Map()];

/** What goes on the wire for the text of an address; the same text is only read once. */
export function wireOf(text, raw) {
  const known = wires[raw ? 1 : 0];
  let wire = known.get(text);
  if (!wire) {
    const clean = CLEAN.exec(text);
    if (clean && address(clean[2]) === clean[2]) {
      wire = { scheme: clean[1], user: '', host: clean[2] + (clean[3] || ''), path: clean[4] || '/', href: clean[4] ? text : `${text}/` };
    } else wire = new Url(text).wire(raw);
    if (known.size > 1000) known.clear();
    known.set(text, wire);
  }
  return wire;
}

export class Url {
  static parse(text) {
    return cut(text);
  }

  constructor(url) {
    this.update(url);
  }

  update(url) {
    const from = typeof url === 'string' ? cut(url) : url || {};
    const named = typeof url === 'string' && from.path ? from.path.filter((p) => p.length > 1 && p[0] === ':') : [];
    this.protocol = from.protocol;
    this.auth = from.auth && { ...from.auth };
    this.host = typeof from.host === 'string' ? from.host.split('.') : from.host && [...from.host];
    this.port = from.port;
    let path = from.path;
    if (typeof path === 'string') path = path === '/' ? [''] : path.replace(/^\//, '').split('/');
    this.path = path && [...path];
    this.hash = from.hash;
    this.query = new QueryList(from.query);
    this.variables = new VariableList(from.variables || from.variable || named.map((p) => ({ type: 'any', key: p.slice(1), value: undefined })));
  }

  getHost() {
    return this.host ? this.host.join('.') : '';
  }

  getPath(unresolved) {
    const path = (this.path || []).map((segment) => {
      if (unresolved || typeof segment !== 'string' || segment[0] !== ':') return segment;
      const name = segment.slice(1).split('.')[0];
      const value = name && this.variables.get(name);
      return value && typeof value === 'string' ? value + segment.slice(name.length + 1) : segment;
    });
    return `/${path.join('/')}`;
  }

  getQueryString() {
    return param.print(this.query.members);
  }

  getPathWithQuery() {
    const query = this.getQueryString();
    return this.getPath() + (query ? `?${query}` : '');
  }

  getRemote(forcePort) {
    const port = this.port || (forcePort ? (this.protocol === 'https' ? '443' : '80') : '');
    return this.getHost() + (port ? `:${port}` : '');
  }

  addQueryParams(params) {
    this.query.populate(params);
  }

  removeQueryParams(params) {
    const keys = [].concat(params).map((p) => (p && p.key ? p.key : p));
    this.query.remove((p) => keys.includes(p.key));
  }

  getOAuth1BaseUrl() {
    return `${(this.protocol || 'http').toLowerCase()}://${this.getRemote().toLowerCase().replace(this.protocol === 'https' ? /:443$/ : /:80$/, '')}${this.getPath()}`;
  }

  toString(forceProtocol) {
    let out = this.protocol ? (this.protocol.endsWith('://') ? this.protocol : `${this.protocol}://`) : forceProtocol ? 'http://' : '';
    if (this.auth && (typeof this.auth.user === 'string' || typeof this.auth.password === 'string')) {
      out += `${this.auth.user || ''}${typeof this.auth.password === 'string' ? `:${this.auth.password}` : ''}@`;
    }
    out += this.getHost();
    if (this.port !== undefined && this.port !== null) out += `:${this.port}`;
    if (this.path) out += this.getPath();
    if (this.query.members.some((p) => !p.disabled)) out += `?${this.getQueryString()}`;
    if (typeof this.hash === 'string') out += `#${this.hash}`;
    return out;
  }

  toJSON() {
    const { protocol, auth, host, port, path, hash } = this;
    const out = { protocol, auth, host, port, path, hash, query: this.query.toJSON(), variable: this.variables.toJSON() };
    for (const key of Object.keys(out)) if (out[key] === undefined) delete out[key];
    return out;
  }

  /** The parts that go on the wire: `{ scheme, user, host, path }`; `raw` encodes nothing. */
  wire(raw) {
    const enc = (text, part) => (raw ? text : encode(text, part));
    const scheme = (this.protocol || 'http').toLowerCase();
    let user = '';
    if (this.auth && typeof this.auth.user === 'string') {
      user = enc(this.auth.user, 'user');
      if (typeof this.auth.password === 'string') user += `:${enc(this.auth.password, 'user')}`;
    }
    const port = this.port === undefined || this.port === null ? '' : `:${this.port}`;
    const host = address(this.getHost()) + port;
    let path = enc(this.getPath(), 'path');
    if (this.query.members.some((p) => !p.disabled)) path += `?${enc(this.getQueryString(), 'query')}`;
    return { scheme, user, host, path, href: `${scheme}://${user ? `${user}@` : ''}${host}${path}` };
  }
}
