//! The summary in all its forms, from one made-up run.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use loadwright_metrics::*;
use loadwright_report::*;
use loadwright_workload::{Options, Threshold, TrendStat};

/// Two seconds: sixteen requests of one operation, three checks, custom metrics, crossed thresholds.
fn summary(scopes: bool) -> Summary {
    let registry = Arc::new(Registry::new());
    let counter = registry.register("my_counter", MetricKind::Counter, Contains::Default).unwrap();
    let gauge = registry.register("my_gauge", MetricKind::Gauge, Contains::Default).unwrap();
    let rate = registry.register("my_rate", MetricKind::Rate, Contains::Default).unwrap();
    let trend = registry.register("my_time_trend", MetricKind::Trend, Contains::Time).unwrap();
    let list = [
        ("checks", vec!["rate>0.99"]),
        ("http_req_duration", vec!["p(95)<500"]),
        ("http_req_duration{name:login}", vec!["max<10"]),
        ("my_counter", vec!["count>=1", "rate>0", "count!=2"]),
        ("my_rate{x:1}", vec!["rate>0.5"]),
    ];
    let settings = EngineSettings {
        thresholds: list
            .iter()
            .map(|(k, v)| ((*k).to_owned(), v.iter().map(|t| Threshold::new(*t)).collect()))
            .collect(),
        trend_stats: TrendStat::defaults(),
        operations: true,
        scopes,
        ..EngineSettings::default()
    };
    let mut engine = Engine::new(registry, settings).unwrap();
    let mut recorder = engine.recorder();
    let time = SystemTime::UNIX_EPOCH;
    let base = Tags::new([("scenario", "default"), ("group", "::outer")]);
    let login = base.with([("name", "login")]);
    for i in 0..16u32 {
        recorder.record_http(&HttpSample {
            base: &login,
            method: "GET",
            url: "http://h/login",
            status: if i < 10 { 200 } else { 500 },
            proto: "HTTP/1.1",
            tls_version: "",
            ip: "",
            error: "",
            error_code: if i < 10 { 0 } else { 1500 },
            expected: Some(i < 10),
            metrics: HttpMetrics { waiting: 1.25 * f64::from(i + 1), ..HttpMetrics::default() },
            time,
            metadata: None,
        });
    }
    for (name, passed) in [("status is 200", true), ("always fails", false), ("status is 200", true)] {
        recorder.check(name, passed, &base, time, None);
    }
    recorder.add(counter, 6.0, &base, time, None);
    for v in [7.0, 3.0] {
        recorder.add(gauge, v, &base, time, None);
    }
    recorder.add(rate, 1.0, &base.with([("x", "1")]), time, None);
    recorder.add(rate, 0.0, &base, time, None);
    recorder.add(trend, 2500.0, &base, time, None);
    recorder.add(builtin::DATA_SENT, 1400.0, &base, time, None);
    engine.absorb(recorder.take());
    engine.summary(Duration::from_secs(2), Health::default())
}

#[test]
fn the_compact_text_is_laid_out_to_the_letter() {
    let text = summary_text(&summary(false), &TextStyle::default());
    let want = r"

  █ THRESHOLDS 

    checks
    ✗ 'rate>0.99' rate=66.66%

    http_req_duration
    ✓ 'p(95)<500' p(95)=19.06ms

      {name:login}
      ✗ 'max<10' max=20ms

    my_counter
    ✓ 'count>=1' count=6
    ✓ 'rate>0' rate=3/s
    ✓ 'count!=2' count!=3/s

    my_rate{x:1}
    ✓ 'rate>0.5' rate=100.00%


  █ TOTAL RESULTS 

    checks_total.......: 3      1.5/s
    checks_succeeded...: 66.66% 2 out of 3
    checks_failed......: 33.33% 1 out of 3

    ✓ status is 200
    ✗ always fails
      ↳  0% — ✓ 0 / ✗ 1

    CUSTOM
    my_counter.....................: 6       3/s
    my_gauge.......................: 3       min=3       max=7
    my_rate........................: 50.00%  1 out of 2
      { x:1 }......................: 100.00% 1 out of 1
    my_time_trend..................: avg=2.5s    min=2.5s   med=2.5s    max=2.5s   p(90)=2.5s    p(95)=2.5s   

    HTTP
    http_req_duration..............: avg=10.62ms min=1.25ms med=10.62ms max=20ms   p(90)=18.12ms p(95)=19.06ms
      { expected_response:true }...: avg=6.87ms  min=1.25ms med=6.87ms  max=12.5ms p(90)=11.37ms p(95)=11.93ms
      { name:login }...............: avg=10.62ms min=1.25ms med=10.62ms max=20ms   p(90)=18.12ms p(95)=19.06ms
    http_req_failed................: 37.50%  6 out of 16
    http_reqs......................: 16      8/s

    NETWORK
    data_sent......................: 1.4 kB  700 B/s



";
    assert_eq!(text, want);
}

