// `pm.cookies` and its jar, over the cookie jar of the virtual user.
import http from 'k6/http';

import { cookiesSet } from './send.js';

/** The cookies that belong to an address. */
export class CookieList {
  constructor(url, fresh = {}) {
    this.members = [];
    this._url = url;
    if (!/^https?:\/\/[^{}\s]+$/.test(url || '')) return;
    let all = {};
    try {
      all = http.cookieJar().cookiesForURL(url);
    } catch (e) {
      // an address that k6 cannot read has no cookies
    }
    for (const name of Object.keys(all)) {
      const made = (fresh[name] || [])[0] || {};
      for (const value of all[name].slice(-1)) {
        this.members.push({
          name,
          key: name,
          value: plain(value),
          domain: made.domain || url.replace(/^https?:\/\/([^/:?#]+).*$/, '$1'),
          path: made.path || '/',
          httpOnly: made.http_only || false,
          secure: made.secure || false,
          hostOnly: !made.domain,
          session: !made.expires,
          expires: made.expires ? new Date(made.expires).toString() : undefined,
          storeId: undefined,
        });
      }
    }
  }

  one(name) {
    return this.members.find((c) => c.name === name);
  }

  get(name) {
    const found = this.one(name);
    return found && found.value;
  }

  has(name, value) {
    const found = this.one(name && name.name ? name.name : name);
    return Boolean(found) && (value === undefined || found.value === value);
  }

  toObject() {
    return Object.fromEntries(this.members.map((c) => [c.name, c.value]));
  }

  toJSON() {
    return this.members;
  }

  all() {
    return [...this.members];
  }

  count() {
    return this.members.length;
  }

  each(f) {
    this.members.forEach(f);
  }

  map(f) {
    return this.members.map(f);
  }

  filter(f) {
    return this.members.filter(f);
  }

  find(f) {
    return this.members.find(f);
  }

  reduce(f, start) {
    return this.members.reduce(f, start);
  }

  idx(i) {
    return this.members[i];
  }

  jar() {
    return new Jar();
  }
}

const plain = (value) => {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
};

const address = (url) => {
  const text = String(url);
  return /^[a-z]+:\/\//i.test(text) ? text : `http://${text}`;
};

/** `pm.cookies.jar()`: every method takes a callback, or gives a promise. */
class Jar {
  _done(callback, make) {
    let value;
    try {
      value = make();
    } catch (e) {
      if (typeof callback === 'function') return callback(e);
      return Promise.reject(e);
    }
    if (typeof callback === 'function') return callback(null, value);
    return Promise.resolve(value);
  }

  set(url, name, value, callback) {
    const cookie = name && typeof name === 'object' ? name : { name, value };
    if (typeof name === 'object' && typeof value === 'function') callback = value;
    return this._done(callback, () => {
      const { domain, path, secure, httpOnly, maxAge, expires } = cookie;
      const options = {};
      if (domain) options.domain = domain;
      if (path) options.path = path;
      if (secure) options.secure = secure;
      if (httpOnly) options.http_only = httpOnly;
      if (maxAge) options.max_age = maxAge;
      if (expires) options.expires = new Date(expires).toUTCString();
      cookiesSet();
      http.cookieJar().set(address(url), cookie.name ?? cookie.key, String(cookie.value), options);
      return cookie;
    });
  }

  get(url, name, callback) {
    return this._done(callback, () => {
      const found = http.cookieJar().cookiesForURL(address(url))[name];
      return found && found[found.length - 1];
    });
  }

  getAll(url, options, callback) {
    return this._done(typeof options === 'function' ? options : callback, () => new CookieList(address(url)).all());
  }

  unset(url, name, callback) {
    return this._done(callback, () => {
      http.cookieJar().delete(address(url), name);
    });
  }

  clear(url, callback) {
    return this._done(callback, () => {
      http.cookieJar().clear(address(url));
    });
  }
}
