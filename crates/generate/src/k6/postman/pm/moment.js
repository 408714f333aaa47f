// The part of moment that scripts of collections use. English only.
const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const UNITS = {
  ms: 'millisecond', millisecond: 'millisecond', s: 'second', second: 'second', sec: 'second', m: 'minute', minute: 'minute', min: 'minute', h: 'hour', hour: 'hour', d: 'day', day: 'day', date: 'date', D: 'date',
  w: 'week', week: 'week', isoWeek: 'isoWeek', W: 'isoWeek', isoweek: 'isoWeek', M: 'month', month: 'month', Q: 'quarter', quarter: 'quarter', y: 'year', year: 'year', e: 'weekday', weekday: 'weekday', E: 'isoWeekday', isoweekday: 'isoWeekday', isoWeekday: 'isoWeekday', dayofyear: 'dayOfYear', dayOfYear: 'dayOfYear',
};
const MS = { millisecond: 1, second: 1000, minute: 60000, hour: 3600000, day: 86400000, date: 86400000, week: 604800000, isoWeek: 604800000 };
const unit = (u = 'millisecond') => UNITS[u] || UNITS[String(u).replace(/s$/, '')] || UNITS[String(u).toLowerCase().replace(/s$/, '')] || 'millisecond';
const two = (n, w = 2) => String(Math.abs(n)).padStart(w, '0');
const ordinal = (n) => n + (n % 100 > 10 && n % 100 < 14 ? 'th' : ['th', 'st', 'nd', 'rd'][n % 10] || 'th');
const TOKENS = /\[[^\]]*\]|YYYYYY|YYYY|YY|Y|Qo|Q|MMMM|MMM|Mo|MM|M|DDDD|DDDo|DDD|Do|DD|D|dddd|ddd|dd|do|d|E|e|WW|W|ww|w|GGGG|gggg|HH|H|hh|h|kk|k|A|a|mm|m|ss|s|S{1,9}|ZZ|Z|X|x|LTS|LT|LLLL|LLL|LL|L|llll|lll|ll|l/g;
const LONG = { LT: 'h:mm A', LTS: 'h:mm:ss A', L: 'MM/DD/YYYY', LL: 'MMMM D, YYYY', LLL: 'MMMM D, YYYY h:mm A', LLLL: 'dddd, MMMM D, YYYY h:mm A', l: 'M/D/YYYY', ll: 'MMM D, YYYY', lll: 'MMM D, YYYY h:mm A', llll: 'ddd, MMM D, YYYY h:mm A' };

class Moment {
  /** `offset`: minutes east of UTC, or undefined for local time. */
  constructor(ms, offset) {
    this._ms = ms;
    this._offset = offset;
  }

  get _shift() {
    return this._offset === undefined ? -new Date(this._ms).getTimezoneOffset() : this._offset;
  }

  /** A date whose UTC fields are the fields of this moment. */
  get _d() {
    return new Date(this._ms + this._shift * 60000);
  }

  _from(d) {
    let ms = d.getTime() - this._shift * 60000;
    if (this._offset === undefined) ms = d.getTime() + new Date(ms).getTimezoneOffset() * 60000;
    this._ms = ms;
    return this;
  }

  clone() {
    return new Moment(this._ms, this._offset);
  }

  isValid() {
    return !Number.isNaN(this._ms);
  }

  valueOf() {
    return this._ms;
  }

  unix() {
    return Math.floor(this._ms / 1000);
  }

  toDate() {
    return new Date(this._ms);
  }

  toISOString(keep) {
    return keep ? this.format('YYYY-MM-DD[T]HH:mm:ss.SSSZ') : this.isValid() ? new Date(this._ms).toISOString() : null;
  }

  toJSON() {
    return this.toISOString();
  }

  toString() {
    return this.format('ddd MMM DD YYYY HH:mm:ss [GMT]ZZ');
  }

