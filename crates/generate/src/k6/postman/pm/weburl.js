// URL, URLSearchParams and Node.js's `url` and `querystring`.
import { encode } from './url.js';

const decode = (text) => {
  try {
    return decodeURIComponent(text.replace(/\+/g, ' '));
  } catch {
    return text;
  }
};
const formEncode = (text) => encodeURIComponent(text).replace(/%20/g, '+').replace(/[!'()~]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

export class URLSearchParams {
  constructor(from = '', changed = () => {}) {
    this._list = [];
    this._changed = changed;
    if (typeof from === 'string') {
      from.replace(/^\?/, '').split('&').filter(Boolean).forEach((p) => {
        const at = p.indexOf('=');
        this._list.push(at < 0 ? [decode(p), ''] : [decode(p.slice(0, at)), decode(p.slice(at + 1))]);
      });
    } else for (const [k, v] of from && from[Symbol.iterator] ? from : Object.entries(from || {})) this._list.push([String(k), String(v)]);
  }

  append(k, v) {
    this._list.push([String(k), String(v)]);
    this._changed();
  }

  set(k, v) {
    const at = this._list.findIndex((p) => p[0] === k);
    if (at < 0) this._list.push([String(k), String(v)]);
    else {
      this._list[at][1] = String(v);
      this._list = this._list.filter((p, i) => i <= at || p[0] !== k);
    }
    this._changed();
  }

  delete(k) {
    this._list = this._list.filter((p) => p[0] !== k);
    this._changed();
  }

  get(k) {
    const found = this._list.find((p) => p[0] === k);
    return found ? found[1] : null;
  }

  getAll(k) {
    return this._list.filter((p) => p[0] === k).map((p) => p[1]);
  }

  has(k) {
    return this._list.some((p) => p[0] === k);
  }

  sort() {
    this._list.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
    this._changed();
  }

  forEach(f) {
    this._list.forEach(([k, v]) => f(v, k, this));
  }

  keys() {
    return this._list.map((p) => p[0])[Symbol.iterator]();
  }

  values() {
    return this._list.map((p) => p[1])[Symbol.iterator]();
  }

  entries() {
    return this._list[Symbol.iterator]();
  }

  [Symbol.iterator]() {
    return this.entries();
  }

  get size() {
    return this._list.length;
  }

  toString() {
    return this._list.map(([k, v]) => `${formEncode(k)}=${formEncode(v)}`).join('&');
  }
}

const PARTS = /^([a-z][a-z0-9+.-]*:)(\/\/)?(?:([^@/?#]*)@)?((?:\[[^\]]*\])|[^:/?#]*)(?::(\d*))?([^?#]*)(\?[^#]*)?(#.*)?$/i;
const DEFAULTS = { 'http:': '80', 'https:': '443', 'ws:': '80', 'wss:': '443' };

export class URL {
  constructor(text, base) {
    let full = String(text).trim();
    if (!/^[a-z][a-z0-9+.-]*:/i.test(full)) {
      if (base === undefined) throw new TypeError(`Invalid URL: ${text}`);
      full = join(new URL(base), full);
    }
    const m = PARTS.exec(full);
    if (!m || (m[2] && !m[4])) throw new TypeError(`Invalid URL: ${text}`);
    this.protocol = m[1].toLowerCase();
    const [user, ...password] = (m[3] || '').split(':');
    this.username = user;
    this.password = password.join(':');
    this.hostname = m[4].toLowerCase();
    this.port = m[5] && m[5] !== DEFAULTS[this.protocol] ? m[5] : '';
    this.pathname = dots(encode(m[6] || (m[2] ? '/' : ''), 'path'));
    this.search = m[7] && m[7] !== '?' ? encode(m[7], 'query') : '';
    this.hash = m[8] && m[8] !== '#' ? m[8] : '';
    this.searchParams = new URLSearchParams(this.search, () => {
      const query = this.searchParams.toString();
      this.search = query ? `?${query}` : '';
    });
  }

  get host() {
    return this.hostname + (this.port ? `:${this.port}` : '');
  }

  get origin() {
    return `${this.protocol}//${this.host}`;
  }

  get href() {
    const user = this.username ? `${this.username}${this.password ? `:${this.password}` : ''}@` : '';
    return `${this.protocol}${this.hostname ? '//' : ''}${user}${this.host}${this.pathname}${this.search}${this.hash}`;
  }

  toString() {
    return this.href;
  }

  toJSON() {
    return this.href;
  }
}

function dots(path) {
  if (!path.includes('/.')) return path;
  const out = [];
  path.split('/').forEach((s, i, all) => {
    if (s === '..') {
      if (out.length > 1) out.pop();
      if (i === all.length - 1) out.push('');
    } else if (s !== '.') out.push(s);
    else if (i === all.length - 1) out.push('');
  });
  return out.join('/');
}

function join(base, text) {
  if (text.startsWith('//')) return base.protocol + text;
  if (text.startsWith('/')) return base.origin + text;
  if (text.startsWith('?')) return base.origin + base.pathname + text;
  if (text.startsWith('#')) return base.origin + base.pathname + base.search + text;
  return base.origin + base.pathname.replace(/[^/]*$/, '') + text;
}

export const querystring = {
  parse: (text) => {
    const out = {};
    for (const [k, v] of new URLSearchParams(text)) out[k] = k in out ? [].concat(out[k], v) : v;
    return out;
  },
  stringify: (object) =>
    Object.entries(object || {}).flatMap(([k, v]) => [].concat(v).map((x) => `${encodeURIComponent(k)}=${encodeURIComponent(x ?? '')}`)).join('&'),
  escape: encodeURIComponent,
  unescape: decode,
};
querystring.decode = querystring.parse;
querystring.encode = querystring.stringify;

export const url = {
  URL,
  URLSearchParams,
  parse(text, withQuery) {
    const m = PARTS.exec(/^[a-z][a-z0-9+.-]*:/i.test(text) ? text : `x:${text}`) || [];
    const search = m[7] || null;
    const host = m[4] ? m[4] + (m[5] ? `:${m[5]}` : '') : null;
    return {
      protocol: m[1] === 'x:' ? null : m[1], slashes: Boolean(m[2]), auth: m[3] || null, host, hostname: m[4] || null, port: m[5] || null,
      pathname: m[6] || null, search, query: withQuery ? querystring.parse((search || '').slice(1)) : search && search.slice(1),
      path: (m[6] || '') + (search || ''), hash: m[8] || null, href: text,
    };
  },
  format: (u) => (u instanceof URL ? u.href : u.href || `${u.protocol ? u.protocol.replace(/:?$/, ':') : ''}//${u.host || u.hostname || ''}${u.pathname || ''}${u.search || ''}`),
  resolve: (from, to) => new URL(to, from).href,
};
