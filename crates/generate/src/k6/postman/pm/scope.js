// Variables: one scope, and the layers that a placeholder is looked up in.
import { dynamic } from './dynamic.js';

const HOLE = /\{\{([^{}]*?)}}/g;

/** Fills `{{name}}` from the first layer that has it, values of values too; what nobody knows stays as it is. */
export function fill(text, layers) {
  let out = String(text);
  for (let round = 0; round < 19 && out.includes('{{'); round++) {
    const before = out;
    out = out.replace(HOLE, (hole, name) => {
      for (const layer of layers) {
        if (layer.has(name)) {
          const value = layer.raw(name);
          return value === undefined ? '' : String(value);
        }
      }
      const made = dynamic(name);
      return made === undefined ? hole : String(made);
    });
    if (out === before) break;
  }
  return out;
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

export class VariableScope {
  constructor(values = {}, name = undefined, layers = []) {
    this._map = new Map(Object.entries(values));
    this._layers = layers;
    if (name !== undefined) this.name = name;
  }

  raw(key) {
    return this._map.get(key);
  }

  /** All layers, this scope first. */
  layers() {
    return [{ has: (k) => this._map.has(k), raw: (k) => this._map.get(k) }, ...this._layers];
  }

  get(key) {
    for (const layer of this.layers()) if (layer.has(key)) return layer.raw(key);
    return undefined;
  }

  has(key) {
    return this.layers().some((layer) => layer.has(key));
  }

  set(key, value) {
    this._map.set(String(key), value);
  }

  unset(key) {
    this._map.delete(key);
  }

  clear() {
    this._map.clear();
  }

  toObject() {
    const merged = {};
    for (const layer of [...this._layers].reverse()) Object.assign(merged, layer.toObject ? layer.toObject() : {});
    return Object.assign(merged, Object.fromEntries(this._map));
  }

  /** What a script leaves undefined is null for everybody after it. */
  settle() {
    for (const [key, value] of this._map) if (value === undefined) this._map.set(key, null);
  }

  toJSON() {
    return { values: [...this._map].map(([key, value]) => ({ key, value })) };
  }

  replaceIn(template) {
    return fillIn(template, this.layers());
  }

  get values() {
    const map = this._map;
    const list = [...map].map(([key, value]) => ({ key, value, type: 'any' }));
    return {
      members: list,
      all: () => list,
      each: (f) => list.forEach(f),
      map: (f) => list.map(f),
      filter: (f) => list.filter(f),
      find: (f) => list.find(f),
      count: () => list.length,
      has: (key) => map.has(key),
      get: (key) => map.get(key),
      one: (key) => list.find((v) => v.key === key),
      toObject: () => Object.fromEntries(map),
    };
  }
}
