// What credentials add to a request before it is sent.
import encoding from 'k6/encoding';

const SIGNERS = {};

/** Makes a scheme known that is signed at run time; only the modules that a script needs are imported. */
export function register(name, signer) {
  SIGNERS[name] = signer;
}

/** Applies `auth` (filled already) to the request; the answer holds what k6 itself has to do (digest, NTLM). */
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
      if (!auth.accessToken || String(auth.tokenType).toLowerCase() === 'mac') return {};
      request.url.query.remove('access_token');
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
      if (SIGNERS[auth.type]) SIGNERS[auth.type](request, auth, settings, set);
      return {};
  }
}
