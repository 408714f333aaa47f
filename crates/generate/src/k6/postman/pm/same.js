// Whether two values are the same, what stands at a path, how a value is shown.
export const typeOf = (v) => {
  if (v === null) return 'null';
  if (v === undefined) return 'undefined';
  return Object.prototype.toString.call(v).slice(8, -1);
};

/** A value as people write it, cut short when it is long. */
export function show(value, depth = 0) {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'function') return value.name ? `[Function ${value.name}]` : '[Function]';
  if (value === null || typeof value !== 'object') return String(value);
  if (value._shown) return value._shown;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (value instanceof RegExp || value instanceof Error) return String(value);
  if (depth > 2) return Array.isArray(value) ? '[Array]' : '[Object]';
  const list = Array.isArray(value);
  const parts = list ? value.map((v) => show(v, depth + 1)) : Object.keys(value).map((key) => `${key}: ${show(value[key], depth + 1)}`);
  if (!parts.length) return list ? '[]' : '{}';
  let kept = parts.length;
  while (kept > 1 && parts.slice(0, kept).join(', ').length > 120) kept -= 1;
  if (kept < parts.length) parts.splice(kept, parts.length, `…(${parts.length - kept})`);
  return list ? `[ ${parts.join(', ')} ]` : `{ ${parts.join(', ')} }`;
}

export function same(a, b) {
  if (a === b) return a !== 0 || 1 / a === 1 / b;
  if (a !== a && b !== b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const type = typeOf(a);
  if (type !== typeOf(b)) return false;
  switch (type) {
    case 'Date':
      return same(a.valueOf(), b.valueOf());
    case 'RegExp':
      return String(a) === String(b);
    case 'Map':
    case 'Set': {
      const x = [...a];
      const y = [...b];
      return x.length === y.length && x.every((v) => y.some((w) => same(v, w)));
    }
    case 'Number':
    case 'String':
    case 'Boolean':
      return same(a.valueOf(), b.valueOf());
    case 'Error':
      return false;
    default: {
      if (Array.isArray(a)) return a.length === b.length && a.every((v, i) => same(v, b[i]));
      const keys = [];
      for (const k in a) keys.push(k);
      let count = 0;
      for (const k in b) count += 1;
      return keys.length === count && keys.every((k) => k in b && same(a[k], b[k]));
    }
  }
}

/** `a.b[0]` in steps; a backslash keeps a dot or a bracket in a name. */
export function path(text) {
  const steps = String(text).match(/\[\d+\]|\[(["']).*?\1\]|(?:\\.|[^.[\\])+/g) || [''];
  return steps.map((step) => (step[0] === '[' ? step.slice(1, -1).replace(/^(["'])(.*)\1$/, '$2') : step.replace(/\\(.)/g, '$1')));
}

/** Lodash's notion of a path: whether each step is an own property, and the value there. */
export function reach(value, at) {
  if (value !== null && value !== undefined && Object.prototype.hasOwnProperty.call(Object(value), at)) {
    return { found: true, value: value[at] };
  }
  let here = value;
  for (const step of Array.isArray(at) ? at : path(at)) {
    if (here === null || here === undefined || !Object.prototype.hasOwnProperty.call(Object(here), step)) return { found: false };
    here = here[step];
  }
  return { found: true, value: here };
}
