//! Thresholds: `p(95)<500` on a metric or on the part of it that carries some tags.
//!
//! ```text
//! assertion          -> aggregation_method whitespace* operator whitespace* float
//! aggregation_method -> "count" | "rate" | "value" | "avg" | "min" | "max" | "med" | "p(" float ")"
//! operator           -> ">" | ">=" | "<=" | "<" | "==" | "===" | "!="
//! selector           -> name ( "{" key ":" value ( "," key ":" value )* "}" )?
//! ```

use std::collections::BTreeMap;

use crate::GoDuration;

/// One entry of `thresholds`, as written; [`Threshold::expression`] reads it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Threshold {
    pub threshold: String,
    pub abort_on_fail: bool,
    pub delay_abort_eval: Option<GoDuration>,
}

/// A threshold's meaning.
#[derive(Clone, Debug, PartialEq)]
pub struct Expression {
    pub aggregation: Aggregation,
    pub operator: Operator,
    pub value: f64,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Aggregation {
    Count,
    Rate,
    Value,
    Avg,
    Min,
    Max,
    Med,
    Percentile(f64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    Greater,
    GreaterOrEqual,
    LessOrEqual,
    Less,
    Equal,
    StrictlyEqual,
    NotEqual,
}

/// An expression that does not parse; k6's own words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ThresholdError(pub String);

/// The key of a threshold: a metric's name and the tags that a sample must carry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MetricSelector {
    pub metric: String,
    pub tags: BTreeMap<String, String>,
}

/// A key that is no metric selector; k6's own words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SelectorError(pub String);

impl Threshold {
    pub fn new(threshold: impl Into<String>) -> Self {
        Self { threshold: threshold.into(), abort_on_fail: false, delay_abort_eval: None }
    }

    pub fn expression(&self) -> Result<Expression, ThresholdError> {
        Expression::parse(&self.threshold)
    }
}

impl Operator {
    /// Longest first: the order in which they are looked for.
    const ALL: [(Self, &'static str); 7] = [
        (Self::StrictlyEqual, "==="),
        (Self::GreaterOrEqual, ">="),
        (Self::LessOrEqual, "<="),
        (Self::Equal, "=="),
        (Self::NotEqual, "!="),
        (Self::Greater, ">"),
        (Self::Less, "<"),
    ];

    pub fn symbol(self) -> &'static str {
        Self::ALL.iter().find(|(op, _)| *op == self).map_or("", |(_, s)| s)
    }

    pub fn holds(self, left: f64, right: f64) -> bool {
        match self {
            Self::Greater => left > right,
            Self::GreaterOrEqual => left >= right,
            Self::LessOrEqual => left <= right,
            Self::Less => left < right,
            Self::Equal | Self::StrictlyEqual => left == right,
            Self::NotEqual => left != right,
        }
    }
}

impl Aggregation {
    /// The method's name in messages: `p` for every percentile.
    pub fn method(&self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Rate => "rate",
            Self::Value => "value",
            Self::Avg => "avg",
            Self::Min => "min",
            Self::Max => "max",
            Self::Med => "med",
            Self::Percentile(_) => "p",
        }
    }
}

impl Expression {
    /// Reads an expression; the errors are k6's, with its spelling.
    pub fn parse(text: &str) -> Result<Self, ThresholdError> {
        let malformed = || {
            ThresholdError(format!(
                "failed parsing threshold expression {}; reason: malformed threshold expression",
                crate::duration::quote(text)
            ))
        };
        let (operator, left, right) = Operator::ALL
            .iter()
            .find_map(|(op, symbol)| text.split_once(symbol).map(|(l, r)| (*op, l, r)))
            .ok_or_else(malformed)?;
        let aggregation = parse_aggregation(left.trim()).map_err(|reason| {
            ThresholdError(format!(
                "failed parsing threshold expression's {} left hand side; reason: {reason}",
                crate::duration::quote(text)
            ))
        })?;
        let right = right.trim();
        let value = parse_go_float(right).map_err(|reason| {
            ThresholdError(format!(
                "failed parsing threshold expresion's {} right hand side; reason: {reason}",
                crate::duration::quote(text)
            ))
        })?;
        Ok(Self { aggregation, operator, value })
    }
}

fn parse_aggregation(text: &str) -> Result<Aggregation, String> {
    Ok(match text {
        "count" => Aggregation::Count,
        "rate" => Aggregation::Rate,
        "value" => Aggregation::Value,
        "avg" => Aggregation::Avg,
        "min" => Aggregation::Min,
        "max" => Aggregation::Max,
        "med" => Aggregation::Med,
        _ => {
            let Some(inner) = text.strip_prefix("p(").and_then(|t| t.strip_suffix(')')) else {
                return Err("failed parsing method from expression".to_owned());
            };
            let p = parse_go_float(inner)
                .ok()
                .filter(|p| (0.0..=100.0).contains(p))
                .ok_or("malformed percentile value, provide a number between 0 and 100")?;
            Aggregation::Percentile(p)
        }
    })
}