#[test]
fn the_full_text_adds_phases_and_groups() {
    let style = TextStyle { mode: SummaryMode::Full, ..TextStyle::default() };
    let text = summary_text(&summary(true), &style);
    assert!(text.contains("\n    http_req_waiting...............: avg="), "{text}");
    assert!(text.contains("\n\n\n  █ GROUP: outer \n\n    checks_total.......: 3"), "{text}");
    assert_eq!(summary_text(&summary(false), &TextStyle { mode: SummaryMode::Disabled, ..style }), "");
}

#[test]
fn handle_summary_gets_the_documented_shape() {
    let data = handle_summary_data(&summary(false), &Options::default(), ExportState::default(), None);
    assert_eq!(data["root_group"]["groups"][0]["path"], "::outer");
    assert_eq!(data["root_group"]["groups"][0]["checks"][0]["passes"], 2);
    assert_eq!(data["metrics"]["http_reqs"]["values"]["count"], 16);
    assert_eq!(data["metrics"]["checks"]["thresholds"]["rate>0.99"]["ok"], false);
    assert_eq!(data["metrics"]["http_req_duration"]["values"]["max"], 20);
    assert_eq!(data["options"]["summaryTrendStats"][4], "p(90)");
    assert_eq!(data["state"]["testRunDurationMs"], 2000);
    assert!(data.get("setup_data").is_none());
}

#[test]
fn the_export_says_true_for_a_failed_threshold() {
    let data = summary_export(&summary(false));
    assert_eq!(data["metrics"]["checks"]["thresholds"]["rate>0.99"], true);
    assert_eq!(data["metrics"]["my_counter"]["thresholds"]["count>=1"], false);
    assert_eq!(data["metrics"]["my_rate"]["value"], 0.5);
    assert_eq!(data["root_group"]["groups"]["outer"]["checks"]["always fails"]["fails"], 1);
    let machine = machine_readable(&summary(false), &MachineContext::default());
    assert_eq!(machine["results"]["checks"]["metrics"][1]["values"]["matches"], 2);
}

#[test]
fn operations_and_result_files() {
    let table = operations_table(&summary(false), &TextStyle::default());
    assert!(
        table.contains("    login            16  8.00/s  37.50%  10.62ms  19.06ms  19.81ms  20ms\n"),
        "{table}"
    );
    let file = ResultFile::new(&summary(false), "s.js");
    let text = serde_json::to_string(&file).unwrap();
    assert_eq!(ResultFile::parse(&text).unwrap(), file);
    assert!(!file.passed);
    assert!(ResultFile::parse("{}").is_err());
}

#[test]
fn pages_escape_what_they_show() {
    let context = OutputContext {
        registry: Arc::new(Registry::new()),
        options: Options::default(),
        system_tags: Default::default(),
        script: "</script>&\"'.js".to_owned(),
    };
    let folder = std::env::temp_dir().join(format!("report-test-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    for kind in ["html", "junit", "markdown", "result"] {
        let path = folder.join(kind);
        let mut output = open_output(&format!("{kind}={}", path.display()), &context).unwrap();
        output.finish(&summary(false)).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains("always fails"), "{kind}");
        if kind != "result" {
            assert!(!text.contains("</script>&"), "{kind}");
        }
    }
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(open_output("cloud", &context).is_err());
    assert!(open_output("nope=x", &context).is_err());
}

