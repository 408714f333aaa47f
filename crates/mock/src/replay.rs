//! A recorded answer as this server gives it.

use loadwright_scenario::ObservedResponse;

use crate::request::Answer;

/// A recorded or promised response, fit for another host and connection.
pub fn replayed(observed: &ObservedResponse) -> Answer {
    let mut headers = Vec::new();
    for (name, value) in &observed.headers {
        let lower = name.to_ascii_lowercase();
        match lower.as_str() {
            "content-length"
            | "transfer-encoding"
            | "content-encoding"
            | "connection"
            | "keep-alive"
            | "date"
            | "strict-transport-security"
            | "alt-svc"
            | "content-security-policy" => {}
            _ if lower.starts_with(':') => {}
            "location" => headers.push((name.to_string(), local(value))),
            "set-cookie" => headers.push((name.to_string(), portable(value))),
            _ => headers.push((name.to_string(), value.to_string())),
        }
    }
    Answer {
        status: if observed.status < 100 { 200 } else { observed.status },
        headers,
        body: observed.body.bytes().into_owned(),
    }
}

/// A redirect stays on the mock.
pub fn local(location: &str) -> String {
    match location
        .split_once("://")
        .and_then(|(_, rest)| rest.find('/').map(|i| rest.get(i..).unwrap_or("/")))
    {
        Some(path) => path.to_owned(),
        None if location.contains("://") => "/".to_owned(),
        None => location.to_owned(),
    }
}

/// A cookie that a plain connection to loopback accepts.
pub fn portable(cookie: &str) -> String {
    let keep = |part: &&str| {
        let p = part.trim().to_ascii_lowercase();
        !p.starts_with("domain=") && p != "secure" && !p.starts_with("samesite") && p != "partitioned"
    };
    cookie.split(';').filter(keep).collect::<Vec<_>>().join(";")
}
