// Ordered lists of things with a key, as `pm.request.headers` and `pm.request.url.query` are.
export class PropertyList {
  constructor(members) {
    this.members = [];
    if (members !== undefined) this.populate(members);
  }

  /** Turns what is added into a member. */
  _make(item) {
    return item;
  }

  _same(a, b) {
    return a === b || (this._ignoreCase === true && String(a).toLowerCase() === String(b).toLowerCase());
  }

  populate(members) {
    if (!members) return;
    if (members instanceof PropertyList) members = members.members;
    if (typeof members === 'string') this.members.push(...this._make.all(members));
    else if (Array.isArray(members)) for (const m of members) this.add(m);
    else for (const key of Object.keys(members)) for (const value of [].concat(members[key])) this.add({ key, value });
  }

  repopulate(members) {
    this.clear();
    this.populate(members);
  }

  add(item) {
    if (item === undefined || item === null) return;
    this.members.push(this._make(item));
  }

  append(item) {
    this.add(item);
  }

  prepend(item) {
    this.members.unshift(this._make(item));
  }

  insert(item, before) {
    const i = this.indexOf(before);
    this.members.splice(i < 0 ? this.members.length : i, 0, this._make(item));
  }

  insertAfter(item, after) {
    const i = this.indexOf(after);
    this.members.splice(i < 0 ? this.members.length : i + 1, 0, this._make(item));
  }

  upsert(item) {
    if (item === undefined || item === null) return null;
    const made = this._make(item);
    const old = this.one(made.key);
    if (!old) {
      this.members.push(made);
      return true;
    }
    Object.assign(old, made);
    return false;
  }

  assimilate(source, prune) {
    if (prune) this.clear();
    const members = source instanceof PropertyList ? source.members : source;
    [].concat(members || []).forEach((m) => this.upsert(m));
  }

  remove(what) {
    const gone =
      typeof what === 'function' ? what : typeof what === 'string' ? (m) => this._same(m.key, what) : (m) => m === what;
    this.members = this.members.filter((m) => !gone(m));
  }

  clear() {
    this.members = [];
  }

  one(key) {
    const { members } = this;
    if (!this._ignoreCase) {
      for (let i = members.length - 1; i >= 0; i--) if (members[i].key === key) return members[i];
      return undefined;
    }
    const wanted = String(key).toLowerCase();
    for (let i = members.length - 1; i >= 0; i--) {
      const own = members[i].key;
      if (own === key || (own.length === wanted.length && own.toLowerCase() === wanted)) return members[i];
    }
    return undefined;
  }

  get(key) {
    const found = this.one(key);
    return found ? found.value : undefined;
  }

  has(what, value) {
    if (what && typeof what === 'object') return this.members.includes(what);
    if (value === undefined) return this.one(what) !== undefined;
    return this.members.some((m) => this._same(m.key, what) && m.value === value);
  }

  all() {
    return [...this.members];
  }

  idx(i) {
    return this.members[i];
  }

  indexOf(item) {
    return typeof item === 'string' ? this.members.findIndex((m) => this._same(m.key, item)) : this.members.indexOf(item);
  }

  count() {
    return this.members.length;
  }

  each(f, self) {
    this.members.forEach((m, i) => f.call(self, m, i));
  }

  map(f, self) {
    return this.members.map((m, i) => f.call(self, m, i));
  }

  filter(f, self) {
    return this.members.filter((m, i) => f.call(self, m, i));
  }

  find(f, self) {
    const test = typeof f === 'function' ? f : (m) => Object.keys(f).every((k) => m[k] === f[k]);
    return this.members.find((m, i) => test.call(self, m, i));
  }

  reduce(f, start, self) {
    return this.members.reduce((a, m, i) => f.call(self, a, m, i), start);
  }

  toObject(excludeDisabled, caseSensitive, multiValue, sanitizeKeys) {
    const out = {};
    for (const m of this.members) {
      if ((excludeDisabled && m.disabled) || (sanitizeKeys && !m.key)) continue;
      const key = this._ignoreCase && !caseSensitive ? String(m.key).toLowerCase() : m.key;
      if ((multiValue || this._ignoreCase) && key in out) out[key] = [].concat(out[key], m.value);
      else out[key] = m.value;
    }
    return out;
  }

  toJSON() {
    return this.members.map((m) => (m && typeof m.toJSON === 'function' ? m.toJSON() : { ...m }));
  }

  toString() {
    return this._make.print ? this._make.print(this.members) : '';
  }

  [Symbol.iterator]() {
    return this.members[Symbol.iterator]();
  }
}

export class Header {
  constructor(key, value, system) {
    this.key = key;
    this.value = value;
    if (system) this.system = true;
  }

  valueOf() {
    return this.value;
  }

  toString() {
    return `${this.key}: ${this.value}`;
  }

  toJSON() {
    return { ...this };
  }
}

/** A header: `{ key, value }` or `Name: value`. */
export function header(item) {
  if (typeof item === 'string') {
    const at = item.indexOf(':');
    return new Header(item.slice(0, at < 0 ? undefined : at).trim(), at < 0 ? '' : item.slice(at + 1).trim());
  }
  const key = String(item.key === undefined || item.key === null ? (item.name ?? '') : item.key);
  const out = new Header(key, item.value === undefined ? '' : item.value, item.system);
  if (item.disabled) out.disabled = true;
  return out;
}
header.all = (text) => text.split(/\r?\n/).filter((line) => line.includes(':')).map(header);
header.print = (members) => members.filter((m) => !m.disabled).map((m) => `${m.key}: ${m.value}\r\n`).join('');

/** A class of lists whose members `make` makes; keys of headers are compared without case. */
export function listOf(make, ignoreCase = false) {
  class List extends PropertyList {}
  List.prototype._make = make;
  List.prototype._ignoreCase = ignoreCase;
  return List;
}

export class HeaderList extends listOf(header, true) {
  /** The bytes that the headers take on the wire. */
  contentSize() {
    return this.members.reduce((n, h) => n + String(h.key).length + String(h.value).length + 4, 0);
  }
}
