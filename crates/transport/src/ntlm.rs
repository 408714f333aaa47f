//! NTLMv2 over HTTP: negotiate, challenge, authenticate, all on one connection (MS-NLMP).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::Url;
use crate::hash::{hmac_md5, md4};

const SIGNATURE: &[u8] = b"NTLMSSP\0";
/// Unicode, extended session security, target info, 56 and 128 bit, NTLM.
const FLAGS: u32 = 0xa088_0201;
/// From 1601 to 1970, in units of 100 ns.
const EPOCH_DIFFERENCE: u64 = 116_444_736_000_000_000;

/// The next `Authorization` after a 401; `None` when there is nothing more to try.
pub(crate) fn answer(head: &Bytes, url: &Url, sent: Option<&str>) -> Option<String> {
    let offers: Vec<String> = crate::head::lines(head)
        .into_iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("www-authenticate"))
        .map(|(_, value)| value.into_owned())
        .collect();
    let (user, password) = url.credentials()?;
    for scheme in ["NTLM", "Negotiate"] {
        let Some(offer) =
            offers.iter().find(|o| o.get(..scheme.len()).is_some_and(|p| p.eq_ignore_ascii_case(scheme)))
        else {
            continue;
        };
        let negotiated = sent.is_some_and(|s| s.starts_with(scheme));
        let token = offer.get(scheme.len()..).unwrap_or("").trim();
        return match (negotiated, token.is_empty()) {
            (false, _) => Some(format!("{scheme} {}", STANDARD.encode(negotiate()))),
            (true, true) => None,
            (true, false) => {
                let challenge = STANDARD.decode(token).ok()?;
                let reply = authenticate(&challenge, user, password, client_challenge(url), now())?;
                Some(format!("{scheme} {}", STANDARD.encode(reply)))
            }
        };
    }
    None
}

fn negotiate() -> Vec<u8> {
    let mut out = SIGNATURE.to_vec();
    out.extend(1u32.to_le_bytes());
    out.extend(FLAGS.to_le_bytes());
    out.extend([0; 16]);
    out
}

/// The last message; `None` when the challenge is malformed or the user was refused already.
fn authenticate(challenge: &[u8], user: &str, password: &str, client: [u8; 8], time: u64) -> Option<Vec<u8>> {
    if challenge.get(..8)? != SIGNATURE || read_u32(challenge, 8)? != 2 {
        return None;
    }
    let server = challenge.get(24..32)?;
    let info = field(challenge, 40).unwrap_or_default();
    let (domain, user) = user.split_once('\\').unwrap_or(("", user));
    let key = hmac_md5(&md4(&utf16(password)), &utf16(&format!("{}{domain}", user.to_uppercase())));
    let mut temp = vec![1, 1, 0, 0, 0, 0, 0, 0];
    temp.extend(time.to_le_bytes());
    temp.extend(client);
    temp.extend([0; 4]);
    temp.extend(info);
    temp.extend([0; 4]);
    let proof = hmac_md5(&key, &[server, &temp].concat());
    let nt = [proof.as_slice(), &temp].concat();
    let lm = [hmac_md5(&key, &[server, &client].concat()).as_slice(), &client].concat();
    let parts = [lm, nt, utf16(domain), utf16(user), Vec::new(), Vec::new()];
    let mut out = SIGNATURE.to_vec();
    out.extend(3u32.to_le_bytes());
    let mut offset = 64u32;
    for part in &parts {
        let length = (part.len() as u16).to_le_bytes();
        out.extend(length);
        out.extend(length);
        out.extend(offset.to_le_bytes());
        offset += part.len() as u32;
    }
    out.extend(FLAGS.to_le_bytes());
    out.extend(parts.concat());
    Some(out)
}

fn field(message: &[u8], at: usize) -> Option<Vec<u8>> {
    let length = usize::from(u16::from_le_bytes([*message.get(at)?, *message.get(at + 1)?]));
    let offset = read_u32(message, at + 4)? as usize;
    message.get(offset..offset.checked_add(length)?).map(<[u8]>::to_vec)
}

fn read_u32(message: &[u8], at: usize) -> Option<u32> {
    let bytes = message.get(at..at + 4)?;
    Some(bytes.iter().rev().fold(0, |n, b| n << 8 | u32::from(*b)))
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_nanos() as u64 / 100 + EPOCH_DIFFERENCE
}

fn client_challenge(url: &Url) -> [u8; 8] {
    use std::hash::{BuildHasher, Hasher};
    let mut hasher = std::collections::hash_map::RandomState::new().build_hasher();
    hasher.write(url.as_str().as_bytes());
    hasher.finish().to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_response_is_that_of_the_specification() {
        // MS-NLMP, 4.2.4: user "User", password "Password", domain "Domain"
        let info: Vec<u8> =
            [&[2u8, 0, 12, 0][..], &utf16("Domain"), &[1, 0, 12, 0], &utf16("Server"), &[0, 0, 0, 0]]
                .concat();
        let mut challenge = SIGNATURE.to_vec();
        challenge.extend(2u32.to_le_bytes());
        challenge.extend([0; 12]);
        challenge.extend([0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef]);
        challenge.extend([0; 8]);
        challenge.extend((info.len() as u16).to_le_bytes());
        challenge.extend((info.len() as u16).to_le_bytes());
        challenge.extend(48u32.to_le_bytes());
        challenge.extend(&info);
        let message = authenticate(&challenge, "Domain\\User", "Password", [0xaa; 8], 0).unwrap();
        let nt = field(&message, 20).unwrap();
        let proof =
            [0x68, 0xcd, 0x0a, 0xb8, 0x51, 0xe5, 0x1c, 0x96, 0xaa, 0xbc, 0x92, 0x7b, 0xeb, 0xef, 0x6a, 0x1c];
        assert_eq!(nt.get(..16), Some(&proof[..]));
    }
}
