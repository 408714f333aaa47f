// A request that gets its signature when it is sent.
import http from 'k6/http';

import { answerChallenge, authorize } from './auth.js';
import { bodyOf, fieldsOf } from './body.js';
import { Request } from './request.js';
import './sign.js';

const FORM = /^application\/x-www-form-urlencoded\b/i;

/** The fields of a form: k6 takes them as an object too. */
function fields(body) {
  if (typeof body === 'object') return Object.keys(body).map((key) => ({ key, value: String(body[key]) }));
  return fieldsOf(body);
}

/** What a server has asked for, by the credentials that several requests share. */
const CHALLENGES = new WeakMap();

const asked = (res, by) => {
  const name = Object.keys(res.headers).find((key) => key.toLowerCase() === 'www-authenticate');
  return name !== undefined && by.test(res.headers[name]);
};

/**
 * `http.request` with what `auth` adds: a header, parameters of the query or fields of a form. `auth.type` is one of
 * `oauth1`, `awsv4`, `hawk`, `edgegrid` and `jwt`, or `digest` and `ntlm`, for which the server asks first.
 */
export function signed(method, url, body, params, auth) {
  const { headers = {} } = params || {};
  const header = Object.keys(headers).map((key) => ({ key, value: headers[key] }));
  const type = header.find((h) => /^content-type$/i.test(h.key));
  const isForm = Boolean(body) && !(body instanceof ArrayBuffer) && (typeof body === 'object' || Boolean(type && FORM.test(type.value)));
  const given = isForm ? { mode: 'urlencoded', urlencoded: fields(body) } : { mode: 'raw', raw: body };
  const request = new Request({ method, url, header, body: body ? given : undefined });
  const count = isForm ? request.body.urlencoded.count() : 0;
  const values = { ...auth, ...CHALLENGES.get(auth) };
  const { login } = authorize(request, values, {});
  const send = (address, more) => {
    const out = {};
    for (const { key, value } of request.headers.members) out[key] = value;
    let content = body;
    if (isForm && request.body.urlencoded.count() !== count) {
      content = bodyOf(request, {}).content;
      if (!type) out['Content-Type'] = 'application/x-www-form-urlencoded';
    }
    return http.request(method, address, content, { ...params, ...more, headers: out });
  };
  const address = request._url ? request.wire().href : url;
  // being asked for credentials is no failure
  const asks = login || (values.type === 'digest' && !request.headers.has('Authorization'));
  const res = send(address, asks && { responseCallback: http.expectedStatuses({ min: 200, max: 399 }, 401) });
  if (login && res.status === 401 && asked(res, /ntlm|negotiate/i)) {
    const user = `${encodeURIComponent(login.username)}:${encodeURIComponent(login.password)}@`;
    return send(address.replace(/^([a-z]+:\/\/)(?:[^@/?#]*@)?/i, (_, scheme) => scheme + user), { auth: login.kind });
  }
  const refused = values.type === 'digest' && (res.status === 401 || res.status === 403);
  if (!refused || !answerChallenge(request, values, {}, res)) return res;
  CHALLENGES.set(auth, values);
  return send(address);
}
