//! Options from all their sources, and how tiers combine.

use loadwright_workload::*;
use serde_json::json;

fn script(value: serde_json::Value) -> Options {
    Options::from_json(&value).unwrap().options
}

fn cli(flags: &[(&str, &str)]) -> Options {
    let mut options = Options::default();
    for (name, value) in flags {
        options.apply_flag(name, value).unwrap();
    }
    options
}

fn run(script_options: serde_json::Value, flags: &[(&str, &str)]) -> Consolidated {
    consolidate(&Tiers { script: script(script_options), cli: cli(flags), ..Tiers::default() }).unwrap()
}

fn only(c: &Consolidated) -> &Workload {
    &c.options.scenarios.as_ref().unwrap()["default"]
}

#[test]
fn nothing_set_is_one_iteration() {
    let c = run(json!({}), &[]);
    assert_eq!(only(&c).executor.kind(), "per-vu-iterations");
    let schedule = Schedule::new(&c.options).unwrap();
    assert_eq!(
        schedule.scenarios[0].description,
        "1 iterations for each of 1 VUs (maxDuration: 10m0s, gracefulStop: 30s)"
    );
    assert_eq!(schedule.requirements.max_vus, 1);
}

#[test]
fn a_higher_tier_wipes_execution_and_keeps_the_rest() {
    let c = run(json!({"vus": 2, "duration": "10s", "tags": {"kept": "yes"}}), &[("iterations", "3")]);
    let Executor::SharedIterations(e) = &only(&c).executor else { panic!("{c:?}") };
    assert_eq!((e.vus, e.iterations, e.max_duration), (Some(2), Some(3), None));
    assert_eq!(c.options.tags.as_ref().unwrap()["kept"], "yes");
}

#[test]
fn scenarios_are_overridden_with_a_warning() {
    let scenarios = json!({"scenarios": {"a": {"executor": "constant-vus", "vus": 1, "duration": "5s"}}});
    let c = run(scenarios.clone(), &[("duration", "2s")]);
    assert_eq!(c.warnings, ["\"cli\" level configuration overrode scenarios configuration entirely"]);
    let c = run(scenarios, &[("vus", "4")]);
    assert!(c.warnings.iter().any(|w| w == "`vus=4` overrides scenarios configuration"), "{:?}", c.warnings);
    let Executor::SharedIterations(e) = &only(&c).executor else { panic!("{c:?}") };
    assert_eq!((e.vus, e.iterations), (Some(4), Some(4)));
}

#[test]
fn conflicts_within_a_tier_are_refused() {
    let tiers = Tiers {
        script: script(json!({"duration": "1s", "stages": [{"duration": "1s", "target": 1}]})),
        ..Tiers::default()
    };
    assert_eq!(
        consolidate(&tiers).unwrap_err().0,
        "using `duration` and `stages` options simultaneously is not allowed"
    );
}

#[test]
fn unknown_fields_warn_and_scenario_fields_refuse() {
    let parsed = Options::from_json(&json!({"VUs": 3, "nope": 1, "setupTimeout": 500})).unwrap();
    assert_eq!(parsed.options.vus, Some(3));
    assert_eq!(parsed.options.setup_timeout, Some(GoDuration::from_millis(500)));
    assert!(parsed.warning().unwrap().contains("unknown fields"));
    let bad = json!({"scenarios": {"a": {"executor": "constant-vus", "iterations": 1}}});
    assert_eq!(Options::from_json(&bad).unwrap_err().0, "json: unknown field \"iterations\"");
    let gone = json!({"scenarios": {"a": {"executor": "externally-controlled"}}});
    assert!(Options::from_json(&gone).unwrap_err().0.contains("unknown executor type"));
    assert!(Options::from_json(&json!({"thresholds": {"a": "x<1"}})).is_err());
}

#[test]
fn validation_names_the_scenario() {
    let tiers = Tiers { cli: cli(&[("vus", "5"), ("iterations", "2")]), ..Tiers::default() };
    let text = consolidate(&tiers).unwrap_err().0;
    assert!(text.contains("the number of iterations (2) can't be less than the number of VUs (5)"), "{text}");
}

#[test]
fn variables_and_flags_use_their_own_spellings() {
    let env = |name: &str| match name {
        "K6_STAGES" => Some("10s:5,1m:10".to_owned()),
        "K6_DNS" => Some("ttl=0,select=first".to_owned()),
        "K6_TAGS" => Some("a=b".to_owned()),
        "K6_SUMMARY_TREND_STATS" => Some("avg,p(99.5)".to_owned()),
        _ => None,
    };
    let options = Options::from_env(env).unwrap();
    assert_eq!(options.stages.unwrap()[1], Stage::new(GoDuration::from_secs(60), 10));
    assert_eq!(options.dns.ttl, Some(DnsTtl::Never));
    assert_eq!(options.summary_trend_stats.unwrap()[1].name(), "p(99.5)");
    let mut options = Options::default();
    assert_eq!(
        options.apply_flag("vus", "many").unwrap_err().text,
        "invalid argument \"many\" for \"-u, --vus\" flag: strconv.ParseInt: parsing \"many\": invalid syntax"
    );
    assert!(!options.apply_flag("duration", "10").unwrap_err().invalid_config);
    assert!(options.apply_flag("summary-trend-stats", "avg,foo").unwrap_err().invalid_config);
}

#[test]
fn the_json_view_has_every_field_and_reads_back() {
    let c = run(json!({"vus": 2, "iterations": 4, "batch": 3, "hosts": {"a.b": "1.2.3.4:80"}}), &[]);
    let view = c.options.to_execution_json();
    assert!(view.get("vus").is_none());
    assert_eq!(view["scenarios"]["default"]["vus"], 2);
    assert_eq!(view["userAgent"], serde_json::Value::Null);
    let again = Options::from_json(&c.options.to_json()).unwrap();
    assert!(again.unknown_fields.is_empty(), "{:?}", again.unknown_fields);
    assert_eq!(again.options.hosts, c.options.hosts);
    assert_eq!(again.options.scenarios, c.options.scenarios);
}

#[test]
fn tags_of_a_higher_tier_replace_or_with_a_feature_join() {
    let tags = |flags: &[(&str, &str)]| {
        let all = run(json!({"tags": {"a": "script", "b": "script"}}), flags).options.tags.unwrap();
        all.into_iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(tags(&[("tag", "b=cli"), ("tag", "c=cli")]), "b=cli c=cli");
    assert_eq!(
        tags(&[("tag", "b=cli"), ("tag", "c=cli"), ("features", "merge-run-tags")]),
        "a=script b=cli c=cli"
    );
}
