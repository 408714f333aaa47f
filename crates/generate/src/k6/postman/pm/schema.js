// JSON Schema: the keywords of drafts 4 to 2019 that describe API answers.
import { path, same } from './same.js';

const typeOf = (v) => (v === null ? 'null' : Array.isArray(v) ? 'array' : typeof v);
const is = (v, type) =>
  type === 'integer' ? typeof v === 'number' && v % 1 === 0 : type === 'number' ? typeof v === 'number' : typeOf(v) === type;
const FORMATS = {
  date: /^\d{4}-\d\d-\d\d$/,
  time: /^\d\d:\d\d:\d\d(\.\d+)?(z|[+-]\d\d:?\d\d)?$/i,
  'date-time': /^\d{4}-\d\d-\d\d[t\s]\d\d:\d\d:\d\d(\.\d+)?(z|[+-]\d\d(:?\d\d)?)$/i,
  email: /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)*$/,
  hostname: /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i,
  ipv4: /^((25[0-5]|2[0-4]\d|1?\d?\d)(\.|$)){4}$/,
  ipv6: /^[0-9a-f:.]+$/i,
  uri: /^[a-z][a-z0-9+.-]*:[^\s]*$/i,
  url: /^https?:\/\/[^\s]+$/i,
  uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i,
};
const unescape = (t) => decodeURIComponent(t).replace(/~1/g, '/').replace(/~0/g, '~');

const TYPES = ['array', 'boolean', 'integer', 'null', 'number', 'object', 'string'];

/** A fault as ajv describes it. */
const fault = (at, keyword, params, message) => ({ keyword, dataPath: at, schemaPath: `#/${keyword}`, params, message });

