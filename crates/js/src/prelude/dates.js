const proto = Date.prototype;
const { toString, toTimeString } = proto;
const two = (n) => String(n).padStart(2, '0');
const day = (d) => `${two(d.getMonth() + 1)}/${two(d.getDate())}/${String(d.getFullYear()).padStart(4, '0')}`;
const time = (d) => `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`;
const valid = (d, text) => (Number.isNaN(d.getTime()) ? 'Invalid Date' : text(d));
const zoned = (d, text) => (d.getTimezoneOffset() === 0 ? `${text} (UTC)` : text);
const methods = {
  toString() { return valid(this, (d) => zoned(d, toString.call(d))); },
  toTimeString() { return valid(this, (d) => zoned(d, toTimeString.call(d))); },
  toLocaleString() { return valid(this, (d) => `${day(d)}, ${time(d)}`); },
  toLocaleDateString() { return valid(this, day); },
  toLocaleTimeString() { return valid(this, time); },
};
for (const [name, value] of Object.entries(methods)) Object.defineProperty(proto, name, { value, writable: true, configurable: true });
