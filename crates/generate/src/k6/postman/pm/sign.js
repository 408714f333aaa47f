// Schemes that sign each request: OAuth 1, AWS Signature 4, Hawk, Akamai EdgeGrid, JWT.
import crypto from 'k6/crypto';
import encoding from 'k6/encoding';

import { keySigner, register } from './auth.js';
import { bodyOf } from './body.js';

const random = (n, set = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789') =>
  Array.from({ length: n }, () => set[Math.floor(Math.random() * set.length)]).join('');
const escape3986 = (text) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
const unescape = (text) => {
  try {
    return decodeURIComponent(text.replace(/\+/g, ' '));
  } catch {
    return text;
  }
};
const guid = () => random(32, '0123456789abcdef').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
const yes = (value) => value === true || value === 'true';
const content = (request) => {
  const body = bodyOf(request, { keepBody: true });
  return body ? body.content : '';
};
const hash = (algorithm, data, format) => crypto[algorithm.toLowerCase().replace('-', '')](data, format);

register('oauth1', (request, auth, settings, set) => {
  const [kind, algorithm] = String(auth.signatureMethod || 'HMAC-SHA1').split('-');
  if (!auth.consumerKey || !(kind === 'RSA' ? auth.privateKey : auth.consumerSecret)) return undefined;
  const names = ['oauth_consumer_key', 'oauth_token', 'oauth_signature_method', 'oauth_timestamp', 'oauth_nonce', 'oauth_version',
    'oauth_body_hash', 'oauth_callback', 'oauth_verifier', 'oauth_signature'];
  request.headers.remove('Authorization');
  request.url.query.remove((p) => names.includes(p.key));
  const form = request.body && request.body.mode === 'urlencoded' ? request.body.urlencoded : undefined;
  if (form) form.remove((p) => names.includes(p.key));
  const all = [
    ['oauth_consumer_key', auth.consumerKey],
    ['oauth_token', auth.token],
    ['oauth_signature_method', auth.signatureMethod || 'HMAC-SHA1'],
    ['oauth_timestamp', auth.timestamp || String(Math.floor(Date.now() / 1000))],
    ['oauth_nonce', auth.nonce || random(11)],
    ['oauth_version', auth.version],
  ];
  if (!form && yes(auth.includeBodyHash) && algorithm) {
    all.push(['oauth_body_hash', hash(algorithm, content(request), 'base64')]);
  }
  if (auth.callback) all.push(['oauth_callback', auth.callback]);
  if (auth.verifier) all.push(['oauth_verifier', auth.verifier]);
  const own = all.filter(([, value]) => yes(auth.addEmptyParamsToSign) || (value !== undefined && String(value).trim() !== ''))
    .map(([k, v]) => [k, v ?? '']);
  const wire = request.wire(settings.raw);
  const query = wire.path.includes('?') ? wire.path.slice(wire.path.indexOf('?') + 1) : '';
  const inQuery = query
    ? query.split('&').map((p) => {
        const at = p.indexOf('=');
        return [unescape(at < 0 ? p : p.slice(0, at)), at < 0 ? '' : unescape(p.slice(at + 1))];
      })
    : [];
  const fields = form ? form.members.filter((p) => !p.disabled).map((p) => [p.key, p.value ?? '']) : [];
  const signed = [...own, ...inQuery, ...fields].map(([k, v]) => [escape3986(k), escape3986(String(v))]);
  signed.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : a[1] < b[1] ? -1 : a[1] > b[1] ? 1 : 0));
  const host = wire.host.replace(wire.scheme === 'https' ? /:443$/ : /:80$/, '');
  const base = [request.method.toUpperCase(), escape3986(`${wire.scheme}://${host}${wire.path.split('?')[0]}`),
    escape3986(signed.map((p) => p.join('=')).join('&'))].join('&');
  const key = `${escape3986(auth.consumerSecret || '')}&${escape3986(auth.tokenSecret || '')}`;
  if (kind === 'RSA') return keySigner()(`RS${algorithm.slice(3)}`, auth.privateKey, base).then((bytes) => finish(encoding.b64encode(bytes)));
  finish(kind === 'HMAC' ? crypto.hmac(algorithm.toLowerCase(), key, base, 'base64') : key);
  return undefined;

  function finish(signature) {
    if (!settings.raw && query) {
      request.url.query.repopulate(inQuery.map(([k, v]) => ({ key: escape3986(k), value: escape3986(v) })));
    }
    own.push(['oauth_signature', signature]);
    if (yes(auth.addParamsToHeader)) {
      const enc = yes(auth.disableHeaderEncoding) ? String : (v) => escape3986(String(v));
      const realm = auth.realm ? [`realm="${enc(auth.realm)}"`] : [];
      set(`OAuth ${[...realm, ...own.map(([k, v]) => `${enc(k)}="${enc(v)}"`)].join(',')}`);
    } else if (/PUT|POST/.test(request.method) && form) {
      own.forEach(([k, value]) => form.add({ key: k, value: String(value) }));
    } else {
      own.forEach(([k, v]) => request.url.query.add(settings.raw ? { key: k, value: String(v) } : { key: escape3986(k), value: escape3986(String(v)) }));
    }
  }
});