  toObject() {
    const d = this._d;
    return { years: d.getUTCFullYear(), months: d.getUTCMonth(), date: d.getUTCDate(), hours: d.getUTCHours(), minutes: d.getUTCMinutes(), seconds: d.getUTCSeconds(), milliseconds: d.getUTCMilliseconds() };
  }

  toArray() {
    return Object.values(this.toObject());
  }

  utc() {
    this._offset = 0;
    return this;
  }

  local() {
    this._offset = undefined;
    return this;
  }

  utcOffset(n) {
    if (n === undefined) return this._shift;
    if (typeof n === 'string') {
      const m = /([+-])(\d\d):?(\d\d)/.exec(n);
      n = m ? (m[1] === '-' ? -1 : 1) * (Number(m[2]) * 60 + Number(m[3])) : 0;
    }
    this._offset = Math.abs(n) < 16 ? n * 60 : n;
    return this;
  }

  isUTC() {
    return this._offset === 0;
  }

  locale() {
    return arguments.length ? this : 'en';
  }

  tz() {
    return this;
  }

  format(pattern) {
    if (!this.isValid()) return 'Invalid date';
    if (pattern === undefined) pattern = this._offset === 0 ? 'YYYY-MM-DDTHH:mm:ss[Z]' : 'YYYY-MM-DDTHH:mm:ssZ';
    const d = this._d;
    const [Y, M, D, H, m, s, ms, w] = [d.getUTCFullYear(), d.getUTCMonth(), d.getUTCDate(), d.getUTCHours(), d.getUTCMinutes(), d.getUTCSeconds(), d.getUTCMilliseconds(), d.getUTCDay()];
    const zone = (colon) => `${this._shift < 0 ? '-' : '+'}${two(Math.trunc(Math.abs(this._shift) / 60))}${colon}${two(Math.abs(this._shift) % 60)}`;
    const h12 = H % 12 || 12;
    const make = {
      YYYY: () => two(Y, 4), YY: () => two(Y % 100), Y: () => Y, Q: () => Math.floor(M / 3) + 1, Qo: () => ordinal(Math.floor(M / 3) + 1), MMMM: () => MONTHS[M], MMM: () => MONTHS[M].slice(0, 3), MM: () => two(M + 1), M: () => M + 1, Mo: () => ordinal(M + 1),
      DDDD: () => two(this.dayOfYear(), 3), DDD: () => this.dayOfYear(), DD: () => two(D), D: () => D, Do: () => ordinal(D), dddd: () => DAYS[w], ddd: () => DAYS[w].slice(0, 3), dd: () => DAYS[w].slice(0, 2), d: () => w, do: () => ordinal(w), e: () => w, E: () => w || 7,
      WW: () => two(this.isoWeek()), W: () => this.isoWeek(), ww: () => two(this.week()), w: () => this.week(), GGGG: () => this.isoWeekYear(), gggg: () => Y, HH: () => two(H), H: () => H, hh: () => two(h12), h: () => h12, kk: () => two(H || 24), k: () => H || 24, A: () => (H < 12 ? 'AM' : 'PM'), a: () => (H < 12 ? 'am' : 'pm'),
      mm: () => two(m), m: () => m, ss: () => two(s), s: () => s, Z: () => zone(':'), ZZ: () => zone(''), X: () => this.unix(), x: () => this._ms,
    };
    return pattern.replace(TOKENS, (t) => {
      if (t[0] === '[') return t.slice(1, -1);
      if (t[0] === 'S') return String(ms).padStart(3, '0').padEnd(9, '0').slice(0, t.length);
      if (LONG[t]) return this.format(LONG[t]);
      return make[t] ? make[t]() : t;
    });
  }

