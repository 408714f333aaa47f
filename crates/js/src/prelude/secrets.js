const native = require('native:secrets');
const get = async (key) => native.get(null, String(key));
const source = (name) => {
  const from = name === undefined ? null : String(name);
  return { get: async (key) => native.get(from, String(key)) };
};
module.exports = { get, source };
