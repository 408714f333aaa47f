// Random identifiers.
import crypto from 'k6/crypto';

const hex = (bytes) => Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
const shape = (h) => `${h.slice(0, 8)}-${h.slice(8, 12)}-${h.slice(12, 16)}-${h.slice(16, 20)}-${h.slice(20, 32)}`;
const stamped = (bytes, version) => {
  bytes[6] = (bytes[6] & 0x0f) | (version << 4);
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return shape(hex(bytes));
};
const v4 = () => stamped(new Uint8Array(crypto.randomBytes(16)), 4);
const v1 = () => {
  const bytes = new Uint8Array(crypto.randomBytes(16));
  let ticks = Date.now() * 10000 + 122192928000000000;
  for (const i of [3, 2, 1, 0, 5, 4, 7, 6]) {
    bytes[i] = ticks % 256;
    ticks = Math.floor(ticks / 256);
  }
  return stamped(bytes, 1);
};
const named = (version, algorithm) => (name, space) => {
  const from = (typeof space === 'string' ? space : shape(hex(space))).replace(/-/g, '').match(/../g).map((h) => parseInt(h, 16));
  const text = Array.from(new TextEncoder().encode(name));
  const digest = crypto[algorithm](Uint8Array.from([...from, ...text]).buffer, 'binary');
  return stamped(new Uint8Array(digest).slice(0, 16), version);
};

export const uuid = Object.assign(() => v4(), {
  v1,
  v4,
  v3: named(3, 'md5'),
  v5: named(5, 'sha1'),
  validate: (text) => /^[0-9a-f]{8}-[0-9a-f]{4}-[0-8][0-9a-f]{3}-[089ab][0-9a-f]{3}-[0-9a-f]{12}$/i.test(text),
  NIL: '00000000-0000-0000-0000-000000000000',
});