/// Writes one metric and two samples through an output and reads the file back.
fn lines_of(kind: &str, file: &str) -> String {
    let registry = Arc::new(Registry::new());
    let context = OutputContext {
        registry: Arc::clone(&registry),
        options: Options {
            thresholds: Some([("http_reqs{status:500}".to_owned(), vec![Threshold::new("count<1")])].into()),
            ..Options::default()
        },
        system_tags: Default::default(),
        script: String::new(),
    };
    let path = std::env::temp_dir().join(format!("report-{}-{file}", std::process::id()));
    let mut output = open_output(&format!("{kind}={}", path.display()), &context).unwrap();
    let tags = Tags::new([("status", "200"), ("url", "http://h/?a=1,2"), ("own", "x\"y"), ("more", "z")]);
    let metadata: Metadata = Arc::new([("vu".to_owned(), "1".to_owned())].into());
    let time = SystemTime::UNIX_EPOCH + Duration::from_millis(1500);
    let sample = |metric, value, metadata| Sample { metric, time, value, tags: tags.clone(), metadata };
    let samples =
        [sample(builtin::HTTP_REQS, 1.0, Some(metadata)), sample(builtin::HTTP_REQ_DURATION, 1.25, None)];
    output.on_event(&RunEvent::Metric(&registry.get(builtin::HTTP_REQS).unwrap())).unwrap();
    output.on_event(&RunEvent::Samples(&samples)).unwrap();
    output.finish(&summary(false)).unwrap();
    drop(output);
    let bytes = std::fs::read(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    if file.ends_with(".gz") {
        let mut text = String::new();
        std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(bytes.as_slice()), &mut text)
            .unwrap();
        return text;
    }
    String::from_utf8(bytes).unwrap()
}

#[test]
fn json_lines_announce_metrics_once_and_hold_every_tag() {
    let text = lines_of("json", "samples.json");
    let want = r#"{"type":"Metric","data":{"name":"http_reqs","type":"counter","contains":"default","thresholds":[],"submetrics":[{"name":"http_reqs{status:500}","suffix":"status:500","tags":{"status":"500"}}]},"metric":"http_reqs"}
{"metric":"http_reqs","type":"Point","data":{"time":"1970-01-01T00:00:01.5Z","value":1,"tags":{"more":"z","own":"x\"y","status":"200","url":"http://h/?a=1,2"},"metadata":{"vu":"1"}}}
{"type":"Metric","data":{"name":"http_req_duration","type":"trend","contains":"time","thresholds":[],"submetrics":[{"name":"http_req_duration{expected_response:true}","suffix":"expected_response:true","tags":{"expected_response":"true"}}]},"metric":"http_req_duration"}
{"metric":"http_req_duration","type":"Point","data":{"time":"1970-01-01T00:00:01.5Z","value":1.25,"tags":{"more":"z","own":"x\"y","status":"200","url":"http://h/?a=1,2"}}}
"#;
    assert_eq!(text, want);
    assert_eq!(lines_of("json", "samples.json.gz"), want);
}

#[test]
fn csv_has_a_column_for_each_system_tag() {
    let want = "metric_name,timestamp,metric_value,check,error,error_code,expected_response,group,method,name,proto,scenario,service,status,subproto,tls_version,url,extra_tags,metadata
http_reqs,1,1.000000,,,,,,,,,,,200,,,\"http://h/?a=1,2\",\"more=z&own=x\"\"y\",vu=1
http_req_duration,1,1.250000,,,,,,,,,,,200,,,\"http://h/?a=1,2\",\"more=z&own=x\"\"y\",
";
    assert_eq!(lines_of("csv", "samples.csv"), want);
}
