const SPECIAL = { 'http:': '80', 'https:': '443', 'ws:': '80', 'wss:': '443', 'ftp:': '21', 'file:': '' };
const utf8 = (c) => encodeURIComponent(c);
const encodeSet = (text, keep) => {
  let out = '';
  for (const c of String(text)) out += keep.test(c) ? c : c.charCodeAt(0) >= 0xd800 && c.length === 1 && c.charCodeAt(0) <= 0xdfff ? '%EF%BF%BD' : c.charCodeAt(0) < 0x80 ? `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}` : utf8(c);
  return out;
};
const PATH = /[^\x00-\x20"#<>?`{}\x7f-\u{10ffff}]/u;
const QUERY = /[^\x00-\x20"#<>'\x7f-\u{10ffff}]/u;
const FRAGMENT = /[^\x00-\x20"<>`\x7f-\u{10ffff}]/u;
const USER = /[^\x00-\x20"#<>?`{}/:;=@[\\\]^|\x7f-\u{10ffff}]/u;
const FORM = /[A-Za-z0-9*._-]/;
const formEncode = (text) => encodeSet(text, /[A-Za-z0-9*._ -]/).replace(/ /g, '+');
const formDecode = (text) => {
  const spaced = text.replace(/\+/g, ' ');
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced.replace(/(%[0-9a-f]{2})+/gi, (run) => {
      const bytes = new Uint8Array(run.match(/../g).length / 1.5 | 0);
      const hex = run.split('%').slice(1);
      hex.forEach((h, i) => { bytes[i] = parseInt(h, 16); });
      return new TextDecoder().decode(bytes.slice(0, hex.length));
    });
  }
};

class URLSearchParams {
  #list = [];
  #update = () => {};
  constructor(init = '') {
    if (typeof init === 'object' && init !== null) {
      if (typeof init[Symbol.iterator] === 'function') {
        for (const pair of init) {
          const [key, value, ...rest] = pair;
          if (value === undefined || rest.length) throw new TypeError('Each query pair must be an iterable [name, value] tuple');
          this.#list.push([String(key), String(value)]);
        }
      } else {
        for (const key of Object.keys(init)) this.#list.push([key, String(init[key])]);
      }
    } else {
      this.#parse(String(init));
    }
  }
  static bind(params, text, update) {
    params.#list = [];
    params.#parse(text);
    params.#update = update;
  }
  #parse(text) {
    for (const part of text.replace(/^\?/, '').split('&')) {
      if (!part) continue;
      const at = part.indexOf('=');
      this.#list.push(at < 0 ? [formDecode(part), ''] : [formDecode(part.slice(0, at)), formDecode(part.slice(at + 1))]);
    }
  }
  get size() { return this.#list.length; }
  append(name, value) { this.#list.push([String(name), String(value)]); this.#update(); }
  delete(name, value) {
    this.#list = this.#list.filter(([k, v]) => k !== String(name) || (value !== undefined && v !== String(value)));
    this.#update();
  }
  get(name) { const found = this.#list.find(([k]) => k === String(name)); return found ? found[1] : null; }
  getAll(name) { return this.#list.filter(([k]) => k === String(name)).map(([, v]) => v); }
  has(name, value) { return this.#list.some(([k, v]) => k === String(name) && (value === undefined || v === String(value))); }
  set(name, value) {
    const at = this.#list.findIndex(([k]) => k === String(name));
    if (at < 0) this.#list.push([String(name), String(value)]);
    else {
      this.#list[at] = [String(name), String(value)];
      this.#list = this.#list.filter(([k], i) => k !== String(name) || i === at);
    }
    this.#update();
  }
  sort() { this.#list.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0)); this.#update(); }
  forEach(fn, self) { for (const [k, v] of this.#list) fn.call(self, v, k, this); }
  *keys() { for (const [k] of this.#list) yield k; }
  *values() { for (const [, v] of this.#list) yield v; }
  *entries() { for (const [k, v] of this.#list) yield [k, v]; }
  [Symbol.iterator]() { return this.entries(); }
  get [Symbol.toStringTag]() { return 'URLSearchParams'; }
  toString() { return this.#list.map(([k, v]) => `${formEncode(k)}=${formEncode(v)}`).join('&'); }
}

function dots(path) {
  const out = [];
  const parts = path.split('/');
  parts.forEach((part, i) => {
    const last = i === parts.length - 1;
    if (/^(\.|%2e)$/i.test(part)) {
      if (last) out.push('');
    } else if (/^(\.|%2e){2}$/i.test(part)) {
      if (out.length > 1) out.pop();
      if (last) out.push('');
    } else out.push(part);
  });
  return out.join('/');
}

function host(text, special) {
  let name = text;
  if (name.startsWith('[')) {
    if (!/^\[[0-9a-f:.]+\]$/i.test(name)) throw new TypeError('Invalid URL');
    return name.toLowerCase();
  }
  if (special) {
    try {
      name = decodeURIComponent(name);
    } catch {
      throw new TypeError('Invalid URL');
    }
    name = name.toLowerCase();
    if (!name || /[\x00-\x20#/<>?@[\\\]^|%\x7f]/.test(name)) throw new TypeError('Invalid URL');
    const nums = name.replace(/\.$/, '').split('.');
    if (nums.length <= 4 && nums.every((n) => /^(0x[0-9a-f]*|\d+)$/i.test(n))) {
      const values = nums.map((n) => (/^0x/i.test(n) ? parseInt(n.slice(2) || '0', 16) : /^0\d/.test(n) ? parseInt(n, 8) : +n));
      const tail = values.pop();
      if (values.some((v) => v > 255) || tail >= 256 ** (4 - values.length)) throw new TypeError('Invalid URL');
      let number = tail;
      values.forEach((v, i) => { number += v * 256 ** (3 - i); });
      return [24, 16, 8, 0].map((s) => Math.floor(number / 2 ** s) % 256).join('.');
    }
    return name;
  }
  return encodeSet(name, /[^\x00-\x20"<>`\x7f-\u{10ffff}]/u);
}

class URL {
  #u = { protocol: '', username: '', password: '', hostname: '', port: '', pathname: '', search: '', hash: '', opaque: false, slashes: false };
  #params = new URLSearchParams();
  constructor(input, base) {
    const text = String(input).trim().replace(/[\t\n\r]/g, '');
    const from = base === undefined ? null : new URL(base);
    const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(text);
    if (scheme && !(from && SPECIAL[from.protocol] !== undefined && scheme[0].toLowerCase() === from.protocol && !/^[a-zA-Z][a-zA-Z0-9+.-]*:[/\\]/.test(text))) {
      this.#absolute(scheme[0].toLowerCase(), text.slice(scheme[0].length));
    } else if (from) {
      this.#relative(scheme ? text.slice(scheme[0].length) : text, from);
    } else {
      throw new TypeError(`Invalid URL: ${text}`);
    }
    URLSearchParams.bind(this.#params, this.#u.search, () => {
      const s = this.#params.toString();
      this.#u.search = s ? `?${s}` : '';
    });
  }
  static canParse(input, base) { try { new URL(input, base); return true; } catch { return false; } }
  static parse(input, base) { try { return new URL(input, base); } catch { return null; } }
  #tail(rest) {
    const u = this.#u;
    let text = rest;
    const h = text.indexOf('#');
    if (h >= 0) { u.hash = text.length > h + 1 ? `#${encodeSet(text.slice(h + 1), FRAGMENT)}` : ''; text = text.slice(0, h); }
    const q = text.indexOf('?');
    if (q >= 0) { u.search = text.length > q + 1 ? `?${encodeSet(text.slice(q + 1), QUERY)}` : ''; text = text.slice(0, q); }
    return text;
  }
  #absolute(protocol, after) {
    const u = this.#u;
    u.protocol = protocol;
    const special = SPECIAL[protocol] !== undefined;
    let rest = this.#tail(after);
    if (special) rest = rest.replace(/\\/g, '/');
    if (special && protocol !== 'file:') rest = `//${rest.replace(/^\/*/, '')}`;
    if (!rest.startsWith('//')) {
      if (!rest.startsWith('/') && !special) { u.opaque = true; u.pathname = encodeSet(rest, /[^\x00-\x1f\x7f-\u{10ffff}]/u); return; }
      u.pathname = dots(encodeSet(rest.startsWith('/') ? rest : `/${rest}`, PATH));
      return;
    }
    u.slashes = true;
    const slash = rest.indexOf('/', 2);
    this.#authority(slash < 0 ? rest.slice(2) : rest.slice(2, slash), special);
    const path = slash < 0 ? '' : rest.slice(slash);
    u.pathname = dots(encodeSet(path || (special ? '/' : ''), PATH));
  }
  #authority(text, special) {
    const u = this.#u;
    const at = text.lastIndexOf('@');
    if (at >= 0) {
      const [user, ...pass] = text.slice(0, at).split(':');
      u.username = encodeSet(user, USER);
      u.password = encodeSet(pass.join(':'), USER);
    }
    const m = /^(\[[^\]]*\]|[^:]*)(?::(\d*))?$/.exec(text.slice(at + 1));
    if (!m || (special && u.protocol !== 'file:' && !m[1])) throw new TypeError('Invalid URL');
    u.hostname = m[1] ? host(m[1], special) : '';
    this.#port(m[2] || '');
  }
  #port(text) {
    if (text === '') { this.#u.port = ''; return; }
    const n = +text;
    if (!(n <= 65535)) throw new TypeError('Invalid URL');
    this.#u.port = String(n) === SPECIAL[this.#u.protocol] ? '' : String(n);
  }
  #relative(text, from) {
    const b = from.#u;
    if (b.opaque && !text.startsWith('#')) throw new TypeError(`Invalid URL: ${text}`);
    const special = SPECIAL[b.protocol] !== undefined;
    const norm = special ? text.replace(/^[^?#]*/, (s) => s.replace(/\\/g, '/')) : text;
    if (norm.startsWith('//')) { this.#absolute(b.protocol, norm); return; }
    Object.assign(this.#u, b, { search: '', hash: '' });
    const path = this.#tail(norm);
    if (path.startsWith('/')) this.#u.pathname = dots(encodeSet(path, PATH));
    else if (path) this.#u.pathname = dots(`${b.pathname.slice(0, b.pathname.lastIndexOf('/') + 1) || '/'}${encodeSet(path, PATH)}`);
    else if (!norm.startsWith('?') && !norm.includes('?')) this.#u.search = b.search;
  }
  get href() {
    const u = this.#u;
    const auth = u.username || u.password ? `${u.username}${u.password ? `:${u.password}` : ''}@` : '';
    const front = u.slashes || SPECIAL[u.protocol] !== undefined ? `${u.protocol}//${auth}${this.host}` : u.protocol;
    return `${front}${u.pathname}${u.search}${u.hash}`;
  }
  set href(v) { const n = new URL(v); Object.assign(this.#u, n.#u); URLSearchParams.bind(this.#params, this.#u.search, () => { const s = this.#params.toString(); this.#u.search = s ? `?${s}` : ''; }); }
  get origin() { return SPECIAL[this.#u.protocol] !== undefined && this.#u.protocol !== 'file:' ? `${this.#u.protocol}//${this.host}` : 'null'; }
  get protocol() { return this.#u.protocol; }
  set protocol(v) { const m = /^([a-z][a-z0-9+.-]*):?/i.exec(String(v)); if (m) { this.#u.protocol = `${m[1].toLowerCase()}:`; this.#port(this.#u.port); } }
  get username() { return this.#u.username; }
  set username(v) { this.#u.username = encodeSet(v, USER); }
  get password() { return this.#u.password; }
  set password(v) { this.#u.password = encodeSet(v, USER); }
  get host() { return this.#u.port === '' ? this.#u.hostname : `${this.#u.hostname}:${this.#u.port}`; }
  set host(v) { const m = /^(\[[^\]]*\]|[^:/?#]*)(?::(\d+))?/.exec(String(v)); if (m && m[1]) { this.#u.hostname = host(m[1], SPECIAL[this.#u.protocol] !== undefined); if (m[2] !== undefined) this.#port(m[2]); } }
  get hostname() { return this.#u.hostname; }
  set hostname(v) { if (v) this.#u.hostname = host(String(v), SPECIAL[this.#u.protocol] !== undefined); }
  get port() { return this.#u.port; }
  set port(v) { const m = /^\d*/.exec(String(v)); this.#port(m[0]); }
  get pathname() { return this.#u.pathname; }
  set pathname(v) { if (!this.#u.opaque) { const p = String(v); this.#u.pathname = dots(encodeSet(p.startsWith('/') ? p : `/${p}`, PATH)); } }
  get search() { return this.#u.search; }
  set search(v) {
    const s = String(v).replace(/^\?/, '');
    this.#u.search = s ? `?${encodeSet(s, QUERY)}` : '';
    URLSearchParams.bind(this.#params, this.#u.search, () => { const t = this.#params.toString(); this.#u.search = t ? `?${t}` : ''; });
  }
  get searchParams() { return this.#params; }
  get hash() { return this.#u.hash; }
  set hash(v) { const h = String(v).replace(/^#/, ''); this.#u.hash = h ? `#${encodeSet(h, FRAGMENT)}` : ''; }
  toString() { return this.href; }
  toJSON() { return this.href; }
  get [Symbol.toStringTag]() { return 'URL'; }
}

exports.URL = URL;
exports.URLSearchParams = URLSearchParams;
