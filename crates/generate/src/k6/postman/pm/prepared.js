// A step as it is known before it runs: what can be worked out once for all iterations.
import encoding from 'k6/encoding';

import { uuid } from './fresh.js';
import { formEncode, lengthOf } from './body.js';
import { Header, HeaderList } from './list.js';
import { Request, RequestAuth, RequestBody } from './request.js';
import { Template } from './scope.js';
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
    const headers = new HeaderList();
    const given = kept.headers.members;
    for (let i = 0; i < given.length; i++) headers.members.push(new Header(given[i].key, given[i].value));
    request.headers = headers;
    request.body = body && new RequestBody(body);
    request.auth = auth && new RequestAuth(template({ auth }).auth);
    return request;
  }

  /** The same when no script changes it. */
  untouched() {
    this._untouched = this._untouched || this.request();
    return this._untouched;
  }

  /** A request as it was sent: `own` holds the lower-case names of its own headers. */
  shown({ method, headers, own, wire, content, pairs, auth }) {
    const from = this.step.request;
    const request = new Request();
    Object.assign(request, { id: from.id, description: from.description, method, _text: wire.href, auth });
    request.headers = new HeaderList();
    request.headers.members = Object.keys(headers).map((key) => new Header(key, headers[key], !own.includes(key.toLowerCase())));
    addConnection(request, wire.host, this.settings.omit);
    if (content) addLength(request, content);
    if (from.body) request.body = new RequestBody({ ...from.body, raw: content ?? '', urlencoded: pairs });
    return request;
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

/** The texts of plain credentials. */
const filledAuth = ({ type, token, username, password }) => ({
  type,
  token: new Template(String(token || '')),
  username: new Template(String(username ?? '')),
  password: new Template(String(password ?? '')),
});

/** A request that nobody looks at before it is sent: its parts are filled and handed to k6. */
class Direct {
  constructor({ method, url, headers = {}, body }, auth, settings) {
    const omit = settings.omit || NONE;
    const own = Object.keys(headers).map((name) => name.toLowerCase());
    const typed = own.includes('content-type');
    const form = body && body.mode === 'urlencoded';
    this.hasType = typed;
    this.method = method;
    this.url = new Template(url);
    this.settings = settings;
    this.headers = { ...headers };
    for (const [lower, key, value] of SYSTEM) if (!own.includes(lower) && !omit.includes(lower)) this.headers[key] = value;
    this.token = !own.includes('postman-token') && !omit.includes('postman-token');
    this.open = Object.keys(headers).filter((name) => hasHole(headers[name])).map((name) => ({ name, text: new Template(headers[name]) }));
    this.authorized = own.includes('authorization');
    this.auth = auth && filledAuth(auth);
    this.body = body;
    this.raw = body && body.mode === 'raw' ? new Template(body.raw) : undefined;
    this.fields = form ? body.urlencoded.map(({ key, value }) => [new Template(String(key ?? '')), new Template(String(value ?? ''))]) : undefined;
    this.own = own;
    const type = form ? FORM : body && (body.type || 'text/plain');
    // a form is a form whatever the collection says
    this.type = !type || omit.includes('content-type') || (typed && !form) ? undefined : type;
    this.typed = typed ? Object.keys(headers).find((name) => name.toLowerCase() === 'content-type') : 'Content-Type';
    this.params = { ...paramsOf(settings, own.includes('cookie')), headers: this.headers };
    this.address = undefined;
    this.wire = undefined;
  }

  /** Fills the placeholders and sends. */
  send(layers) {
    const { headers, open } = this;
    for (let i = 0; i < open.length; i++) headers[open[i].name] = open[i].text.fill(layers);
    if (this.token) headers['Postman-Token'] = uuid();
    if (this.auth) this.authorize(headers, layers);
    const content = this.body ? this.content(layers) : null;
    if (this.type) this.setType(headers, content);
    const address = this.url.fill(layers);
    if (address !== this.address) {
      this.address = address;
      this.wire = wireOf(address, this.settings.raw);
    }
    const { scheme, host, path, user, href } = this.wire;
    const url = user && (this.authorized || headers.Authorization) ? `${scheme}://${host}${path}` : href;
    this.sent = content;
    return exchange(this.method, url, content, this.params, this.settings);
  }

  authorize(headers, layers) {
    const { type, token, username, password } = this.auth;
    const value = type === 'basic' ? encoding.b64encode(`${username.fill(layers)}:${password.fill(layers)}`) : token.fill(layers);
    if (value) headers.Authorization = `${type === 'basic' ? 'Basic' : 'Bearer'} ${value}`;
    else delete headers.Authorization;
  }

  content(layers) {
    if (this.raw) return this.raw.fill(layers) || null;
    this.pairs = this.fields.map(([key, value]) => ({ key: key.fill(layers), value: value.fill(layers) }));
    return this.pairs.map(({ key, value }) => `${formEncode(key)}=${formEncode(value)}`).join('&') || null;
  }

  setType(headers, content) {
    if (content === null) {
      if (!this.hasType) delete headers[this.typed];
    } else if (this.type !== FORM || !/^application\/x-www-form-urlencoded\b/.test(headers[this.typed] || '')) headers[this.typed] = this.type;
  }

  /** What was sent, for a script that looks at it. */
  request(prepared) {
    const { method, headers, own, wire, sent: content, pairs } = this;
    const { auth } = prepared.step.request;
    return prepared.shown({ method, headers, own, wire, content, pairs, auth: auth && new RequestAuth(template({ auth }).auth) });
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
