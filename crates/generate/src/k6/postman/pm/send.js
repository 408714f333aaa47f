// From a request with every placeholder filled to one call of k6.
import http from 'k6/http';

const LANGUAGES = {
  html: 'text/html',
  text: 'text/plain',
  json: 'application/json',
  javascript: 'application/javascript',
  xml: 'application/xml',
};
const BODILESS = ['GET', 'COPY', 'HEAD', 'PURGE', 'UNLOCK'];
const encoder = new TextEncoder();

/** As Postman encodes a form: only letters, digits and `-_.~` stay. */
export const formEncode = (text) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

const enabled = (list) => list.members.filter((m) => m && !m.disabled);

/** `{ content, type, force }` of a body, or null when nothing is sent. */
export function bodyOf(request, settings = {}) {
  const body = request.body;
  if (!body || body.disabled || body.isEmpty()) return null;
  if (BODILESS.includes(request.method) && !settings.keepBody) return null;
  switch (body.mode) {
    case 'raw': {
      const language = body.options && body.options.raw && body.options.raw.language;
      const content = typeof body.raw === 'string' ? body.raw : JSON.stringify(body.raw);
      return { content, type: body.type || LANGUAGES[language] || LANGUAGES.text };
    }
    case 'urlencoded': {
      const fields = enabled(body.urlencoded);
      if (!fields.length) return null;
      const grouped = new Map();
      for (const { key, value } of fields) grouped.set(key, [...(grouped.get(key) || []), value]);
      const pairs = [];
      for (const [key, values] of grouped) {
        for (const value of values) pairs.push(`${formEncode(String(key ?? ''))}=${formEncode(String(value ?? ''))}`);
      }
      return { content: pairs.join('&'), type: 'application/x-www-form-urlencoded', force: /^application\/x-www-form-urlencoded\b/ };
    }
    case 'formdata': {
      const parts = enabled(body.formdata);
      if (!parts.length && !body.missing) return null;
      return { ...multipart(parts), force: /^multipart\/form-data;.*boundary=/ };
    }
    case 'file':
      return { content: body.file.content ?? '', type: body.type };
    case 'graphql': {
      const { query, operationName, variables } = body.graphql;
      const out = [];
      if (variables !== undefined && typeof variables !== 'string') {
        return { content: JSON.stringify({ query, operationName, variables }), type: LANGUAGES.json };
      }
      if (typeof query === 'string') out.push(`"query":${JSON.stringify(query)}`);
      if (typeof operationName === 'string') out.push(`"operationName":${JSON.stringify(operationName)}`);
      if (variables) out.push(`"variables":${variables}`);
      return { content: `{${out.join(',')}}`, type: LANGUAGES.json };
    }
    default:
      return null;
  }
}

function multipart(parts) {
  const boundary = `--------------------------${Array.from({ length: 24 }, () => Math.floor(Math.random() * 10)).join('')}`;
  const chunks = [];
  let binary = false;
  for (const part of parts) {
    let head = `--${boundary}\r\nContent-Disposition: form-data; name="${part.key}"`;
    if (typeof part.fileName === 'string') head += `; filename="${part.fileName}"`;
    if (part.contentType) head += `\r\nContent-Type: ${part.contentType}`;
    let value = part.content ?? part.value ?? '';
    if (!(value instanceof ArrayBuffer) && typeof value !== 'string') value = JSON.stringify(value);
    binary = binary || value instanceof ArrayBuffer;
    chunks.push(`${head}\r\n\r\n`, value, '\r\n');
  }
  chunks.push(`--${boundary}--\r\n`);
  return { content: binary ? join(chunks) : chunks.join(''), type: `multipart/form-data; boundary=${boundary}` };
}

function join(chunks) {
  const bytes = chunks.map((c) => (typeof c === 'string' ? encoder.encode(c) : new Uint8Array(c)));
  const out = new Uint8Array(bytes.reduce((n, b) => n + b.length, 0));
  let at = 0;
  for (const b of bytes) {
    out.set(b, at);
    at += b.length;
  }
  return out.buffer;
}

/**
 * Sends a filled request. `settings`: keepBody, raw (encode nothing), redirects, keepMethod, noCookies, omit, tags.
 * The answer is k6's response.
 */
export function send(request, settings = {}) {
  const wire = request.wire ? request.wire(settings.raw) : request.url.wire(settings.raw);
  const omit = settings.omit || [];
  const headers = {};
  const names = {};
  for (const { key, value, disabled, system } of request.headers.members) {
    if (disabled || !key) continue;
    const lower = key.toLowerCase();
    if (system && (lower === 'host' || lower === 'connection')) continue;
    if (lower in names) headers[names[lower]] += `, ${value ?? ''}`;
    else {
      names[lower] = key;
      headers[key] = String(value ?? '');
    }
  }
  const body = bodyOf(request, settings);
  if (body && body.type && !omit.includes('content-type')) {
    const own = names['content-type'];
    if (!own) headers['Content-Type'] = body.type;
    else if (body.force && !body.force.test(headers[own])) headers[own] = body.type;
  }
  const params = { headers, tags: settings.tags };
  if (settings.redirects !== undefined) params.redirects = settings.redirects;
  if (settings.timeout) params.timeout = settings.timeout;
  if (settings.noCookies) params.jar = new http.CookieJar();
  const user = wire.user && !names.authorization ? `${wire.user}@` : '';
  if (settings.login) {
    params.auth = settings.login.kind;
    const { username, password } = settings.login;
    return http.request(request.method, `${wire.scheme}://${encodeURIComponent(username)}:${encodeURIComponent(password)}@${wire.host}${wire.path}`, body ? body.content : null, params);
  }
  const url = `${wire.scheme}://${user}${wire.host}${wire.path}`;
  const content = body ? body.content : null;
  const sent = settings.noCookies || names.cookie ? '' : cookiesOf(url);
  if (settings.keepMethod || sent) return follow(request.method, url, content, params, { keep: settings.keepMethod, sent });
  return http.request(request.method, url, content, params);
}

const cookiesOf = (url) => {
  try {
    const all = http.cookieJar().cookiesForURL(url);
    return Object.keys(all).map((name) => `${name}=${all[name][all[name].length - 1]}`).join('; ');
  } catch (e) {
    return '';
  }
};

/**
 * Follows redirects as Postman does: a request that sent cookies sends them to the next address too when the jar has
 * none for it, and the method stays when the collection says so.
 */
function follow(method, url, body, params, { keep, sent }) {
  let left = params.redirects === undefined ? 10 : params.redirects;
  let headers = { ...params.headers };
  for (;;) {
    const res = http.request(method, url, body, { ...params, headers, redirects: 0 });
    const to = res.headers && res.headers.Location;
    if (!to || ![301, 302, 303, 307, 308].includes(res.status) || left-- <= 0) return res;
    const next = resolve(url, to);
    headers = { ...headers, Referer: url.replace(/\/\/[^/?#]*@/, '//') };
    const drop = [];
    if (!keep && res.status < 304 && method !== 'GET' && method !== 'HEAD') {
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
  }
}

const host = (url) => url.replace(/^[a-z]+:\/\/(?:[^@/?#]*@)?([^/?#]*).*$/i, '$1').toLowerCase();

function resolve(base, to) {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(to)) return to;
  const [, origin, path] = /^([a-z]+:\/\/[^/?#]*)([^?#]*)/i.exec(base);
  if (to.startsWith('//')) return origin.replace(/\/\/.*/, '') + to;
  if (to.startsWith('/')) return origin + to;
  return `${origin}${path.replace(/[^/]*$/, '') || '/'}${to}`;
}
