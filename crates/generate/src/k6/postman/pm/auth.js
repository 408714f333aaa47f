// What credentials add to a request before it is sent.
import crypto from 'k6/crypto';
import encoding from 'k6/encoding';
import http from 'k6/http';

const SIGNERS = {};

/** Makes a scheme known that is signed at run time; only the modules that a script needs are imported. */
export function register(name, signer) {
  SIGNERS[name] = signer;
}

/** What signs with a private key; only scripts that need one bring it. */
export const keySigner = () => SIGNERS['private key'];

/** Applies `auth` (filled already) to the request; the answer holds what k6 itself has to do (digest, NTLM), or is a promise of it. */
export function authorize(request, auth, settings) {
  if (!auth) return {};
  const set = (value) => {
    request.headers.remove('Authorization');
    request.headers.add({ key: 'Authorization', value });
  };
  switch (auth.type) {
    case 'basic':
      set(`Basic ${encoding.b64encode(`${auth.username || ''}:${auth.password || ''}`)}`);
      return {};
    case 'bearer':
      if (auth.token) set(`Bearer ${auth.token}`);
      return {};
    case 'apikey': {
      if (!auth.key && !auth.value) return {};
      const list = auth.in === 'query' ? request.url.query : request.headers;
      list.remove(auth.key);
      list.add({ key: auth.key, value: auth.value });
      return {};
    }
    case 'oauth2': {
      if (!auth.accessToken && auth.grant) auth.accessToken = fetchToken(auth);
      if (!auth.accessToken || String(auth.tokenType).toLowerCase() === 'mac') return {};
      if (request.address.includes('access_token')) request.url.query.remove('access_token');
      if (auth.addTokenTo === 'queryParams') {
        request.headers.remove('Authorization');
        request.url.query.add({ key: 'access_token', value: auth.accessToken });
      } else {
        const prefix = auth.headerPrefix === undefined ? 'Bearer' : String(auth.headerPrefix).trim();
        set(`${prefix ? `${prefix} ` : ''}${auth.accessToken}`);
      }
      return {};
    }
    case 'digest':
      if (auth.username && auth.realm && auth.nonce) set(digest(request, auth, settings));
      return {};
    case 'ntlm':
      if (!auth.username) return {};
      return {
        login: {
          kind: auth.type,
          username: auth.domain ? `${auth.domain}\\${auth.username}` : auth.username,
          password: auth.password || '',
        },
      };
    default:
      return (SIGNERS[auth.type] && SIGNERS[auth.type](request, auth, settings, set)) || {};
  }
}

const tokens = new Map();

const keyOf = (auth) => [auth.accessTokenUrl, auth.clientId, auth.username, auth.scope].join(' ');

/** A token that `setup()` fetched, for every virtual user. */
export function remember(known) {
  for (const key of Object.keys(known || {})) if (!tokens.has(key)) tokens.set(key, known[key]);
}

/** Fetches the token of a request with a flow; `{ key, token, until }` for others to remember. */
export function prepare(auth) {
  fetchToken(auth);
  return { key: keyOf(auth), ...tokens.get(keyOf(auth)) };
}

/** Gets a token by the flow of the collection, once for each virtual user until it expires. */
function fetchToken(auth) {
  const key = keyOf(auth);
  const known = tokens.get(key);
  if (known && known.until > Date.now()) return known.token;
  const form = { grant_type: auth.grant };
  for (const [field, value] of [['scope', auth.scope], ['username', auth.username], ['password', auth.password], ['refresh_token', auth.refreshToken]]) {
    if (value) form[field] = value;
  }
  const headers = { Accept: 'application/json' };
  if (auth.clientAuthentication === 'body') Object.assign(form, { client_id: auth.clientId || '', client_secret: auth.clientSecret || '' });
  else headers.Authorization = `Basic ${encoding.b64encode(`${auth.clientId || ''}:${auth.clientSecret || ''}`)}`;
  const res = http.post(auth.accessTokenUrl, form, { headers, tags: { name: 'POST token' } });
  let answer = {};
  try {
    answer = res.json();
  } catch (e) {
    console.warn(`no token from ${auth.accessTokenUrl}: status ${res.status}`);
  }
  tokens.set(key, { token: answer.access_token, until: Date.now() + Math.max(1, (answer.expires_in || 3600) - 10) * 1000 });
  return answer.access_token;
}

/** Takes realm and nonce from a refusal and signs the request with them; says whether there was a challenge. */
export function answerChallenge(request, auth, settings, res) {
  const challenge = Object.keys(res.headers).filter((k) => k.toLowerCase() === 'www-authenticate').map((k) => res.headers[k])[0];
  if (!challenge || !/digest/i.test(challenge) || !auth.username) return false;
  const field = (name) => {
    const m = new RegExp(`${name}\\s*=\\s*(?:"([^"]*)"|([^,\\s]+))`, 'i').exec(challenge);
    return m ? (m[1] ?? m[2]) : undefined;
  };
  const asked = { realm: field('realm'), nonce: field('nonce'), opaque: field('opaque'), qop: field('qop'), algorithm: auth.algorithm || field('algorithm') };
  if (asked.nonce === auth.nonce && asked.realm === auth.realm) return false;
  const qop = asked.qop || auth.qop;
  const more = qop ? { qop: qop.split(',')[0].trim(), clientNonce: encoding.b64encode(crypto.randomBytes(6)).replace(/\W/g, 'x'), nonceCount: '00000001' } : {};
  Object.assign(auth, Object.fromEntries(Object.entries({ ...asked, ...more }).filter(([, v]) => v !== undefined)));
  request.headers.remove('Authorization');
  request.headers.add({ key: 'Authorization', value: digest(request, auth, settings) });
  return true;
}

/** RFC 7616, the parameters in Postman's order. */
function digest(request, auth, settings) {
  const algorithm = auth.algorithm || 'MD5';
  const name = algorithm.replace(/-sess$/i, '');
  const hash = { MD5: 'md5', 'SHA-256': 'sha256', 'SHA-512-256': 'sha512_256' }[name] || 'md5';
  const h = (text) => crypto[hash](text, 'hex');
  const uri = request.wire(settings.raw).path;
  const { username, realm, nonce, qop, nonceCount = '00000001', clientNonce, opaque } = auth;
  let a1 = `${username}:${realm}:${auth.password || ''}`;
  if (/-sess$/i.test(algorithm)) a1 = `${h(a1)}:${nonce}:${clientNonce}`;
  const a2 = h(`${request.method}:${uri}`);
  const response = qop ? h([h(a1), nonce, nonceCount, clientNonce, qop, a2].join(':')) : h([h(a1), nonce, a2].join(':'));
  const parts = [`username="${username}"`, `realm="${realm}"`, `nonce="${nonce}"`, `uri="${uri}"`, `algorithm="${algorithm}"`];
  if (qop) parts.push(`qop=${qop}`, `nc=${nonceCount}`, `cnonce="${clientNonce}"`);
  parts.push(`response="${response}"`);
  if (opaque) parts.push(`opaque="${opaque}"`);
  return `Digest ${parts.join(', ')}`;
}
