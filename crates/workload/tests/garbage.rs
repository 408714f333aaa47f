//! Texts of all kinds: nothing may panic.

use loadwright_workload::*;
use serde_json::json;

#[test]
fn durations_thresholds_selectors_and_segments() {
    let parts = [
        "1",
        "0",
        "-",
        "+",
        ".",
        "s",
        "ms",
        "h",
        "d",
        "µs",
        "99999999999",
        "p(",
        ")",
        "<",
        ">=",
        "==",
        "rate",
        "count",
        "{",
        "}",
        ":",
        ",",
        "\"",
        " ",
        "/",
        "%",
        "0:1",
        "1/3",
        "e",
        "inf",
        "ü",
    ];
    let mut state = 3u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) as usize
    };
    for _ in 0..50_000 {
        let text: String = (0..next() % 8).map(|_| parts[next() % parts.len()]).collect();
        if let Ok(duration) = GoDuration::parse_extended(&text) {
            // what is printed is read back as the same
            assert_eq!(GoDuration::parse_with_days(&duration.to_string()), Ok(duration), "{text}");
        }
        let _ = (Expression::parse(&text), MetricSelector::parse(&text));
        if let Ok(segment) = text.parse::<Segment>()
            && let Ok(tuple) = Tuple::new(Some(&segment), None)
        {
            assert!(tuple.scale(1000) <= 1000);
        }
        let _ = text.parse::<SegmentSequence>();
        let mut options = Options::default();
        for flag in FLAGS {
            let _ = options.apply_flag(flag.name, &text);
        }
    }
}

#[test]
fn odd_scenarios_are_refused_or_planned() {
    for numbers in [0i64, 1, -1, 3, i64::MAX] {
        for duration in ["0s", "1s", "-1s", "2540400h"] {
            for executor in [
                json!({"executor": "shared-iterations", "vus": numbers, "iterations": numbers, "maxDuration": duration}),
                json!({"executor": "per-vu-iterations", "vus": numbers, "iterations": 3, "maxDuration": duration}),
                json!({"executor": "ramping-vus", "startVUs": 1, "stages": [{"duration": duration, "target": numbers.min(1000)}]}),
                json!({"executor": "constant-arrival-rate", "rate": numbers, "duration": duration, "preAllocatedVUs": 1}),
                json!({"executor": "ramping-arrival-rate", "startRate": 1, "preAllocatedVUs": 1,
                    "stages": [{"duration": duration, "target": numbers}, {"duration": "1s", "target": 0}]}),
            ] {
                let parsed = Options::from_json(&json!({"scenarios": {"s": executor}})).unwrap();
                let tiers = Tiers { script: parsed.options, ..Tiers::default() };
                let Ok(consolidated) = consolidate(&tiers) else { continue };
                let schedule = Schedule::new(&consolidated.options).unwrap();
                for scenario in &schedule.scenarios {
                    let _ = scenario.plan.commands().take(1000).count();
                }
            }
        }
    }
}