  add(n, u) {
    if (n && n._length !== undefined) {
      this.add(n._months, 'month');
      this._ms += n._length;
      return this;
    }
    if (n && typeof n === 'object') {
      Object.keys(n).forEach((k) => this.add(n[k], k));
      return this;
    }
    if (typeof n === 'string' && Number.isNaN(Number(n))) [n, u] = [u, n];
    n = Number(n);
    u = unit(u);
    const d = this._d;
    if (u === 'month' || u === 'year' || u === 'quarter') {
      const months = Math.round(n * { month: 1, quarter: 3, year: 12 }[u]);
      const day = d.getUTCDate();
      d.setUTCDate(1);
      d.setUTCMonth(d.getUTCMonth() + months);
      d.setUTCDate(Math.min(day, new Date(Date.UTC(d.getUTCFullYear(), d.getUTCMonth() + 1, 0)).getUTCDate()));
      return this._from(d);
    }
    if (u === 'day' || u === 'week' || u === 'isoWeek' || u === 'date') {
      d.setUTCDate(d.getUTCDate() + Math.round(n) * (u === 'day' || u === 'date' ? 1 : 7));
      return this._from(d);
    }
    this._ms += n * MS[u];
    return this;
  }

  subtract(n, u) {
    if (n && n._length !== undefined) return this.add({ _length: -n._length, _months: -n._months });
    if (n && typeof n === 'object') {
      Object.keys(n).forEach((k) => this.add(-n[k], k));
      return this;
    }
    if (typeof n === 'string' && Number.isNaN(Number(n))) [n, u] = [u, n];
    return this.add(-Number(n), u);
  }

  startOf(u) {
    u = unit(u);
    const d = this._d;
    const { year, month } = { year: d.getUTCFullYear(), month: d.getUTCMonth() };
    if (u === 'year') return this._from(new Date(Date.UTC(year, 0, 1)));
    if (u === 'quarter') return this._from(new Date(Date.UTC(year, month - (month % 3), 1)));
    if (u === 'month') return this._from(new Date(Date.UTC(year, month, 1)));
    d.setUTCHours(u === 'hour' || u === 'minute' || u === 'second' ? d.getUTCHours() : 0, u === 'minute' || u === 'second' ? d.getUTCMinutes() : 0, u === 'second' ? d.getUTCSeconds() : 0, 0);
    if (u === 'week') d.setUTCDate(d.getUTCDate() - d.getUTCDay());
    if (u === 'isoWeek') d.setUTCDate(d.getUTCDate() - ((d.getUTCDay() + 6) % 7));
    return this._from(d);
  }

  endOf(u) {
    if (unit(u) === 'millisecond') return this;
    return this.startOf(u).add(1, unit(u)).subtract(1, 'ms');
  }

  diff(other, u = 'millisecond', exact = false) {
    const that = moment(other);
    u = unit(u);
    let out;
    if (u === 'month' || u === 'year' || u === 'quarter') {
      const whole = (that._d.getUTCFullYear() - this._d.getUTCFullYear()) * 12 + that._d.getUTCMonth() - this._d.getUTCMonth();
      const anchor = this.clone().add(whole, 'month');
      const next = this.clone().add(whole + (that - anchor < 0 ? -1 : 1), 'month');
      const part = (that - anchor) / Math.abs(next - anchor);
      out = -(whole + part) / { month: 1, quarter: 3, year: 12 }[u] || 0;
    } else {
      const zone = u === 'day' || u === 'week' ? (this._shift - that._shift) * 60000 : 0;
      out = (this._ms - that._ms + zone) / MS[u];
    }
    return exact ? out : Math.trunc(out) || 0;
  }

  isBefore(other, u) {
    return u ? this.clone().endOf(u) < moment(other) : this._ms < moment(other)._ms;
  }

  isAfter(other, u) {
    return u ? this.clone().startOf(u) > moment(other) : this._ms > moment(other)._ms;
  }

  isSame(other, u) {
    return u ? this.clone().startOf(u) <= moment(other) && moment(other) <= this.clone().endOf(u) : this._ms === moment(other)._ms;
  }

  isSameOrBefore(other, u) {
    return this.isSame(other, u) || this.isBefore(other, u);
  }

  isSameOrAfter(other, u) {
    return this.isSame(other, u) || this.isAfter(other, u);
  }