/** What is wrong with `data`, each as `{ keyword, dataPath, params, message }`; nothing when it satisfies the schema. */
export function faults(schema, data) {
  let errors = [];
  const known = {};
  const index = (s) => {
    if (!s || typeof s !== 'object') return;
    const id = s.$id || s.id;
    if (typeof id === 'string') known[id] = s;
    Object.values(s).forEach(index);
  };
  const resolve = (ref) => {
    if (ref === '#') return schema;
    if (ref.startsWith('#/')) return ref.slice(2).split('/').map(unescape).reduce((s, k) => (s === undefined || s === null ? s : s[k]), schema);
    if (!Object.keys(known).length) index(schema);
    return known[ref] || extra[ref];
  };
  /** What a schema says about a value, without making it count. */
  const asked = (s, value, at) => {
    const kept = errors;
    errors = [];
    walk(s, value, at);
    const said = errors;
    errors = kept;
    return said;
  };
  const fits = (s, value) => !asked(s, value, '').length;
  const walk = (s, value, at) => {
    const bad = (keyword, message, params = {}) => errors.push(fault(at, keyword, params, message));
    if (s === true || s === undefined || s === null) return;
    if (s === false) {
      bad('false schema', 'boolean schema is false');
      return;
    }
    if (s.$ref) {
      const to = resolve(s.$ref);
      if (to === undefined) throw new Error(`can't resolve reference ${s.$ref}`);
      walk(to, value, at);
      if (Object.keys(s).length === 1) return;
    }
    const wanted = s.type === undefined ? [] : [].concat(s.type);
    if (wanted.some((t) => !TYPES.includes(t))) {
      throw new Error('schema is invalid: data.type should be equal to one of the allowed values, data.type should be array, data.type should match some schema in anyOf');
    }
    if (wanted.length && !(value === null && s.nullable) && !wanted.some((t) => is(value, t))) bad('type', `should be ${wanted.join(',')}`, { type: wanted.join(',') });
    if (s.enum && !s.enum.some((v) => same(v, value))) bad('enum', 'should be equal to one of the allowed values', { allowedValues: s.enum });
    if ('const' in s && !same(s.const, value)) bad('const', 'should be equal to constant', { allowedValue: s.const });
    const type = typeOf(value);
    if (type === 'number') {
      const compare = (keyword, ok, comparison, limit) => ok || bad(keyword, `should be ${comparison} ${limit}`, { comparison, limit, exclusive: comparison.length === 1 });
      const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = s;
      if (minimum !== undefined) exclusiveMinimum === true ? compare('minimum', value > minimum, '>', minimum) : compare('minimum', value >= minimum, '>=', minimum);
      if (maximum !== undefined) exclusiveMaximum === true ? compare('maximum', value < maximum, '<', maximum) : compare('maximum', value <= maximum, '<=', maximum);
      if (typeof exclusiveMinimum === 'number') compare('exclusiveMinimum', value > exclusiveMinimum, '>', exclusiveMinimum);
      if (typeof exclusiveMaximum === 'number') compare('exclusiveMaximum', value < exclusiveMaximum, '<', exclusiveMaximum);
      if (s.multipleOf && Math.abs(value / s.multipleOf - Math.round(value / s.multipleOf)) > 1e-9) bad('multipleOf', `should be multiple of ${s.multipleOf}`, { multipleOf: s.multipleOf });
    }
    if (type === 'string') {
      const length = [...value].length;
      if (s.minLength !== undefined && length < s.minLength) bad('minLength', `should NOT be shorter than ${s.minLength} characters`, { limit: s.minLength });
      if (s.maxLength !== undefined && length > s.maxLength) bad('maxLength', `should NOT be longer than ${s.maxLength} characters`, { limit: s.maxLength });
      if (s.pattern !== undefined && !new RegExp(s.pattern).test(value)) bad('pattern', `should match pattern "${s.pattern}"`, { pattern: s.pattern });
      if (s.format && FORMATS[s.format] && !FORMATS[s.format].test(value)) bad('format', `should match format "${s.format}"`, { format: s.format });
    }
    if (type === 'array') {
      if (s.minItems !== undefined && value.length < s.minItems) bad('minItems', `should NOT have fewer than ${s.minItems} items`, { limit: s.minItems });
      if (s.maxItems !== undefined && value.length > s.maxItems) bad('maxItems', `should NOT have more than ${s.maxItems} items`, { limit: s.maxItems });
      if (s.uniqueItems) {
        const i = value.findIndex((v, n) => value.slice(0, n).some((w) => same(v, w)));
        const j = value.findIndex((w) => same(value[i], w));
        if (i > 0) bad('uniqueItems', `should NOT have duplicate items (items ## ${j} and ${i} are identical)`, { i, j });
      }
      const list = s.prefixItems || (Array.isArray(s.items) ? s.items : undefined);
      const rest = s.prefixItems ? s.items : list ? s.additionalItems : s.items;
      value.forEach((v, i) => walk(list && i < list.length ? list[i] : rest, v, `${at}[${i}]`));
      if (s.contains !== undefined) {
        const said = value.map((v, i) => asked(s.contains, v, `${at}[${i}]`));
        if (said.every((e) => e.length)) {
          errors.push(...said.flat());
          bad('contains', 'should contain a valid item');
        }
      }
    }
    if (type === 'object') walkObject(s, value, at, bad);
    (s.allOf || []).forEach((t) => walk(t, value, at));
    if (s.anyOf) {
      const said = s.anyOf.map((t) => asked(t, value, at));
      if (said.every((e) => e.length)) {
        errors.push(...said.flat());
        bad('anyOf', 'should match some schema in anyOf');
      }
    }
    if (s.oneOf) {
      const said = s.oneOf.map((t) => asked(t, value, at));
      const passing = said.flatMap((e, i) => (e.length ? [] : [i]));
      if (passing.length !== 1) {
        if (!passing.length) errors.push(...said.flat());
        bad('oneOf', 'should match exactly one schema in oneOf', { passingSchemas: passing.length ? passing.slice(0, 2) : null });
      }
    }
    if (s.not !== undefined && fits(s.not, value)) bad('not', 'should NOT be valid');
    if (s.if !== undefined) {
      const branch = fits(s.if, value) ? 'then' : 'else';
      const said = asked(s[branch], value, at);
      errors.push(...said);
      if (said.length) bad('if', `should match "${branch}" schema`, { failingKeyword: branch });
    }
  };
  const walkObject = (s, value, at, bad) => {
    const keys = Object.keys(value);
    const own = (o, k) => o !== undefined && Object.prototype.hasOwnProperty.call(o, k);
    if (s.minProperties !== undefined && keys.length < s.minProperties) bad('minProperties', `should NOT have fewer than ${s.minProperties} properties`, { limit: s.minProperties });
    if (s.maxProperties !== undefined && keys.length > s.maxProperties) bad('maxProperties', `should NOT have more than ${s.maxProperties} properties`, { limit: s.maxProperties });
    if (Array.isArray(s.required)) for (const k of s.required) if (!(k in value)) bad('required', `should have required property '${k}'`, { missingProperty: k });
    if (s.propertyNames !== undefined) {
      for (const propertyName of keys) {
        const said = asked(s.propertyNames, propertyName, at);
        errors.push(...said);
        if (said.length) bad('propertyNames', `property name '${propertyName}' is invalid`, { propertyName });
      }
    }
    const patterns = Object.keys(s.patternProperties || {}).map((p) => [new RegExp(p), s.patternProperties[p]]);
    for (const k of keys) {
      if (s.additionalProperties === undefined || own(s.properties, k) || patterns.some(([p]) => p.test(k))) continue;
      if (s.additionalProperties === false) bad('additionalProperties', 'should NOT have additional properties', { additionalProperty: k });
      else walk(s.additionalProperties, value[k], step(at, k));
    }
    for (const k of Object.keys(s.properties || {})) if (own(value, k)) walk(s.properties[k], value[k], step(at, k));
    for (const [p, t] of patterns) for (const k of keys) if (p.test(k)) walk(t, value[k], step(at, k));
    for (const [k, need] of Object.entries({ ...s.dependencies, ...s.dependentRequired, ...s.dependentSchemas })) {
      if (!(k in value)) continue;
      if (!Array.isArray(need)) walk(need, value, at);
      else for (const n of need) if (!(n in value)) bad('dependencies', `should have ${need.length > 1 ? 'properties' : 'property'} ${need.join(', ')} when property ${k} is present`, { property: k, missingProperty: n, depsCount: need.length, deps: need.join(', ') });
    }
  };
  walk(schema, data, '');
  return errors;
}

