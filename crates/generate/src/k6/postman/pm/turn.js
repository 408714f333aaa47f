// One step of one iteration: what is sent, what came back, and what scripts have said about it.
import { authorize } from './auth.js';
import { bodyOf } from './body.js';
import { isPlain, sendChanged } from './changed.js';
import { CookieList } from './cookies.js';
import { dynamic } from './fresh.js';
import { Header, HeaderList } from './list.js';
import { addLength } from './prepared.js';
import { Request, RequestBody } from './request.js';
import { Response } from './response.js';
import { fill, fillIn } from './scope.js';
import { converse, SYSTEM } from './send.js';

export class Turn {
  constructor(self, prepared) {
    this.self = self;
    this.prepared = prepared;
  }

  /** Made when a script asks for it: before the request it may be changed, after it it is what was sent. */
  get request() {
    if (!this._request) {
      const { prepared } = this;
      if (this.event !== 'test') this._request = prepared.request();
      else this._request = this.sent ? prepared.shown(this.sent) : prepared.direct.request(prepared);
    }
    return this._request;
  }

  get response() {
    if (!this._response && this.res) this._response = new Response(this.res, true);
    return this._response;
  }

  /** Looked up when a script asks for them. */
  get cookies() {
    if (!this._cookies) this._cookies = this.event === 'test' ? new CookieList((this.res && this.res.url) || this.address || '', (this.res && this.res.cookies) || {}) : new CookieList('');
    return this._cookies;
  }

  /** The answer is a promise when a key has to sign first. */
  send() {
    const { prepared, self } = this;
    try {
      if (!this._request && prepared.direct) this.got(prepared.direct.send(self.layers));
      else {
        const res = this.converse(prepared);
        if (res instanceof Promise) return res.then((later) => this.got(later), (e) => this.failed(e));
        this.got(res);
      }
    } catch (e) {
      this.failed(e);
    }
    return undefined;
  }

  got(res) {
    if (res.status || !res.error_code) this.res = res;
    else this.failed(res.error);
  }

  failed(e) {
    console.warn(`${this.prepared.name}: ${(e && e.message) || e}`);
  }

  /** Sends a request that scripts may have changed, or that needs more than placeholders filled. */
  converse(prepared) {
    const { settings } = prepared;
    const request = this._request || prepared.untouched();
    const auth = prepared.withAuth(request);
    if (isPlain(request, auth, settings)) {
      const { res, sent: plain } = sendChanged(request, auth, settings, this.self.layers);
      this.sent = plain;
      this.address = plain.wire.href;
      this._request = undefined;
      return res;
    }
    const sent = filled(request, auth, this.self.layers);
    this._request = sent;
    const extra = authorize(sent, sent.authValues, settings);
    return typeof extra.then === 'function' ? extra.then(() => this.finish(sent, {})) : this.finish(sent, extra);
  }

  /** Sends a request that has its credentials. */
  finish(sent, extra) {
    const { prepared } = this;
    const { settings } = prepared;
    const { host, href } = sent.wire(settings.raw);
    this.address = href;
    addSystemHeaders(sent, host, settings.omit);
    const res = converse(sent, sent.authValues, { ...settings, ...extra });
    sent._url = undefined;
    sent._text = href;
    if (prepared.after.length && sent.body && sent.body.mode !== 'formdata') addBody(sent, settings);
    return res;
  }
}

Object.assign(Turn.prototype, {
  event: 'prerequest',
  next: undefined,
  skip: false,
  res: undefined,
  sent: undefined,
  _request: undefined,
  _response: undefined,
  _cookies: undefined,
});

/** A copy of the request with every placeholder filled. */
export function filled(request, auth, layers) {
  const out = new Request();
  out.method = request.method;
  out.description = request.description;
  out.id = request.id;
  out.auth = request.auth;
  out._text = fill(request.address, layers);
  out.headers = new HeaderList();
  const { members } = out.headers;
  for (const { key, value, disabled, system } of request.headers.members) {
    const made = new Header(fill(key ?? '', layers), fill(value ?? '', layers));
    if (disabled) made.disabled = true;
    if (system) made.system = true;
    members.push(made);
  }
  out.body = request.body && request.body.mode ? filledBody(request.body, layers) : undefined;
  if (auth) {
    const values = {};
    for (const [key, value] of Object.entries(auth._values)) values[key] = typeof value === 'string' ? fill(value, layers) : value;
    for (const p of auth.parameters().members) values[p.key] = typeof p.value === 'string' ? fill(p.value, layers) : p.value;
    out.authValues = { ...values, type: auth.type };
  }
  return out;
}

function filledBody(body, layers) {
  const out = Object.assign(Object.create(RequestBody.prototype), body);
  const value = body[body.mode];
  if (body.mode === 'raw') out.raw = typeof value === 'string' ? fill(value, layers) : value;
  else if (body.mode === 'graphql') out.graphql = fillIn({ ...value }, layers);
  else if (value && value.members) {
    out[body.mode] = new value.constructor();
    out[body.mode].members = value.members.map((m) => fillFields(m, layers));
  }
  return out;
}

const fillFields = (member, layers) => {
  const out = { ...member };
  for (const key of ['key', 'value', 'fileName', 'contentType']) if (typeof out[key] === 'string') out[key] = fill(out[key], layers);
  return out;
};

const NONE = [];

/** The headers of the body, for scripts that look at them. */
function addBody(sent, settings) {
  const body = bodyOf(sent, settings);
  if (!body) return;
  if (body.type && !sent.headers.has('Content-Type')) sent.headers.members.push(new Header('Content-Type', body.type, true));
  addLength(sent, body.content);
}

/** What Postman adds to every request, unless the request has it. */
function addSystemHeaders(request, host, omit = NONE) {
  const { members } = request.headers;
  const own = {};
  for (const { key } of members) own[String(key).toLowerCase()] = true;
  const add = (lower, key, value) => {
    if (!own[lower] && !omit.includes(lower)) members.push(new Header(key, value, true));
  };
  for (const [lower, key, value] of SYSTEM) add(lower, key, value);
  add('postman-token', 'Postman-Token', dynamic('$guid'));
  add('host', 'Host', host);
  add('connection', 'Connection', 'keep-alive');
}
