// A value as messages show it: cut short so that one line holds it.
const WIDTH = 40;
const ESCAPES = { '\b': '\\b', '\t': '\\t', '\n': '\\n', '\f': '\\f', '\r': '\\r', "'": "\\'", '\\': '\\\\' };

/** The value within 40 characters; a list or an object that cannot be cut so far is only named. */
export function show(value) {
  const text = inspect(value, WIDTH, []);
  if (text.length < WIDTH) return text;
  if (Array.isArray(value)) return `[ Array(${value.length}) ]`;
  if (typeof value === 'function') return value.name ? `[Function: ${value.name}]` : '[Function]';
  if (Object.prototype.toString.call(value) !== '[object Object]') return text;
  const keys = Object.keys(value);
  return `{ Object (${keys.length > 2 ? `${keys.slice(0, 2).join(', ')}, ...` : keys.join(', ')}) }`;
}

const cut = (text, width) => (text.length > width ? `${text.slice(0, Math.max(0, width - 1))}…` : text);

function quote(text, width) {
  const safe = text.replace(/['\\\u0000-\u001f\u007f-\u009f\u00ad\u0600-\u0604\u070f\u17b4\u17b5\u200c-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufff0-\uffff]/g, (c) => ESCAPES[c] || `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return `'${cut(safe, width - 2)}'`;
}

function number(n, width) {
  if (n === 0) return 1 / n < 0 ? '-0' : '+0';
  return cut(String(n), width);
}

function inspect(value, width, above) {
  switch (typeof value) {
    case 'string':
      return quote(value, width);
    case 'number':
      return number(value, width);
    case 'bigint':
      return `${cut(String(value), width - 1)}n`;
    case 'function':
      return value.name ? `[Function ${cut(value.name, width - 11)}]` : '[Function]';
    case 'object':
      return value === null ? 'null' : object(value, width, above);
    default:
      return String(value);
  }
}

function object(value, width, above) {
  if (value._shown) return value._shown;
  if (above.includes(value)) return '[Circular]';
  const within = [...above, value];
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  if (Array.isArray(value)) return list('', Array.from(value), width, within);
  switch (tag) {
    case 'Date':
      return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toJSON();
    case 'RegExp':
      return `/${cut(value.source, width - 2 - value.flags.length)}/${value.flags}`;
    case 'Error':
      return String(value);
    case 'Number':
    case 'String':
    case 'Boolean':
      return inspect(value.valueOf(), width, above);
    case 'Map':
      return 'Map{}';
    case 'Set':
      return value.size ? `Set{ ${items([...value].map((v) => (w) => inspect(v, w, within)), width - 7)} }` : 'Set{}';
    case 'Promise':
      return 'Promise{…}';
    case 'WeakMap':
    case 'WeakSet':
      return `${tag}{…}`;
    case 'Arguments':
      return list('Arguments', Array.from(value), width, within);
    default:
  }
  if (ArrayBuffer.isView(value) && typeof value.length === 'number') return list(tag, Array.from(value), width, within);
  const proto = Object.getPrototypeOf(value);
  const own = proto && proto !== Object.prototype && proto.constructor;
  const name = own && own !== Object ? own.name || '<Anonymous Class>' : '';
  return name + properties(value, width - name.length, within);
}

function list(name, values, width, within) {
  if (!values.length) return `${name}[]`;
  return `${name}[ ${items(values.map((v) => (w) => inspect(v, w, within)), width - name.length - 4)} ]`;
}

function properties(value, width, within) {
  const keys = Object.getOwnPropertyNames(value);
  if (!keys.length) return '{}';
  const shown = keys.map((key) => (w) => {
    const named = /^[a-zA-Z_]\w*$/.test(key) ? key : `'${key.replace(/'/g, "\\'")}'`;
    return `${named}: ${inspect(value[key], w - 2 - named.length, within)}`;
  });
  return `{ ${items(shown, width - 4)} }`;
}

/** As many items as the width holds, and how many are left: `1, 2, …(3)`. */
function items(shown, width) {
  const count = shown.length;
  let out = '';
  for (let i = 0; i < count; i++) {
    const left = count - 1 - i;
    const mark = `…(${count - i})`;
    const room = width - out.length - (left ? 2 : 0);
    const item = shown[i](room) + (left ? ', ' : '');
    const used = out.length + item.length;
    if (left === 0) return used > width && out.length + mark.length <= width ? out + mark : out + item;
    const tight = used + mark.length > width;
    if (tight && left > 1) return out + mark;
    const next = shown[i + 1](room).length + (left > 1 ? 2 : 0);
    if (tight && used + next > width) return out + mark;
    out += item;
    if (left > 1 && used + next >= width) return `${out}…(${left})`;
  }
  return out;
}
