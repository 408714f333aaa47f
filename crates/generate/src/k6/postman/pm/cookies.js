// `pm.cookies` and its jar, over the cookie jar of the virtual user.
import http from 'k6/http';

import { PropertyList } from './list.js';
import { cookiesSet } from './send.js';

class Cookie {
  /** `made` is what k6 knows of a cookie that the last response set. */
  constructor(name, value, url, made) {
    this.name = name;
    this.value = value;
    this.expires = made.expires ? new Date(made.expires) : null;
    this.maxAge = made.max_age || 0;
    this.domain = made.domain || url.replace(/^https?:\/\/([^/:?#]+).*$/, '$1');
    this.path = made.path || '/';
    this.secure = made.secure || false;
    this.httpOnly = made.http_only || false;
    this.hostOnly = !made.domain;
  }

  get key() {
    return this.name;
  }

  valueOf() {
    return this.value;
  }

  toString() {
    return `${this.name}=${this.value}`;
  }
}

/** The cookies that belong to an address. */
export class CookieList extends PropertyList {
  constructor(url, fresh = {}) {
    super();
    if (!/^https?:\/\/[^{}\s]+$/.test(url || '')) return;
    let all = {};
    try {
      all = http.cookieJar().cookiesForURL(url);
    } catch (e) {
      // an address that k6 cannot read has no cookies
    }
    for (const name of Object.keys(all)) {
      const made = (fresh[name] || [])[0] || {};
      for (const value of all[name].slice(-1)) this.members.push(new Cookie(name, plain(value), url, made));
    }
  }

  jar() {
    return new Jar();
  }

  toString() {
    return this.members.join('; ');
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
  _done(callback, what, url, make) {
    if (typeof url !== 'string' && !(url && typeof url.toString === 'function' && typeof url === 'object')) throw new TypeError(`CookieJar.${what}() requires a valid url`);
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
    return this._done(callback, 'set', url, () => {
      const { domain, path, secure, httpOnly, maxAge, expires } = cookie;
      const options = {};
      if (domain) options.domain = domain;
      if (path) options.path = path;
      if (secure) options.secure = secure;
      if (httpOnly) options.http_only = httpOnly;
      if (maxAge) options.max_age = maxAge;
      if (expires) options.expires = new Date(expires).toUTCString();
      cookiesSet();
      const key = cookie.name ?? cookie.key;
      http.cookieJar().set(address(url), key, String(cookie.value), options);
      return new Cookie(key, String(cookie.value), address(url), options);
    });
  }

  get(url, name, callback) {
    return this._done(callback, 'get', url, () => {
      const found = http.cookieJar().cookiesForURL(address(url))[name];
      return found ? found[found.length - 1] : null;
    });
  }

  getAll(url, options, callback) {
    return this._done(typeof options === 'function' ? options : callback, 'getAll', url, () => new CookieList(address(url)));
  }

  unset(url, name, callback) {
    return this._done(callback, 'unset', url, () => {
      http.cookieJar().delete(address(url), name);
    });
  }

  clear(url, callback) {
    return this._done(callback, 'clear', url, () => {
      http.cookieJar().clear(address(url));
    });
  }
}
