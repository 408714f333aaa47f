// Runs the steps of a collection: scripts, requests and tests in Postman's order.
import { check, sleep } from 'k6';
import exec from 'k6/execution';

import { answerChallenge, authorize, prepare, remember } from './auth.js';
import { CookieList } from './cookies.js';
import { dynamic } from './dynamic.js';
import { expect } from './expect.js';
import { headerList, PropertyList } from './list.js';
import { Request, RequestBody } from './request.js';
import { Response } from './response.js';
import { fill, fillIn, VariableScope } from './scope.js';
import { send } from './send.js';
import { Url } from './url.js';

/**
 * A collection that is ready to run. `environment`, `collectionVariables` and `globals` are plain objects, `data` rows,
 * `modules` what `require` and the old global names give to scripts.
 */
export function collection(setup) {
  const globals = new VariableScope(setup.globals);
  const environment = new VariableScope(setup.environment, setup.environmentName);
  const collectionVariables = new VariableScope(setup.collectionVariables);
  return new Collection({ ...setup, globals, environment, collectionVariables });
}

const MAX_STEPS = 100000;

class Collection {
  constructor(setup) {
    Object.assign(this, setup);
    this.modules = setup.modules || {};
    this.kept = new Map();
  }

  /** The tokens that the flows of the steps need, each fetched once for the whole test. */
  tokens(steps) {
    const out = {};
    const layers = [this.environment.own, this.collectionVariables.own, this.globals.own];
    for (const step of steps) {
      const auth = step.request.auth || step.auth;
      if (!auth || !auth.grant) continue;
      const { key, token, until } = prepare(fillIn(auth, layers));
      out[key] = { token, until };
    }
    return out;
  }

  /** One iteration over the steps; `setNextRequest` decides what comes after a step when a script calls it. */
  async run(steps, tokens) {
    if (tokens) remember(tokens);
    const iteration = exec.scenario.iterationInTest;
    const rows = this.data || [];
    this.row = rows.length ? rows[iteration % rows.length] : {};
    this.iteration = iteration;
    this.local = new VariableScope();
    this.rowScope = new VariableScope(this.row);
    const below = [this.rowScope, this.environment, this.collectionVariables, this.globals].map((scope) => scope.own);
    this.local._layers = below;
    this.all = [this.local.own, ...below];
    let at = 0;
    for (let count = 0; at < steps.length && count < MAX_STEPS; count++) {
      const next = await this.step(steps[at]);
      if (next === undefined) at += 1;
      else if (next === null) return;
      else {
        at = find(steps, next);
        if (at < 0) {
          console.warn(`no request is called ${next}: the iteration ends`);
          return;
        }
      }
    }
  }

  async step(step) {
    const state = { next: undefined, skip: false };
    // without a script before it nobody changes the request: it is read once
    const kept = !step.before && this.kept.get(step);
    const request = kept || new Request(template(step.request));
    if (!kept) {
      request.name = step.name;
      if (!step.before) {
        request._text = request.url.toString();
        this.kept.set(step, request);
      }
    }
    for (const script of step.before || []) {
      const left = this.script(script, 'prerequest', step, state, { request });
      if (left) await left;
      if (state.skip) return state.next;
    }
    const own = request.auth;
    if (!own && step.auth) request.auth = new Request(template({ auth: step.auth })).auth;
    const sent = this.filled(request, step);
    request.auth = own;
    if (!own) sent.auth = undefined;
    let response;
    let res;
    let url = '';
    try {
      const extra = authorize(sent, sent.authValues, step.settings || {});
      url = sent.wire((step.settings || NONE).raw).href;
      addSystemHeaders(sent, sent.wire((step.settings || NONE).raw).host, (step.settings || NONE).omit);
      res = exchange(sent, sent.authValues, { ...step.settings, ...extra, tags: { name: step.group || step.name } });
      if (step.after) {
        sent._url = undefined;
        sent._text = url;
      }
      if (!res.error_code || res.status) response = new Response(res);
      else console.warn(`${step.name}: ${res.error}`);
    } catch (e) {
      console.warn(`${step.name}: ${e.message || e}`);
    }
    if (step.after && step.after.length) {
      const about = new About(sent, response, (res && res.url) || url, res);
      if (response) response._about = about;
      for (const script of step.after) {
        const left = this.script(script, 'test', step, state, about);
        if (left) await left;
      }
    }
    return state.next;
  }

