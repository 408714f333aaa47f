// The names that a script finds without declaring them.
import { Pm, required } from './pm.js';

export class Given {
  constructor(turn) {
    this._turn = turn;
    this.pm = new Pm(turn);
  }

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
