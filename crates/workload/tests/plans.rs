//! Schedules of the six executors, without a clock.

use std::time::Duration;

use loadwright_workload::*;
use serde_json::json;

fn workload(value: serde_json::Value) -> Workload {
    let options = Options::from_json(&json!({"scenarios": {"s": value}})).unwrap().options;
    options.scenarios.unwrap()["s"].clone()
}

fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}

#[test]
fn ramps_spread_integer_steps_evenly() {
    let w = workload(json!({"executor": "ramping-vus", "startVUs": 0, "stages": [
        {"duration": "2s", "target": 4}, {"duration": "1s", "target": 2}, {"duration": "1s", "target": 3}]}));
    let commands: Vec<Command> = w.plan(&Tuple::full()).commands().collect();
    let want = [
        (500, Action::StartVu(0)),
        (1000, Action::StartVu(1)),
        (1500, Action::StartVu(2)),
        (2000, Action::StartVu(3)),
        (2500, Action::StopVu(3)),
        (3000, Action::StopVu(2)),
        (4000, Action::StartVu(2)),
        // 2.5 s + gracefulRampDown (30 s); the other stop was taken back
        (32500, Action::CutVu(3)),
    ];
    assert_eq!(commands, want.map(|(at, action)| Command { at: ms(at), action }));
    assert_eq!(
        w.description(&Tuple::full()),
        "Up to 4 looping VUs for 4s over 3 stages (gracefulRampDown: 30s, gracefulStop: 30s)"
    );
}

#[test]
fn ramp_requirements_hold_vus_for_the_ramp_down() {
    let w = workload(
        json!({"executor": "ramping-vus", "startVUs": 3, "gracefulRampDown": "1s", "gracefulStop": "5s",
        "stages": [{"duration": "1s", "target": 0}, {"duration": "4s", "target": 0}]}),
    );
    let steps: Vec<(Duration, u64)> =
        w.execution_steps(&Tuple::full()).iter().map(|s| (s.at, s.planned_vus)).collect();
    assert_eq!(steps.first(), Some(&(ms(0), 3)));
    assert_eq!(steps.last().map(|s| s.1), Some(0));
    assert_eq!(steps.last().map(|s| s.0), Some(ms(2000)));
}

#[test]
fn constant_rates_start_at_multiples_of_the_period() {
    let w =
        workload(json!({"executor": "constant-arrival-rate", "rate": 3, "timeUnit": "1s", "duration": "1s",
        "preAllocatedVUs": 2, "maxVUs": 5}));
    let at: Vec<u128> = w.plan(&Tuple::full()).commands().map(|c| c.at.as_millis()).collect();
    assert_eq!(at, [0, 333, 666]);
    assert_eq!(w.description(&Tuple::full()), "3.00 iterations/s for 1s (maxVUs: 2-5, gracefulStop: 30s)");
}

#[test]
fn ramping_rates_follow_the_integral() {
    let w = workload(
        json!({"executor": "ramping-arrival-rate", "startRate": 0, "timeUnit": "1s", "preAllocatedVUs": 2,
        "stages": [{"duration": "2s", "target": 10}, {"duration": "1s", "target": 10}, {"duration": "2s", "target": 0}]}),
    );
    let at: Vec<Duration> = w.plan(&Tuple::full()).commands().map(|c| c.at).collect();
    // 10 + 10 + 10 iterations
    assert_eq!(at.len(), 30);
    // the integral 2.5·t² reaches 1 at t = sqrt(0.4)
    assert!((at[0].as_secs_f64() - 0.4f64.sqrt()).abs() < 1e-6);
    assert!((at[9].as_secs_f64() - 2.0).abs() < 1e-6);
    assert!((at[10].as_secs_f64() - 2.1).abs() < 1e-6);
    assert!(at.is_sorted());
}

#[test]
fn segments_share_a_schedule_without_overlap() {
    let w = workload(
        json!({"executor": "constant-arrival-rate", "rate": 20, "duration": "5s", "preAllocatedVUs": 10}),
    );
    let sequence: SegmentSequence = "0,1/3,1/2,1".parse().unwrap();
    let mut all = Vec::new();
    for part in ["0:1/3", "1/3:1/2", "1/2:1"] {
        let tuple = Tuple::new(Some(&part.parse().unwrap()), Some(&sequence)).unwrap();
        all.extend(w.plan(&tuple).commands());
    }
    all.sort_by_key(|c| c.at);
    assert_eq!(all, w.plan(&Tuple::full()).commands().collect::<Vec<_>>());
}

#[test]
fn quotas_scale_with_the_vus() {
    let w = workload(json!({"executor": "shared-iterations", "vus": 3, "iterations": 10}));
    let half = Tuple::new(Some(&"0:1/2".parse().unwrap()), None).unwrap();
    let plan = w.plan(&half);
    assert_eq!((plan.planned_vus, plan.quota), (2, Quota::Shared(7)));
    let rest = Tuple::new(Some(&"1/2:1".parse().unwrap()), Some(&"0,1/2,1".parse().unwrap())).unwrap();
    let other = w.plan(&rest);
    assert_eq!(other.quota, Quota::Shared(3));
    let mut numbers: Vec<u64> = (0..7).map(|i| plan.iterations.global(i)).collect();
    numbers.extend((0..3).map(|i| other.iterations.global(i)));
    numbers.sort_unstable();
    assert_eq!(numbers, (0..10).collect::<Vec<_>>());
    assert_eq!(
        w.description(&half),
        "7 iterations shared among 2 VUs (maxDuration: 10m0s, gracefulStop: 30s)"
    );
}

#[test]
fn the_schedule_orders_by_start_and_adds_up_overlaps() {
    let options = Options::from_json(&json!({"scenarios": {
        "b": {"executor": "constant-vus", "vus": 2, "duration": "1s", "gracefulStop": "0s"},
        "a": {"executor": "constant-vus", "vus": 3, "duration": "1s", "startTime": "1s", "gracefulStop": "0s"},
        "c": {"executor": "constant-arrival-rate", "rate": 1, "duration": "3s", "preAllocatedVUs": 1, "maxVUs": 4}}}))
    .unwrap()
    .options;
    let schedule = Schedule::new(&options).unwrap();
    assert_eq!(schedule.scenarios.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), ["b", "c", "a"]);
    assert_eq!(schedule.requirements.planned_vus, 4);
    assert_eq!(schedule.requirements.max_vus, 7);
    assert_eq!(schedule.requirements.total_duration, ms(33_000));
}

#[test]
fn large_ramps_are_laid_out_at_once() {
    let w = workload(json!({"executor": "ramping-vus", "startVUs": 0, "stages": [
        {"duration": "10m", "target": 200_000}, {"duration": "10m", "target": 0}]}));
    let began = std::time::Instant::now();
    let steps = w.execution_steps(&Tuple::full());
    assert_eq!(steps.iter().map(|s| s.planned_vus).max(), Some(200_000));
    // the last VU is stopped by the regular end itself
    assert_eq!(w.plan(&Tuple::full()).commands().count(), 600_000 - 2);
    // seconds even in a debug build on a busy machine; a quadratic layout takes hours
    assert!(began.elapsed() < Duration::from_secs(60));
}
