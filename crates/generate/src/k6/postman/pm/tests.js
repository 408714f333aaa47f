// `pm.test`: each test is a check of k6.
import { check } from 'k6';

/** k6 keeps `::` for itself. */
const safe = (name) => (name.includes('::') ? name.replace(/::/g, ': ').replace(/::/g, ': ') : name) || ' ';

/** What has been tested and is not told yet, and the tags of it. */
export const outcomes = { all: undefined, label: undefined };

/** Keeps the outcome of a test until the script ends; two tests of one name are two checks. */
export function report(name, passed, label) {
  const key = safe(typeof name === 'string' ? name : String(name));
  if (outcomes.all !== undefined && (outcomes.label !== label || key in outcomes.all)) flush();
  if (outcomes.all === undefined) {
    outcomes.all = { __proto__: null };
    outcomes.label = label;
  }
  outcomes.all[key] = passed;
}

/** Tells k6 about the tests that have run. */
export function flush() {
  const { all, label } = outcomes;
  outcomes.all = undefined;
  if (label === undefined) check(null, all);
  else check(null, all, label);
}

/** The function for the scripts of one step; `tasks` holds what they leave to be done. */
export function tests(prepared, tasks) {
  const { label } = prepared;
  const failed = (name, e) => {
    console.warn(`${prepared.name}: ${name}: ${e && e.message ? e.message : e}`);
    report(name, false, label);
  };
  const later = (name, run) => {
    let over = false;
    const done = (e) => {
      if (over) return;
      over = true;
      if (e) failed(name, e);
      else report(name, true, label);
    };
    try {
      run(done);
    } catch (e) {
      done(e);
    }
  };
  const test = function (name, run) {
    tasks.tests += 1;
    if (typeof run !== 'function') {
      report(name, true, label);
    } else if (run.length) {
      later(name, run);
    } else {
      try {
        const out = run();
        if (out && typeof out === 'object' && typeof out.then === 'function') {
          tasks.hold(out.then(() => report(name, true, label), (e) => failed(name, e)));
        } else report(name, true, label);
      } catch (e) {
        failed(name, e);
      }
    }
    return tasks.pm;
  };
  test.skip = function () {
    tasks.tests += 1;
    return tasks.pm;
  };
  test.index = () => tasks.tests;
  return test;
}
