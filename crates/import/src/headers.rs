/// What to do with a header that a client recorded or a tool exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeaderFate {
    /// Part of the request.
    Keep,
    /// The HTTP library makes it: `Content-Length`, `Host`, connection management, HTTP/2 pseudo-headers.
    Managed,
    /// A browser adds it by itself and servers rarely look at it: `Sec-Fetch-*`, `DNT`, client hints.
    Browser,
    /// The cookie jar's business.
    Cookie,
}

/// Sorts a header by name; case does not count (RFC 9110 section 5.1).
pub fn header_fate(name: &str) -> HeaderFate {
    const MANAGED: &[&str] = &[
        "host",
        "content-length",
        "connection",
        "proxy-connection",
        "keep-alive",
        "transfer-encoding",
        "te",
        "trailer",
        "upgrade",
        "http2-settings",
    ];
    const BROWSER: &[&str] = &[
        "dnt",
        "upgrade-insecure-requests",
        "priority",
        "purpose",
        "x-client-data",
        "x-devtools-emulate-network-conditions-client-id",
    ];
    let is = |other: &&str| name.eq_ignore_ascii_case(other);
    let begins = |with: &str| name.get(..with.len()).is_some_and(|n| n.eq_ignore_ascii_case(with));
    match () {
        () if begins(":") || MANAGED.iter().any(is) => HeaderFate::Managed,
        () if is(&"cookie") => HeaderFate::Cookie,
        () if begins("sec-") || BROWSER.iter().any(is) => HeaderFate::Browser,
        () => HeaderFate::Keep,
    }
}
