// Postman's old names: `tests`, `responseBody`, `postman.setEnvironmentVariable` and the like.
import { Given } from './given.js';
import { report } from './tests.js';

const MAKERS = {
  tests: () => ({}),
  environment: ({ self }) => self.environment.toObject(),
  globals: ({ self }) => self.globals.toObject(),
  data: ({ self }) => ({ ...self.row }),
  iteration: ({ self }) => self.iteration,
  request: ({ request, prepared }) => legacyRequest(request, prepared.step),
  postman: (turn, given) => postman(turn, given),
  responseBody: ({ response }) => (response ? response.text() : undefined),
  responseTime: ({ response }) => (response ? response.responseTime : NaN),
  responseCode: ({ response }) => (response ? response.details() : { code: NaN, name: '', details: '' }),
  responseHeaders: ({ response }) => (response ? Object.fromEntries(response.headers.members.map((h) => [h.key, h.value])) : {}),
  responseCookies: ({ cookies }) => cookies.all(),
};
for (const name of Object.keys(MAKERS)) {
  Object.defineProperty(Given.prototype, name, {
    get() {
      this._used = this._used || {};
      if (!(name in this._used)) {
        const later = this._turn.event !== 'test' && name.startsWith('response');
        this._used[name] = later ? undefined : MAKERS[name](this._turn, this);
      }
      return this._used[name];
    },
  });
}

/** What a script wrote into `tests` becomes checks when it has ended. */
Given.prototype.ended = function () {
  const said = this._used && this._used.tests;
  if (!said) return;
  const { prepared } = this._turn;
  for (const name of Object.keys(said)) {
    if (!said[name]) console.warn(`${prepared.name}: ${name}: expected ${said[name]} to be truthy`);
    report(name, Boolean(said[name]), prepared.label);
  }
};

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
    id: step.id || step.name,
    name: step.name,
    description: request.description,
    headers: request.headers.toObject(true, false, true, true),
    method: request.method,
    url: request.url.toString(),
    data,
  };
}

function postman(turn, given) {
  const { self } = turn;
  const text = (value) => (value === false || value ? (typeof value.toString === 'function' ? value.toString() : value) : value);
  const mirror = (scope, object) => ({
    set(key, value) {
      given[object][key] = text(value);
      self[scope].set(key, text(value));
    },
    get: (key) => self[scope].get(key),
    unset(key) {
      delete given[object][key];
      self[scope].unset(key);
    },
    clear() {
      const o = given[object];
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
      turn.next = name;
    },
    getResponseHeader: (name) => (turn.response ? turn.response.headers.get(name) : undefined),
    getResponseCookie: (name) => turn.cookies.one(String(name)),
  };
}