/// A float as `strconv.ParseFloat` takes it, with its error text.
pub(crate) fn parse_go_float(text: &str) -> Result<f64, String> {
    let plain = !text.is_empty()
        && text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-' | b'_'));
    let word = matches!(
        text.trim_start_matches(['+', '-']).to_ascii_lowercase().as_str(),
        "inf" | "infinity" | "nan"
    );
    (plain || word).then(|| text.parse().ok()).flatten().ok_or_else(|| {
        format!("strconv.ParseFloat: parsing {}: invalid syntax", crate::duration::quote(text))
    })
}

impl MetricSelector {
    /// Reads `http_reqs` or `http_reqs{status:500, "name": "x"}`.
    pub fn parse(text: &str) -> Result<Self, SelectorError> {
        let unmatched = || {
            SelectorError(format!(
                "metric {} has unmatched opening/close curly brace",
                crate::duration::quote(text)
            ))
        };
        let Some(open) = text.find('{') else {
            if text.contains('}') {
                return Err(unmatched());
            }
            return Ok(Self { metric: text.to_owned(), tags: BTreeMap::new() });
        };
        if !text.ends_with('}') || text.find('}').is_some_and(|close| close < open) {
            return Err(unmatched());
        }
        let metric = text[..open].trim_end();
        let inner = &text[open + 1..text.len() - 1];
        let mut tags = BTreeMap::new();
        for pair in inner.split(',') {
            let malformed = || {
                SelectorError(format!(
                    "metric {} tag expression is malformed",
                    crate::duration::quote(pair.trim())
                ))
            };
            let (key, value) = pair.split_once(':').ok_or_else(malformed)?;
            let trim = |s: &str| s.trim_matches(|c| c == ' ' || c == '"' || c == '\'').to_owned();
            let (key, value) = (trim(key), trim(value));
            if key.is_empty() || value.is_empty() {
                return Err(malformed());
            }
            tags.insert(key, value);
        }
        Ok(Self { metric: metric.to_owned(), tags })
    }

    /// Whether every wanted tag is on the sample with the wanted value.
    pub fn matches<'a>(&self, mut value_of: impl FnMut(&str) -> Option<&'a str>) -> bool {
        self.tags.iter().all(|(key, value)| value_of(key) == Some(value.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_aggregation_and_operator() {
        let e = Expression::parse("p(99.9) <= 1e3").unwrap();
        assert_eq!(e.aggregation, Aggregation::Percentile(99.9));
        assert_eq!(e.operator, Operator::LessOrEqual);
        assert_eq!(e.value, 1000.0);
        assert_eq!(Expression::parse("count===3").unwrap().operator, Operator::StrictlyEqual);
        assert_eq!(Expression::parse("med != 2").unwrap().aggregation, Aggregation::Med);
    }

    #[test]
    fn refuses_with_the_documented_texts() {
        let text = |t: &str| Expression::parse(t).unwrap_err().0;
        assert_eq!(
            text("garbage"),
            "failed parsing threshold expression \"garbage\"; reason: malformed threshold expression"
        );
        assert_eq!(
            text("count<<1"),
            "failed parsing threshold expresion's \"count<<1\" right hand side; reason: strconv.ParseFloat: parsing \"<1\": invalid syntax"
        );
        assert_eq!(
            text("p(101)<1"),
            "failed parsing threshold expression's \"p(101)<1\" left hand side; reason: malformed percentile value, provide a number between 0 and 100"
        );
    }

    #[test]
    fn spellings_of_one_selector_are_equal() {
        let plain = MetricSelector::parse("http_reqs{status:500}").unwrap();
        assert_eq!(MetricSelector::parse("http_reqs{ status : 500 }").unwrap(), plain);
        assert_eq!(MetricSelector::parse("http_reqs{\"status\":\"500\"}").unwrap(), plain);
        let colons = MetricSelector::parse("http_reqs{name:http://h/x,group:::a::b}").unwrap();
        assert_eq!(colons.tags["name"], "http://h/x");
        assert_eq!(colons.tags["group"], "::a::b");
    }

    #[test]
    fn malformed_selectors_are_named() {
        let text = |t: &str| MetricSelector::parse(t).unwrap_err().0;
        assert_eq!(text("http_reqs{status}"), "metric \"status\" tag expression is malformed");
        assert_eq!(
            text("http_reqs{status:500"),
            "metric \"http_reqs{status:500\" has unmatched opening/close curly brace"
        );
    }
}
