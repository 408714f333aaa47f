// What scripts call `pm`: its parts are made when they are asked for.
import { authorize } from './auth.js';
import { CookieList } from './cookies.js';
import { expect } from './expect.js';
import { Request } from './request.js';
import { Response } from './response.js';
import { converse } from './send.js';
import { SKIP } from './tasks.js';

export class Pm {
  constructor(turn) {
    this._turn = turn;
  }

  get globals() {
    return this._turn.self.globals;
  }

  get environment() {
    return this._turn.self.environment;
  }

  get collectionVariables() {
    return this._turn.self.collectionVariables;
  }

  get variables() {
    return this._turn.self.local;
  }

  get iterationData() {
    return this._turn.self.rowScope;
  }

  get request() {
    return this._turn.request;
  }

  get response() {
    const turn = this._turn;
    return turn._response || turn.response;
  }

  get cookies() {
    return this._turn.cookies;
  }

  get test() {
    return this._turn.prepared.test;
  }

  get info() {
    const { self, event, prepared } = this._turn;
    return {
      eventName: event,
      iteration: self.iteration,
      iterationCount: self.iterations || (self.data || []).length || 1,
      requestName: prepared.name,
      requestId: prepared.step.id || prepared.name,
    };
  }

  get visualizer() {
    return VISUALIZER;
  }

  get vault() {
    return { get: () => Promise.resolve(undefined), set: () => Promise.resolve(), unset: () => Promise.resolve() };
  }

  get sendRequest() {
    return (request, callback) => sendRequest(request, callback, this._turn.self.tasks, this);
  }

  get execution() {
    const turn = this._turn;
    const { step, name } = turn.prepared;
    return {
      skipRequest() {
        turn.skip = true;
        throw SKIP;
      },
      setNextRequest(next) {
        turn.next = next;
      },
      location: Object.assign([turn.self.name, ...(step.folders || []), name], { current: name }),
    };
  }

  get require() {
    return (name) => required(this._turn.self, name);
  }
}
Pm.prototype.expect = expect;

/** Shows nothing, but refuses what the app refuses. */
const VISUALIZER = {
  set(text, data, options) {
    if (typeof text !== 'string') throw new Error(`Invalid template. Template must be of type string, found ${typeof text}`);
    if (data && typeof data !== 'object') throw new Error(`Invalid data. Data must be an object, found ${typeof data}`);
    if (options && typeof options !== 'object') throw new Error(`Invalid options. Options must be an object, found ${typeof options}`);
  },
  clear() {},
};

function sendRequest(given, callback, tasks, pm) {
  const called = typeof callback === 'function';
  if (!given) return called ? callback.call(pm, new Error('sendrequest: nothing to request')) : false;
  let settle;
  const promise = called ? undefined : new Promise((resolve, reject) => {
    settle = (error, response) => (error ? reject(error) : resolve(response));
  });
  const answer = (error, response, history) => {
    if (settle) settle(error, response);
    else callback.call(pm, error, response, history);
  };
  const fail = (error) => answer(error, undefined, { cookies: undefined });
  const go = (sent, auth, extra) => {
    let response;
    let cookies;
    try {
      const res = converse(sent, auth, { ...extra, keepBody: true, tags: { name: `${sent.method} ${sent.url.getRemote()}${sent.url.getPath()}` } });
      if (res.error_code && !res.status) throw new Error(res.error);
      response = new Response(res, true);
      cookies = new CookieList(res.url, res.cookies);
    } catch (e) {
      fail(e);
      return;
    }
    answer(null, response, { cookies });
  };
  tasks.add(0, () => {
    let sent;
    let auth;
    let extra;
    try {
      const request = given instanceof Request ? given : new Request(given);
      auth = request.auth && { ...request.auth._values, type: request.auth.type };
      sent = new Request(request.toJSON());
      if (request.body) sent.body.type = request.body.type;
      extra = authorize(sent, auth, {});
    } catch (e) {
      fail(e);
      return;
    }
    if (typeof extra.then === 'function') tasks.hold(extra.then(() => go(sent, auth, {}), fail));
    else go(sent, auth, extra);
  });
  return promise || pm;
}

export function required(self, name) {
  const plain = String(name).replace(/^npm:/, '').replace(/(.)@[\d.^~]+.*$/, '$1');
  if (Object.prototype.hasOwnProperty.call(self.modules, plain) && self.modules[plain] !== undefined) return self.modules[plain];
  throw new Error(`Cannot find module '${name}'`);
}