/** The path of a property as a script would write it. */
const step = (at, key) => (/^[a-z$_][\w$]*$/i.test(key) ? `${at}.${key}` : `${at}['${key.replace(/'/g, "\\'")}']`);

const sentence = ({ dataPath, message }, name = 'data') => `${name}${dataPath} ${message}`;

/** The same as sentences. */
export const validate = (schema, data) => faults(schema, data).map((e) => sentence(e));

const extra = {};

/** Keywords whose faults come after those of their parts. */
const GROUPS = ['anyOf', 'oneOf', 'contains', 'if', 'propertyNames'];

/** A missing property as ajv writes it when it stops at the first fault. */
const short = (e) => (e.keyword === 'required' ? { ...e, params: { missingProperty: step('', e.params.missingProperty) }, message: `should have required property '${step('', e.params.missingProperty)}'` } : e);

export class Ajv {
  constructor(options = {}) {
    this.errors = null;
    this._all = Boolean(options.allErrors);
    this._schemas = {};
  }

  addSchema(schema, key) {
    for (const s of [].concat(schema)) {
      this._schemas[key || s.$id || s.id] = s;
      extra[key || s.$id || s.id] = s;
    }
    return this;
  }

  addFormat(name, test) {
    FORMATS[name] = typeof test === 'string' ? new RegExp(test) : test instanceof RegExp ? test : { test: test.validate || test };
    return this;
  }

  addMetaSchema() {
    return this;
  }

  addKeyword() {
    return this;
  }

  getSchema(key) {
    return this._schemas[key] && this.compile(this._schemas[key]);
  }

  validateSchema() {
    return true;
  }

  compile(schema) {
    const check = (data) => {
      const errors = faults(schema, data);
      // the first fault is enough when nobody asks for all, with those that explain it
      const first = errors.findIndex((e) => !errors.some((o) => GROUPS.includes(o.keyword) && errors.indexOf(o) > errors.indexOf(e) && o.dataPath === e.dataPath));
      check.errors = errors.length ? (this._all ? errors : errors.slice(0, first + 1).map(short)) : null;
      this.errors = check.errors;
      return !errors.length;
    };
    check.errors = null;
    check.schema = schema;
    return check;
  }

  validate(schema, data) {
    return this.compile(typeof schema === 'string' ? this._schemas[schema] : schema)(data);
  }

  errorsText(errors = this.errors, { separator = ', ', dataVar = 'data' } = {}) {
    return errors && errors.length ? errors.map((e) => sentence(e, dataVar)).join(separator) : 'No errors';
  }
}
Ajv.default = Ajv;

