// What is due after the synchronous part of a script: requests, timers, promises of tests.
import { sleep } from 'k6';

/** Thrown by a script that wants its request left out. */
export const SKIP = new Error('the request is skipped');

export class Tasks {
  constructor() {
    this.ids = 0;
    this.queue = [];
    this.held = [];
    this.now = 0;
    this.tests = 0;
    /** The `pm` of the script that runs. */
    this.pm = undefined;
  }

  /** Forgets what another script left. */
  start() {
    if (this.queue.length) this.queue = [];
    if (this.held.length) this.held = [];
    this.now = 0;
    this.tests = 0;
  }

  add(delay, run, every) {
    const task = { id: ++this.ids, at: this.now + Math.max(0, Number(delay) || 0), run, every };
    this.queue.push(task);
    return task.id;
  }

  cancel(id) {
    this.queue = this.queue.filter((t) => t.id !== id);
  }

  hold(promise) {
    this.held.push(promise);
  }

  /** Whether anything is left to do. */
  open(done) {
    return this.queue.length > 0 || this.held.length > 0 || Boolean(done && typeof done.then === 'function');
  }

  /** Does the task that is due first. */
  next() {
    let first = this.queue[0];
    for (const task of this.queue) if (task.at < first.at) first = task;
    this.queue.splice(this.queue.indexOf(first), 1);
    if (first.at > this.now) {
      sleep((first.at - this.now) / 1000);
      this.now = first.at;
    }
    if (first.every !== undefined) this.queue.push({ ...first, at: this.now + Math.max(1, Number(first.every) || 0) });
    try {
      first.run();
    } catch (e) {
      if (e !== SKIP) console.warn(String((e && e.message) || e));
    }
  }

  /** Does what is due, for scripts that keep no promises. */
  finish() {
    for (let round = 0; this.queue.length && round < 10000; round++) this.next();
  }

  async settle(done) {
    let open = true;
    let failure;
    const main = Promise.resolve(done).then(
      () => {
        open = false;
      },
      (e) => {
        open = false;
        failure = { e };
      },
    );
    for (let round = 0; round < 10000; round++) {
      // let promises go as far as they can before the next request or timer
      for (let i = 0; i < 64; i++) await null;
      if (!this.queue.length) {
        if (!open) break;
        if (round > 20) break;
        continue;
      }
      this.next();
    }
    if (!open) await main;
    for (const held of this.held) {
      let settled = false;
      held.then(() => {
        settled = true;
      });
      for (let i = 0; i < 64 && !settled; i++) await null;
    }
    if (failure && failure.e !== SKIP) throw failure.e;
  }
}
