// Scripts that run as their authors wrote them, between requests of plain k6 code.
import exec from 'k6/execution';

import { CookieList } from './cookies.js';
import { Given } from './given.js';
import { Request } from './request.js';
import { Response } from './response.js';
import { VariableScope } from './scope.js';
import { SKIP, Tasks } from './tasks.js';
import { tests } from './tests.js';

/**
 * What runs the scripts of a collection. `environment`, `collectionVariables` and `globals` have an accessor for each
 * variable that a script names, `modules` is what `require` and `names` what the old global names give to scripts.
 */
export function postman(setup) {
  return new Scripts(setup);
}

/** The variables of the code around, as a map. */
class Linked {
  constructor(variables = {}) {
    this.variables = variables;
  }

  /** A placeholder stands for a variable that nobody has set. */
  get(key) {
    const value = this.variables[key];
    return value === `{{${key}}}` ? undefined : value;
  }

  has(key) {
    return this.get(key) !== undefined;
  }

  set(key, value) {
    this.variables[key] = value;
  }

  delete(key) {
    this.variables[key] = `{{${key}}}`;
  }

  *[Symbol.iterator]() {
    for (const key of Object.keys(this.variables)) if (this.has(key)) yield [key, this.get(key)];
  }
}

function linked(variables) {
  const scope = new VariableScope();
  scope._map = new Linked(variables);
  return scope;
}

class Scripts {
  constructor({ name, environment, collectionVariables, globals, modules = {}, names }) {
    this.name = name;
    this.modules = modules;
    this.tasks = new Tasks();
    this.environment = linked(environment);
    this.collectionVariables = linked(collectionVariables);
    this.globals = linked(globals);
    this.rowScope = new VariableScope();
    const below = [this.rowScope, this.environment, this.collectionVariables, this.globals].map((scope) => scope._map);
    this.local = new VariableScope(undefined, undefined, below);
    this.steps = new Map();
    this.Given = class extends Given {};
    Object.assign(this.Given.prototype, names);
  }

  get iteration() {
    return exec.scenario.iterationInTest;
  }

  /** Runs a script in front of the request that is called `name`. */
  before(name, script) {
    this.run(script, new Moment(this, this.step(name)));
  }

  /** Runs a script on the response to the request that is called `name`. */
  after(name, res, script) {
    this.run(script, new Moment(this, this.step(name), res));
  }

  step(name) {
    let step = this.steps.get(name);
    if (!step) {
      step = { name, label: {}, step: { name } };
      step.test = tests(step, this.tasks);
      this.steps.set(name, step);
    }
    return step;
  }

  run(script, moment) {
    const { tasks } = this;
    tasks.start();
    const given = new this.Given(moment);
    tasks.pm = given.pm;
    try {
      script(given);
      tasks.finish();
    } catch (e) {
      if (e !== SKIP) {
        const when = moment.event === 'test' ? 'test' : 'pre-request';
        console.warn(`${moment.prepared.name}: error in ${when} script: ${e && e.message ? e.message : e}`);
      }
    }
    this.environment.settle();
    this.collectionVariables.settle();
    this.globals.settle();
    if (given.ended) given.ended();
  }
}

/** What a script sees of the request that it belongs to. */
class Moment {
  constructor(self, prepared, res) {
    this.self = self;
    this.prepared = prepared;
    this.event = res ? 'test' : 'prerequest';
    // without an answer there is no response to look at
    this.res = res && (!res.error_code || res.status) ? res : undefined;
    this.sent = res && res.request;
  }

  get request() {
    if (!this._request) this._request = asSent(this.sent);
    return this._request;
  }

  get response() {
    if (!this._response && this.res) this._response = new Response(this.res);
    return this._response;
  }

  get cookies() {
    if (!this._cookies) this._cookies = this.event === 'test' ? new CookieList((this.res || this.sent).url, (this.res && this.res.cookies) || {}) : new CookieList('');
    return this._cookies;
  }
}

const decode = (text) => {
  try {
    return decodeURIComponent(text.replace(/\+/g, ' '));
  } catch (e) {
    return text;
  }
};

/** A request as k6 tells of it. */
function asSent({ method, url, headers = {}, body }) {
  const header = Object.keys(headers).map((key) => ({ key, value: [].concat(headers[key]).join(', ') }));
  const host = /^[a-z]+:\/\/(?:[^@/?#]*@)?([^/?#]*)/i.exec(url);
  if (host && !header.some((h) => /^host$/i.test(h.key))) header.push({ key: 'Host', value: host[1] });
  if (!body) return new Request({ method, url, header });
  const form = header.some((h) => /^content-type$/i.test(h.key) && /x-www-form-urlencoded/i.test(h.value));
  const pair = (text) => {
    const at = text.indexOf('=');
    return at < 0 ? { key: decode(text), value: '' } : { key: decode(text.slice(0, at)), value: decode(text.slice(at + 1)) };
  };
  const from = form ? { mode: 'urlencoded', urlencoded: String(body).split('&').map(pair) } : { mode: 'raw', raw: body };
  return new Request({ method, url, header, body: from });
}
