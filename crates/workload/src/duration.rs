//! Durations as Go writes and reads them, with the day unit that k6 adds.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

const MICRO: i64 = 1_000;
const MILLI: i64 = 1_000_000;
const SECOND: i64 = 1_000_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A signed duration in nanoseconds that prints as Go does: `1m30s`, `1.5s`, `0s`.
///
/// Signed because a script may contain `-5s`, which is refused by validation and not by parsing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GoDuration(pub i64);

/// A text that is no duration; reads like Go's own message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct DurationError(pub String);

impl GoDuration {
    pub const ZERO: Self = Self(0);

    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    pub const fn from_millis(millis: i64) -> Self {
        Self(millis.saturating_mul(MILLI))
    }

    pub const fn from_secs(secs: i64) -> Self {
        Self(secs.saturating_mul(SECOND))
    }

    /// Milliseconds that may be fractional, as a bare JSON number means them.
    pub fn from_millis_f64(millis: f64) -> Self {
        Self((millis * MILLI as f64) as i64)
    }

    pub const fn nanos(self) -> i64 {
        self.0
    }

    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / SECOND as f64
    }

    pub fn as_millis_f64(self) -> f64 {
        self.0 as f64 / MILLI as f64
    }

    /// The same span as a standard duration; a negative one becomes zero.
    pub fn to_std(self) -> Duration {
        Duration::from_nanos(u64::try_from(self.0).unwrap_or(0))
    }

    /// Parses k6's extended form: Go's units, `d` for days, or a bare number of milliseconds.
    pub fn parse_extended(text: &str) -> Result<Self, DurationError> {
        if let Ok(number) = text.parse::<f64>()
            && number.is_finite()
        {
            if number.abs() * MILLI as f64 >= i64::MAX as f64 {
                return Err(invalid(text));
            }
            return Ok(Self::from_millis_f64(number));
        }
        Self::parse_with_days(text)
    }

    /// Parses Go's units and `d` for days; a unit is required, as for the `--duration` flag.
    pub fn parse_with_days(text: &str) -> Result<Self, DurationError> {
        let Some((days, rest)) = text.split_once('d') else {
            return parse_go(text);
        };
        let (negative, digits) = match days.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, days),
        };
        let count: i64 = digits
            .parse()
            .ok()
            .filter(|_| digits.bytes().all(|b| b.is_ascii_digit()))
            .ok_or_else(|| DurationError(format!("invalid number of days '{days}'")))?;
        let remainder = if rest.is_empty() { Self::ZERO } else { parse_go(rest)? };
        if remainder.0 < 0 {
            return Err(DurationError(format!("invalid duration remainder '{rest}'")));
        }
        let total =
            count.checked_mul(DAY).and_then(|d| d.checked_add(remainder.0)).ok_or_else(|| invalid(text))?;
        Ok(Self(if negative { -total } else { total }))
    }
}

impl From<Duration> for GoDuration {
    fn from(value: Duration) -> Self {
        Self(i64::try_from(value.as_nanos()).unwrap_or(i64::MAX))
    }
}

impl FromStr for GoDuration {
    type Err = DurationError;

    fn from_str(text: &str) -> Result<Self, DurationError> {
        Self::parse_with_days(text)
    }
}

impl fmt::Display for GoDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&format_go(self.0))
    }
}

fn invalid(text: &str) -> DurationError {
    DurationError(format!("time: invalid duration {}", quote(text)))
}

