// XML to objects, in the shape that xml2js gives them.
const ENTITIES = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
const text = (t) =>
  t.replace(/&(#x?[0-9a-f]+|\w+);/gi, (m, e) => {
    if (e[0] === '#') return String.fromCodePoint(e[1] === 'x' || e[1] === 'X' ? parseInt(e.slice(2), 16) : parseInt(e.slice(1), 10));
    return ENTITIES[e] ?? m;
  });

function read(xml) {
  const root = { name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  const token = /<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<\?[\s\S]*?\?>|<!DOCTYPE[^>[]*(?:\[[\s\S]*?\])?[^>]*>|<\/\s*([^\s>]+)\s*>|<([^\s/>]+)((?:\s+[^\s=>/]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>|([^<]+)/gi;
  let at = 0;
  for (let m = token.exec(xml); m; m = token.exec(xml)) {
    if (m.index !== at) throw new Error(`Unexpected character at ${at}`);
    at = token.lastIndex;
    const top = open[open.length - 1];
    if (m[1] !== undefined) top.text += m[1];
    else if (m[2]) {
      if (top.name !== m[2]) throw new Error(`Unexpected close tag ${m[2]}`);
      open.pop();
    } else if (m[3]) {
      const node = { name: m[3], attributes: {}, children: [], text: '' };
      for (const a of (m[4] || '').matchAll(/([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)) node.attributes[a[1]] = text(a[2] ?? a[3]);
      top.children.push(node);
      if (!m[5]) open.push(node);
    } else if (m[6]) {
      if (top === root && m[6].trim()) throw new Error('Non-whitespace before first tag.');
      top.text += text(m[6]);
    }
  }
  if (at !== xml.length) throw new Error(`Unexpected character at ${at}`);
  if (open.length > 1) throw new Error(`Unclosed tag ${open[open.length - 1].name}`);
  return root.children[0];
}

function shape(node, o) {
  const out = {};
  const attributes = Object.keys(node.attributes);
  if (attributes.length && !o.ignoreAttrs) {
    if (o.mergeAttrs) attributes.forEach((k) => add(out, k, node.attributes[k], o));
    else out[o.attrkey] = { ...node.attributes };
  }
  for (const child of node.children) add(out, child.name, shape(child, o), o);
  const value = o.trim || node.children.length ? node.text.trim() : node.text;
  const blank = /^\s*$/.test(value);
  if (!Object.keys(out).length) return blank && !o.includeWhiteChars ? (o.emptyTag ?? '') : value;
  if (!blank) out[o.charkey] = value;
  return out;
}

const add = (out, key, value, o) => {
  if (!(key in out)) out[key] = o.explicitArray ? [value] : value;
  else if (Array.isArray(out[key])) out[key].push(value);
  else out[key] = [out[key], value];
};

const DEFAULTS = { attrkey: '$', charkey: '_', explicitArray: true, explicitRoot: true, trim: false };

function convert(xml, options) {
  const o = { ...DEFAULTS, ...options };
  const root = read(String(xml).trim().replace(/^\ufeff/, ''));
  if (!root) return null;
  const value = shape(root, o);
  return o.explicitRoot ? { [root.name]: value } : value;
}

/** Postman's own `xml2Json`. */
export function xml2Json(xml) {
  try {
    return convert(xml, { explicitArray: false, trim: true, mergeAttrs: false });
  } catch (e) {
    return undefined;
  }
}

const parseString = (xml, options, callback) => {
  const done = typeof options === 'function' ? options : callback;
  let out;
  try {
    out = convert(xml, typeof options === 'function' ? {} : options);
  } catch (e) {
    done(e);
    return;
  }
  done(null, out);
};

const escaped = (text) => String(text).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

/** An element of an object: its key `$` holds attributes, `_` text, lists are elements of one name. */
function element(name, value, indent, pretty) {
  if (Array.isArray(value)) return value.map((v) => element(name, v, indent, pretty)).join('');
  const [start, end] = pretty ? [indent, '\n'] : ['', ''];
  if (value === null || value === undefined || value === '') return `${start}<${name}/>${end}`;
  if (typeof value !== 'object') return `${start}<${name}>${escaped(value)}</${name}>${end}`;
  const { $: attributes = {}, _: text = '', ...rest } = value;
  const head = name + Object.keys(attributes).map((k) => ` ${k}="${escaped(attributes[k]).replace(/"/g, '&quot;')}"`).join('');
  const inner = Object.keys(rest).map((k) => element(k, rest[k], `${indent}  `, pretty)).join('');
  if (!inner && text === '') return `${start}<${head}/>${end}`;
  return `${start}<${head}>${escaped(text)}${inner ? `${end}${inner}${start}` : ''}</${name}>${end}`;
}

class Builder {
  constructor(options = {}) {
    this.options = options;
  }

  buildObject(object) {
    const { rootName, headless = false, renderOpts = { pretty: true } } = this.options;
    const names = Object.keys(object);
    const [name, value] = names.length === 1 && rootName === undefined ? [names[0], object[names[0]]] : [rootName ?? 'root', object];
    const head = headless ? '' : `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>${renderOpts.pretty ? '\n' : ''}`;
    return head + element(name, value, '', renderOpts.pretty).trimEnd();
  }
}

export const xml2js = {
  Builder,
  parseString,
  parseStringPromise: (xml, options) => new Promise((resolve, reject) => parseString(xml, options || {}, (e, v) => (e ? reject(e) : resolve(v)))),
  Parser: class {
    constructor(options) {
      this.options = options || {};
    }

    parseString(xml, callback) {
      parseString(xml, this.options, callback);
    }

    parseStringPromise(xml) {
      return xml2js.parseStringPromise(xml, this.options);
    }
  },
};
