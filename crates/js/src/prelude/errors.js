class GoError extends Error {}
Object.defineProperty(GoError.prototype, 'name', { value: 'GoError', configurable: true, writable: true });
exports.GoError = GoError;
