use crate::names::normal;

/// Whether a path segment names one thing rather than a kind of things.
pub(crate) fn is_id_like(segment: &str) -> bool {
    let digits = segment.bytes().filter(u8::is_ascii_digit).count();
    let version = segment
        .strip_prefix('v')
        .is_some_and(|r| !r.is_empty() && r.bytes().all(|b| b.is_ascii_digit() || b == b'.'));
    !version
        && digits > 0
        && (digits == segment.len() || segment.len() >= 6)
        && !segment.contains(['.', '%'])
        && !is_date(segment)
        && !is_slug(segment)
}

/// Whether a value may be worth looking for at all, whatever it is called.
pub(crate) fn is_plausible(value: &str) -> bool {
    let value = value.trim();
    (3..=8_192).contains(&value.len()) && !value.contains(['\n', '\r']) && !is_date(value)
}

/// Constants, dates, small numbers and words are no candidates: they are the same for everybody.
pub(crate) fn is_dynamic(value: &str, name: &str) -> bool {
    let value = value.trim();
    let name = normal(name);
    let names_id = ["id", "uuid", "guid", "key", "code", "number", "ref"].iter().any(|e| name.ends_with(e));
    let names_secret = names_secret(&name);
    if !is_plausible(value) {
        return false;
    }
    // not `12e4`: that may as well be hexadecimal
    if let Some(n) = value.parse::<f64>().ok().filter(|_| !value.contains(['e', 'E'])) {
        let plain = value.bytes().all(|b| b.is_ascii_digit());
        // seconds or milliseconds since the epoch, between 2001 and 2100
        let moment =
            plain && (value.len() == 10 || value.len() == 13) && value.starts_with(['1', '2', '3', '4']);
        let named = names_id || names_secret;
        return plain && (n >= 100.0 && named || value.len() >= 9 && (named || !moment));
    }
    if value.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '-' | '_' | '.' | ',')) {
        // a random text without digits: long, and no words
        let one = value.chars().all(char::is_alphabetic);
        return one && names_secret && value.len() >= 12 && entropy(value) >= 3.0;
    }
    if value.contains(' ')
        || value.contains("://")
        || value.contains('/') && value.len() < 20 && !names_secret
    {
        return names_secret && !value.contains("://");
    }
    if (is_slug(value) || is_path(value)) && !names_secret {
        return false;
    }
    names_id || names_secret || entropy(value) >= 2.5 && value.len() >= 8
}

/// Names of values that servers make up for one client.
pub(crate) fn names_secret(name: &str) -> bool {
    let name = normal(name);
    loadwright_scenario::is_sensitive(&name)
        || name == "state"
        || [
            "nonce",
            "cursor",
            "ticket",
            "hash",
            "signature",
            "verification",
            "continuation",
            "nextpage",
            "viewstate",
        ]
        .iter()
        .any(|w| name.contains(w))
}

/// Words and short numbers between separators: `green-tea-500`, `build-2.4.1`.
fn is_slug(value: &str) -> bool {
    let parts: Vec<&str> = value.split(['-', '_', '.', ' ', ':']).collect();
    let word = |p: &str| {
        let letters =
            p.bytes().all(|b| b.is_ascii_lowercase()) || p.bytes().skip(1).all(|b| b.is_ascii_lowercase());
        letters && p.len() >= 3 && p.chars().any(|c| "aeiouyAEIOUY".contains(c))
    };
    let short = |p: &str| p.len() <= 4 && p.bytes().all(|b| b.is_ascii_digit());
    let hex = |p: &str| p.len() > 3 && p.bytes().all(|b| b.is_ascii_hexdigit());
    parts.len() >= 2
        && parts.iter().any(|p| word(p))
        && parts.iter().all(|p| short(p) && p.len() <= 3 || word(p) && !hex(p) || p.len() == 1)
}

/// An address of words: `/admin/login/?next=/admin/`.
fn is_path(value: &str) -> bool {
    let part = |p: &str| {
        p.len() < 3 || is_slug(p) || p.chars().all(|c| c.is_alphabetic() || matches!(c, '-' | '_' | '.'))
    };
    value.contains('/') && value.split(['/', '?', '=', '&', '#']).all(part)
}

fn is_date(value: &str) -> bool {
    let b = value.as_bytes();
    let digits = |from: usize, to: usize| b.get(from..to).is_some_and(|y| y.iter().all(u8::is_ascii_digit));
    b.len() >= 10 && digits(0, 4) && b.get(4) == Some(&b'-') && digits(5, 7) && b.get(7) == Some(&b'-')
}

/// Bits per character.
pub(crate) fn entropy(text: &str) -> f64 {
    let mut counts = [0usize; 256];
    text.bytes().for_each(|b| counts[b as usize] += 1);
    let n = text.len() as f64;
    counts.iter().filter(|c| **c > 0).map(|c| *c as f64 / n).map(|p| -p * p.log2()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decoys_are_no_candidates() {
        for (value, name) in [
            ("2024-05-01", "startId"),
            ("12", "id"),
            ("Green tea", "name"),
            ("active", "state_name"),
            ("active", "state"),
            ("99", "total"),
            ("pending", "orderId"),
            ("4.5", "price"),
            ("green-tea-500", "slug"),
            ("1700000000", "created"),
            ("1700000000123", "ts"),
            ("build-2.4.1", "version"),
            ("/admin/login/?next=/admin/", "loginForm"),
        ] {
            assert!(!is_dynamic(value, name), "{value}");
        }
        for (value, name) in [
            ("c-900144", "cartId"),
            ("4711", "id"),
            ("eyJhbGciOiJIUzI1NiJ9.e30.x", "token"),
            ("c5rf-9f8e7d6c5b4a", "_csrf"),
            ("9f8e7d6c5b4a", "x"),
            ("QwErTzUiOpAsDf", "csrfToken"),
            ("17887489904379e1", "etag"),
        ] {
            assert!(is_dynamic(value, name), "{value}");
        }
    }
}