  /** A copy of the request with every placeholder filled. */
  filled(request, step) {
    const layers = this.all;
    const out = new Sent();
    out.method = request.method;
    out.name = request.name;
    out.description = request.description;
    out.id = request.id;
    out.auth = request.auth;
    out._text = fill(request._text || request.url.toString(), layers);
    out.headers = headerList();
    for (const h of request.headers.members) {
      const made = { key: fill(h.key ?? '', layers), value: fill(h.value ?? '', layers) };
      if (h.disabled) made.disabled = true;
      if (h.system) made.system = true;
      out.headers.members.push(made);
    }
    out.body = undefined;
    const body = request.body;
    if (body && body.mode) {
      out.body = Object.assign(Object.create(RequestBody.prototype), body);
      const value = body[body.mode];
      if (body.mode === 'raw') out.body.raw = typeof value === 'string' ? fill(value, layers) : value;
      else if (body.mode === 'graphql') out.body.graphql = fillIn({ ...value }, layers);
      else if (value && value.members) {
        out.body[body.mode] = new PropertyList(value._make, []);
        out.body[body.mode].members = value.members.map((m) => fillFields(m, layers));
      }
      else out.body[body.mode] = value;
      out.body.type = body.type;
      out.body.missing = step.request.body && step.request.body.missing;
    }
    if (request.auth) {
      const values = {};
      for (const [key, value] of Object.entries(request.auth._values)) values[key] = typeof value === 'string' ? fill(value, layers) : value;
      for (const p of request.auth.parameters().members) values[p.key] = typeof p.value === 'string' ? fill(p.value, layers) : p.value;
      out.authValues = { ...values, type: request.auth.type };
    }
    return out;
  }

  /** Runs a script; the answer is a promise when something of it is still to come. */
  script(run, event, step, state, about) {
    const tasks = new Tasks();
    const pm = new Pm(this, event, step, state, about, tasks);
    const box = new Box(this, pm, event, step, about, state, tasks);
    let done;
    try {
      done = run(box);
    } catch (e) {
      this.ended(box, event, step, e);
      return undefined;
    }
    if (!tasks.open(done)) {
      this.ended(box, event, step);
      return undefined;
    }
    return tasks.settle(done).then(
      () => this.ended(box, event, step),
      (e) => this.ended(box, event, step, e),
    );
  }

  ended(box, event, step, e) {
    if (e !== undefined && e !== SKIP) {
      console.warn(`${step.name}: error in ${event === 'test' ? 'test' : 'pre-request'} script: ${e && e.message ? e.message : e}`);
    }
    this.environment.settle();
    this.collectionVariables.settle();
    this.globals.settle();
    const legacy = box._used.tests;
    if (legacy) for (const name of Object.keys(legacy)) report(name, Boolean(legacy[name]), step);
  }
}

/** What a test script is told; cookies are looked up when it asks for them. */
class About {
  constructor(request, response, url, res) {
    this.request = request;
    this.response = response;
    this._url = url;
    this._res = res;
  }

  get cookies() {
    this._cookies = this._cookies || new CookieList(this._url, (this._res && this._res.cookies) || {});
    return this._cookies;
  }
}

const wires = new Map();
const rawWires = new Map();

/** The request as it was sent; its address is read when a script asks for it. */
class Sent extends Request {
  constructor() {
    super();
  }

  /** Whoever has the address may change it. */
  get url() {
    if (!this._url) this._url = new Url(this._text);
    this._wire = undefined;
    return this._url;
  }

  set url(url) {
    this._url = url;
    this._wire = undefined;
  }

  /** What goes on the wire; the same address is only read once. */
  wire(raw) {
    if (this._url) return (this._wire = this._wire || this._url.wire(raw));
    const known = raw ? rawWires : wires;
    let wire = known.get(this._text);
    if (!wire) {
      wire = new Url(this._text).wire(raw);
      if (known.size > 1000) known.clear();
      known.set(this._text, wire);
    }
    return wire;
  }
}

