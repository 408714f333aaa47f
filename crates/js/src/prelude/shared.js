const refuse = () => { throw new TypeError('SharedArray is immutable'); };
exports.wrap = (items) => new Proxy([], {
  get(target, key) {
    if (key === 'length') return items.length;
    if (typeof key === 'string' && /^(0|[1-9]\d*)$/.test(key)) return items[key];
    return Reflect.get(target, key);
  },
  has(target, key) {
    if (typeof key === 'string' && /^(0|[1-9]\d*)$/.test(key)) return +key < items.length;
    return Reflect.has(target, key);
  },
  getOwnPropertyDescriptor(target, key) {
    if (key === 'length') return { value: items.length, writable: true, enumerable: false, configurable: false };
    if (typeof key === 'string' && /^(0|[1-9]\d*)$/.test(key) && +key < items.length) {
      return { value: items[key], writable: true, enumerable: true, configurable: true };
    }
    return undefined;
  },
  ownKeys() {
    const keys = [];
    for (let i = 0, n = items.length; i < n; i++) keys.push(String(i));
    keys.push('length');
    return keys;
  },
  set: refuse,
  defineProperty: refuse,
  deleteProperty: refuse,
  setPrototypeOf: refuse,
  preventExtensions: refuse,
});

const native = require('native:shared');
exports.module = {
  SharedArray: class SharedArray {
    constructor(name, make) {
      return native.make(name, make);
    }
  },
};
