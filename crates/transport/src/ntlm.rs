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
                let nonce = Nonce { client: client_challenge(url), time: now() };
                let reply = authenticate(&challenge, user, password, nonce)?;
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

/// What a client adds to the challenge: its own random bytes and the time in units of 100 ns since 1601.
#[derive(Clone, Copy)]
struct Nonce {
    client: [u8; 8],
    time: u64,
}

/// The last message; `None` when the challenge is malformed or the user was refused already.
fn authenticate(challenge: &[u8], user: &str, password: &str, nonce: Nonce) -> Option<Vec<u8>> {
    if challenge.get(..8)? != SIGNATURE || read_u32(challenge, 8)? != 2 {
        return None;
    }
    let server = challenge.get(24..32)?;
    let info = field(challenge, 40).unwrap_or_default();
    let (domain, user) = user.split_once('\\').unwrap_or(("", user));
    let key = response_key(user, domain, password);
    let (lm, nt) = responses(&key, server, &info, nonce);
    Some(message([lm, nt, utf16(domain), utf16(user), Vec::new(), Vec::new()], FLAGS, [0; 8]))
}

/// `NTOWFv2`, which is `LMOWFv2` too (3.3.2).
fn response_key(user: &str, domain: &str, password: &str) -> [u8; 16] {
    hmac_md5(&md4(&utf16(password)), &utf16(&format!("{}{domain}", user.to_uppercase())))
}

/// The two responses to a challenge: `LMv2` and `NTLMv2` (3.3.2).
fn responses(key: &[u8; 16], server: &[u8], info: &[u8], nonce: Nonce) -> (Vec<u8>, Vec<u8>) {
    let mut temp = vec![1, 1, 0, 0, 0, 0, 0, 0];
    temp.extend(nonce.time.to_le_bytes());
    temp.extend(nonce.client);
    temp.extend([0; 4]);
    temp.extend(info);
    temp.extend([0; 4]);
    let proof = hmac_md5(key, &[server, &temp].concat());
    let lm = [hmac_md5(key, &[server, &nonce.client].concat()).as_slice(), &nonce.client].concat();
    (lm, [proof.as_slice(), &temp].concat())
}

/// `AUTHENTICATE_MESSAGE` (2.2.1.3) of its fields: both responses, domain, user, workstation and session key. The names
/// stand before the responses in its payload.
fn message(fields: [Vec<u8>; 6], flags: u32, version: [u8; 8]) -> Vec<u8> {
    const HEAD: u32 = 72;
    let mut places = [0; 6];
    let mut payload: Vec<u8> = Vec::new();
    for which in [2, 3, 4, 0, 1, 5] {
        places[which] = HEAD + payload.len() as u32;
        payload.extend(&fields[which]);
    }
    let mut out = SIGNATURE.to_vec();
    out.extend(3u32.to_le_bytes());
    for (part, offset) in fields.iter().zip(places) {
        let length = (part.len() as u16).to_le_bytes();
        out.extend(length);
        out.extend(length);
        out.extend(offset.to_le_bytes());
    }
    out.extend(flags.to_le_bytes());
    out.extend(version);
    out.extend(payload);
    out
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

    // MS-NLMP, 4.2.1: the values that all examples share
    const SERVER: [u8; 8] = [0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef];
    const NONCE: Nonce = Nonce { client: [0xaa; 8], time: 0 };
    /// 4.2.4.1.1
    const KEY: &str = "0c868a403bfd7a93a3001ef22ef02e3f";
    /// 4.2.4.1.3
    const TEMP: &str = "01010000000000000000000000000000aaaaaaaaaaaaaaaa0000000002000c0044006f006d0061006900\
                        6e0001000c005300650072007600650072000000000000000000";
    /// 4.2.4.2.1
    const LM: &str = "86c35097ac9cec102554764a57cccc19aaaaaaaaaaaaaaaa";
    /// 4.2.4.2.2
    const PROOF: &str = "68cd0ab851e51c96aabc927bebef6a1c";
    /// 4.2.4.3: the challenge of the server
    const CHALLENGE: &str = "4e544c4d53535000020000000c000c003800000033828ae20123456789abcdef000000000000000024002400\
                             44000000060070170000000f53006500720076006500720002000c0044006f006d00610069006e0001000c00\
                             53006500720076006500720000000000";
    /// 4.2.4.3: the answer up to its names
    const ANSWER_HEAD: &str = "4e544c4d5353500003000000180018006c00000054005400840000000c000c0048000000080008005400\
                               0000100010005c00000010001000d8000000358288e20501280a0000000f";
    /// 4.2.4.2.3
    const SESSION_KEY: &str = "c5dad2544fc9799094ce1ce90bc9d03e";

    fn bytes(hex: &str) -> Vec<u8> {
        let digits: Vec<u32> = hex.chars().filter_map(|c| c.to_digit(16)).collect();
        digits.chunks(2).map(|pair| (pair[0] << 4 | pair[1]) as u8).collect()
    }

    #[test]
    fn the_key_is_that_of_the_specification() {
        assert_eq!(response_key("User", "Domain", "Password").to_vec(), bytes(KEY));
        assert_eq!(response_key("uSER", "Domain", "Password").to_vec(), bytes(KEY), "users have no case");
        assert_ne!(response_key("User", "DOMAIN", "Password").to_vec(), bytes(KEY), "domains have");
    }

    #[test]
    fn both_responses_are_those_of_the_specification() {
        let info = field(&bytes(CHALLENGE), 40).expect("target information");
        let key = response_key("User", "Domain", "Password");
        let (lm, nt) = responses(&key, &SERVER, &info, NONCE);
        assert_eq!(lm, bytes(LM));
        assert_eq!(nt, bytes(&format!("{PROOF}{TEMP}")));
    }

    #[test]
    fn the_message_has_the_layout_of_the_specification() {
        let fields = [
            bytes(LM),
            bytes(&format!("{PROOF}{TEMP}")),
            utf16("Domain"),
            utf16("User"),
            utf16("COMPUTER"),
            bytes(SESSION_KEY),
        ];
        let version = [0x05, 0x01, 0x28, 0x0a, 0, 0, 0, 0x0f];
        let names = [utf16("Domain"), utf16("User"), utf16("COMPUTER")].concat();
        let expected =
            [bytes(ANSWER_HEAD), names, bytes(&format!("{LM}{PROOF}{TEMP}{SESSION_KEY}"))].concat();
        assert_eq!(message(fields, 0xe288_8235, version), expected);
    }

    #[test]
    fn a_challenge_is_answered_by_user_and_domain() {
        let answer = authenticate(&bytes(CHALLENGE), "Domain\\User", "Password", NONCE).expect("an answer");
        assert_eq!(field(&answer, 12), Some(bytes(LM)));
        assert_eq!(field(&answer, 20), Some(bytes(&format!("{PROOF}{TEMP}"))));
        assert_eq!(field(&answer, 28), Some(utf16("Domain")));
        assert_eq!(field(&answer, 36), Some(utf16("User")));
        assert_eq!(read_u32(&answer, 60), Some(FLAGS));
    }

    #[test]
    fn what_is_no_challenge_is_not_answered() {
        let mut wrong = bytes(CHALLENGE);
        wrong[8] = 3;
        assert_eq!(authenticate(&wrong, "User", "Password", NONCE), None);
        for length in 0..32 {
            assert_eq!(
                authenticate(&bytes(CHALLENGE)[..length], "User", "Password", NONCE),
                None,
                "{length}"
            );
        }
    }
}
