// Whether two values are the same, what stands at a path.
export const typeOf = (v) => {
  if (v === null) return 'null';
  if (v === undefined) return 'undefined';
  return Object.prototype.toString.call(v).slice(8, -1);
};

export function same(a, b) {
  if (a === b) return a !== 0 || 1 / a === 1 / b;
  if (typeof a !== typeof b) return false;
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

/** Whether a list has a value. */
export const holds = (list, value, deep) => (deep ? list.some((v) => same(v, value)) : list.includes(value));

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