  isBetween(a, b, u, edges = '()') {
    return (edges[0] === '(' ? this.isAfter(a, u) : !this.isBefore(a, u)) && (edges[1] === ')' ? this.isBefore(b, u) : !this.isAfter(b, u));
  }

  isLeapYear() {
    return new Date(Date.UTC(this.year(), 1, 29)).getUTCMonth() === 1;
  }

  daysInMonth() {
    return new Date(Date.UTC(this.year(), this.month() + 1, 0)).getUTCDate();
  }

  dayOfYear() {
    return Math.round((Date.UTC(this.year(), this.month(), this.date()) - Date.UTC(this.year(), 0, 1)) / 86400000) + 1;
  }

  quarter() {
    return Math.floor(this.month() / 3) + 1;
  }

  week() {
    return Math.ceil((this.dayOfYear() + new Date(Date.UTC(this.year(), 0, 1)).getUTCDay()) / 7);
  }

  isoWeekYear() {
    return this.clone().add(4 - this.isoWeekday(), 'day').year();
  }

  isoWeek() {
    return Math.ceil(this.clone().add(4 - this.isoWeekday(), 'day').dayOfYear() / 7);
  }

  isoWeekday(n) {
    const now = this._d.getUTCDay() || 7;
    return n === undefined ? now : this.add(n - now, 'day');
  }

  fromNow(plain) {
    return this.from(moment(), plain);
  }

  to(other, plain) {
    return moment(other).from(this, plain);
  }

  toNow(plain) {
    return this.to(moment(), plain);
  }

  from(other, plain) {
    const out = duration(this.diff(other)).humanize();
    return plain ? out : this._ms > moment(other)._ms ? `in ${out}` : `${out} ago`;
  }

  get(u) {
    return this[{ ...GETTERS }[unit(u)] || 'valueOf']();
  }

  set(u, n) {
    if (u && typeof u === 'object') {
      Object.keys(u).forEach((k) => this.set(k, u[k]));
      return this;
    }
    return this[GETTERS[unit(u)]](n);
  }
}
const GETTERS = { millisecond: 'millisecond', second: 'second', minute: 'minute', hour: 'hour', day: 'day', date: 'date', month: 'month', year: 'year', quarter: 'quarter', week: 'week', isoWeek: 'isoWeek', weekday: 'day', isoWeekday: 'isoWeekday', dayOfYear: 'dayOfYear' };
const field = (names, get, set) => {
  for (const name of names) {
    Moment.prototype[name] = function (n) {
      if (n === undefined) return this._d[`getUTC${get}`]();
      const d = this._d;
      set(d, n);
      return this._from(d);
    };
  }
};
field(['year', 'years'], 'FullYear', (d, n) => d.setUTCFullYear(n));
field(['month', 'months'], 'Month', (d, n) => {
  const day = d.getUTCDate();
  if (typeof n === 'string') n = MONTHS.findIndex((m) => m.slice(0, 3).toLowerCase() === n.slice(0, 3).toLowerCase());
  d.setUTCDate(1);
  d.setUTCMonth(n);
  d.setUTCDate(Math.min(day, new Date(Date.UTC(d.getUTCFullYear(), d.getUTCMonth() + 1, 0)).getUTCDate()));
});
field(['date', 'dates'], 'Date', (d, n) => d.setUTCDate(n));
field(['day', 'days', 'weekday'], 'Day', (d, n) => d.setUTCDate(d.getUTCDate() + (typeof n === 'string' ? DAYS.findIndex((x) => x.slice(0, 3).toLowerCase() === n.slice(0, 3).toLowerCase()) : n) - d.getUTCDay()));
field(['hour', 'hours'], 'Hours', (d, n) => d.setUTCHours(n));
field(['minute', 'minutes'], 'Minutes', (d, n) => d.setUTCMinutes(n));
field(['second', 'seconds'], 'Seconds', (d, n) => d.setUTCSeconds(n));
field(['millisecond', 'milliseconds'], 'Milliseconds', (d, n) => d.setUTCMilliseconds(n));

