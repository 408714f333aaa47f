// Runs the steps of a collection: scripts, requests and tests in Postman's order.
import { prepare, remember } from './auth.js';
import { Host } from './host.js';
import { Prepared } from './prepared.js';
import { fillIn, VariableScope } from './scope.js';
import { tests } from './tests.js';
import { Turn } from './turn.js';

/**
 * A collection that is ready to run. `environment`, `collectionVariables` and `globals` are plain objects, `data` rows,
 * `modules` what `require` and `names` what the old global names give to scripts.
 */
export function collection(setup) {
  const globals = new VariableScope(setup.globals);
  const environment = new VariableScope(setup.environment, setup.environmentName);
  const collectionVariables = new VariableScope(setup.collectionVariables);
  return new Collection({ ...setup, globals, environment, collectionVariables });
}

const MAX_STEPS = 100000;

class Collection extends Host {
  constructor({ modules, names, ...setup }) {
    super({ modules, names });
    Object.assign(this, setup);
    this.use({});
  }

  /** The tokens that the flows of the steps need, each fetched once for the whole test. */
  tokens(steps) {
    const out = {};
    const layers = [this.environment._map, this.collectionVariables._map, this.globals._map];
    for (const step of steps) {
      const auth = step.request.auth || step.auth;
      if (!auth || !auth.grant) continue;
      const { key, token, until } = prepare(fillIn(auth, layers));
      out[key] = { token, until };
    }
    return out;
  }

  /** Variables of its own and a row of data for one iteration. */
  begin(steps) {
    if (!this.prepared) {
      this.prepared = steps.map((step) => new Prepared(step));
      for (const prepared of this.prepared) prepared.test = tests(prepared, this.tasks);
    }
    const rows = this.data;
    if (rows && rows.length) this.use(rows[this.iteration % rows.length]);
    this.local = new VariableScope(undefined, undefined, this.below);
    this.layers = [this.local._map, ...this.below];
  }

  /** A row of data, above the scopes that stay from one iteration to the next. */
  use(row) {
    this.row = row;
    this.rowScope = new VariableScope(row);
    this.below = [this.rowScope, this.environment, this.collectionVariables, this.globals].map((scope) => scope._map);
  }

  /** One iteration over the steps; `setNextRequest` decides what comes after a step when a script calls it. */
  async run(steps, tokens) {
    if (tokens) remember(tokens);
    this.begin(steps);
    let at = 0;
    for (let count = 0; at < steps.length && count < MAX_STEPS; count++) {
      const turn = new Turn(this, this.prepared[at]);
      const { before, after } = turn.prepared;
      for (let i = 0; i < before.length && !turn.skip; i++) {
        const left = this.script(before[i], turn);
        if (left) await left;
      }
      if (!turn.skip) {
        const sent = turn.send();
        if (sent) await sent;
        turn.event = 'test';
        for (let i = 0; i < after.length; i++) {
          const left = this.script(after[i], turn);
          if (left) await left;
        }
      }
      if (turn.next === undefined) at += 1;
      else if (turn.next === null) return;
      else {
        at = find(steps, turn.next);
        if (at < 0) {
          console.warn(`no request is called ${turn.next}: the iteration ends`);
          return;
        }
      }
    }
  }

  /** Runs a script; the answer is a promise when something of it is still to come. */
  script(run, turn) {
    const { tasks } = this;
    let done;
    try {
      done = run(this.give(turn));
    } catch (e) {
      this.ended(turn, e);
      return undefined;
    }
    if (done !== undefined || tasks.queue.length || tasks.held.length) {
      if (tasks.open(done)) return tasks.settle(done).then(() => this.ended(turn), (e) => this.ended(turn, e));
    }
    this.ended(turn);
    return undefined;
  }
}

function find(steps, name) {
  for (let i = steps.length - 1; i >= 0; i--) if (steps[i].id === name) return i;
  for (let i = steps.length - 1; i >= 0; i--) if (steps[i].name === name) return i;
  return -1;
}