/** What scripts call `pm`: small parts are made when they are asked for. */
class Pm {
  constructor(self, event, step, state, about, tasks) {
    hide(this, '_self', { self, event, step, state, about, tasks });
    this.globals = self.globals;
    this.environment = self.environment;
    this.collectionVariables = self.collectionVariables;
    this.variables = self.local;
    this.iterationData = self.rowScope;
    this.request = about.request;
    this.expect = expect;
    this.test = tests(step, tasks);
    if (about.response) this.response = about.response;
  }

  get info() {
    const { self, event, step } = this._self;
    return {
      eventName: event,
      iteration: self.iteration,
      iterationCount: self.iterations || (self.data || []).length || 1,
      requestName: step.name,
      requestId: step.id || step.name,
    };
  }

  get cookies() {
    return this._self.about.cookies || new CookieList('');
  }

  get visualizer() {
    return { set() {}, clear() {} };
  }

  get vault() {
    return { get: () => Promise.resolve(undefined), set: () => Promise.resolve(), unset: () => Promise.resolve() };
  }

  get sendRequest() {
    return (request, callback) => sendRequest(this._self.self, request, callback, this._self.tasks, this);
  }

  get execution() {
    const { self, step, state } = this._self;
    return {
      skipRequest() {
        state.skip = true;
        throw SKIP;
      },
      setNextRequest(name) {
        state.next = name === undefined ? undefined : name;
      },
      location: Object.assign([self.name, ...(step.folders || []), step.name], { current: step.name }),
    };
  }

  get setNextRequest() {
    return this.execution.setNextRequest;
  }

  get require() {
    return (name) => required(this._self.self, name);
  }
}

const hide = (object, name, value) => Object.defineProperty(object, name, { value, writable: true });

/** Sends; a server that asks for a digest gets a second request with it. */
function exchange(request, auth, settings) {
  if (settings.login) {
    // the first request goes without credentials; a server that wants NTLM says so
    const first = send(request, { ...settings, login: undefined });
    const asked = Object.keys(first.headers).find((k) => k.toLowerCase() === 'www-authenticate');
    return first.status === 401 && asked && /ntlm|negotiate/i.test(first.headers[asked]) ? send(request, settings) : first;
  }
  const res = send(request, settings);
  if (!auth || auth.type !== 'digest' || (res.status !== 401 && res.status !== 403)) return res;
  return answerChallenge(request, auth, settings, res) ? send(request, settings) : res;
}

const NONE = [];

/** What Postman adds to every request. */
function addSystemHeaders(request, host, omit = NONE) {
  const { members } = request.headers;
  const own = {};
  for (const m of members) own[String(m.key).toLowerCase()] = true;
  const add = (lower, key, value) => {
    if (!own[lower] && !omit.includes(lower)) members.push({ key, value, system: true });
  };
  add('user-agent', 'User-Agent', 'PostmanRuntime/7.39.1');
  add('accept', 'Accept', '*/*');
  add('cache-control', 'Cache-Control', 'no-cache');
  add('postman-token', 'Postman-Token', dynamic('$guid'));
  add('host', 'Host', host);
  add('accept-encoding', 'Accept-Encoding', 'gzip, deflate, br');
  add('connection', 'Connection', 'keep-alive');
}

const SKIP = new Error('the request is skipped');

const fillFields = (member, layers) => {
  const out = { ...member };
  for (const key of ['key', 'value', 'fileName', 'contentType']) if (typeof out[key] === 'string') out[key] = fill(out[key], layers);
  return out;
};

function template(request) {
  const auth = request.auth && { type: request.auth.type, [request.auth.type]: { ...request.auth } };
  return { ...request, auth };
}

function find(steps, name) {
  for (let i = steps.length - 1; i >= 0; i--) if (steps[i].id === name) return i;
  for (let i = steps.length - 1; i >= 0; i--) if (steps[i].name === name) return i;
  return -1;
}

/** k6 keeps `::` for itself. */
const safe = (name) => String(name).replace(/::/g, ': ').replace(/::/g, ': ') || ' ';

function report(name, passed, step) {
  check(null, { [safe(name)]: passed }, { name: step.group || step.name });
}

