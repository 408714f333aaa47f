// A step as it is known before it runs: what can be worked out once for all iterations.
import encoding from 'k6/encoding';

import { dynamic } from './dynamic.js';
import { formEncode, lengthOf } from './body.js';
import { Header, HeaderList } from './list.js';
import { Request, RequestAuth, RequestBody } from './request.js';
import { fill } from './scope.js';
import { exchange, paramsOf, SYSTEM } from './send.js';
import { wireOf } from './url.js';

const BODILESS = ['GET', 'COPY', 'HEAD', 'PURGE', 'UNLOCK'];
const FORM = 'application/x-www-form-urlencoded';
const NONE = [];

/** With the auth of a step as requests of Postman have it. */
export function template(request) {
  const auth = request.auth && { type: request.auth.type, [request.auth.type]: { ...request.auth } };
  return { ...request, auth };
}

export class Prepared {
  constructor(step) {
    this.step = step;
    this.name = step.name;
    this.label = { name: step.group || step.name };
    this.before = step.before || NONE;
    this.after = step.after || NONE;
    this.settings = { ...step.settings, tags: this.label };
    const auth = step.request.auth || step.auth;
    this.direct = quick(step.request, auth, this.settings) ? new Direct(step.request, auth, this.settings) : undefined;
  }

  /** The request as the collection has it, for scripts to look at and to change. */
  request() {
    if (!this.kept) this.kept = new Request(template(this.step.request));
    const { kept } = this;
    const { body, auth } = this.step.request;
    const request = new Request();
    request.id = kept.id;
    request.description = kept.description;
    request.method = kept.method;
    request._text = kept._text;
    request.headers = new HeaderList();
    for (const { key, value } of kept.headers.members) request.headers.members.push(new Header(key, value));
    request.body = body && new RequestBody(body);
    request.auth = auth && new RequestAuth(template({ auth }).auth);
    return request;
  }

  /** The same when no script changes it. */
  untouched() {
    this._untouched = this._untouched || this.request();
    return this._untouched;
  }

  /** The auth of the request, or of its folder when it has none itself. */
  withAuth(request) {
    return request.auth || !this.step.auth ? request.auth : new RequestAuth(template(this.step).auth);
  }
}

const hasHole = (text) => String(text).includes('{{');

/** Whether a request can go out without becoming an object of Postman's: no two headers alike, a plain body, plain auth. */
function quick({ method, headers = {}, body }, auth, settings) {
  const names = Object.keys(headers).map((name) => name.toLowerCase());
  if (names.some((name) => !name || hasHole(name)) || new Set(names).size < names.length) return false;
  if (Object.values(headers).some((value) => typeof value !== 'string')) return false;
  if (auth && (!['basic', 'bearer'].includes(auth.type) || names.includes('authorization'))) return false;
  if (settings.keepBody || settings.noCookies) return false;
  if (!body) return true;
  if (BODILESS.includes(method)) return false;
  if (body.mode === 'raw') return typeof body.raw === 'string';
  return body.mode === 'urlencoded' && new Set(body.urlencoded.map((f) => f.key)).size === body.urlencoded.length;
}

/** A request that nobody looks at before it is sent: its parts are filled and handed to k6. */
class Direct {
  constructor({ method, url, headers = {}, body }, auth, settings) {
    const omit = settings.omit || NONE;
    const own = Object.keys(headers).map((name) => name.toLowerCase());
    this.method = method;
    this.url = url;
    this.settings = settings;
    this.headers = { ...headers };
    for (const [lower, key, value] of SYSTEM) if (!own.includes(lower) && !omit.includes(lower)) this.headers[key] = value;
    this.token = !own.includes('postman-token') && !omit.includes('postman-token');
    this.cookies = own.includes('cookie');
    this.open = Object.keys(headers).filter((name) => hasHole(headers[name])).map((name) => ({ name, text: headers[name] }));
    this.authorized = own.includes('authorization');
    this.auth = auth;
    this.body = body;
    this.own = own;
    const typed = own.includes('content-type');
    this.hasType = typed;
    const form = body && body.mode === 'urlencoded';
    const type = form ? FORM : body && (body.type || 'text/plain');
    // a form is a form whatever the collection says
    this.type = !type || omit.includes('content-type') || (typed && !form) ? undefined : type;
    this.typed = typed ? Object.keys(headers).find((name) => name.toLowerCase() === 'content-type') : 'Content-Type';
    this.params = { ...paramsOf(settings), headers: this.headers };
  }

  /** Fills the placeholders and sends. */
  send(layers) {
    const { headers } = this;
    for (const { name, text } of this.open) headers[name] = fill(text, layers);
    if (this.token) headers['Postman-Token'] = dynamic('$guid');
    if (this.auth) this.authorize(headers, layers);
    const content = this.body ? this.content(layers) : null;
    if (this.type) this.setType(headers, content);
    this.wire = wireOf(fill(this.url, layers), this.settings.raw);
    const { scheme, host, path, user, href } = this.wire;
    const url = user && (this.authorized || headers.Authorization) ? `${scheme}://${host}${path}` : href;
    this.sent = content;
    return exchange(this.method, url, content, this.params, this.settings, this.cookies);
  }

  authorize(headers, layers) {
    const { type, token, username = '', password = '' } = this.auth;
    const value = type === 'basic' ? encoding.b64encode(`${fill(username, layers)}:${fill(password, layers)}`) : fill(token || '', layers);
    if (value) headers.Authorization = `${type === 'basic' ? 'Basic' : 'Bearer'} ${value}`;
    else delete headers.Authorization;
  }

  content(layers) {
    if (this.body.mode === 'raw') return fill(this.body.raw, layers) || null;
    this.fields = this.body.urlencoded.map(({ key, value }) => ({ key: fill(key ?? '', layers), value: fill(value ?? '', layers) }));
    return this.fields.map(({ key, value }) => `${formEncode(key)}=${formEncode(value)}`).join('&') || null;
  }

  setType(headers, content) {
    if (content === null) {
      if (!this.hasType) delete headers[this.typed];
    } else if (this.type !== FORM || !/^application\/x-www-form-urlencoded\b/.test(headers[this.typed] || '')) headers[this.typed] = this.type;
  }

  /** What was sent, for a script that looks at it. */
  request(prepared) {
    const from = prepared.step.request;
    const request = new Request();
    Object.assign(request, { id: from.id, description: from.description, method: this.method, _text: this.wire.href });
    request.auth = from.auth && new RequestAuth(template(from).auth);
    request.headers = new HeaderList();
    request.headers.members = Object.keys(this.headers).map((key) => {
      const value = this.headers[key];
      return new Header(key, value, !this.own.includes(key.toLowerCase()));
    });
    addConnection(request, this.wire.host, this.settings.omit);
    if (this.sent) addLength(request, this.sent);
    if (from.body) {
      request.body = new RequestBody({ ...from.body, raw: this.sent ?? '', urlencoded: this.fields });
    }
    return request;
  }
}

/** What the body adds to what scripts see of the headers. */
export function addLength(request, content) {
  const length = typeof content === 'string' ? lengthOf(content) : content.byteLength;
  if (!request.headers.has('Content-Length')) request.headers.members.push(new Header('Content-Length', String(length), true));
}

/** The headers that k6 writes itself. */
export function addConnection(request, host, omit = NONE) {
  if (!request.headers.has('Host') && !omit.includes('host')) request.headers.members.push(new Header('Host', host, true));
  if (!request.headers.has('Connection')) request.headers.members.push(new Header('Connection', 'keep-alive', true));
}
