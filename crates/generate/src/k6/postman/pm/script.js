// Scripts that run as their authors wrote them, between requests of plain k6 code.
import { fieldsOf } from './body.js';
import { CookieList } from './cookies.js';
import { Host } from './host.js';
import { Request } from './request.js';
import { Response } from './response.js';
import { VariableScope } from './scope.js';
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

  /** What is left undefined is null for everybody after it. */
  set(key, value) {
    this.variables[key] = value === undefined ? null : value;
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

const MAX_STEPS = 100000;

class Scripts extends Host {
  constructor({ name, environment, collectionVariables, globals, modules, names }) {
    super({ modules, names });
    this.name = name;
    this.environment = linked(environment);
    this.collectionVariables = linked(collectionVariables);
    this.globals = linked(globals);
    this.steps = new Map();
    this.use({});
  }

  /** The row of data that a script may look into. */
  use(row) {
    this.row = row;
    this.rowScope = new VariableScope(row);
    const below = [this.rowScope, this.environment, this.collectionVariables, this.globals].map((scope) => scope._map);
    this.local = new VariableScope(undefined, undefined, below);
  }

  /** Runs a script in front of the request that is called `name`; says whether the request is to be sent. */
  before(name, script, row) {
    if (row && row !== this.row) this.use(row);
    const moment = new Moment(this, this.step(name));
    this.play(script, moment);
    return !moment.skip;
  }

  /** Runs a script on the response to the request that is called `name`. */
  after(name, res, script, row) {
    if (row && row !== this.row) this.use(row);
    this.play(script, new Moment(this, this.step(name), res));
  }

  step(name) {
    let step = this.steps.get(name);
    if (!step) {
      step = { name, label: undefined, step: { name } };
      step.test = tests(step, this.tasks);
      this.steps.set(name, step);
    }
    return step;
  }

  /** Runs the steps one after the other, or in the order that scripts choose with `setNextRequest`. */
  run(steps) {
    let at = 0;
    for (let count = 0; at < steps.length && count < MAX_STEPS; count++) {
      this.next = undefined;
      steps[at].run();
      const { next } = this;
      if (next === null) return;
      at = next === undefined ? at + 1 : steps.map((step) => step.name).lastIndexOf(next);
      if (at < 0) {
        console.warn(`no request is called ${next}: the iteration ends`);
        return;
      }
    }
  }

  play(script, moment) {
    let error;
    try {
      script(this.give(moment));
      if (this.tasks.queue.length) this.tasks.finish();
    } catch (e) {
      error = e;
    }
    this.ended(moment, error);
    if (moment.next !== undefined) this.next = moment.next;
  }
}

/** What a script sees of the request that it belongs to. */
class Moment {
  constructor(self, prepared, res) {
    this.self = self;
    this.prepared = prepared;
    this.event = res ? 'test' : 'prerequest';
    this.answer = res;
    // without an answer there is no response to look at
    this.res = res && (res.status || !res.error_code) ? res : undefined;
    this._request = undefined;
    this._response = undefined;
    this._cookies = undefined;
  }

  get request() {
    if (!this._request) this._request = asSent(this.answer ? this.answer.request : undefined);
    return this._request;
  }

  get response() {
    if (!this._response && this.res) this._response = new Response(this.res, true);
    return this._response;
  }

  get cookies() {
    if (!this._cookies) this._cookies = this.event === 'test' ? new CookieList(this.answer.url, (this.res && this.res.cookies) || {}) : new CookieList('');
    return this._cookies;
  }
}

/** A request as k6 tells of it. */
function asSent({ method, url, headers = {}, body }) {
  const header = Object.keys(headers).map((key) => ({ key, value: [].concat(headers[key]).join(', ') }));
  const host = /^[a-z]+:\/\/(?:[^@/?#]*@)?([^/?#]*)/i.exec(url);
  if (host && !header.some((h) => /^host$/i.test(h.key))) header.push({ key: 'Host', value: host[1] });
  if (!body) return new Request({ method, url, header });
  const form = header.some((h) => /^content-type$/i.test(h.key) && /x-www-form-urlencoded/i.test(h.value));
  const from = form ? { mode: 'urlencoded', urlencoded: fieldsOf(String(body)) } : { mode: 'raw', raw: body };
  return new Request({ method, url, header, body: from });
}
