// Ordered lists of things with a key, as `pm.request.headers` and `pm.request.url.query` are.
export class PropertyList {
  /** `make` turns what is added into a member; keys of headers are compared without case. */
  constructor(make, members = [], ignoreCase = false) {
    Object.defineProperty(this, '_make', { value: make });
    Object.defineProperty(this, '_ignoreCase', { value: ignoreCase });
    this.members = [];
    this.populate(members);
  }

  _same(a, b) {
    return this._ignoreCase ? String(a).toLowerCase() === String(b).toLowerCase() : a === b;
  }

  populate(members) {
    if (!members) return;
    if (members instanceof PropertyList) members = members.members;
    if (typeof members === 'string') this.members.push(...this._make.all(members));
    else if (Array.isArray(members)) members.forEach((m) => this.add(m));
    else Object.entries(members).forEach(([key, value]) => [].concat(value).forEach((v) => this.add({ key, value: v })));
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
    const i = this.members.indexOf(before);
    this.members.splice(i < 0 ? this.members.length : i, 0, this._make(item));
  }

  insertAfter(item, after) {
    const i = this.members.indexOf(after);
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
    for (let i = this.members.length - 1; i >= 0; i--) if (this._same(this.members[i].key, key)) return this.members[i];
    return undefined;
  }

  get(key) {
    const found = this.one(key);
    return found ? found.value : undefined;
  }

  has(what, value) {
    if (what && typeof what === 'object') return this.members.includes(what);
    return this.members.some((m) => this._same(m.key, what) && (value === undefined || m.value === value));
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
      if (multiValue && key in out) out[key] = [].concat(out[key], m.value);
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

/** A header: `{ key, value }` or `Name: value`. */
export function header(item) {
  if (typeof item === 'string') {
    const at = item.indexOf(':');
    return { key: item.slice(0, at < 0 ? undefined : at).trim(), value: at < 0 ? '' : item.slice(at + 1).trim() };
  }
  const key = item.key === undefined || item.key === null ? (item.name ?? '') : item.key;
  const out = { key, value: item.value === undefined ? '' : item.value };
  if (item.disabled) out.disabled = true;
  if (item.system) out.system = true;
  return out;
}
header.all = (text) => text.split(/\r?\n/).filter((line) => line.includes(':')).map(header);
header.print = (members) => members.filter((m) => !m.disabled).map((m) => `${m.key}: ${m.value}\r\n`).join('');

export const headerList = (members) => new PropertyList(header, members, true);
