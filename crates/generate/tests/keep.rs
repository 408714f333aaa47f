//! Edits of people and changes of sources, at random: nothing that somebody wrote is lost, and the result is a script.

use loadwright_generate::artillery::Artillery;
use loadwright_generate::k6::K6;
use loadwright_generate::keep::{Syntax, merge, parses};
use loadwright_generate::locust::Locust;
use loadwright_generate::{GenerateOptions, GenerateRequest, Layout, Target};
use loadwright_scenario::{
    Check, Group, HttpDefaults, Json, Predicate, Request, RequestStep, Scenario, Segment, Selector, Step,
    TestPlan, Text, UrlTemplate,
};
use loadwright_workload::{Executor, SharedIterations, Workload};

/// A small generator of numbers: the same sequence in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides.max(1)
    }
}

fn step(n: usize) -> Step {
    let request = Request {
        method: "GET".into(),
        url: UrlTemplate {
            base: Text::literal("http://api.example"),
            path: vec![Segment::Literal(format!("thing{n}").into())],
            query: Vec::new(),
        },
        ..Request::default()
    };
    let check = Check {
        name: format!("thing{n}: status is 200"),
        subject: Selector::Status,
        predicate: Predicate::Equals(Json::Number("200".into())),
        origin: Default::default(),
    };
    Step::Request(Box::new(RequestStep {
        name: format!("thing{n}").into(),
        request,
        checks: vec![check],
        ..RequestStep::default()
    }))
}

/// A way in which the things can be written.
struct Flavour {
    target: &'static dyn Target,
    file_name: &'static str,
    layout: Layout,
}

const FLAVOURS: &[Flavour] = &[
    Flavour { target: &K6, file_name: "script.ts", layout: Layout::Single },
    Flavour { target: &K6, file_name: "script.js", layout: Layout::Split },
    Flavour { target: &K6, file_name: "script.ts", layout: Layout::Split },
    Flavour { target: &Locust, file_name: "locustfile.py", layout: Layout::Single },
    Flavour { target: &Artillery, file_name: "artillery.yml", layout: Layout::Single },
];

/// A script with the things in groups of three.
fn script(things: &[usize]) -> String {
    let plain = Flavour { target: &K6, file_name: "script.js", layout: Layout::Single };
    files(things, &plain).remove(0).1
}

/// Every text that the things become, by name.
fn files(things: &[usize], flavour: &Flavour) -> Vec<(String, String)> {
    let groups = things.chunks(3).enumerate().map(|(i, list)| {
        Step::Group(Box::new(Group {
            name: format!("group {i}"),
            note: None,
            steps: list.iter().map(|n| step(*n)).collect(),
            origin: Default::default(),
        }))
    });
    let load = SharedIterations { vus: Some(1), iterations: Some(1), max_duration: None };
    let plan = TestPlan {
        title: "Things".into(),
        http: HttpDefaults::default(),
        scenarios: vec![Scenario {
            name: "smoke".into(),
            workload: Workload::from(Executor::SharedIterations(load)),
            steps: groups.collect(),
            weight: 1,
            tags: Vec::new(),
        }],
        ..TestPlan::default()
    };
    let options = GenerateOptions {
        file_name: flavour.file_name.to_owned(),
        layout: flavour.layout,
        ..GenerateOptions::default()
    };
    let made = flavour.target.generate(&GenerateRequest { plan: &plan, options }).expect("a script");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    made.files.into_iter().map(|f| (f.path, text(f.content))).collect()
}

/// What a person does to a text: notes, statements, changed words, removed lines. Gives what was written anew.
fn edit(text: &str, dice: &mut Dice) -> (String, Vec<String>) {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let mut written = Vec::new();
    for i in 0..=dice.roll(4) {
        let at = dice.roll(lines.len());
        let line = match dice.roll(5) {
            0 => format!("// note {i} of mine"),
            1 => format!("  console.log('mine {i}');"),
            2 => format!("const mine{i} = {i};"),
            3 => {
                let changed = lines[at].replace("200", "204").replace("vus: 1", "vus: 5");
                lines[at] = changed;
                continue;
            }
            _ => {
                // a short companion is never emptied
                if lines.len() > 1 {
                    lines.remove(at);
                }
                continue;
            }
        };
        lines.insert(at, line.clone());
        written.push(line);
    }
    // an edit may have undone an earlier one
    written.retain(|w| lines.contains(w));
    (lines.join("\n") + "\n", written)
}

