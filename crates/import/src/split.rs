/// A URL cut at its delimiters and otherwise untouched: joining the pieces gives the same bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SplitUrl<'a> {
    /// `https`, without `://`; empty when the URL has none.
    pub scheme: &'a str,
    /// User, host and port as written.
    pub authority: &'a str,
    /// With its leading slash, or empty.
    pub path: &'a str,
    /// Without `?`.
    pub query: Option<&'a str>,
    /// Without `#`.
    pub fragment: Option<&'a str>,
}

/// Cuts a URL into its parts (RFC 3986 appendix B) and never fails: what is missing is empty.
pub fn split_url(url: &str) -> SplitUrl<'_> {
    let (url, fragment) = url.split_once('#').map_or((url, None), |(u, f)| (u, Some(f)));
    let (url, query) = url.split_once('?').map_or((url, None), |(u, q)| (u, Some(q)));
    let (scheme, rest) = match url.split_once("://") {
        Some((s, rest)) if !s.contains(['/', '{']) => (s, rest),
        _ => ("", url),
    };
    if scheme.is_empty() && url.starts_with('/') {
        return SplitUrl { scheme, authority: "", path: url, query, fragment };
    }
    let (authority, path) = rest.find('/').map_or((rest, ""), |i| rest.split_at(i));
    SplitUrl { scheme, authority, path, query, fragment }
}

/// The `&`-separated pieces of a query as name and value, both as written; no `=` gives no value.
pub fn query_pieces(query: &str) -> impl Iterator<Item = (&str, Option<&str>)> {
    query.split('&').map(|p| p.split_once('=').map_or((p, None), |(n, v)| (n, Some(v))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_join_to_the_same_url() {
        let u = split_url("https://u:p@h:8080/a//b%zz?x=1&y&=&x=a=b#f?g");
        assert_eq!((u.scheme, u.authority, u.path), ("https", "u:p@h:8080", "/a//b%zz"));
        assert_eq!((u.query, u.fragment), (Some("x=1&y&=&x=a=b"), Some("f?g")));
        let pieces: Vec<_> = query_pieces("x=1&y&=&x=a=b").collect();
        assert_eq!(pieces, [("x", Some("1")), ("y", None), ("", Some("")), ("x", Some("a=b"))]);
    }

    #[test]
    fn an_address_without_scheme_still_has_a_host() {
        let u = split_url("example.com/a");
        assert_eq!((u.scheme, u.authority, u.path), ("", "example.com", "/a"));
        assert_eq!(split_url("/a?b").path, "/a");
    }
}