/** What tv4 calls a fault, and its number. */
const TV4 = {
  type: [0, (p, v) => `Invalid type: ${typeOf(v)} (expected ${String(p.type).replace(/,/g, '/')})`],
  enum: [1, (p, v) => `No enum match for: ${JSON.stringify(v)}`],
  anyOf: [10, () => 'Data does not match any schemas from "anyOf"'],
  oneOf: [11, () => 'Data does not match any schemas from "oneOf"'],
  not: [13, () => 'Data matches schema from "not"'],
  multipleOf: [100, (p, v) => `Value ${v} is not a multiple of ${p.multipleOf}`],
  minimum: [101, (p, v) => `Value ${v} is less than minimum ${p.limit}`],
  maximum: [103, (p, v) => `Value ${v} is greater than maximum ${p.limit}`],
  minLength: [200, (p, v) => `String is too short (${v.length} chars), minimum ${p.limit}`],
  maxLength: [201, (p, v) => `String is too long (${v.length} chars), maximum ${p.limit}`],
  pattern: [202, (p) => `String does not match pattern: ${p.pattern}`],
  minProperties: [300, (p, v) => `Too few properties defined (${Object.keys(v).length}), minimum ${p.limit}`],
  maxProperties: [301, (p, v) => `Too many properties defined (${Object.keys(v).length}), maximum ${p.limit}`],
  required: [302, (p) => `Missing required property: ${p.missingProperty}`],
  additionalProperties: [303, () => 'Additional properties not allowed'],
  dependencies: [304, (p) => `Dependency failed - key must exist: ${p.missingProperty} (due to key: ${p.property})`],
  minItems: [400, (p, v) => `Array is too short (${v.length}), minimum ${p.limit}`],
  maxItems: [401, (p, v) => `Array is too long (${v.length}), maximum ${p.limit}`],
  uniqueItems: [402, (p) => `Array items are not unique (indices ${p.j} and ${p.i})`],
  format: [500, (p) => `Format validation failed (${p.format})`],
};

/** A fault as tv4 describes it. */
function described({ keyword, dataPath, params, message }, data) {
  const two = keyword === 'oneOf' && params.passingSchemas;
  const steps = path(dataPath.replace(/^\./, ''));
  const value = dataPath ? steps.reduce((v, k) => v && v[k], data) : data;
  const [code, words] = two ? [12, () => `Data is valid against more than one schema from "oneOf": indices ${two[0]} and ${two[1]}`] : TV4[keyword] || [0, () => message];
  const more = keyword === 'additionalProperties' ? [params.additionalProperty] : [];
  const at = (dataPath ? steps : []).concat(more).map((k) => `/${k}`).join('');
  const schema = (dataPath ? steps : []).map((k) => (/^\d+$/.test(k) ? '/items' : `/properties/${k}`)).join('');
  const which = keyword === 'required' ? '/0' : '';
  return { message: words(params, value), params, code, dataPath: at, schemaPath: `${schema}/${keyword}${which}`, subErrors: null };
}

const tv4Of = (data, schema, strict) => {
  const all = faults(strict ? closed(schema) : schema, data);
  // what the parts of a choice say comes before the choice, which is all that tv4 tells
  const told = all.filter((e, i) => !all.slice(i + 1).some((o) => GROUPS.includes(o.keyword) && e.dataPath.startsWith(o.dataPath)));
  return told.map((e) => described(e, data));
};

/** A schema whose objects have no other properties than those it names. */
const closed = (schema) => {
  if (!schema || typeof schema !== 'object' || Array.isArray(schema)) return schema;
  const out = { ...schema };
  if (out.properties) {
    out.properties = Object.fromEntries(Object.entries(out.properties).map(([k, v]) => [k, closed(v)]));
    out.additionalProperties = out.additionalProperties ?? false;
  }
  if (out.items) out.items = Array.isArray(out.items) ? out.items.map(closed) : closed(out.items);
  return out;
};

export const tv4 = {
  error: null,
  missing: [],
  valid: true,
  validate(data, schema, recursive, strict) {
    const [error = null] = tv4Of(data, schema, strict);
    tv4.error = error;
    tv4.valid = !error;
    return !error;
  },
  validateResult(data, schema, recursive, strict) {
    const [error = null] = tv4Of(data, schema, strict);
    return { valid: !error, error, missing: [] };
  },
  validateMultiple(data, schema, recursive, strict) {
    const errors = tv4Of(data, schema, strict);
    return { valid: !errors.length, errors, missing: [] };
  },
  addSchema(key, schema) {
    if (typeof key === 'string') extra[key] = schema;
    else if (key) extra[key.$id || key.id] = key;
  },
  getSchema: (key) => extra[key],
  addFormat(name, test) {
    FORMATS[name] = { test: (v) => !test(v) };
  },
  reset() {},
};