const READ = {
  YYYY: [/^[+-]?\d{1,6}|^\d{4}/, (o, v) => { o.Y = Number(v); }], YY: [/^\d\d/, (o, v) => { o.Y = Number(v) + (Number(v) > 68 ? 1900 : 2000); }],
  MMMM: [/^[a-z]+/i, (o, v) => { o.M = MONTHS.findIndex((m) => m.slice(0, 3).toLowerCase() === v.slice(0, 3).toLowerCase()); }], MM: [/^\d\d?/, (o, v) => { o.M = Number(v) - 1; }], DD: [/^\d\d?/, (o, v) => { o.D = Number(v); }], Do: [/^\d+(st|nd|rd|th)/, (o, v) => { o.D = parseInt(v, 10); }],
  HH: [/^\d\d?/, (o, v) => { o.h = Number(v); }], mm: [/^\d\d?/, (o, v) => { o.m = Number(v); }], ss: [/^\d\d?/, (o, v) => { o.s = Number(v); }], SSS: [/^\d+/, (o, v) => { o.ms = Math.floor(Number(`0.${v}`) * 1000); }],
  A: [/^[ap]m/i, (o, v) => { o.pm = v[0].toLowerCase() === 'p'; o.half = true; }], Z: [/^z|^[+-]\d\d:?\d\d/i, (o, v) => { const m = /([+-])(\d\d):?(\d\d)/.exec(v); o.z = m ? (m[1] === '-' ? -1 : 1) * (Number(m[2]) * 60 + Number(m[3])) : 0; }],
  X: [/^\d+(\.\d+)?/, (o, v) => { o.at = Number(v) * 1000; }], x: [/^\d+/, (o, v) => { o.at = Number(v); }], dddd: [/^[a-z]+/i, () => {}],
};
const ALIAS = { Y: 'YYYY', MMM: 'MMMM', M: 'MM', D: 'DD', H: 'HH', h: 'HH', hh: 'HH', m: 'mm', s: 'ss', S: 'SSS', SS: 'SSS', a: 'A', ZZ: 'Z', ddd: 'dddd' };
/** How many digits a token has when nothing may be left out. */
const STRICT = { YYYY: 4, YY: 2, MM: 2, DD: 2, HH: 2, hh: 2, mm: 2, ss: 2 };
function parse(text, pattern, utc, strict) {
  const o = {};
  let rest = String(text);
  let last = 0;
  const skip = (literal) => {
    for (const c of literal) if (rest[0] === c) rest = rest.slice(1);
  };
  for (const m of pattern.matchAll(TOKENS)) {
    skip(pattern.slice(last, m.index));
    last = m.index + m[0].length;
    if (m[0][0] === '[') {
      skip(m[0].slice(1, -1));
      continue;
    }
    const how = READ[m[0]] || READ[ALIAS[m[0]]] || (m[0][0] === 'S' && READ.SSS);
    const found = how && how[0].exec(rest);
    if (!found || (strict && STRICT[m[0]] && found[0].length !== STRICT[m[0]])) return NaN;
    how[1](o, found[0]);
    rest = rest.slice(found[0].length);
  }
  skip(pattern.slice(last));
  if (strict && rest) return NaN;
  if (o.at !== undefined) return o.at;
  if (o.half) o.h = ((o.h || 0) % 12) + (o.pm ? 12 : 0);
  const now = new Date();
  const Y = o.Y ?? now.getFullYear();
  const M = o.M ?? (o.Y === undefined ? now.getMonth() : 0);
  const D = o.D ?? (o.M === undefined && o.Y === undefined ? now.getDate() : 1);
  if (M < 0 || M > 11 || D < 1 || D > new Date(Date.UTC(Y, M + 1, 0)).getUTCDate() || o.h > 24 || o.m > 59 || o.s > 59) return NaN;
  const fields = [Y, M, D, o.h || 0, o.m || 0, o.s || 0, o.ms || 0];
  if (o.z !== undefined) return Date.UTC(...fields) - o.z * 60000;
  return utc ? Date.UTC(...fields) : new Date(...fields).getTime();
}
function read(value, pattern, utc, strict) {
  if (value === undefined) return Date.now();
  if (value === null) return NaN;
  if (value instanceof Moment) return value._ms;
  if (value instanceof Date) return value.getTime();
  if (typeof value === 'number') return value;
  if (Array.isArray(value)) return utc ? Date.UTC(...value) : new Date(value[0], value[1] || 0, value[2] ?? 1, ...value.slice(3)).getTime();
  if (typeof value === 'object') {
    const part = (otherwise, ...names) => Number(names.map((n) => value[n]).find((v) => v !== undefined) ?? otherwise);
    const fields = [
      part(new Date().getFullYear(), 'year', 'years', 'y'), part(0, 'month', 'months', 'M'), part(1, 'day', 'days', 'date', 'd', 'D'),
      part(0, 'hour', 'hours', 'h'), part(0, 'minute', 'minutes', 'm'), part(0, 'second', 'seconds', 's'), part(0, 'millisecond', 'milliseconds', 'ms'),
    ];
    return utc ? Date.UTC(...fields) : new Date(...fields).getTime();
  }
  if (pattern) {
    for (const p of [].concat(pattern)) {
      const ms = p === moment.ISO_8601 ? read(value, undefined, utc) : parse(value, p, utc, strict);
      if (!Number.isNaN(ms)) return ms;
    }
    return NaN;
  }
  const iso = /^(\d{4})-?(\d\d)?-?(\d\d)?(?:[T ](\d\d):?(\d\d)?(?::?(\d\d)(?:[.,](\d+))?)?)?\s*(z|[+-]\d\d:?\d\d)?$/i.exec(value.trim());
  if (iso) {
    const [, Y, M, D, h, m, s, f, z] = iso;
    const fields = [Number(Y), Number(M || 1) - 1, Number(D || 1), Number(h || 0), Number(m || 0), Number(s || 0), f ? Math.floor(Number(`0.${f}`) * 1000) : 0];
    if (z) return parse(value.trim().replace(' ', 'T'), f ? 'YYYY-MM-DDTHH:mm:ss.SSSZ'.replace('T', '[T]') : s ? 'YYYY-MM-DD[T]HH:mm:ssZ' : 'YYYY-MM-DD[T]HH:mmZ', true);
    return utc ? Date.UTC(...fields) : new Date(...fields).getTime();
  }
  const week = /^(\d{4})-?W(\d\d)(?:-?([1-7]))?$/.exec(value.trim());
  if (week) {
    // the week with the fourth of January is the first
    const fourth = new Date(Date.UTC(Number(week[1]), 0, 4));
    const day = 4 - (fourth.getUTCDay() || 7) + 1 + (Number(week[2]) - 1) * 7 + Number(week[3] || 1) - 1;
    return utc ? Date.UTC(Number(week[1]), 0, day) : new Date(Number(week[1]), 0, day).getTime();
  }
  return new Date(value).getTime();
}
export function moment(value, pattern, ...more) {
  if (value instanceof Moment && pattern === undefined) return value.clone();
  return new Moment(read(value, typeof pattern === 'boolean' ? undefined : pattern, false, more.includes(true)));
}
class Duration {
  constructor(n = 0, u) {
    this._months = 0;
    this._length = 0;
    const parts = n && typeof n === 'object' ? n : { [u || 'ms']: n };
    const clock = typeof n === 'string' && /^(\d+):(\d\d)(?::([\d.]+))?$/.exec(n);
    const iso = typeof n === 'string' && /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?$/.exec(n);
    const all = clock ? { hour: clock[1], minute: clock[2], second: clock[3] || 0 } : iso ? { year: iso[1] || 0, month: iso[2] || 0, week: iso[3] || 0, day: iso[4] || 0, hour: iso[5] || 0, minute: iso[6] || 0, second: iso[7] || 0 } : parts;
    for (const k of Object.keys(all)) {
      const kind = unit(k);
      if (kind === 'year') this._months += Number(all[k]) * 12;
      else if (kind === 'month') this._months += Number(all[k]);
      else this._length += Number(all[k]) * MS[kind];
    }
  }

