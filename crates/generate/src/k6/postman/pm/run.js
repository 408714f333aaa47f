// Runs the steps of a collection: scripts, requests and tests in Postman's order.
import { check, sleep } from 'k6';
import exec from 'k6/execution';

import { answerChallenge, authorize } from './auth.js';
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
  }

  /** One iteration over the steps; `setNextRequest` decides what comes after a step when a script calls it. */
  async run(steps) {
    const iteration = exec.scenario.iterationInTest;
    const rows = this.data || [];
    this.row = rows.length ? rows[iteration % rows.length] : {};
    this.iteration = iteration;
    this.local = new VariableScope();
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

  layers(local) {
    const data = new VariableScope(this.row);
    return { data, all: [local, data, this.environment, this.collectionVariables, this.globals] };
  }

  async step(step) {
    const state = { next: undefined, skip: false };
    const request = new Request(template(step.request));
    request.name = step.name;
    for (const script of step.before || []) {
      await this.script(script, 'prerequest', step, state, { request });
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
      url = sent.url.wire((step.settings || {}).raw).href;
      addSystemHeaders(sent, url, (step.settings || {}).omit);
      res = exchange(sent, sent.authValues, { ...step.settings, ...extra, tags: { name: step.group || step.name } });
      if (step.after) sent.url = new Url(url);
      if (!res.error_code || res.status) response = new Response({ ...res, timings: res.timings });
      else console.warn(`${step.name}: ${res.error}`);
    } catch (e) {
      console.warn(`${step.name}: ${e.message || e}`);
    }
    if (step.after && step.after.length) {
      const about = { request: sent, response };
      let cookies;
      // looked up when a script asks for them
      Object.defineProperty(about, 'cookies', {
        get() {
          cookies = cookies || new CookieList((res && res.url) || url, (res && res.cookies) || {});
          return cookies;
        },
      });
      if (response) Object.defineProperty(response, 'cookies', { get: () => about.cookies });
      for (const script of step.after) await this.script(script, 'test', step, state, about);
    }
    return state.next;
  }

  /** A copy of the request with every placeholder filled. */
  filled(request, step) {
    const { all } = this.layers(this.local);
    const layers = all.map((scope) => ({ has: (k) => scope._map.has(k), raw: (k) => scope._map.get(k) }));
    const out = Object.create(Request.prototype);
    out.method = request.method;
    out.name = request.name;
    out.description = request.description;
    out.id = request.id;
    out.auth = request.auth;
    out.url = new Url(fill(request.url.toString(), layers));
    out.headers = headerList([]);
    for (const h of request.headers.members) {
      out.headers.members.push({ ...h, key: fill(h.key ?? '', layers), value: fill(h.value ?? '', layers) });
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

  async script(run, event, step, state, about) {
    const tasks = new Tasks();
    const { data, all } = this.layers(this.local);
    const layers = all.slice(1).map((scope) => ({ has: (k) => scope._map.has(k), raw: (k) => scope._map.get(k), toObject: () => scope.toObject() }));
    this.local._layers = layers;
    const pm = this.api(event, step, state, about, data, tasks);
    const box = sandbox(this, pm, event, step, about, state, tasks);
    try {
      const done = run(box);
      await tasks.settle(done);
    } catch (e) {
      if (e !== SKIP) console.warn(`${step.name}: error in ${event === 'test' ? 'test' : 'pre-request'} script: ${e && e.message ? e.message : e}`);
    }
    for (const scope of [this.environment, this.collectionVariables, this.globals]) scope.settle();
    if (box.used.tests) {
      for (const name of Object.keys(box.used.tests)) report(name, Boolean(box.used.tests[name]), step);
    }
  }

  api(event, step, state, about, iterationData, tasks) {
    const self = this;
    const pm = {
      info: {
        eventName: event,
        iteration: this.iteration,
        iterationCount: this.iterations || (this.data || []).length || 1,
        requestName: step.name,
        requestId: step.id || step.name,
      },
      globals: this.globals,
      environment: this.environment,
      collectionVariables: this.collectionVariables,
      variables: this.local,
      iterationData,
      request: about.request,
      get cookies() {
        return about.cookies || new CookieList('');
      },
      visualizer: { set() {}, clear() {} },
      expect,
      test: tests(step, tasks),
      sendRequest(request, callback) {
        return sendRequest(self, request, callback, tasks, pm);
      },
      execution: {
        skipRequest() {
          state.skip = true;
          throw SKIP;
        },
        setNextRequest(name) {
          state.next = name === undefined ? undefined : name;
        },
        location: Object.assign([self.name, ...(step.folders || []), step.name], { current: step.name }),
      },
      require: (name) => required(self, name),
      vault: { get: () => Promise.resolve(undefined), set: () => Promise.resolve(), unset: () => Promise.resolve() },
    };
    pm.setNextRequest = pm.execution.setNextRequest;
    if (about.response) pm.response = about.response;
    return pm;
  }
}

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

/** What Postman adds to every request. */
function addSystemHeaders(request, url, omit = []) {
  const host = url.replace(/^[a-z]+:\/\/(?:[^@/]*@)?([^/?#]*).*$/i, '$1');
  for (const [key, value] of [
    ['User-Agent', 'PostmanRuntime/7.39.1'],
    ['Accept', '*/*'],
    ['Cache-Control', 'no-cache'],
    ['Postman-Token', dynamic('$guid')],
    ['Host', host],
    ['Accept-Encoding', 'gzip, deflate, br'],
    ['Connection', 'keep-alive'],
  ]) {
    if (!omit.includes(key.toLowerCase()) && !request.headers.has(key)) request.headers.add({ key, value, system: true });
  }
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
  const plain = String(name).replace(/^npm:/, '').replace(/@[\d.^~]+.*$/, '');
  if (Object.prototype.hasOwnProperty.call(self.modules, plain)) return self.modules[plain];
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

  async settle(done) {
    if (!this.queue.length && !this.held.length && !(done && typeof done.then === 'function')) return;
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
function sandbox(self, pm, event, step, about, state, tasks) {
  const used = {};
  const once = (name, make) => ({
    get() {
      if (!(name in used)) used[name] = make();
      return used[name];
    },
  });
  const { response, request } = about;
  const makers = {
    tests: () => ({}),
    environment: () => self.environment.toObject(),
    globals: () => self.globals.toObject(),
    data: () => ({ ...self.row }),
    iteration: () => self.iteration,
    request: () => legacyRequest(request, step),
    postman: () => legacy(self, state, about, () => box),
    responseBody: () => (response ? response.text() : undefined),
    responseTime: () => (response ? response.responseTime : NaN),
    responseCode: () => (response ? response.details() : { code: NaN, name: '', details: '' }),
    responseHeaders: () => (response ? Object.fromEntries(response.headers.members.map((h) => [h.key, h.value])) : {}),
    responseCookies: () => (about.cookies ? about.cookies.all() : []),
    require: () => (name) => required(self, name),
    setTimeout: () => (f, ms, ...args) => tasks.add(ms, () => f(...args)),
    setInterval: () => (f, ms, ...args) => tasks.add(ms, () => f(...args), ms || 1),
    setImmediate: () => (f, ...args) => tasks.add(0, () => f(...args)),
    clearTimeout: () => (id) => tasks.cancel(id),
    clearInterval: () => (id) => tasks.cancel(id),
    clearImmediate: () => (id) => tasks.cancel(id),
  };
  const box = {};
  Object.defineProperty(box, 'used', { value: used });
  Object.defineProperty(box, 'pm', { value: pm });
  for (const name of Object.keys(makers)) {
    if (event !== 'test' && name.startsWith('response')) continue;
    Object.defineProperty(box, name, once(name, makers[name]));
  }
  for (const name of Object.keys(self.names || {})) box[name] = self.names[name];
  return box;
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