register('hawk', (request, auth, settings, set) => {
  if (!auth.authId || !auth.authKey) return;
  const algorithm = auth.algorithm || 'sha256';
  const wire = request.wire(settings.raw);
  const [host, port] = wire.host.split(':');
  const ts = parseInt(auth.timestamp, 10) || Math.floor(Date.now() / 1000);
  const nonce = auth.nonce || random(6);
  let payload;
  if (yes(auth.includePayloadHash) && request.body && !request.body.isEmpty()) {
    const type = String(request.headers.get('content-type') || '').split(';')[0].trim().toLowerCase();
    payload = hash(algorithm, `hawk.1.payload\n${type}\n${content(request)}\n`, 'base64');
  }
  let text = ['hawk.1.header', ts, nonce, request.method.toUpperCase(), wire.path, host.toLowerCase(),
    port || (wire.scheme === 'https' ? 443 : 80), payload || ''].join('\n');
  text += `\n${auth.extraData ? auth.extraData.replace(/\\/g, '\\\\').replace(/\n/g, '\\n') : ''}\n`;
  if (auth.app) text += `${auth.app}\n${auth.delegation || ''}\n`;
  const mac = crypto.hmac(algorithm, auth.authKey, text, 'base64');
  let value = `Hawk id="${auth.authId}", ts="${ts}", nonce="${nonce}"`;
  if (payload) value += `, hash="${payload}"`;
  if (auth.extraData) value += `, ext="${auth.extraData.replace(/\\/g, '\\\\').replace(/"/g, '\\"')}"`;
  value += `, mac="${mac}"`;
  if (auth.app) value += `, app="${auth.app}"${auth.delegation ? `, dlg="${auth.delegation}"` : ''}`;
  set(value);
});

