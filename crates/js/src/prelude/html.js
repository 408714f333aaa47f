const dom = require('native:html');

const isElement = (doc, id) => dom.kind(doc, id) === 1;
const unique = (ids) => [...new Set(ids)];

function parents(doc, id) {
  const out = [];
  for (let p = dom.parent(doc, id); p !== undefined && p !== null; p = dom.parent(doc, p)) if (isElement(doc, p)) out.push(p);
  return out;
}

function siblings(doc, id, step) {
  const out = [];
  for (let s = step(doc, id); s !== undefined && s !== null; s = step(doc, s)) if (isElement(doc, s)) out.push(s);
  return out;
}

const camel = (name) => name.replace(/-([a-z])/g, (_m, c) => c.toUpperCase());
const dashed = (name) => name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);

function dataValue(text) {
  if (text === 'true') return true;
  if (text === 'false') return false;
  if (text === 'null') return null;
  if (text === 'undefined') return undefined;
  if (/^-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$/.test(text) && String(+text) === text) return +text;
  if (/^[{[]/.test(text)) {
    try {
      return JSON.parse(text);
    } catch {
      return text;
    }
  }
  return text;
}

function optionValue(doc, id) {
  const value = dom.attr(doc, id, 'value');
  return value === undefined || value === null ? dom.text(doc, id) : value;
}

function valueOf(doc, id) {
  const name = dom.name(doc, id);
  if (name === 'textarea') return dom.text(doc, id);
  if (name === 'option' || name === 'button') return optionValue(doc, id);
  if (name === 'select') {
    const options = dom.find(doc, [id], 'option');
    const chosen = options.filter((o) => has(doc, o, 'selected'));
    if (has(doc, id, 'multiple')) return chosen.map((o) => optionValue(doc, o));
    const one = chosen.length ? chosen[0] : options[0];
    return one === undefined ? undefined : optionValue(doc, one);
  }
  const value = dom.attr(doc, id, 'value');
  if (value !== undefined && value !== null) return value;
  const type = (dom.attr(doc, id, 'type') || '').toLowerCase();
  return type === 'checkbox' || type === 'radio' ? 'on' : undefined;
}

const has = (doc, id, name) => {
  const v = dom.attr(doc, id, name);
  return v !== undefined && v !== null;
};

const NOT_SENT = new Set(['submit', 'button', 'image', 'reset', 'file']);

function fields(doc, ids) {
  const out = [];
  const controls = unique(ids.flatMap((id) => (dom.name(doc, id) === 'form' || !isElement(doc, id)
    ? dom.find(doc, [id], 'input,select,textarea,keygen')
    : /^(input|select|textarea|keygen)$/.test(dom.name(doc, id)) ? [id] : dom.find(doc, [id], 'input,select,textarea,keygen'))));
  for (const id of controls) {
    const name = dom.attr(doc, id, 'name');
    if (!name || has(doc, id, 'disabled')) continue;
    const type = (dom.attr(doc, id, 'type') || '').toLowerCase();
    if (dom.name(doc, id) === 'input' && NOT_SENT.has(type)) continue;
    if ((type === 'checkbox' || type === 'radio') && !has(doc, id, 'checked')) continue;
    const value = valueOf(doc, id);
    out.push({ name, value: value === undefined ? '' : value });
  }
  return out;
}

const escape = (text) => encodeURIComponent(text).replace(/%20/g, '+').replace(/[!'()*~]/g, (c) => (c === '~' ? c : `%${c.charCodeAt(0).toString(16).toUpperCase()}`));

class Selection {
  #doc;
  #ids;
  #end;
  #url;
  constructor(doc, ids, end, url) {
    this.#doc = doc;
    this.#ids = ids;
    this.#end = end;
    this.#url = url;
  }
  static ids(selection) { return selection.#ids; }
  static doc(selection) { return selection.#doc; }
  static url(selection) { return selection.#url; }
  #to(ids) { return new Selection(this.#doc, ids, this, this.#url); }
  #one(id) { return new Selection(this.#doc, [id], this, this.#url); }
  #element(id) { return new Element(this.#doc, id, this.#url); }
  #test(what, not = false) {
    if (what === undefined || what === null) return () => !not;
    if (typeof what === 'function') return (id, i) => Boolean(what.call(this.#element(id), i, this.#element(id))) !== not;
    if (what instanceof Selection) { const set = new Set(what.#ids); return (id) => set.has(id) !== not; }
    if (what instanceof Element) { const one = Element.id(what); return (id) => (id === one) !== not; }
    return (id) => dom.matches(this.#doc, id, String(what)) !== not;
  }
  #walk(step, selector, until) {
    const keep = this.#test(selector);
    const stop = until === undefined || until === null ? () => false : this.#test(until);
    const out = [];
    for (const id of this.#ids) {
      for (const other of step(id)) {
        if (stop(other)) break;
        if (keep(other)) out.push(other);
      }
    }
    return this.#to(unique(out));
  }
  get length() { return this.#ids.length; }
  size() { return this.#ids.length; }
  find(selector) { return this.#to(dom.find(this.#doc, this.#ids, String(selector))); }
  single(selector) { return this.#to(dom.find(this.#doc, this.#ids, String(selector)).slice(0, 1)); }
  add(what) {
    const more = what instanceof Selection ? what.#ids : what instanceof Element ? [Element.id(what)] : dom.find(this.#doc, [dom.root(this.#doc)], String(what));
    return this.#to(unique([...this.#ids, ...more]));
  }
  attr(name, fallback) {
    const id = this.#ids[0];
    const value = id === undefined ? undefined : dom.attr(this.#doc, id, String(name));
    return value === undefined || value === null ? fallback : value;
  }
  text() { return this.#ids.map((id) => dom.text(this.#doc, id)).join(''); }
  html(fallback) {
    const id = this.#ids[0];
    const value = id === undefined ? undefined : dom.inner(this.#doc, id);
    return value === undefined || value === null ? fallback : value;
  }
  val(fallback) {
    const id = this.#ids[0];
    const value = id === undefined ? undefined : valueOf(this.#doc, id);
    return value === undefined ? fallback : value;
  }
  data(key) {
    const id = this.#ids[0];
    if (id === undefined) return undefined;
    if (key !== undefined) {
      const value = dom.attr(this.#doc, id, `data-${dashed(String(key))}`);
      return value === undefined || value === null ? undefined : dataValue(value);
    }
    const out = {};
    for (const [name, value] of dom.attrs(this.#doc, id)) if (name.startsWith('data-')) out[camel(name.slice(5))] = dataValue(value);
    return out;
  }
  children(selector) {
    return this.#walk((id) => dom.children(this.#doc, id).filter((c) => isElement(this.#doc, c)), selector);
  }
  contents() { return this.#to(unique(this.#ids.flatMap((id) => dom.children(this.#doc, id)))); }
  closest(selector) {
    const keep = this.#test(selector);
    const out = [];
    for (const id of this.#ids) {
      const found = [id, ...parents(this.#doc, id)].find((p) => isElement(this.#doc, p) && keep(p));
      if (found !== undefined) out.push(found);
    }
    return this.#to(unique(out));
  }
  parent(selector) { return this.#walk((id) => parents(this.#doc, id).slice(0, 1), selector); }
  parents(selector) { return this.#walk((id) => parents(this.#doc, id), selector); }
  parentsUntil(until, selector) { return this.#walk((id) => parents(this.#doc, id), selector, until); }
  next(selector) { return this.#walk((id) => siblings(this.#doc, id, dom.next).slice(0, 1), selector); }
  nextAll(selector) { return this.#walk((id) => siblings(this.#doc, id, dom.next), selector); }
  nextUntil(until, selector) { return this.#walk((id) => siblings(this.#doc, id, dom.next), selector, until); }
  prev(selector) { return this.#walk((id) => siblings(this.#doc, id, dom.prev).slice(0, 1), selector); }
  prevAll(selector) { return this.#walk((id) => siblings(this.#doc, id, dom.prev), selector); }
  prevUntil(until, selector) { return this.#walk((id) => siblings(this.#doc, id, dom.prev), selector, until); }
  siblings(selector) {
    return this.#walk((id) => [...siblings(this.#doc, id, dom.prev).reverse(), ...siblings(this.#doc, id, dom.next)], selector);
  }
  filter(what) { const keep = this.#test(what); return this.#to(this.#ids.filter((id, i) => keep(id, i))); }
  not(what) { const keep = this.#test(what, true); return this.#to(this.#ids.filter((id, i) => keep(id, i))); }
  is(what) { const keep = this.#test(what); return this.#ids.some((id, i) => keep(id, i)); }
  has(what) {
    if (typeof what === 'string') return this.#to(this.#ids.filter((id) => dom.find(this.#doc, [id], what).length > 0));
    const inner = what instanceof Selection ? what.#ids : [Element.id(what)];
    return this.#to(this.#ids.filter((id) => inner.some((i) => parents(this.#doc, i).includes(id))));
  }
  each(fn) {
    this.#ids.forEach((id, i) => fn(i, this.#element(id)));
    return this;
  }
  map(fn) {
    const out = [];
    this.#ids.forEach((id, i) => {
      const value = fn(i, this.#one(id));
      if (value !== undefined && value !== null) out.push(value);
    });
    return out;
  }
  eq(index) { return this.#to(this.#ids.slice(index, index === -1 ? undefined : index + 1)); }
  first() { return this.#to(this.#ids.slice(0, 1)); }
  last() { return this.#to(this.#ids.slice(-1)); }
  slice(from, to) { return this.#to(this.#ids.slice(from, to)); }
  end() { return this.#end || this.#to([]); }
  get(index) {
    if (index === undefined) return this.#ids.map((id) => this.#element(id));
    const id = this.#ids.at(index);
    return id === undefined ? undefined : this.#element(id);
  }
  index(what) {
    if (what === undefined || what === null) return this.#ids.length ? siblings(this.#doc, this.#ids[0], dom.prev).length : -1;
    if (what instanceof Selection) return this.#ids.indexOf(what.#ids[0]);
    if (what instanceof Element) return this.#ids.indexOf(Element.id(what));
    return dom.find(this.#doc, [dom.root(this.#doc)], String(what)).indexOf(this.#ids[0]);
  }
  toArray() { return this.#ids.map((id) => this.#one(id)); }
  serializeArray() { return fields(this.#doc, this.#ids); }
  serializeObject() {
    const out = {};
    for (const { name, value } of this.serializeArray()) {
      if (!(name in out)) out[name] = value;
      else out[name] = [].concat(out[name], value);
    }
    return out;
  }
  serialize() {
    const pairs = this.serializeArray();
    return pairs
      .flatMap((p, i) => [].concat(p.value).map((v) => [p.name, i, `${escape(p.name)}=${escape(v)}`]))
      .sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : a[1] - b[1]))
      .map((p) => p[2])
      .join('&');
  }
}

class Element {
  #doc;
  #id;
  #url;
  constructor(doc, id, url) {
    this.#doc = doc;
    this.#id = id;
    this.#url = url;
  }
  static id(element) { return element.#id; }
  #wrap(id) { return id === undefined || id === null ? undefined : new Element(this.#doc, id, this.#url); }
  #elements() { return dom.children(this.#doc, this.#id).filter((c) => isElement(this.#doc, c)); }
  selection() { return new Selection(this.#doc, [this.#id], undefined, this.#url); }
  nodeName() { return dom.name(this.#doc, this.#id); }
  nodeType() { return String(dom.kind(this.#doc, this.#id)); }
  nodeValue() { const v = dom.value(this.#doc, this.#id); return v === null ? undefined : v; }
  getAttribute(name) { const v = dom.attr(this.#doc, this.#id, String(name)); return v === null ? undefined : v; }
  getAttributeNode(name) {
    const value = this.getAttribute(name);
    return value === undefined ? undefined : { name: () => String(name), value: () => value, ownerElement: () => this };
  }
  hasAttribute(name) { return has(this.#doc, this.#id, String(name)); }
  hasAttributes() { return dom.attrs(this.#doc, this.#id).length > 0; }
  attributes() {
    const out = {};
    for (const [name] of dom.attrs(this.#doc, this.#id)) out[name] = this.getAttributeNode(name);
    return out;
  }
  textContent() { return dom.text(this.#doc, this.#id); }
  innerHTML() { return dom.inner(this.#doc, this.#id); }
  toString() { return this.nodeName(); }
  childElementCount() { return this.#elements().length; }
  children() { return this.#elements().map((c) => this.#wrap(c)); }
  childNodes() { return dom.children(this.#doc, this.#id).map((c) => this.#wrap(c)); }
  hasChildNodes() { return dom.children(this.#doc, this.#id).length > 0; }
  firstChild() { return this.#wrap(dom.children(this.#doc, this.#id)[0]); }
  lastChild() { return this.#wrap(dom.children(this.#doc, this.#id).at(-1)); }
  firstElementChild() { return this.#wrap(this.#elements()[0]); }
  lastElementChild() { return this.#wrap(this.#elements().at(-1)); }
  nextSibling() { return this.#wrap(dom.next(this.#doc, this.#id)); }
  previousSibling() { return this.#wrap(dom.prev(this.#doc, this.#id)); }
  nextElementSibling() { return this.#wrap(siblings(this.#doc, this.#id, dom.next)[0]); }
  previousElementSibling() { return this.#wrap(siblings(this.#doc, this.#id, dom.prev)[0]); }
  parentNode() { return this.#wrap(dom.parent(this.#doc, this.#id)); }
  parentElement() { return this.#wrap(parents(this.#doc, this.#id)[0]); }
  ownerDocument() { return this.#wrap(dom.root(this.#doc)); }
  querySelector(selector) { return this.#wrap(dom.find(this.#doc, [this.#id], String(selector))[0]); }
  querySelectorAll(selector) { return dom.find(this.#doc, [this.#id], String(selector)).map((c) => this.#wrap(c)); }
  getElementsByTagName(name) { return this.querySelectorAll(String(name)); }
  getElementsByClassName(name) { return this.querySelectorAll(String(name).split(/\s+/).filter(Boolean).map((c) => `.${c}`).join('')); }
  matches(selector) { return dom.matches(this.#doc, this.#id, String(selector)); }
  contains(other) { return other instanceof Element && parents(this.#doc, other.#id).includes(this.#id); }
  isSameNode(other) { return other instanceof Element && other.#id === this.#id && other.#doc === this.#doc; }
  isEqualNode(other) { return other instanceof Element && other.nodeName() === this.nodeName() && other.innerHTML() === this.innerHTML(); }
  isDefaultNamespace() { return true; }
  namespaceURI() { return ''; }
  id() { return this.getAttribute('id') || ''; }
  className() { return this.getAttribute('class') || ''; }
  classList() { return this.className().split(/\s+/).filter(Boolean); }
  lang() { return this.getAttribute('lang') || ''; }
  value() { const v = valueOf(this.#doc, this.#id); return v === undefined ? '' : v; }
  text() { return this.textContent(); }
  options() { return this.querySelectorAll('option'); }
  selectedOptions() { return this.options().filter((o) => o.hasAttribute('selected')); }
  selectedIndex() { return this.options().findIndex((o) => o.hasAttribute('selected')); }
  form() { const f = parents(this.#doc, this.#id).find((p) => dom.name(this.#doc, p) === 'form'); return this.#wrap(f); }
  elements() { return this.querySelectorAll('input,select,textarea,button,fieldset,object,output'); }
  labels() { const id = this.id(); return id ? this.ownerDocument().querySelectorAll(`label[for="${id}"]`) : []; }
  href() { return this.#resolved('href'); }
  src() { return this.#resolved('src'); }
  action() { return this.#resolved('action'); }
  #of(names) { return this.#elements().filter((c) => names.includes(dom.name(this.#doc, c))).map((c) => this.#wrap(c)); }
  #up(name) { return this.#wrap(parents(this.#doc, this.#id).find((p) => dom.name(this.#doc, p) === name)); }
  #place(list) { return list.findIndex((e) => e.isSameNode(this)); }
  rows() {
    if (this.nodeName() === 'textarea') return parseInt(this.getAttribute('rows'), 10) || 0;
    if (this.nodeName() !== 'table') return this.#of(['tr']);
    const under = (names) => this.#of(names).flatMap((part) => (part.nodeName() === 'tr' ? [part] : part.rows()));
    return [...under(['thead']), ...under(['tbody', 'tr']), ...under(['tfoot'])];
  }
  caption() { return this.#of(['caption'])[0]; }
  tHead() { return this.#of(['thead'])[0]; }
  tFoot() { return this.#of(['tfoot'])[0]; }
  tBodies() { return this.#of(['tbody']); }
  cells() { return this.#of(['td', 'th']); }
  rowIndex() { const table = this.#up('table'); return table ? this.#place(table.rows()) : -1; }
  sectionRowIndex() { const part = this.parentElement(); return part ? this.#place(part.rows()) : -1; }
  cellIndex() { const row = this.#up('tr'); return row ? this.#place(row.cells()) : -1; }
  index() { const select = this.#up('select'); return select ? this.#place(select.options()) : 0; }
  length() { return this.nodeName() === 'form' ? this.elements().length : this.nodeName() === 'select' ? this.options().length : 0; }
  #oneOf(name, known, otherwise) { const v = (this.getAttribute(name) || '').toLowerCase(); return known.includes(v) ? v : otherwise; }
  method() { return this.#oneOf('method', ['get', 'post', 'dialog'], 'get'); }
  enctype() { return this.#oneOf('enctype', ['multipart/form-data', 'text/plain'], 'application/x-www-form-urlencoded'); }
  autocomplete() { return this.#oneOf('autocomplete', ['off'], 'on'); }
  type() {
    const own = this.getAttribute('type');
    switch (this.nodeName()) {
      case 'input': return own || 'text';
      case 'button': return this.#oneOf('type', ['button', 'menu', 'reset'], 'submit');
      case 'select': return this.hasAttribute('multiple') ? 'select-multiple' : 'select-one';
      case 'textarea': case 'fieldset': case 'output': return this.nodeName();
      default: return own || '';
    }
  }
  relList() { return (this.getAttribute('rel') || '').split(/\s+/).filter(Boolean); }
  defaultValue() { return this.nodeName() === 'textarea' ? this.textContent() : this.getAttribute('value') || ''; }
  // without a base address parts of a relative one are taken as they stand
  #part(name) {
    const href = this.href();
    try {
      return new URL(href)[name];
    } catch {
      const [, path, search, hash] = /^([^?#]*)(\?[^#]*)?(#.*)?$/s.exec(href) || [];
      return { pathname: path, search, hash }[name] || '';
    }
  }
  compareDocumentPosition(other) {
    if (!(other instanceof Element) || other.#doc !== this.#doc) return 1;
    if (other.#id === this.#id) return 0;
    if (this.contains(other)) return 20;
    if (other.contains(this)) return 10;
    const all = dom.find(this.#doc, [dom.root(this.#doc)], '*');
    return all.indexOf(this.#id) < all.indexOf(other.#id) ? 4 : 2;
  }
  static part(element, name) { return element.#part(name); }
  #resolved(name) {
    const raw = this.getAttribute(name);
    if (raw === undefined) return '';
    if (!this.#url) return raw;
    try {
      return new URL(raw, this.#url).href;
    } catch {
      return raw;
    }
  }
}

const STRINGS = {
  name: 'name', acceptCharset: 'accept-charset', target: 'target', rel: 'rel', alt: 'alt', title: 'title',
  placeholder: 'placeholder', content: 'content', charset: 'charset', media: 'media', htmlFor: 'for', accept: 'accept', pattern: 'pattern',
  min: 'min', max: 'max', step: 'step', label: 'label', hreflang: 'hreflang', download: 'download', cite: 'cite', dateTime: 'datetime',
  httpEquiv: 'http-equiv', poster: 'poster', preload: 'preload', kind: 'kind', srclang: 'srclang',
  formAction: 'formaction', formMethod: 'formmethod', formTarget: 'formtarget', wrap: 'wrap', headers: 'headers', abbr: 'abbr',
  scope: 'scope', useMap: 'usemap', coords: 'coords', shape: 'shape', data: 'data', integrity: 'integrity', crossOrigin: 'crossorigin',
};
const BOOLEANS = {
  checked: 'checked', disabled: 'disabled', selected: 'selected', required: 'required', readonly: 'readonly', multiple: 'multiple',
  autofocus: 'autofocus', hidden: 'hidden', async: 'async', defer: 'defer', noValidate: 'novalidate', formNoValidate: 'formnovalidate',
  controls: 'controls', autoplay: 'autoplay', loop: 'loop', muted: 'muted', open: 'open', reversed: 'reversed', isMap: 'ismap',
  defaultChecked: 'checked', defaultSelected: 'selected',
};
const NUMBERS = { size: 'size', rows: 'rows', cols: 'cols', maxLength: 'maxlength', minLength: 'minlength', colSpan: 'colspan', rowSpan: 'rowspan', width: 'width', height: 'height', tabIndex: 'tabindex', start: 'start' };
const define = (name, value) => {
  if (!(name in Element.prototype)) Object.defineProperty(Element.prototype, name, { value, writable: true, configurable: true });
};
for (const [name, attr] of Object.entries(STRINGS)) define(name, function () { return this.getAttribute(attr) ?? ''; });
for (const [name, attr] of Object.entries(BOOLEANS)) define(name, function () { return this.hasAttribute(attr); });
for (const [name, attr] of Object.entries(NUMBERS)) define(name, function () { const n = parseInt(this.getAttribute(attr), 10); return Number.isNaN(n) ? 0 : n; });

for (const name of ['hash', 'host', 'hostname', 'origin', 'pathname', 'port', 'protocol', 'search', 'username', 'password']) {
  define(name, function () { return Element.part(this, name); });
}

function parse(text, url) {
  const doc = dom.parse(String(text));
  return new Selection(doc, [dom.root(doc)], undefined, url);
}

exports.module = { parseHTML: (text) => parse(text === undefined || text === null ? '' : text) };

exports.ofResponse = (body, url, selector) => {
  const doc = parse(body, url);
  return selector === undefined || selector === null ? doc : doc.find(selector);
};

exports.submitForm = (body, url, args, http) => {
  const { formSelector = 'form', fields: given = {}, submitSelector = '[type="submit"]', params } = args || {};
  const form = parse(body, url).find(formSelector);
  if (form.size() === 0) throw new GoError(`no form found for selector '${formSelector}' in response '${url}'`);
  const method = (form.attr('method', 'get') || 'get').toUpperCase();
  const target = new URL(form.attr('action', '') || url, url);
  const values = form.serializeObject();
  const submit = form.find(submitSelector);
  const name = submit.attr('name');
  if (name !== undefined && submit.size() > 0) values[name] = submit.val('');
  Object.assign(values, given || {});
  if (method === 'GET') {
    const parts = [];
    for (const key of Object.keys(values).sort()) for (const v of [].concat(values[key])) parts.push(`${escape(key)}=${escape(v)}`);
    target.search = parts.join('&');
    return http.request('GET', target.href, null, params);
  }
  return http.request(method, target.href, values, params);
};

exports.clickLink = (body, url, args, http) => {
  const { selector = 'a[href]', params } = args || {};
  const link = parse(body, url).find(selector);
  if (link.size() === 0) throw new GoError(`no element found for selector '${selector}' in response '${url}'`);
  const href = link.attr('href');
  if (href === undefined) throw new GoError(`no valid href attribute value found on element '${selector}' in response '${url}'`);
  return http.request('GET', new URL(href, url).href, null, params);
};
