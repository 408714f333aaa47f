// `pm.response`: a response of k6 in Postman's clothes.
import encoding from 'k6/encoding';

import { dynamic } from './dynamic.js';
import { Header, HeaderList, PropertyList } from './list.js';

const REASONS = {
  100: 'Continue', 101: 'Switching Protocols', 200: 'OK', 201: 'Created', 202: 'Accepted', 203: 'Non-Authoritative Information',
  204: 'No Content', 205: 'Reset Content', 206: 'Partial Content', 207: 'Multi-Status', 300: 'Multiple Choices',
  301: 'Moved Permanently', 302: 'Found', 303: 'See Other', 304: 'Not Modified', 307: 'Temporary Redirect', 308: 'Permanent Redirect',
  400: 'Bad Request', 401: 'Unauthorized', 402: 'Payment Required', 403: 'Forbidden', 404: 'Not Found', 405: 'Method Not Allowed',
  406: 'Not Acceptable', 408: 'Request Timeout', 409: 'Conflict', 410: 'Gone', 411: 'Length Required', 412: 'Precondition Failed',
  413: 'Payload Too Large', 414: 'URI Too Long', 415: 'Unsupported Media Type', 417: 'Expectation Failed', 418: "I'm a teapot",
  422: 'Unprocessable Entity', 423: 'Locked', 424: 'Failed Dependency', 426: 'Upgrade Required', 428: 'Precondition Required',
  429: 'Too Many Requests', 431: 'Request Header Fields Too Large', 500: 'Internal Server Error', 501: 'Not Implemented',
  502: 'Bad Gateway', 503: 'Service Unavailable', 504: 'Gateway Timeout', 505: 'HTTP Version Not Supported',
};

const FORMATS = ['json', 'html', 'xml', 'javascript', 'css', 'yaml'];
const MEDIA = ['image', 'audio', 'video', 'font'];
const EXTENSIONS = { plain: 'txt', javascript: 'js', jpeg: 'jpg', 'svg+xml': 'svg' };

export class Response {
  /** From a response of k6, or from what scripts give to Postman's constructor. */
  constructor(from = {}) {
    if (from.timings) {
      this._res = from;
      this.code = from.status;
    } else {
      this.code = from.code;
      this._headers = new HeaderList(from.header || from.headers || []);
      this._given = from;
    }
  }

  get _shown() {
    return 'response';
  }

  get id() {
    this._id = this._id || dynamic('$guid');
    return this._id;
  }

  get status() {
    if (!this._res) return this._given.status;
    return String(this._res.status_text || '').replace(/^\d+\s*/, '') || REASONS[this.code] || '';
  }

  get responseTime() {
    return this._res ? Math.round(this._res.timings.duration) : this._given.responseTime;
  }

  get _body() {
    return (this._res || this._given).body ?? '';
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

  set headers(list) {
    this._headers = list;
  }

  /** What a request of a script got; the cookies of the step are in `pm.cookies`. */
  get cookies() {
    return this._cookies || (this._cookies = new PropertyList());
  }

  set cookies(list) {
    this._cookies = list;
  }

  text() {
    return typeof this._body === 'string' ? this._body : String.fromCharCode(...new Uint8Array(this._body));
  }

  json(reviver) {
    let text = this.text();
    if (text.charCodeAt(0) === 0xfeff) text = text.slice(1);
    try {
      return JSON.parse(text, reviver);
    } catch (e) {
      const error = new Error(e.message);
      error.name = 'JSONError';
      throw error;
    }
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
    const charset = (/charset=["']?([\w-]+)/i.exec(this.headers.get('content-type') || '') || [])[1] || 'utf8';
    const [type, subtype = ''] = contentType.split('/');
    const mimeFormat = FORMATS.find((format) => subtype.includes(format)) || (type === 'text' ? 'plain' : 'raw');
    const mimeType = mimeFormat !== 'raw' || /x-www-form-urlencoded/.test(subtype) ? 'text' : MEDIA.includes(type) ? type : 'unknown';
    const named = /filename\*?=(?:UTF-8'')?"?([^";]+)/i.exec(this.headers.get('content-disposition') || '');
    const fileExtension = EXTENSIONS[subtype] || subtype.replace(/^.*[+.-]/, '');
    return { contentType, mimeType, mimeFormat, charset, fileExtension, fileName: named ? named[1] : `response.${fileExtension}` };
  }

  dataURI() {
    return `data:${this.contentInfo().contentType};base64, ${encoding.b64encode(this.text())}`;
  }

  encoding() {
    return { format: undefined, source: undefined };
  }

  toJSON() {
    return { code: this.code, status: this.status, header: this.headers.toJSON(), body: this.text(), responseTime: this.responseTime };
  }
}
