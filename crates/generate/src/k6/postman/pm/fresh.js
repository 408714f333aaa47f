// The dynamic variables that need no lists of words; `random.js` brings those that do.
const fast = typeof crypto !== 'undefined' && typeof crypto.randomUUID === 'function';
const hex = (n) => Array.from({ length: n }, () => Math.floor(Math.random() * 16).toString(16)).join('');

export const uuid = fast ? () => crypto.randomUUID() : () => `${hex(8)}-${hex(4)}-4${hex(3)}-${'89ab'[Math.floor(Math.random() * 4)]}${hex(3)}-${hex(12)}`;

const KNOWN = new Map([
  ['$guid', uuid],
  ['$timestamp', () => Math.floor(Date.now() / 1000)],
  ['$isoTimestamp', () => new Date().toISOString()],
]);
let made;

/** Takes what makes the values of all other names. */
export function learn(make) {
  made = make;
}

/** The value of `$name`, or undefined when there is no such variable. */
export function dynamic(name) {
  const make = KNOWN.get(name);
  if (make !== undefined) return make();
  return made === undefined ? undefined : made(name);
}
