// Variables: one scope, and the layers that a placeholder is looked up in.
import { dynamic } from './fresh.js';
import { PropertyList } from './list.js';

const HOLE = /\{\{([^{}]*?)}}/g;

const cuts = new Map();

/** The text between the holes and their names, read once for each text. */
function cut(text) {
  let known = cuts.get(text);
  if (!known) {
    const texts = [];
    const names = [];
    let at = 0;
    for (const m of text.matchAll(HOLE)) {
      texts.push(text.slice(at, m.index));
      names.push(m[1]);
      at = m.index + m[0].length;
    }
    texts.push(text.slice(at));
    known = { texts, names };
    if (cuts.size > 1000) cuts.clear();
    cuts.set(text, known);
  }
  return known;
}

/** Fills `{{name}}` from the first map that has it, values of values too; what nobody knows stays as it is. */
export function fill(text, layers) {
  let out = typeof text === 'string' ? text : String(text);
  if (!out.includes('{{')) return out;
  for (let round = 0; round < 19; round++) {
    const { texts, names } = cut(out);
    if (!names.length) break;
    let next = texts[0];
    for (let i = 0; i < names.length; i++) next += value(names[i], layers) + texts[i + 1];
    if (next === out) break;
    out = next;
    if (!out.includes('{{')) break;
  }
  return out;
}

function value(name, layers) {
  for (let i = 0; i < layers.length; i++) {
    const found = layers[i].get(name);
    if (found !== undefined) return typeof found === 'string' ? found : String(found);
  }
  const made = dynamic(name);
  if (made !== undefined) return String(made);
  // a variable without a value is empty, one that nobody has stays
  return layers.some((layer) => layer.has(name)) ? '' : `{{${name}}}`;
}

/** A text that is filled again and again: the last answer stays while the values do. */
export class Template {
  constructor(text) {
    this.text = text;
    this.open = text.includes('{{');
    const { texts, names } = cut(text);
    this.texts = texts;
    this.names = names;
    this.values = names.map(() => undefined);
    this.made = undefined;
  }

  fill(layers) {
    if (!this.open) return this.text;
    const { names, values } = this;
    let same = this.made !== undefined;
    for (let i = 0; i < names.length; i++) {
      const name = names[i];
      let found;
      for (let k = 0; k < layers.length && found === undefined; k++) found = layers[k].get(name);
      if (found !== values[i]) {
        values[i] = found;
        same = false;
      }
    }
    return same ? this.made : this.make(layers);
  }

  make(layers) {
    const { texts, names, values } = this;
    let out = texts[0];
    let kept = true;
    for (let i = 0; i < names.length; i++) {
      let value = values[i];
      if (value === undefined) {
        // what is new at each use is not kept
        kept = false;
        value = dynamic(names[i]);
        if (value === undefined) {
          this.made = undefined;
          return fill(this.text, layers);
        }
      }
      const text = typeof value === 'string' ? value : String(value);
      // values with placeholders, and those that may change inside, are filled anew
      if (typeof value === 'object' || text.includes('{{')) {
        this.made = undefined;
        return fill(this.text, layers);
      }
      out += text + texts[i + 1];
    }
    // the name of a placeholder may have been in another one
    if (out.includes('{{')) {
      this.made = undefined;
      return fill(this.text, layers);
    }
    this.made = kept ? out : undefined;
    return out;
  }
}

/** Fills every string of a value, whatever its shape. */
export function fillIn(value, layers) {
  if (typeof value === 'string') return fill(value, layers);
  if (Array.isArray(value)) return value.map((v) => fillIn(v, layers));
  if (value && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, fillIn(v, layers)]));
  }
  return value;
}

const NONE = [];

/** A value as the type that a script gives to it. */
function cast(value, type) {
  if (type === 'number') return Number(value);
  if (type === 'boolean') return value === true || value === 'true';
  return type === 'string' ? String(value) : value;
}

export class VariableScope {
  /** `below` are the maps of the scopes that are asked for what this one does not have. */
  constructor(values = undefined, name = undefined, below = NONE) {
    this._map = values ? new Map(Object.entries(values)) : new Map();
    this._below = below;
    this._loose = false;
    if (name !== undefined) this.name = name;
  }

  /** This scope's map first, then those below it. */
  get layers() {
    return [this._map, ...this._below];
  }

  get(key) {
    if (this._map.has(key)) return this._map.get(key);
    for (const map of this._below) if (map.has(key)) return map.get(key);
    return undefined;
  }

  has(key) {
    return this._map.has(key) || this._below.some((map) => map.has(key));
  }

  set(key, value, type) {
    if (type !== undefined) value = cast(value, type);
    if (typeof value === 'function') value = undefined;
    if (value === undefined) this._loose = true;
    this._map.set(typeof key === 'string' ? key : String(key), value);
  }

  unset(key) {
    this._map.delete(key);
  }

  clear() {
    this._map.clear();
  }

  toObject() {
    const merged = {};
    for (const map of this.layers.reverse()) for (const [key, value] of map) merged[key] = value;
    return merged;
  }

  /** What a script leaves undefined is null for everybody after it. */
  settle() {
    if (!this._loose) return;
    this._loose = false;
    for (const [key, value] of this._map) if (value === undefined) this._map.set(key, null);
  }

  toJSON() {
    return { values: [...this._map].map(([key, value]) => ({ key, value })) };
  }

  replaceIn(template) {
    return fillIn(template, this.layers);
  }

  /** Takes all values of an object, and forgets what it does not have. */
  syncVariablesFrom(object) {
    this._map.clear();
    for (const key of Object.keys(object)) this.set(key, object[key]);
  }

  syncVariablesTo(object = {}) {
    return Object.assign(object, Object.fromEntries(this._map));
  }

  get values() {
    const list = new PropertyList();
    for (const [key, value] of this._map) list.members.push({ key, value, type: 'any' });
    return list;
  }
}