/// Double quotes around a text as Go's `%q` puts them, for the characters that occur in practice.
pub(crate) fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if (c as u32) < 0x20 || c as u32 == 0x7f => out.push_str(&format!("\\x{:02x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// `[-+]?([0-9]*(\.[0-9]*)?[a-z]+)+` with Go's units, or `0`.
fn parse_go(original: &str) -> Result<GoDuration, DurationError> {
    let (negative, mut rest) = match original.as_bytes().first() {
        Some(b'-') => (true, &original[1..]),
        Some(b'+') => (false, &original[1..]),
        _ => (false, original),
    };
    if rest == "0" {
        return Ok(GoDuration::ZERO);
    }
    if rest.is_empty() {
        return Err(invalid(original));
    }
    let mut total: i128 = 0;
    while !rest.is_empty() {
        let int_len = digits(rest);
        let (integer, after) = rest.split_at(int_len);
        let (fraction, after) = match after.strip_prefix('.') {
            Some(tail) => tail.split_at(digits(tail)),
            None => ("", after),
        };
        if integer.is_empty() && fraction.is_empty() {
            return Err(invalid(original));
        }
        let unit_len = after.find(|c: char| c == '.' || c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, tail) = after.split_at(unit_len);
        if unit.is_empty() {
            return Err(DurationError(format!("time: missing unit in duration {}", quote(original))));
        }
        let scale = match unit {
            "ns" => 1,
            "us" | "µs" | "μs" => MICRO,
            "ms" => MILLI,
            "s" => SECOND,
            "m" => MINUTE,
            "h" => HOUR,
            _ => {
                return Err(DurationError(format!(
                    "time: unknown unit {} in duration {}",
                    quote(unit),
                    quote(original)
                )));
            }
        };
        let whole: i128 =
            if integer.is_empty() { 0 } else { integer.parse().map_err(|_| invalid(original))? };
        total = whole
            .checked_mul(i128::from(scale))
            .and_then(|w| total.checked_add(w))
            .ok_or_else(|| invalid(original))?;
        if !fraction.is_empty() {
            let part: f64 = format!("0.{fraction}").parse().map_err(|_| invalid(original))?;
            total += (part * scale as f64) as i128;
        }
        rest = tail;
    }
    let nanos = i64::try_from(total).map_err(|_| invalid(original))?;
    Ok(GoDuration(if negative { -nanos } else { nanos }))
}

fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

fn format_go(nanos: i64) -> String {
    if nanos == 0 {
        return "0s".to_owned();
    }
    let sign = if nanos < 0 { "-" } else { "" };
    let value = nanos.unsigned_abs();
    let second = SECOND as u64;
    if value < second {
        let (scale, unit) = match value {
            v if v < MICRO as u64 => (1, "ns"),
            v if v < MILLI as u64 => (MICRO as u64, "µs"),
            _ => (MILLI as u64, "ms"),
        };
        return format!("{sign}{}{unit}", decimal(value, scale));
    }
    let hours = value / HOUR as u64;
    let minutes = value / MINUTE as u64 % 60;
    let seconds = decimal(value % MINUTE as u64, second);
    match (hours, minutes) {
        (0, 0) => format!("{sign}{seconds}s"),
        (0, m) => format!("{sign}{m}m{seconds}s"),
        (h, m) => format!("{sign}{h}h{m}m{seconds}s"),
    }
}

/// `value / scale` with the fraction's trailing zeros removed; `scale` is a power of ten.
fn decimal(value: u64, scale: u64) -> String {
    let whole = value / scale;
    let rest = value % scale;
    if rest == 0 {
        return whole.to_string();
    }
    let width = scale.ilog10() as usize;
    let fraction = format!("{rest:0width$}");
    format!("{whole}.{}", fraction.trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_as_go_prints() {
        for (nanos, text) in [
            (0, "0s"),
            (1, "1ns"),
            (1_500, "1.5µs"),
            (2_000_000, "2ms"),
            (1_500_000_000, "1.5s"),
            (90 * SECOND, "1m30s"),
            (10 * MINUTE, "10m0s"),
            (DAY, "24h0m0s"),
            (-5 * SECOND, "-5s"),
        ] {
            assert_eq!(GoDuration(nanos).to_string(), text);
        }
    }

    #[test]
    fn reads_units_days_and_bare_milliseconds() {
        let ok = |t: &str| GoDuration::parse_extended(t).map(|d| d.0);
        assert_eq!(ok("1d2h3m4s5ms"), Ok(DAY + 2 * HOUR + 3 * MINUTE + 4 * SECOND + 5 * MILLI));
        assert_eq!(ok("1.5s"), Ok(1_500 * MILLI));
        assert_eq!(ok("250"), Ok(250 * MILLI));
        assert_eq!(ok("-3s"), Ok(-3 * SECOND));
        assert_eq!(ok("100us"), Ok(100 * MICRO));
    }

    #[test]
    fn says_what_go_says() {
        let text = |t: &str| GoDuration::parse_with_days(t).unwrap_err().0;
        assert_eq!(text("abc"), "time: invalid duration \"abc\"");
        assert_eq!(text("10"), "time: missing unit in duration \"10\"");
        assert_eq!(text("10x"), "time: unknown unit \"x\" in duration \"10x\"");
        assert_eq!(text(""), "time: invalid duration \"\"");
    }
}