/// What becomes of a source: things are added, removed, renamed.
fn change(things: &[usize], dice: &mut Dice) -> Vec<usize> {
    let mut out = things.to_vec();
    for _ in 0..=dice.roll(3) {
        let at = dice.roll(out.len());
        match dice.roll(3) {
            0 => out.insert(at, 100 + dice.roll(900)),
            1 if out.len() > 2 => {
                out.remove(at);
            }
            _ => out[at] = 100 + dice.roll(900),
        }
    }
    out.dedup();
    out
}

#[test]
fn random_edits_survive_random_changes_and_the_result_is_a_script() {
    let mut dice = Dice(42);
    let (mut clean, mut marked) = (0, 0);
    for round in 0..400 {
        let things: Vec<usize> = (0..3 + dice.roll(9)).collect();
        let base = script(&things);
        assert!(parses(&base, Syntax::JavaScript), "{base}");
        let (ours, written) = edit(&base, &mut dice);
        assert_eq!(
            merge(&base, &ours, &base, Syntax::JavaScript).text,
            ours,
            "round {round}: nothing changed"
        );
        let theirs = script(&change(&things, &mut dice));
        let merged = merge(&base, &ours, &theirs, Syntax::JavaScript);
        for line in &written {
            assert!(merged.text.contains(line.trim()), "round {round}: `{line}` is lost in\n{}", merged.text);
        }
        if parses(&ours, Syntax::JavaScript) {
            assert!(parses(&merged.text, Syntax::JavaScript), "round {round}:\n{}", merged.text);
        }
        if merged.conflicts == 0 {
            clean += 1;
        } else {
            marked += 1;
            assert!(merged.text.contains("// "), "round {round}");
        }
    }
    assert!(clean > 50 && marked > 10, "{clean} clean, {marked} with conflicts: the dice prove nothing");
}

/// Whether a text is what its name says; nobody here reads Python.
fn is_sound(text: &str, syntax: Syntax, name: &str) -> bool {
    use saphyr::LoadableYamlNode as _;
    match syntax {
        Syntax::JavaScript | Syntax::TypeScript => parses(text, syntax),
        Syntax::Hash if name.ends_with(".yml") => saphyr::Yaml::load_from_str(text).is_ok(),
        Syntax::Hash | Syntax::Opaque => true,
    }
}

#[test]
fn the_same_holds_for_every_language_and_layout() {
    let mut dice = Dice(7);
    for flavour in FLAVOURS {
        let (mut merged_files, mut several) = (0, 0);
        for round in 0..60 {
            let things: Vec<usize> = (0..3 + dice.roll(9)).collect();
            let base = files(&things, flavour);
            let theirs = files(&change(&things, &mut dice), flavour);
            several += usize::from(base.len() > 1);
            for (name, base) in &base {
                let syntax = Syntax::of(name);
                let place = format!("{name} of {}, round {round}", flavour.target.name());
                assert!(is_sound(base, syntax, name), "{place}:\n{base}");
                let (ours, written) = edit(base, &mut dice);
                assert_eq!(merge(base, &ours, base, syntax).text, ours, "{place}: nothing changed");
                assert_eq!(merge(base, base, base, syntax).text, *base, "{place}");
                let Some((_, theirs)) = theirs.iter().find(|(n, _)| n == name) else { continue };
                let merged = merge(base, &ours, theirs, syntax);
                merged_files += 1;
                for line in &written {
                    assert!(
                        merged.text.contains(line.trim()),
                        "{place}: `{line}` is lost in\n{}",
                        merged.text
                    );
                }
                if is_sound(&ours, syntax, name) {
                    assert!(is_sound(&merged.text, syntax, name), "{place}:\n{}", merged.text);
                }
            }
        }
        assert!(merged_files >= 60, "{}: {merged_files} merges prove nothing", flavour.target.name());
        assert!(flavour.layout == Layout::Single || several > 30, "nothing was split");
    }
}
