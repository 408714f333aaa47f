// The body of a request as bytes or text, with the type that belongs to it.
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

/** The bytes of a text. */
export const lengthOf = (text) => encoder.encode(text).length;

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

const decode = (text) => {
  try {
    return decodeURIComponent(text.replace(/\+/g, ' '));
  } catch (e) {
    return text;
  }
};

/** The fields of a form as it goes over the wire. */
export function fieldsOf(text) {
  return text.split('&').map((pair) => {
    const at = pair.indexOf('=');
    return at < 0 ? { key: decode(pair), value: '' } : { key: decode(pair.slice(0, at)), value: decode(pair.slice(at + 1)) };
  });
}