function tests(step, tasks) {
  let index = 0;
  const failed = (name, e) => {
    console.warn(`${step.name}: ${name}: ${e && e.message ? e.message : e}`);
    report(name, false, step);
  };
  const test = function (name, run) {
    index += 1;
    if (typeof run !== 'function') {
      report(name, true, step);
      return this;
    }
    if (run.length) {
      let over = false;
      const done = (e) => {
        if (over) return;
        over = true;
        if (e) failed(name, e);
        else report(name, true, step);
      };
      try {
        run(done);
      } catch (e) {
        done(e);
      }
      return this;
    }
    try {
      const out = run();
      if (out && typeof out.then === 'function') {
        tasks.hold(
          out.then(
            () => report(name, true, step),
            (e) => failed(name, e),
          ),
        );
      } else report(name, true, step);
    } catch (e) {
      failed(name, e);
    }
    return this;
  };
  test.skip = function () {
    index += 1;
    return this;
  };
  test.index = () => index;
  return test;
}

function sendRequest(self, given, callback, tasks, pm) {
  let settle;
  const promise = typeof callback === 'function' ? undefined : new Promise((resolve, reject) => {
    settle = (error, response) => (error ? reject(error) : resolve(response));
  });
  const answer = (error, response, history) => {
    if (settle) settle(error, response);
    else callback.call(pm, error, response, history);
  };
  if (!given) {
    answer(new Error('sendrequest: nothing to request'));
    return promise || pm;
  }
  tasks.add(0, () => {
    let response;
    let error = null;
    try {
      const request = given instanceof Request ? given : new Request(given);
      const auth = request.auth && { ...request.auth._values, type: request.auth.type };
      const sent = new Request(request.toJSON());
      if (request.body) sent.body.type = request.body.type;
      const settings = {};
      const extra = authorize(sent, auth, settings);
      const res = exchange(sent, auth, { ...extra, tags: { name: `${sent.method} ${sent.url.getRemote()}${sent.url.getPath()}` } });
      if (res.error_code && !res.status) error = new Error(res.error);
      else {
        response = new Response(res);
        response.cookies = new CookieList(res.url, res.cookies);
      }
    } catch (e) {
      error = e;
    }
    answer(error, response, { cookies: response ? response.cookies : undefined });
  });
  return promise || pm;
}

function required(self, name) {
  const plain = String(name).replace(/^npm:/, '').replace(/(.)@[\d.^~]+.*$/, '$1');
  if (Object.prototype.hasOwnProperty.call(self.modules, plain) && self.modules[plain] !== undefined) return self.modules[plain];
  throw new Error(`Cannot find module '${name}'`);
}

/** What is due after the synchronous part of a script: requests, timers, promises of tests. */
class Tasks {
  constructor() {
    this.queue = [];
    this.held = [];
    this.now = 0;
    this.ids = 0;
  }

  add(delay, run, every) {
    const task = { id: ++this.ids, at: this.now + Math.max(0, Number(delay) || 0), run, every };
    this.queue.push(task);
    return task.id;
  }

  cancel(id) {
    this.queue = this.queue.filter((t) => t.id !== id);
  }

  hold(promise) {
    this.held.push(promise);
  }

  /** Whether anything is left to do. */
  open(done) {
    return this.queue.length > 0 || this.held.length > 0 || Boolean(done && typeof done.then === 'function');
  }

  async settle(done) {
    let open = true;
    let failure;
    const main = Promise.resolve(done).then(
      () => {
        open = false;
      },
      (e) => {
        open = false;
        failure = { e };
      },
    );
    for (let round = 0; round < 10000; round++) {
      // let promises go as far as they can before the next request or timer
      for (let i = 0; i < 64; i++) await null;
      if (!this.queue.length) {
        if (!open) break;
        if (round > 20) break;
        continue;
      }
      let first = this.queue[0];
      for (const task of this.queue) if (task.at < first.at) first = task;
      this.queue.splice(this.queue.indexOf(first), 1);
      if (first.at > this.now) {
        sleep((first.at - this.now) / 1000);
        this.now = first.at;
      }
      if (first.every !== undefined) this.queue.push({ ...first, at: this.now + Math.max(1, Number(first.every) || 0) });
      try {
        first.run();
      } catch (e) {
        if (e !== SKIP) console.warn(String((e && e.message) || e));
      }
    }
    if (!open) await main;
    for (const held of this.held) {
      let settled = false;
      held.then(() => {
        settled = true;
      });
      for (let i = 0; i < 64 && !settled; i++) await null;
    }
    if (failure && failure.e !== SKIP) throw failure.e;
  }
}

