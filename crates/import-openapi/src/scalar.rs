use loadwright_import::Tree;
use serde_json::{Number, Value};

use crate::pattern;
use crate::schema::Schema;

/// A number inside all bounds, a multiple where one is asked for.
pub(crate) fn number(parts: &[Schema<'_>], integer: bool, name: &str, seed: u64) -> Value {
    let lower = parts.iter().filter_map(Schema::lower).reduce(|a, b| if b.0 > a.0 { b } else { a });
    let upper = parts.iter().filter_map(Schema::upper).reduce(|a, b| if b.0 < a.0 { b } else { a });
    let step = parts.iter().filter_map(|p| p.number("multipleOf")).find(|m| *m > 0.0);
    let step = step.unwrap_or(1.0);
    let step = if integer && step.fract() != 0.0 { 1.0 } else { step };
    let wish = hint(name).unwrap_or(1.0) + if seed > 1 { (seed % 97) as f64 } else { 0.0 };
    let mut value = (wish / step).round() * step;
    if let Some((min, excluded)) = lower
        && (value < min || (excluded && value <= min))
    {
        value = (min / step).ceil() * step;
        if excluded && value <= min {
            value += step;
        }
    }
    if let Some((max, excluded)) = upper {
        if value > max || (excluded && value >= max) {
            value = (max / step).floor() * step;
            if excluded && value >= max {
                value -= step;
            }
        }
        if lower.is_some_and(|(min, ex)| value < min || (ex && value <= min)) && !integer {
            value = f64::midpoint(max, lower.map_or(max, |l| l.0));
        }
    }
    if value.fract() == 0.0 && value.abs() < 9e15 {
        Value::Number((value as i64).into())
    } else {
        // 0.30000000000000004 is no multiple of 0.1 for anybody
        let text = format!("{value:.6}").parse().unwrap_or(value);
        Number::from_f64(text).map_or(Value::Null, Value::Number)
    }
}

fn hint(name: &str) -> Option<f64> {
    let name = name.to_ascii_lowercase();
    let has = |w: &str| name.contains(w);
    Some(match () {
        () if has("latitude") || name == "lat" => 52.0,
        () if has("longitude") || name == "lng" || name == "lon" => 13.0,
        () if has("year") => 2024.0,
        () if has("statuscode") || name == "status_code" || has("http_status") => 200.0,
        () if has("port") => 8080.0,
        () if name == "limit" || has("page_size") || has("pagesize") || has("per_page") => 10.0,
        () if has("price") || has("amount") => 10.0,
        () if has("timestamp") => 1_700_000_000.0,
        () => return None,
    })
}

/// A text: by pattern, format, name, and then as long as it has to be.
pub(crate) fn string(parts: &[Schema<'_>], name: &str, seed: u64) -> String {
    let min = parts.iter().filter_map(|p| p.size("minLength")).max().unwrap_or(0);
    let max = parts.iter().filter_map(|p| p.size("maxLength")).min().unwrap_or(usize::MAX);
    let text_of = |key: &str| parts.iter().find_map(|p| p.get(key).and_then(Tree::as_str));
    if let Some(p) = text_of("pattern") {
        let named = by_name(name, seed);
        if pattern::matches(p, &named) == Some(true) && (min..=max).contains(&named.chars().count()) {
            return named;
        }
        if let Some(found) = pattern::example(p, min, max) {
            return found;
        }
    }
    if let Some(text) = text_of("format").and_then(|f| by_format(f, seed)) {
        return text;
    }
    fitted(by_name(name, seed), min, max)
}

fn fitted(text: String, min: usize, max: usize) -> String {
    let mut text = text;
    while text.chars().count() < min {
        let missing = min - text.chars().count();
        text.extend("abcdefghijklmnopqrstuvwxyz".chars().take(missing));
    }
    text.chars().take(max).collect()
}

fn by_format(format: &str, seed: u64) -> Option<String> {
    let n = seed % 100;
    Some(match format {
        "date-time" => "2024-01-15T09:30:00Z".to_owned(),
        "date" | "full-date" => "2024-01-15".to_owned(),
        "time" => "09:30:00Z".to_owned(),
        "date-time-rfc-2822" => "Mon, 15 Jan 2024 09:30:00 +0000".to_owned(),
        "duration" => "P1D".to_owned(),
        "uuid" | "guid" => format!("3fa85f64-5717-4562-b3fc-2c963f66af{n:02}"),
        "email" | "idn-email" => "user@example.com".to_owned(),
        "uri" | "url" | "iri" => "https://example.com/".to_owned(),
        "uri-reference" | "iri-reference" => "/path".to_owned(),
        "uri-template" => "https://example.com/{id}".to_owned(),
        "hostname" | "idn-hostname" => "example.com".to_owned(),
        "ipv4" | "ip" => "192.0.2.1".to_owned(),
        "ipv6" => "2001:db8::1".to_owned(),
        "byte" | "base64" => "aGVsbG8=".to_owned(),
        "password" => "S3cure-pass".to_owned(),
        "json-pointer" => "/a/b".to_owned(),
        "relative-json-pointer" => "1/a".to_owned(),
        "regex" => "^a+$".to_owned(),
        "int32" | "int64" | "integer" | "unix-time" => "1".to_owned(),
        "decimal" | "double" | "float" | "number" => "10.5".to_owned(),
        "phone" | "phone-number" => "+14155550100".to_owned(),
        "currency" => "USD".to_owned(),
        "iso-country-code" => "US".to_owned(),
        _ => return None,
    })
}

/// What a property of this name usually holds.
fn by_name(name: &str, seed: u64) -> String {
    let lower: String = name.to_ascii_lowercase().chars().filter(|c| c.is_ascii_alphanumeric()).collect();
    let has = |w: &str| lower.contains(w);
    let ends = |w: &str| lower.ends_with(w);
    let text = match () {
        () if has("email") => "user@example.com",
        () if has("phone") || has("mobile") => "+14155550100",
        () if ends("url") || ends("uri") || ends("link") || lower == "website" => "https://example.com/",
        () if ends("uuid") || ends("guid") => "3fa85f64-5717-4562-b3fc-2c963f66afa6",
        () if has("firstname") => "Ada",
        () if has("lastname") || has("surname") => "Lovelace",
        () if has("username") || lower == "login" => "ada",
        () if has("password") => "S3cure-pass",
        () if has("countrycode") || lower == "country" => "US",
        () if has("currency") => "USD",
        () if lower == "lang" || has("language") || lower == "locale" => "en",
        () if has("timezone") => "UTC",
        () if lower == "city" => "Berlin",
        () if lower == "state" => "active",
        () if lower == "zip" || has("postal") => "10115",
        () if has("street") || lower == "address" => "Main Street 1",
        () if has("statuscode") || lower == "codes" || lower == "httpstatus" => "200",
        () if has("color") || has("colour") => "red",
        () if ends("date") => "2024-01-15",
        () if ends("time") || ends("at") && lower.len() > 4 && has("ed") => "2024-01-15T09:30:00Z",
        () if has("ipaddress") || lower == "ip" => "192.0.2.1",
        () if has("host") || has("domain") => "example.com",
        () if has("description")
            || has("comment")
            || has("message")
            || lower == "body"
            || lower == "text" =>
        {
            "A short text"
        }
        () if lower == "id" || (ends("id") && lower.len() < 20) => "1",
        () if lower.is_empty() => "text",
        () => return if seed > 1 { format!("{name}{}", seed % 97) } else { name.to_owned() },
    };
    text.to_owned()
}

/// Whether a text has a known format; unknown formats accept everything.
pub(crate) fn has_format(format: &str, s: &str) -> bool {
    let digits = |s: &str, n: usize| s.len() == n && s.bytes().all(|b| b.is_ascii_digit());
    let date = |s: &str| {
        let p: Vec<&str> = s.split('-').collect();
        matches!(p.as_slice(), [y, m, d] if digits(y, 4) && digits(m, 2) && digits(d, 2)
            && ("01"..="12").contains(m) && ("01"..="31").contains(d))
    };
    match format {
        "date" => date(s),
        "date-time" => s.split_once(['T', 't', ' ']).is_some_and(|(d, t)| {
            date(d)
                && t.len() >= 6
                && t.get(2..3) == Some(":")
                && (t.ends_with(['Z', 'z'])
                    || t.get(t.len() - 6..).is_some_and(|z| z.starts_with(['+', '-'])))
        }),
        "uuid" => {
            let p: Vec<usize> = s.split('-').map(str::len).collect();
            p == [8, 4, 4, 4, 12] && s.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
        }
        "email" => {
            s.split_once('@').is_some_and(|(u, d)| !u.is_empty() && d.contains('.') && !s.contains(' '))
        }
        "uri" | "url" => s.split_once(':').is_some_and(|(scheme, rest)| {
            !scheme.is_empty()
                && !rest.is_empty()
                && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
                && !s.contains([' ', '<', '>', '{', '}', '|', '\\', '^', '`', '"'])
        }),
        "ipv4" => s.parse::<std::net::Ipv4Addr>().is_ok(),
        "ipv6" => s.parse::<std::net::Ipv6Addr>().is_ok(),
        "byte" => {
            s.len().is_multiple_of(4) && s.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b))
        }
        _ => true,
    }
}