register('edgegrid', (request, auth, settings, set) => {
  if (!auth.accessToken || !auth.clientToken || !auth.clientSecret) return;
  const wire = request.wire(settings.raw);
  const timestamp = auth.timestamp || new Date().toISOString().replace(/-/g, '').replace(/\..*/, '+0000');
  const nonce = auth.nonce || guid();
  const names = typeof auth.headersToSign === 'string' ? auth.headersToSign.split(',') : [];
  const headers = names
    .map((n) => n.trim().toLowerCase())
    .filter((n) => request.headers.get(n))
    .map((n) => `${n}:${String(request.headers.get(n)).trim().replace(/\s+/g, ' ')}`)
    .join('\t');
  let bodyHash = '';
  const body = request.method === 'POST' ? content(request) : '';
  if (body && request.body.mode !== 'formdata') {
    bodyHash = crypto.sha256(String(body).slice(0, Number(auth.maxBodySize) || 131072), 'base64');
  }
  const host = auth.baseURL ? String(auth.baseURL).replace(/^[a-z]+:\/\//i, '').split('/')[0] : wire.host;
  let value = `EG1-HMAC-SHA256 client_token=${auth.clientToken};access_token=${auth.accessToken};timestamp=${timestamp};nonce=${nonce};`;
  const key = crypto.hmac('sha256', auth.clientSecret, timestamp, 'base64');
  const data = [request.method, wire.scheme, host, wire.path || '/', headers, bodyHash, value].join('\t');
  value += `signature=${crypto.hmac('sha256', key, data, 'base64')}`;
  set(value);
});

register('jwt', (request, auth, settings, set) => {
  const algorithm = auth.algorithm || 'HS256';
  const parse = (v) => (typeof v === 'string' ? (v.trim() ? JSON.parse(v) : {}) : v || {});
  const data = unsigned({ ...parse(auth.header), alg: algorithm }, parse(auth.payload));
  const add = (token) => {
    if (auth.addTokenTo === 'queryParam') {
      const key = auth.queryParamKey || 'token';
      request.url.query.remove(key);
      request.url.query.add({ key, value: token });
    } else {
      const prefix = auth.headerPrefix === undefined || auth.headerPrefix === null ? 'Bearer' : auth.headerPrefix;
      set(`${prefix ? `${prefix} ` : ''}${token}`);
    }
  };
  if (!/^HS/.test(algorithm)) return keyed(algorithm, auth.privateKey, data).then(add);
  if (!auth.secret) throw new Error('a JWT needs a secret');
  const secret = yes(auth.isSecretBase64Encoded) ? encoding.b64decode(auth.secret) : auth.secret;
  add(`${data}.${crypto.hmac(`sha${algorithm.slice(2)}`, secret, data, 'base64rawurl')}`);
  return undefined;
});

/** Header and claims of a JSON Web Token (RFC 7519). */
function unsigned(header, claims) {
  return [header, claims].map((v) => encoding.b64encode(JSON.stringify(v), 'rawurl')).join('.');
}

async function keyed(algorithm, key, data) {
  if (!key) throw new Error(`a JWT with ${algorithm} needs a private key`);
  return `${data}.${encoding.b64encode(await keySigner()(algorithm, key, data), 'rawurl')}`;
}

// Atlassian S2S Authentication Protocol
register('asap', (request, auth, settings, set) => {
  const claims = typeof auth.claims === 'string' ? (auth.claims.trim() ? JSON.parse(auth.claims) : {}) : auth.claims || {};
  const now = Math.floor(Date.now() / 1000);
  const iss = claims.iss || auth.iss;
  const aud = claims.aud || auth.aud;
  const kid = claims.kid || auth.kid;
  if (!kid || !iss || !aud || !auth.privateKey) throw new Error('ASAP needs a key with its id, an issuer and an audience');
  const alg = auth.alg || 'RS256';
  const own = {
    iss,
    sub: claims.sub || auth.sub || iss,
    aud,
    jti: claims.jti || guid(),
    iat: claims.iat || now,
    exp: Number(claims.exp) || now + (parseInt(auth.exp, 10) || 3600),
  };
  return keyed(alg, auth.privateKey, unsigned({ alg, kid }, { ...claims, ...own })).then((token) => set(`Bearer ${token}`));
});

register('awsv4', (request, auth, settings) => {
  ['Authorization', 'X-Amz-Date', 'X-Amz-Security-Token', 'X-Amz-Content-Sha256'].forEach((h) => request.headers.remove(h));
  const service = auth.service || 'execute-api';
  const region = auth.region || 'us-east-1';
  const date = new Date().toISOString().replace(/[-:]/g, '').replace(/\.\d+/, '');
  const wire = request.wire(settings.raw);
  const body = content(request);
  const digest = crypto.sha256(typeof body === 'string' || body instanceof ArrayBuffer ? body : '', 'hex');
  const query = wire.path.includes('?') ? wire.path.slice(wire.path.indexOf('?') + 1) : '';
  const params = query ? query.split('&').map((p) => [...p.split('='), ''].slice(0, 2).map((v) => escape3986(unescape(v)))) : [];
  const scope = `${date.slice(0, 8)}/${region}/${service}/aws4_request`;
  const toQuery = yes(auth.addAuthDataToQuery);
  const headers = { host: wire.host };
  request.headers.members.filter((h) => !h.disabled && h.key).forEach((h) => {
    const key = h.key.toLowerCase();
    if (!['user-agent', 'connection', 'accept-encoding', 'cache-control', 'expect', 'authorization'].includes(key)) headers[key] = String(h.value).trim();
  });
  const add = (key, value) => {
    request.headers.upsert({ key, value });
    headers[key.toLowerCase()] = value;
  };
  if (!toQuery) {
    if (request.body && !request.body.isEmpty()) add('X-Amz-Content-Sha256', digest);
    if (auth.sessionToken) add('X-Amz-Security-Token', auth.sessionToken);
    add('X-Amz-Date', date);
  }
  const names = Object.keys(headers).sort();
  const extra = toQuery
    ? [['X-Amz-Date', date], ['X-Amz-Algorithm', 'AWS4-HMAC-SHA256'], ['X-Amz-Credential', `${auth.accessKey}/${scope}`],
        ['X-Amz-SignedHeaders', names.join(';')], ...(auth.sessionToken ? [['X-Amz-Security-Token', auth.sessionToken]] : [])]
    : [];
  const sorted = [...params, ...extra.map((p) => p.map(escape3986))].sort((a, b) => (a[0] + a[1] < b[0] + b[1] ? -1 : 1));
  const path = wire.path.split('?')[0].split('/').map((s) => escape3986(service === 's3' ? unescape(s) : s)).join('/') || '/';
  const canonical = [request.method, path, sorted.map((p) => p.join('=')).join('&'), ...names.map((n) => `${n}:${headers[n].replace(/ +/g, ' ')}`), '',
    names.join(';'), toQuery && service === 's3' ? 'UNSIGNED-PAYLOAD' : digest].join('\n');
  const text = ['AWS4-HMAC-SHA256', date, scope, crypto.sha256(canonical, 'hex')].join('\n');
  let key = `AWS4${auth.secretKey}`;
  for (const piece of scope.split('/')) key = crypto.hmac('sha256', key, piece, 'binary');
  const signature = crypto.hmac('sha256', key, text, 'hex');
  if (toQuery) [...extra, ['X-Amz-Signature', signature]].forEach(([k, value]) => request.url.query.add({ key: k, value: escape3986(value) }));
  else {
    request.headers.add({ key: 'Authorization',
      value: `AWS4-HMAC-SHA256 Credential=${auth.accessKey}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}` });
  }
});
