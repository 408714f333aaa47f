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
    let name = name.to_ascii_lowercase();
    match name.as_str() {
        n if n.starts_with(':') => HeaderFate::Managed,
        "host" | "content-length" | "connection" | "proxy-connection" | "keep-alive"
        | "transfer-encoding" | "te" | "trailer" | "upgrade" | "http2-settings" => HeaderFate::Managed,
        "cookie" => HeaderFate::Cookie,
        n if n.starts_with("sec-") => HeaderFate::Browser,
        "dnt"
        | "upgrade-insecure-requests"
        | "priority"
        | "purpose"
        | "x-client-data"
        | "x-devtools-emulate-network-conditions-client-id" => HeaderFate::Browser,
        _ => HeaderFate::Keep,
    }
}