/** The names that a script can use, made when it uses them. */
class Box {
  constructor(self, pm, event, step, about, state, tasks) {
    this.pm = pm;
    this._used = {};
    this._about = { self, event, step, about, state, tasks };
    if (self.names) Object.assign(this, self.names);
  }
}

const MAKERS = {
  tests: () => ({}),
  environment: ({ self }) => self.environment.toObject(),
  globals: ({ self }) => self.globals.toObject(),
  data: ({ self }) => ({ ...self.row }),
  iteration: ({ self }) => self.iteration,
  request: ({ about, step }) => legacyRequest(about.request, step),
  postman: ({ self, state, about }, box) => legacy(self, state, about, () => box),
  responseBody: ({ about }) => (about.response ? about.response.text() : undefined),
  responseTime: ({ about }) => (about.response ? about.response.responseTime : NaN),
  responseCode: ({ about }) => (about.response ? about.response.details() : { code: NaN, name: '', details: '' }),
  responseHeaders: ({ about }) => (about.response ? Object.fromEntries(about.response.headers.members.map((h) => [h.key, h.value])) : {}),
  responseCookies: ({ about }) => (about.cookies ? about.cookies.all() : []),
  require: ({ self }) => (name) => required(self, name),
  setTimeout: ({ tasks }) => (f, ms, ...args) => tasks.add(ms, () => f(...args)),
  setInterval: ({ tasks }) => (f, ms, ...args) => tasks.add(ms, () => f(...args), ms || 1),
  setImmediate: ({ tasks }) => (f, ...args) => tasks.add(0, () => f(...args)),
  clearTimeout: ({ tasks }) => (id) => tasks.cancel(id),
  clearInterval: ({ tasks }) => (id) => tasks.cancel(id),
  clearImmediate: ({ tasks }) => (id) => tasks.cancel(id),
};
for (const name of Object.keys(MAKERS)) {
  Object.defineProperty(Box.prototype, name, {
    get() {
      const used = this._used;
      if (!(name in used)) used[name] = this._about.event !== 'test' && name.startsWith('response') ? undefined : MAKERS[name](this._about, this);
      return used[name];
    },
  });
}

function legacyRequest(request, step) {
  const body = request.body;
  let data = {};
  if (body && !body.isEmpty()) {
    const value = body[body.mode];
    if (value && value.members) {
      for (const m of value.members) {
        if (m.disabled) continue;
        if (data[m.key]) data[m.key] = [].concat(data[m.key], m.value);
        else data[m.key] = m.value;
      }
    } else if (body.mode === 'raw') data = value;
    else if (body.mode === 'file') data = value && value.content;
  }
  return {
    id: step.id,
    name: step.name,
    description: request.description,
    headers: request.headers.toObject(true, true, true, true),
    method: request.method,
    url: request.url.toString(),
    data,
  };
}

function legacy(self, state, about, box) {
  const text = (value) => (value === false || value ? (typeof value.toString === 'function' ? value.toString() : value) : value);
  const mirror = (scope, object) => ({
    set(key, value) {
      box()[object][key] = text(value);
      self[scope].set(key, text(value));
    },
    get: (key) => self[scope].get(key),
    unset(key) {
      delete box()[object][key];
      self[scope].unset(key);
    },
    clear() {
      const o = box()[object];
      Object.keys(o).forEach((k) => delete o[k]);
      self[scope].clear();
    },
  });
  const environment = mirror('environment', 'environment');
  const globals = mirror('globals', 'globals');
  return {
    setEnvironmentVariable: environment.set,
    getEnvironmentVariable: environment.get,
    clearEnvironmentVariable: environment.unset,
    clearEnvironmentVariables: environment.clear,
    setGlobalVariable: globals.set,
    getGlobalVariable: globals.get,
    clearGlobalVariable: globals.unset,
    clearGlobalVariables: globals.clear,
    setNextRequest(name) {
      state.next = name;
    },
    getResponseHeader: (name) => (about.response ? about.response.headers.get(name) : undefined),
    getResponseCookie: (name) => (about.cookies ? about.cookies.one(String(name)) : undefined),
  };
}