  toISOString() {
    const days = Math.trunc(this._length / 86400000);
    const seconds = (this._length % 60000) / 1000;
    const date = [[Math.trunc(this._months / 12), 'Y'], [this._months % 12, 'M'], [days, 'D']];
    const time = [[this.hours(), 'H'], [this.minutes(), 'M'], [seconds, 'S']];
    const text = (parts) => parts.filter(([v]) => v).map(([v, letter]) => v + letter).join('');
    const [d, t] = [text(date), text(time)];
    return d || t ? `P${d}${t ? `T${t}` : ''}` : 'P0D';
  }

  toJSON() {
    return this.toISOString();
  }

  asMilliseconds() {
    return this._length + (this._months * 30.436875 * 86400000);
  }

  as(u) {
    const kind = unit(u);
    return kind === 'month' ? this.asMonths() : kind === 'year' ? this.asYears() : this.asMilliseconds() / MS[kind];
  }

  asSeconds() {
    return this.asMilliseconds() / 1000;
  }

  asMinutes() {
    return this.asMilliseconds() / 60000;
  }

  asHours() {
    return this.asMilliseconds() / 3600000;
  }

  asDays() {
    return this.asMilliseconds() / 86400000;
  }

  asWeeks() {
    return this.asDays() / 7;
  }

