// The names that a script finds without declaring them.
import { required } from './pm.js';

export class Given {
  constructor() {
    /** The step whose script runs, what it has used of the old names, its `pm`. */
    this._turn = undefined;
    this._used = undefined;
    this.pm = undefined;
  }

  ended() {}

  get require() {
    const { self } = this._turn;
    return (name) => required(self, name);
  }

  get setTimeout() {
    const { tasks } = this._turn.self;
    return (f, ms, ...args) => tasks.add(ms, () => f(...args));
  }

  get setInterval() {
    const { tasks } = this._turn.self;
    return (f, ms, ...args) => tasks.add(ms, () => f(...args), ms || 1);
  }

  get setImmediate() {
    const { tasks } = this._turn.self;
    return (f, ...args) => tasks.add(0, () => f(...args));
  }

  get clearTimeout() {
    const { tasks } = this._turn.self;
    return (id) => tasks.cancel(id);
  }

  get clearInterval() {
    return this.clearTimeout;
  }

  get clearImmediate() {
    return this.clearTimeout;
  }
}
