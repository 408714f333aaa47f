//! Digest authentication (RFC 7616, 2617) from the user info of the address.

use bytes::Bytes;

use crate::Request;
use crate::hash::{md5, sha256};

/// The `Authorization` that answers a 401; `None` when there is no usable challenge or no user.
pub(crate) fn answer(head: &Bytes, request: &Request) -> Option<String> {
    let (user, password) = request.url.credentials()?;
    let challenge = crate::head::lines(head)
        .into_iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("www-authenticate"))
        .find_map(|(_, value)| {
            value
                .get(..7)
                .filter(|p| p.eq_ignore_ascii_case("digest "))
                .map(|_| value.get(7..).unwrap_or("").to_owned())
        })?;
    let fields = fields(&challenge);
    let field = |key: &str| fields.iter().find(|(k, _)| k.eq_ignore_ascii_case(key)).map(|(_, v)| v.as_str());
    let (realm, nonce) = (field("realm").unwrap_or(""), field("nonce")?);
    let algorithm = field("algorithm").unwrap_or("MD5");
    let hash: fn(&[u8]) -> Vec<u8> = match algorithm.to_ascii_uppercase().trim_end_matches("-SESS") {
        "MD5" => |data| md5(data).to_vec(),
        "SHA-256" => sha256,
        _ => return None,
    };
    let h = |text: &str| hex(&hash(text.as_bytes()));
    let cnonce = hex(&random_bytes(&request.url));
    let count = "00000001";
    let mut a1 = h(&format!("{user}:{realm}:{password}"));
    if algorithm.to_ascii_lowercase().ends_with("-sess") {
        a1 = h(&format!("{a1}:{nonce}:{cnonce}"));
    }
    let target = request.url.target();
    let qops: Vec<&str> =
        field("qop").unwrap_or("").split(',').map(str::trim).filter(|q| !q.is_empty()).collect();
    let qop = if qops.contains(&"auth") { Some("auth") } else { qops.first().copied() };
    let a2 = match qop {
        Some("auth-int") => {
            let body = request.body.as_ref().map_or_else(|| hash(b""), |b| hash(b));
            h(&format!("{}:{target}:{}", request.method, hex(&body)))
        }
        _ => h(&format!("{}:{target}", request.method)),
    };
    let response = match qop {
        Some(qop) => h(&format!("{a1}:{nonce}:{count}:{cnonce}:{qop}:{a2}")),
        None => h(&format!("{a1}:{nonce}:{a2}")),
    };
    let mut out = format!(
        "Digest username=\"{user}\", realm=\"{realm}\", nonce=\"{nonce}\", uri=\"{target}\", algorithm={algorithm}, response=\"{response}\""
    );
    if let Some(qop) = qop {
        out.push_str(&format!(", qop={qop}, nc={count}, cnonce=\"{cnonce}\""));
    }
    if let Some(opaque) = field("opaque") {
        out.push_str(&format!(", opaque=\"{opaque}\""));
    }
    Some(out)
}

/// `key=value` pairs, values quoted or not, commas between.
fn fields(text: &str) -> Vec<(String, String)> {
    let mut out = Vec::new();
    let mut rest = text.trim();
    while let Some((key, after)) = rest.split_once('=') {
        let after = after.trim_start();
        let (value, tail) = match after.strip_prefix('"') {
            Some(quoted) => {
                let end = quoted.find('"').unwrap_or(quoted.len());
                (quoted.get(..end).unwrap_or(""), quoted.get(end + 1..).unwrap_or(""))
            }
            None => after.split_once(',').unwrap_or((after, "")),
        };
        out.push((key.trim_matches([' ', ',']).to_owned(), value.trim().to_owned()));
        rest = tail.trim_start_matches([' ', ',']);
    }
    out
}

/// Eight bytes that differ from call to call: a client nonce needs no more.
fn random_bytes(url: &crate::Url) -> [u8; 8] {
    use std::hash::{BuildHasher, Hasher};
    let mut hasher = std::collections::hash_map::RandomState::new().build_hasher();
    hasher.write(url.as_str().as_bytes());
    hasher.finish().to_le_bytes()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 2);
    for b in bytes {
        out.push_str(&format!("{b:02x}"));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Url;

    #[test]
    fn a_challenge_without_qop_has_the_known_answer() {
        // RFC 2069, section 2.4 (with the response of its erratum)
        let url = Url::parse("http://Mufasa:CircleOfLife@www.nowhere.org/dir/index.html").unwrap();
        let request = Request::new("GET", url.into());
        let head = Bytes::from_static(
            b"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"testrealm@host.com\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"\r\n\r\n",
        );
        let answer = answer(&head, &request).unwrap();
        assert!(answer.contains("response=\"1949323746fe6a43ef61f9606e7febea\""), "{answer}");
        assert!(answer.contains("opaque=\"5ccc069c403ebaf9f0171e9517f40e41\""));
    }
}
