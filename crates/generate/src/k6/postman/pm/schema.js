// JSON Schema: the keywords of drafts 4 to 2019 that describe API answers.
import { same, show } from './same.js';

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

/** What is wrong with `data`, one sentence each; nothing when it satisfies the schema. */
export function validate(schema, data) {
  const errors = [];
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
  const fits = (s, value) => {
    const before = errors.length;
    walk(s, value, '');
    const ok = errors.length === before;
    errors.length = before;
    return ok;
  };
  const walk = (s, value, at) => {
    const bad = (what) => errors.push(`data${at} ${what}`);
    if (s === true || s === undefined || s === null) return;
    if (s === false) {
      bad('is not allowed');
      return;
    }
    if (s.$ref) {
      const to = resolve(s.$ref);
      if (to === undefined) throw new Error(`can't resolve reference ${s.$ref}`);
      walk(to, value, at);
      if (Object.keys(s).length === 1) return;
    }
    if (s.type !== undefined && !(value === null && s.nullable) && ![].concat(s.type).some((t) => is(value, t))) bad(`should be ${[].concat(s.type).join(',')}`);
    if (s.enum && !s.enum.some((v) => same(v, value))) bad('should be equal to one of the allowed values');
    if ('const' in s && !same(s.const, value)) bad('should be equal to constant');
    const type = typeOf(value);
    if (type === 'number') {
      if (s.minimum !== undefined && (s.exclusiveMinimum === true ? value <= s.minimum : value < s.minimum)) bad(`should be >= ${s.minimum}`);
      if (s.maximum !== undefined && (s.exclusiveMaximum === true ? value >= s.maximum : value > s.maximum)) bad(`should be <= ${s.maximum}`);
      if (typeof s.exclusiveMinimum === 'number' && value <= s.exclusiveMinimum) bad(`should be > ${s.exclusiveMinimum}`);
      if (typeof s.exclusiveMaximum === 'number' && value >= s.exclusiveMaximum) bad(`should be < ${s.exclusiveMaximum}`);
      if (s.multipleOf && Math.abs(value / s.multipleOf - Math.round(value / s.multipleOf)) > 1e-9) bad(`should be multiple of ${s.multipleOf}`);
    }
    if (type === 'string') {
      const length = [...value].length;
      if (s.minLength !== undefined && length < s.minLength) bad(`should NOT be shorter than ${s.minLength} characters`);
      if (s.maxLength !== undefined && length > s.maxLength) bad(`should NOT be longer than ${s.maxLength} characters`);
      if (s.pattern !== undefined && !new RegExp(s.pattern).test(value)) bad(`should match pattern ${s.pattern}`);
      if (s.format && FORMATS[s.format] && !FORMATS[s.format].test(value)) bad(`should match format ${s.format}`);
    }
    if (type === 'array') {
      if (s.minItems !== undefined && value.length < s.minItems) bad(`should NOT have fewer than ${s.minItems} items`);
      if (s.maxItems !== undefined && value.length > s.maxItems) bad(`should NOT have more than ${s.maxItems} items`);
      if (s.uniqueItems && value.some((v, i) => value.slice(0, i).some((w) => same(v, w)))) bad('should NOT have duplicate items');
      const list = s.prefixItems || (Array.isArray(s.items) ? s.items : undefined);
      const rest = s.prefixItems ? s.items : list ? s.additionalItems : s.items;
      value.forEach((v, i) => walk(list && i < list.length ? list[i] : rest, v, `${at}[${i}]`));
      if (s.contains !== undefined && !value.some((v) => fits(s.contains, v))) bad('should contain a valid item');
    }
    if (type === 'object') {
      const keys = Object.keys(value);
      if (Array.isArray(s.required)) s.required.filter((k) => !(k in value)).forEach((k) => bad(`should have required property '${k}'`));
      if (s.minProperties !== undefined && keys.length < s.minProperties) bad(`should NOT have fewer than ${s.minProperties} properties`);
      if (s.maxProperties !== undefined && keys.length > s.maxProperties) bad(`should NOT have more than ${s.maxProperties} properties`);
      for (const k of keys) {
        const here = `${at}.${k}`;
        let seen = false;
        if (s.properties && Object.prototype.hasOwnProperty.call(s.properties, k)) {
          seen = true;
          walk(s.properties[k], value[k], here);
        }
        for (const p of Object.keys(s.patternProperties || {})) {
          if (new RegExp(p).test(k)) {
            seen = true;
            walk(s.patternProperties[p], value[k], here);
          }
        }
        if (!seen && s.additionalProperties === false) bad(`should NOT have additional properties (${show(k)})`);
        else if (!seen && s.additionalProperties) walk(s.additionalProperties, value[k], here);
        if (s.propertyNames !== undefined && !fits(s.propertyNames, k)) bad(`property name ${show(k)} is invalid`);
      }
      for (const [k, need] of Object.entries({ ...s.dependencies, ...s.dependentRequired, ...s.dependentSchemas })) {
        if (!(k in value)) continue;
        if (Array.isArray(need)) need.filter((n) => !(n in value)).forEach((n) => bad(`should have property ${n} when property ${k} is present`));
        else walk(need, value, at);
      }
    }
    (s.allOf || []).forEach((t) => walk(t, value, at));
    if (s.anyOf && !s.anyOf.some((t) => fits(t, value))) bad('should match some schema in anyOf');
    if (s.oneOf && s.oneOf.filter((t) => fits(t, value)).length !== 1) bad('should match exactly one schema in oneOf');
    if (s.not !== undefined && fits(s.not, value)) bad('should NOT be valid');
    if (s.if !== undefined) walk(fits(s.if, value) ? s.then : s.else, value, at);
  };
  walk(schema, data, '');
  return errors;
}

const extra = {};

export class Ajv {
  constructor() {
    this.errors = null;
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
      const errors = validate(schema, data);
      check.errors = errors.length ? errors.map((message) => ({ message, dataPath: '', instancePath: '', keyword: '', params: {} })) : null;
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

  errorsText(errors = this.errors) {
    return errors ? errors.map((e) => e.message).join(', ') : 'No errors';
  }
}
Ajv.default = Ajv;

export const tv4 = {
  error: null,
  missing: [],
  validate(data, schema) {
    const errors = validate(schema, data);
    tv4.error = errors.length ? { message: errors[0], code: 0, dataPath: '', schemaPath: '' } : null;
    return !errors.length;
  },
  validateResult(data, schema) {
    const errors = validate(schema, data);
    return { valid: !errors.length, error: errors.length ? { message: errors[0], dataPath: '' } : null, missing: [] };
  },
  validateMultiple(data, schema) {
    const errors = validate(schema, data);
    return { valid: !errors.length, errors: errors.map((message) => ({ message, dataPath: '' })), missing: [] };
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
