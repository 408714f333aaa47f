//! Cookies: `Set-Cookie` parsing as Go does it.

use std::time::{Duration, SystemTime};

/// A cookie as a server sent it, or as a script puts it into a jar.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cookie {
    pub name: String,
    pub value: String,
    pub domain: String,
    pub path: String,
    pub http_only: bool,
    pub secure: bool,
    /// Seconds; 0 = not given, negative = delete now.
    pub max_age: i64,
    pub expires: Option<SystemTime>,
}

/// A cookie for one request (`params.cookies`): goes before the jar's cookies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestCookie {
    pub name: String,
    pub value: String,
    /// Leave out the jar's cookies of this name.
    pub replace: bool,
}

/// A date that a jar cannot use.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct JarError(pub String);

impl Cookie {
    /// Reads one `Set-Cookie` value; `None` when Go would drop it.
    pub fn parse_set_cookie(line: &str) -> Option<Self> {
        let mut parts = line.trim().split(';');
        let (name, value) = parts.next()?.trim().split_once('=')?;
        let name = name.trim();
        if !is_token(name) {
            return None;
        }
        let mut cookie = Self { name: name.to_owned(), value: parse_value(value, true)?, ..Self::default() };
        for part in parts {
            let part = part.trim();
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            let Some(value) = parse_value(value, false) else { continue };
            match key.to_ascii_lowercase().as_str() {
                "secure" => cookie.secure = true,
                "httponly" => cookie.http_only = true,
                "domain" => cookie.domain = value,
                "path" => cookie.path = value,
                "max-age" => {
                    if let Ok(seconds) = value.parse::<i64>()
                        && (seconds == 0 || !value.starts_with('0'))
                    {
                        cookie.max_age = if seconds <= 0 { -1 } else { seconds };
                    }
                }
                "expires" => cookie.expires = parse_date(&value),
                _ => {}
            }
        }
        Some(cookie)
    }

    /// Reads an `expires` date as the script's jar API takes it (RFC 1123).
    pub fn parse_expires(text: &str) -> Result<SystemTime, JarError> {
        parse_date(text).ok_or_else(|| {
            JarError(format!(
                "unable to parse \"expires\" date string \"{text}\": parsing time \"{text}\" as \"Mon, 02 Jan 2006 15:04:05 MST\": cannot parse \"{text}\" as \"Mon\""
            ))
        })
    }
}

/// `name=value` for a request header, cleaned of what must not stand there.
pub(crate) fn write_pair(out: &mut String, name: &str, value: &str) {
    if !out.is_empty() {
        out.push_str("; ");
    }
    out.push_str(&name.replace(['\n', '\r'], "-"));
    out.push('=');
    let clean: String =
        value.chars().filter(|c| (' '..='~').contains(c) && !matches!(c, '"' | ';' | '\\')).collect();
    if clean.contains([' ', ',']) {
        out.push('"');
        out.push_str(&clean);
        out.push('"');
    } else {
        out.push_str(&clean);
    }
}

fn is_token(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

fn parse_value(raw: &str, allow_quotes: bool) -> Option<String> {
    let inner = match raw.strip_prefix('"').and_then(|r| r.strip_suffix('"')) {
        Some(inner) if allow_quotes => inner,
        _ => raw,
    };
    let fine = |b: u8| (0x20..0x7f).contains(&b) && !matches!(b, b'"' | b';' | b'\\');
    inner.bytes().all(fine).then(|| inner.to_owned())
}

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// `Mon, 02 Jan 2006 15:04:05 GMT`, also with dashes and two-digit years.
fn parse_date(text: &str) -> Option<SystemTime> {
    let rest = text.split_once(',')?.1.trim();
    let mut words = rest.split([' ', '-']).filter(|w| !w.is_empty());
    let day: i64 = words.next()?.parse().ok()?;
    let month = words.next()?.to_ascii_lowercase();
    let month = MONTHS.iter().position(|m| *m == month)? as i64 + 1;
    let year_text = words.next()?;
    let mut year: i64 = year_text.parse().ok()?;
    if year_text.len() == 2 {
        year += if year >= 69 { 1900 } else { 2000 };
    }
    let mut clock = words.next()?.split(':');
    let mut number = |max: i64| clock.next()?.parse::<i64>().ok().filter(|n| (0..=max).contains(n));
    let (hour, minute, second) = (number(23)?, number(59)?, number(60)?);
    if !(1..=31).contains(&day) {
        return None;
    }
    let seconds = days_from_civil(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second;
    if seconds >= 0 {
        SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds as u64))
    } else {
        SystemTime::UNIX_EPOCH.checked_sub(Duration::from_secs(seconds.unsigned_abs()))
    }
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn set_cookie_lines_are_read() {
        let c = Cookie::parse_set_cookie("id=\"a b\"; Path=/x; Domain=h.example; Max-Age=10; HttpOnly; Secure; Expires=Thu, 01 Jan 1970 00:01:00 GMT").unwrap();
        assert_eq!(
            (c.name.as_str(), c.value.as_str(), c.path.as_str(), c.domain.as_str()),
            ("id", "a b", "/x", "h.example")
        );
        assert_eq!((c.max_age, c.http_only, c.secure), (10, true, true));
        assert_eq!(c.expires, Some(SystemTime::UNIX_EPOCH + Duration::from_secs(60)));
        assert_eq!(Cookie::parse_set_cookie("a=1; max-age=0").unwrap().max_age, -1);
        assert!(Cookie::parse_set_cookie("novalue").is_none());
        assert!(Cookie::parse_set_cookie("b ad=1").is_none());
    }

    #[test]
    fn dates_of_all_spellings() {
        let at = |t: &str| {
            Cookie::parse_expires(t)
                .ok()
                .and_then(|t| t.duration_since(SystemTime::UNIX_EPOCH).ok())
                .map(|d| d.as_secs())
        };
        assert_eq!(at("Mon, 02 Jan 2006 15:04:05 GMT"), Some(1_136_214_245));
        assert_eq!(at("Monday, 02-Jan-06 15:04:05 GMT"), Some(1_136_214_245));
        assert!(
            Cookie::parse_expires("garbage")
                .unwrap_err()
                .0
                .starts_with("unable to parse \"expires\" date string \"garbage\"")
        );
    }

    #[test]
    fn pairs_are_cleaned() {
        let mut out = String::new();
        write_pair(&mut out, "a", "1");
        write_pair(&mut out, "b", "x y;z");
        assert_eq!(out, "a=1; b=\"x yz\"");
    }
}
