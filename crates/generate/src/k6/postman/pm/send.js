// From a request with every placeholder filled to one call of k6.
import http from 'k6/http';

import { answerChallenge } from './auth.js';
import { bodyOf } from './body.js';

const NONE = [];

/** What Postman adds to every request; `own` holds the lower-case names that the request has itself. */
export const SYSTEM = [
  ['user-agent', 'User-Agent', 'PostmanRuntime/7.39.1'],
  ['accept', 'Accept', '*/*'],
  ['cache-control', 'Cache-Control', 'no-cache'],
  ['accept-encoding', 'Accept-Encoding', 'gzip, deflate, br'],
];

/** Headers as k6 takes them; lines with one name are joined. */
function headersOf(request) {
  const headers = {};
  const names = {};
  for (const { key, value, disabled, system } of request.headers.members) {
    if (disabled || !key) continue;
    const lower = key.toLowerCase();
    if (system && (lower === 'host' || lower === 'connection' || lower === 'content-length')) continue;
    if (lower in names) headers[names[lower]] += `, ${value ?? ''}`;
    else {
      names[lower] = key;
      headers[key] = String(value ?? '');
    }
  }
  return { headers, names };
}

/**
 * Sends a filled request. `settings`: keepBody, raw (encode nothing), redirects, keepMethod, noCookies, omit, tags.
 * The answer is k6's response.
 */
export function send(request, settings) {
  const { headers, names } = headersOf(request);
  const body = bodyOf(request, settings);
  if (body && body.type && !(settings.omit || NONE).includes('content-type')) {
    const own = names['content-type'];
    if (!own) headers['Content-Type'] = body.type;
    else if (body.force && !body.force.test(headers[own])) headers[own] = body.type;
  }
  const wire = request.wire(settings.raw);
  const params = paramsOf(settings, names.cookie);
  params.headers = headers;
  const content = body ? body.content : null;
  if (settings.login) {
    if (settings.redirects === undefined) delete params.redirects;
    else params.redirects = settings.redirects;
    params.auth = settings.login.kind;
    const { username, password } = settings.login;
    return http.request(request.method, `${wire.scheme}://${encodeURIComponent(username)}:${encodeURIComponent(password)}@${wire.host}${wire.path}`, content, params);
  }
  const user = wire.user && !names.authorization ? `${wire.user}@` : '';
  return exchange(request.method, user || wire.user ? `${wire.scheme}://${user}${wire.host}${wire.path}` : wire.href, content, params, settings);
}

/** The parameters of k6 that the settings of a request ask for; k6 itself follows redirects of requests with cookies of their own. */
export function paramsOf(settings, ownCookies) {
  const params = { tags: settings.tags };
  if (!(settings.noCookies || ownCookies) || settings.keepMethod) params.redirects = 0;
  else if (settings.redirects !== undefined) params.redirects = settings.redirects;
  if (settings.timeout) params.timeout = settings.timeout;
  if (settings.noCookies) params.jar = new http.CookieJar();
  return params;
}

/** A server that asks for a digest or for NTLM gets a second request with it. */
export function converse(request, auth, settings) {
  if (settings.login) {
    const first = send(request, { ...settings, login: undefined });
    const asked = Object.keys(first.headers).find((k) => k.toLowerCase() === 'www-authenticate');
    return first.status === 401 && asked && /ntlm|negotiate/i.test(first.headers[asked]) ? send(request, settings) : first;
  }
  const res = send(request, settings);
  if (!auth || auth.type !== 'digest' || (res.status !== 401 && res.status !== 403)) return res;
  return answerChallenge(request, auth, settings, res) ? send(request, settings) : res;
}

/**
 * One request and the redirects after it, as Postman follows them: a request that sent cookies sends them to the next
 * address too when the jar has none for it, and the method stays when the collection says so. `params.redirects` is 0
 * unless k6 itself follows.
 */
export function exchange(method, url, body, params, settings) {
  const sent = anyCookies && params.redirects === 0 && !settings.noCookies ? cookiesOf(url) : '';
  const res = http.request(method, url, body, params);
  const { status } = res;
  if (!anyCookies) for (const name in res.cookies) anyCookies = name !== undefined;
  if (status < 300 || status > 308 || params.redirects !== 0) return res;
  const left = settings.redirects === undefined ? 10 : settings.redirects;
  const moved = status < 304 ? status > 300 : status > 306;
  return moved && left > 0 ? follow(res, { method, url, body, params, settings, left, sent }) : res;
}

const isMoved = (status) => (status > 300 && status < 304) || status === 307 || status === 308;

function follow(res, { method, url, body, params, settings, left, sent }) {
  const headers = { ...params.headers };
  for (; left > 0; left -= 1) {
    const to = res.headers && res.headers.Location;
    if (!to || !isMoved(res.status)) return res;
    const next = resolve(url, to);
    headers.Referer = url.replace(/\/\/[^/?#]*@/, '//');
    const drop = [];
    if (!settings.keepMethod && res.status < 304 && method !== 'GET' && method !== 'HEAD') {
      method = 'GET';
      body = null;
      drop.push('content-type');
    }
    if (host(next) !== host(url)) drop.push('authorization');
    Object.keys(headers).filter((k) => drop.includes(k.toLowerCase())).forEach((k) => delete headers[k]);
    const known = cookiesOf(next);
    delete headers.Cookie;
    if (!known && sent) headers.Cookie = sent;
    sent = known || sent;
    url = next;
    res = http.request(method, url, body, { ...params, headers, redirects: 0 });
  }
  return res;
}

/** Whether there may be cookies to send: most collections never get one. */
let anyCookies = false;

/** Says that a script has put a cookie into the jar. */
export function cookiesSet() {
  anyCookies = true;
}

const cookiesOf = (url) => {
  try {
    const all = http.cookieJar().cookiesForURL(url);
    return Object.keys(all).map((name) => `${name}=${all[name][all[name].length - 1]}`).join('; ');
  } catch (e) {
    return '';
  }
};

const host = (url) => url.replace(/^[a-z]+:\/\/(?:[^@/?#]*@)?([^/?#]*).*$/i, '$1').toLowerCase();

function resolve(base, to) {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(to)) return to;
  const [, origin, path] = /^([a-z]+:\/\/[^/?#]*)([^?#]*)/i.exec(base);
  if (to.startsWith('//')) return origin.replace(/\/\/.*/, '') + to;
  if (to.startsWith('/')) return origin + to;
  return `${origin}${path.replace(/[^/]*$/, '') || '/'}${to}`;
}
