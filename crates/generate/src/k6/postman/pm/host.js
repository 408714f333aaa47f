// What scripts run in: the names that they are given, their scopes, their libraries.
import exec from 'k6/execution';

import { Given } from './given.js';
import { Pm } from './pm.js';
import { SKIP, Tasks } from './tasks.js';
import { flush, outcomes } from './tests.js';

export class Host {
  /** `modules` is what `require` and `names` what the old global names give to scripts. */
  constructor({ modules, names }) {
    this.modules = modules || {};
    this.tasks = new Tasks();
    this.given = Object.assign(new Given(), names);
  }

  get iteration() {
    return exec.scenario.iterationInTest;
  }

  /** The names for a script that runs at this turn. */
  give(turn) {
    const { tasks, given } = this;
    if (tasks.queue.length || tasks.held.length || tasks.tests) tasks.start();
    given._turn = turn;
    given._used = undefined;
    given.pm = tasks.pm = new Pm(turn);
    return given;
  }

  /** Says what went wrong, settles what the script left, and tells k6 about its tests. */
  ended(turn, e) {
    if (e !== undefined && e !== SKIP) {
      console.warn(`${turn.prepared.name}: error in ${turn.event === 'test' ? 'test' : 'pre-request'} script: ${e && e.message ? e.message : e}`);
    }
    const { environment, collectionVariables, globals, given } = this;
    if (environment._loose) environment.settle();
    if (collectionVariables._loose) collectionVariables.settle();
    if (globals._loose) globals.settle();
    if (given._used !== undefined) given.ended();
    if (outcomes.all !== undefined) flush();
  }
}
