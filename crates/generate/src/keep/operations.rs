use std::collections::BTreeMap;
use std::hash::Hasher;

use loadwright_scenario::{TestPlan, for_each_request};

/// How fingerprints of this algorithm begin. Another way of making them needs another mark: fingerprints are compared
/// with those of the same mark only.
///
/// Those without a mark were made of the model as a debugger shows it.
const MARK: &str = "2:";

/// What each operation of a plan does, in a few digits. An operation that comes several times has one fingerprint for all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Operations(pub(super) BTreeMap<String, String>);

impl Operations {
    pub fn of(plan: &TestPlan) -> Self {
        let mut operations: BTreeMap<String, Digest> = BTreeMap::new();
        for_each_request(plan, &mut |step| {
            step.fingerprint(operations.entry(step.operation(&plan.http)).or_default());
        });
        Self(operations.into_iter().map(|(name, of)| (name, format!("{MARK}{:016x}", of.finish()))).collect())
    }
}

/// Whether two fingerprints say anything about each other.
pub(super) fn comparable(a: &str, b: &str) -> bool {
    let mark = |text: &str| text.find(':');
    mark(a) == mark(b) && a.get(..mark(a).unwrap_or(0)) == b.get(..mark(b).unwrap_or(0))
}

/// The paragraphs of a script that name an operation: what it does, in words, where fingerprints cannot tell.
pub(super) fn paragraphs<'t>(scripts: &'t [String], operation: &str) -> Vec<&'t str> {
    let named = |text: &str| {
        text.match_indices(operation).any(|(at, _)| {
            let rest = text.get(at + operation.len()..).unwrap_or_default();
            rest.is_empty() || rest.starts_with(['\'', '"', '`', '\n'])
        })
    };
    scripts.iter().flat_map(|s| s.split("\n\n")).filter(|p| named(p)).collect()
}

/// 64 bits of everything that was written: the same on every machine, whatever its word size and byte order.
///
/// No protection against somebody who wants two inputs to look alike: fingerprints tell what has changed by itself.
#[derive(Debug, Default)]
struct Digest(u64);

impl Digest {
    fn word(&mut self, word: u64) {
        // the golden ratio's digits; both halves of the product count
        let product = u128::from(self.0.rotate_left(23) ^ word) * 0x9e37_79b9_7f4a_7c15;
        self.0 = product as u64 ^ (product >> 64) as u64;
    }
}

impl Hasher for Digest {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        words.iter().for_each(|w| self.word(u64::from_le_bytes(*w)));
        if !rest.is_empty() {
            let mut last = [0; 8];
            last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
            // how many bytes there are: zeros at the end count
            self.word(u64::from_le_bytes(last) | (rest.len() as u64) << 56);
        }
    }

    fn write_u8(&mut self, n: u8) {
        self.word(u64::from(n));
    }

    fn write_u16(&mut self, n: u16) {
        self.word(u64::from(n));
    }

    fn write_u32(&mut self, n: u32) {
        self.word(u64::from(n));
    }

    fn write_u64(&mut self, n: u64) {
        self.word(n);
    }

    fn write_i64(&mut self, n: i64) {
        self.word(n.cast_unsigned());
    }

    fn write_usize(&mut self, n: usize) {
        self.word(n as u64);
    }

    fn write_isize(&mut self, n: isize) {
        self.word((n as i64).cast_unsigned());
    }

    fn finish(&self) -> u64 {
        let mut last = Self(self.0);
        last.word(u64::MAX);
        last.0
    }
}

#[cfg(test)]
mod tests {
    use loadwright_diagnostic::{Origin, Pointer, SourceId};
    use loadwright_scenario::{
        Check, Field, HttpDefaults, Json, Predicate, Request, RequestStep, Scenario, Segment, Selector, Step,
        Text,
    };
    use loadwright_workload::{Executor, SharedIterations, Workload};

    use super::*;

    fn step() -> RequestStep {
        let mut request = Request { method: "GET".into(), ..Request::default() };
        request.url.base = Text::literal("https://a.test");
        request.url.path = vec![Segment::Literal("pets".into()), Segment::param("id", Text::var("petId"))];
        request.headers = vec![Field::new("Accept", "application/json")];
        request.overrides.expected_statuses = vec![404];
        let check = Check {
            name: "found".to_owned(),
            subject: Selector::Status,
            predicate: Predicate::Equals(Json::Number("200".to_owned())),
            origin: Origin::default(),
        };
        RequestStep { name: "getPet".into(), request, checks: vec![check], ..RequestStep::default() }
    }

    fn of(steps: Vec<RequestStep>) -> Vec<(String, String)> {
        let load = SharedIterations { vus: Some(1), iterations: Some(1), max_duration: None };
        let scenario = Scenario {
            name: "smoke".to_owned(),
            workload: Workload::from(Executor::SharedIterations(load)),
            steps: steps.into_iter().map(|s| Step::Request(Box::new(s))).collect(),
            weight: 1,
            tags: Vec::new(),
        };
        let plan =
            TestPlan { scenarios: vec![scenario], http: HttpDefaults::default(), ..TestPlan::default() };
        Operations::of(&plan).0.into_iter().collect()
    }

    #[test]
    fn fingerprints_are_the_same_in_every_version_and_on_every_machine() {
        let expected = ("GET a.test/pets/{id}".to_owned(), "2:966a8638b0c5e74b".to_owned());
        assert_eq!(of(vec![step()]), [expected]);
    }

    #[test]
    fn what_a_request_does_counts_and_where_it_stands_does_not() {
        let plain = of(vec![step()]);
        let place = Origin::new(SourceId(3), Pointer::root().key("paths"));
        let mut moved = step();
        moved.origin = place.clone();
        moved.request.auth_from = Some(place.clone());
        moved.checks[0].origin = place;
        assert_eq!(of(vec![moved]), plain);
        let changes: [fn(&mut RequestStep); 7] = [
            |s| s.name.push('s'),
            |s| s.request.headers[0].value = Text::literal("application/xml"),
            |s| s.request.headers[0].value = Text::var("application/json"),
            |s| s.request.overrides.expected_statuses = vec![405],
            |s| s.request.overrides.no_cookies = true,
            |s| s.checks[0].predicate = Predicate::Equals(Json::Number("201".to_owned())),
            |s| s.tags.push(("a".to_owned(), "b".to_owned())),
        ];
        for (i, change) in changes.iter().enumerate() {
            let mut changed = step();
            change(&mut changed);
            assert_ne!(of(vec![changed]), plain, "{i}");
        }
        assert_ne!(of(vec![step(), step()]), plain, "one more of the same");
    }

    #[test]
    fn bytes_are_told_apart_by_content_and_length() {
        let digest = |pieces: &[&[u8]]| {
            let mut of = Digest::default();
            pieces.iter().for_each(|p| of.write(p));
            of.finish()
        };
        let all = [
            digest(&[]),
            digest(&[b"a"]),
            digest(&[b"a\0"]),
            digest(&[b"\0"]),
            digest(&[b"abcdefgh"]),
            digest(&[b"abcdefgh\0"]),
            digest(&[b"abcdefghi"]),
        ];
        for (i, a) in all.iter().enumerate() {
            assert!(all.iter().skip(i + 1).all(|b| a != b), "{i}");
        }
    }
}
