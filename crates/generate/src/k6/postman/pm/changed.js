// A request that a script has looked at or changed, when nothing but its address, headers and text has to be filled.
import encoding from 'k6/encoding';

import { uuid } from './fresh.js';
import { fill, Template } from './scope.js';
import { exchange, paramsOf, SYSTEM } from './send.js';
import { wireOf } from './url.js';

const BODILESS = ['GET', 'COPY', 'HEAD', 'PURGE', 'UNLOCK'];
const NONE = [];

/** Whether the request can be sent by `sendChanged`. */
export function isPlain({ method, body }, auth, settings) {
  if (settings.keepBody || settings.noCookies) return false;
  if (auth && auth.type !== 'bearer' && auth.type !== 'basic') return false;
  if (!body) return true;
  return body.mode === 'raw' && typeof body.raw === 'string' && !body.disabled && !BODILESS.includes(method);
}

const templates = new Map();

/** The text without its placeholders; texts that come again are read once. */
function filled(text, layers) {
  if (typeof text !== 'string') return fill(text, layers);
  if (!text.includes('{{')) return text;
  let known = templates.get(text);
  if (known === undefined) {
    if (templates.size > 500) templates.clear();
    known = new Template(text);
    templates.set(text, known);
  }
  return known.fill(layers);
}

/** Fills and sends the request; the answer is k6's, and what was sent for scripts that ask for it. */
export function sendChanged(request, auth, settings, layers) {
  const omit = settings.omit || NONE;
  const headers = {};
  const names = {};
  const { members } = request.headers;
  for (let i = 0; i < members.length; i++) {
    const member = members[i];
    const { value } = member;
    const name = member.disabled || !member.key ? '' : filled(member.key, layers);
    if (!name) continue;
    const text = value === undefined || value === null ? '' : filled(value, layers);
    const lower = name.toLowerCase();
    if (names[lower] !== undefined) headers[names[lower]] += `, ${text}`;
    else {
      names[lower] = name;
      headers[name] = text;
    }
  }
  const own = Object.keys(names);
  if (auth) authorize(headers, names, auth, layers);
  for (let i = 0; i < SYSTEM.length; i++) {
    const header = SYSTEM[i];
    if (names[header[0]] === undefined && !omit.includes(header[0])) headers[header[1]] = header[2];
  }
  if (names['postman-token'] === undefined && !omit.includes('postman-token')) headers['Postman-Token'] = uuid();
  const { body } = request;
  const content = body && body.raw ? filled(body.raw, layers) || null : null;
  if (content !== null && names['content-type'] === undefined && !omit.includes('content-type')) headers['Content-Type'] = typeOf(body);
  const wire = wireOf(filled(request.address, layers), settings.raw);
  const url = wire.user && names.authorization ? `${wire.scheme}://${wire.host}${wire.path}` : wire.href;
  const params = paramsOf(settings, names.cookie);
  params.headers = headers;
  const res = exchange(request.method, url, content, params, settings);
  return { res, sent: { method: request.method, headers, own, wire, content, auth: request.auth } };
}

const LANGUAGES = { html: 'text/html', text: 'text/plain', json: 'application/json', javascript: 'application/javascript', xml: 'application/xml' };

function typeOf({ type, options }) {
  const language = options && options.raw && options.raw.language;
  return type || LANGUAGES[language] || LANGUAGES.text;
}

function authorize(headers, names, auth, layers) {
  const given = auth.parameters().toObject();
  const text = (name) => fill(given[name] ?? '', layers);
  const token = auth.type === 'bearer' ? text('token') : '';
  if (auth.type === 'bearer' && !token) return;
  if (names.authorization !== undefined) delete headers[names.authorization];
  names.authorization = 'Authorization';
  headers.Authorization = token ? `Bearer ${token}` : `Basic ${encoding.b64encode(`${text('username')}:${text('password')}`)}`;
}