  asMonths() {
    return this._months + this._length / (30.436875 * 86400000);
  }

  asYears() {
    return this.asMonths() / 12;
  }

  valueOf() {
    return this.asMilliseconds();
  }

  milliseconds() {
    return this._length % 1000;
  }

  seconds() {
    return Math.trunc(this._length / 1000) % 60;
  }

  minutes() {
    return Math.trunc(this._length / 60000) % 60;
  }

  hours() {
    return Math.trunc(this._length / 3600000) % 24;
  }

  days() {
    return Math.trunc(this._length / 86400000);
  }

  months() {
    return this._months % 12;
  }

  years() {
    return Math.trunc(this._months / 12);
  }

  humanize() {
    const s = Math.abs(this.asSeconds());
    const say = (n, word) => (n <= 1 ? (word === 'hour' ? 'an hour' : `a ${word}`) : `${n} ${word}s`);
    if (s < 45) return 'a few seconds';
    if (s < 2700) return say(Math.round(s / 60), 'minute');
    if (s < 79200) return say(Math.round(s / 3600), 'hour');
    if (s < 2246400) return say(Math.round(s / 86400), 'day');
    if (s < 29808000) return say(Math.round(s / 2629800), 'month');
    return say(Math.round(s / 31557600), 'year');
  }
}
const duration = (n, u) => new Duration(n, u);
const max = (better) => (...list) => moment(list.flat().reduce((a, b) => (better(a, b) ? a : b)));
Object.assign(moment, {
  utc: (value, pattern, ...more) => new Moment(read(value, pattern, true, more.includes(true)), 0),
  unix: (s) => new Moment(s * 1000),
  parseZone: (value) => {
    const z = /([+-])(\d\d):?(\d\d)$/.exec(value);
    return new Moment(read(value), z ? (z[1] === '-' ? -1 : 1) * (Number(z[2]) * 60 + Number(z[3])) : 0);
  },
  duration,
  isMoment: (v) => v instanceof Moment,
  isDate: (v) => v instanceof Date,
  isDuration: (v) => v instanceof Duration,
  now: () => Date.now(),
  max: max((a, b) => a >= b),
  min: max((a, b) => a <= b),
  months: () => MONTHS,
  weekdays: () => DAYS,
  monthsShort: () => MONTHS.map((m) => m.slice(0, 3)),
  weekdaysShort: () => DAYS.map((d) => d.slice(0, 3)),
  locale: () => 'en',
  ISO_8601: 'ISO_8601',
  invalid: () => new Moment(NaN),
  version: '2.29.4',
});
