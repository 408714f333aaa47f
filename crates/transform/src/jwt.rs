use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The claims of a JSON Web Token (RFC 7519) as JSON text; `None` when the text is none. The signature may be anything.
pub(crate) fn claims(token: &str) -> Option<String> {
    // `{"` in base64
    let mut parts = token.strip_prefix("eyJ")?.split('.');
    let (_, payload, _) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || payload.is_empty() {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
    String::from_utf8(bytes).ok().filter(|t| t.starts_with('{'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_are_what_stands_between_the_dots() {
        let token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1c3ItNzcifQ.c2ln";
        assert_eq!(claims(token).as_deref(), Some("{\"sub\":\"usr-77\"}"));
        for other in ["eyJhbGciOiJIUzI1NiJ9.e30", "a.b.c", "eyJ.!!.x", "eyJ.e30.x.y", ""] {
            assert_eq!(claims(other), None, "{other}");
        }
    }
}
