// `pm.response`: a response of k6 in Postman's clothes.
import encoding from 'k6/encoding';

import { dynamic } from './fresh.js';
import { parse } from './json.js';
import { Header, HeaderList, listOf } from './list.js';
import { REASONS } from './reasons.js';

const FORMATS = ['json', 'html', 'xml', 'javascript', 'css', 'yaml'];
const MEDIA = ['image', 'audio', 'video', 'font'];
const EXTENSIONS = { plain: 'txt', javascript: 'js', jpeg: 'jpg', 'svg+xml': 'svg' };

/** Cookies by name. */
const CookieItems = listOf((c) => ({ key: c.name, ...c }));

export class Response {
  /** From a response of k6 that was `received`, or from what scripts give to Postman's constructor. */
  constructor(from = {}, received = Boolean(from.timings)) {
    this._text = undefined;
    if (received) {
      this._res = from;
      this.code = from.status;
    } else {
      this.code = from.code;
      this._headers = new HeaderList(from.header || from.headers || []);
      this._given = from;
    }
  }

  get _shown() {
    return 'PostmanResponse{ …(10) }';
  }

  get id() {
    this._id = this._id || dynamic('$guid');
    return this._id;
  }

  get status() {
    if (!this._res) return this._given.status;
    if (this._status === undefined) {
      const text = this._res.status_text || '';
      const at = text.indexOf(' ');
      this._status = (at < 0 ? '' : text.slice(at + 1)) || REASONS[this.code] || '';
    }
    return this._status;
  }

  get responseTime() {
    return this._res ? Math.round(this._res.timings.duration) : this._given.responseTime;
  }

  get _body() {
    return this._res ? (this._res.body ?? '') : (this._given.body ?? this._given.stream ?? '');
  }

  /** Read when a script asks for them. */
  get headers() {
    if (!this._headers) {
      this._headers = new HeaderList();
      const { members } = this._headers;
      const raw = this._res.headers || {};
      for (const key of Object.keys(raw)) {
        if (key === 'Set-Cookie') for (const value of String(raw[key]).split(/,\s*(?=[^;,\s]+=)/)) members.push(new Header(key, value));
        else members.push(new Header(key, raw[key]));
      }
    }
    return this._headers;
  }

  /** The value of a header under exactly this name, while nobody has asked for the list. */
  known(key) {
    if (this._headers || !this._res || key === 'Set-Cookie') return undefined;
    const raw = this._res.headers;
    return Object.prototype.hasOwnProperty.call(raw, key) ? raw[key] : undefined;
  }

  set headers(list) {
    this._headers = list;
  }

  /** What a request of a script got; the cookies of the step are in `pm.cookies`. */
  get cookies() {
    if (!this._cookies) this._cookies = new CookieItems((this._given && this._given.cookie) || []);
    return this._cookies;
  }

  set cookies(list) {
    this._cookies = list;
  }

  text() {
    if (this._text === undefined) {
      const body = this._body;
      this._text = typeof body === 'string' ? body : String.fromCharCode(...new Uint8Array(body));
    }
    return this._text;
  }

  json(reviver) {
    return parse(this._text === undefined ? this.text() : this._text, reviver);
  }

  jsonp(reviver) {
    return JSON.parse(this.text().replace(/^[^(]*\(/, '').replace(/\)[^)]*$/, ''), reviver);
  }

  reason() {
    return this.status || REASONS[this.code] || '';
  }

  details() {
    return { name: this.reason(), detail: `${this.code} ${REASONS[this.code] || this.reason()}`, code: this.code, standardName: REASONS[this.code] };
  }

  size() {
    const length = Number(this.headers.get('content-length'));
    const body = length || new TextEncoder().encode(this.text()).length;
    const header = 17 + this.reason().length + this.headers.reduce((n, h) => n + h.key.length + String(h.value).length + 4, 0);
    return { body, header, total: body + header };
  }

  get responseSize() {
    return this.size().body;
  }

  get stream() {
    const text = this.text();
    const bytes = new TextEncoder().encode(text);
    Object.defineProperty(bytes, 'toString', { value: () => text });
    return bytes;
  }

  contentInfo() {
    const contentType = String(this.headers.get('content-type') || 'text/plain').split(';')[0].trim();
    const charset = ((/charset=["']?([\w-]+)/i.exec(this.headers.get('content-type') || '') || [])[1] || 'utf8').replace(/^utf-8$/i, 'utf8');
    const [type, subtype = ''] = contentType.split('/');
    const text = FORMATS.find((format) => subtype.includes(format)) || (type === 'text' ? 'plain' : undefined);
    const media = MEDIA.includes(type) && !text ? type : undefined;
    const embedded = subtype === 'pdf';
    const mimeFormat = embedded ? 'pdf' : text || media || 'raw';
    const mimeType = embedded ? 'embed' : media || (text || /x-www-form-urlencoded/.test(subtype) ? 'text' : 'unknown');
    const named = /filename\*?=(?:UTF-8'')?"?([^";]+)/i.exec(this.headers.get('content-disposition') || '');
    const fileExtension = EXTENSIONS[subtype] || (/^vnd\..*\+/.test(subtype) ? undefined : subtype.replace(/^.*[+.-]/, ''));
    return { contentType, mimeType, mimeFormat, charset, fileExtension, fileName: named ? named[1] : fileExtension ? `response.${fileExtension}` : 'response' };
  }

  dataURI() {
    return `data:${this.contentInfo().contentType};base64, ${encoding.b64encode(this.text())}`;
  }

  encoding() {
    return { format: undefined, source: undefined };
  }

  toJSON() {
    const { id, status, code, responseTime } = this;
    return { id, status, code, header: this.headers.toJSON(), body: this.text(), cookie: this.cookies.toJSON(), ...(responseTime === undefined ? {} : { responseTime }) };
  }
}
