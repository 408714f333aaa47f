//! Addresses in their short forms: URLs have `127.1` and `0x7f000001` written out (WHATWG URL, section 3.5).

/// `127.1:80` is `127.0.0.1:80`; what is no number stays.
pub fn written_out(authority: &str) -> String {
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => (host, Some(port)),
        _ => (authority, None),
    };
    match (address(host), port) {
        (Some(address), Some(port)) => format!("{address}:{port}"),
        (Some(address), None) => address,
        (None, _) => authority.to_owned(),
    }
}

fn address(host: &str) -> Option<String> {
    let parts: Vec<u64> =
        host.strip_suffix('.').unwrap_or(host).split('.').map(number).collect::<Option<_>>()?;
    let (last, first) = parts.split_last().filter(|(_, first)| first.len() < 4)?;
    let room = 1_u64 << (8 * (4 - first.len()));
    if first.iter().any(|n| *n > 255) || *last >= room {
        return None;
    }
    let first = first.iter().enumerate().map(|(i, n)| n << (8 * (3 - i))).sum::<u64>();
    Some(std::net::Ipv4Addr::from(u32::try_from(first + last).ok()?).to_string())
}

/// Decimal, `0x` hexadecimal or `0` octal.
fn number(part: &str) -> Option<u64> {
    let digits = |text: &str, radix| {
        if text.is_empty() { Some(0) } else { u64::from_str_radix(text, radix).ok() }
    };
    if part.is_empty() || part.starts_with('+') {
        return None;
    }
    match part.strip_prefix("0x") {
        Some(hex) => digits(hex, 16),
        None if part.len() > 1 && part.starts_with('0') => digits(&part[1..], 8),
        None => digits(part, 10),
    }
}

#[cfg(test)]
mod tests {
    use super::written_out;

    #[test]
    fn short_forms_are_written_out() {
        for (given, expected) in [
            ("127.1:4041", "127.0.0.1:4041"),
            ("0x7f.1", "127.0.0.1"),
            ("2130706433", "127.0.0.1"),
            ("10.0.0.1", "10.0.0.1"),
            ("017.0.0.1", "15.0.0.1"),
            ("256.1", "256.1"),
            ("api.example.com:80", "api.example.com:80"),
            ("{{host}}", "{{host}}"),
            ("1.2.3.4.5", "1.2.3.4.5"),
            ("", ""),
        ] {
            assert_eq!(written_out(given), expected, "{given}");
        }
    }
}
