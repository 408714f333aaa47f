//! The native half of Web Crypto: AES, PBKDF2, elliptic curves and RSA for `prelude/webcrypto.js`.

mod curves;
mod rsa_keys;

use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockDecryptMut, BlockEncryptMut, KeyIvInit, StreamCipher};
use aes::{Aes128, Aes192, Aes256};
use aes_gcm::aead::{Aead, Payload};
use aes_gcm::aes::cipher::consts::U12;
use aes_gcm::{AesGcm, KeyInit, Nonce};
use rquickjs::{Ctx, Function, Object, Result, Value};

use super::crypto::hmac;
use crate::vm::errors::go_error;
use crate::vm::values::{array_buffer, binary};

/// Adds the natives of this file's siblings and its own to `out`.
pub fn install<'js>(ctx: &Ctx<'js>, out: &Object<'js>) -> Result<()> {
    out.set("aes", Function::new(ctx.clone(), aes)?)?;
    out.set("pbkdf2", Function::new(ctx.clone(), pbkdf2)?)?;
    curves::install(ctx, out)?;
    rsa_keys::install(ctx, out)
}

/// The bytes of an argument that the prelude made sure to be binary.
pub(super) fn bytes(value: &Value<'_>) -> Vec<u8> {
    binary(value).unwrap_or_default()
}

fn aes<'js>(
    ctx: Ctx<'js>,
    name: String,
    encrypt: bool,
    key: Value<'js>,
    texts: Vec<Value<'js>>,
    tag_bits: u32,
) -> Result<Value<'js>> {
    let key = bytes(&key);
    let [iv, data, extra] = [0, 1, 2].map(|i| texts.get(i).map(bytes).unwrap_or_default());
    let done = match name.as_str() {
        "AES-CBC" => cbc(encrypt, &key, &iv, &data),
        "AES-CTR" => ctr(&key, &iv, data),
        _ if tag_bits != 128 => Err("only tags of 128 bits are supported"),
        _ => gcm(encrypt, &key, &iv, &data, &extra),
    };
    match done {
        Ok(out) => array_buffer(&ctx, out),
        Err(text) => Err(go_error(&ctx, text)),
    }
}

type Outcome = std::result::Result<Vec<u8>, &'static str>;

fn cbc(encrypt: bool, key: &[u8], iv: &[u8], data: &[u8]) -> Outcome {
    macro_rules! with {
        ($cipher:ty) => {
            if encrypt {
                cbc::Encryptor::<$cipher>::new_from_slices(key, iv)
                    .map(|c| c.encrypt_padded_vec_mut::<Pkcs7>(data))
                    .map_err(|_| "invalid iv length")
            } else {
                cbc::Decryptor::<$cipher>::new_from_slices(key, iv)
                    .map_err(|_| "invalid iv length")?
                    .decrypt_padded_vec_mut::<Pkcs7>(data)
                    .map_err(|_| "invalid padding")
            }
        };
    }
    match key.len() {
        16 => with!(Aes128),
        24 => with!(Aes192),
        _ => with!(Aes256),
    }
}

fn ctr(key: &[u8], iv: &[u8], mut data: Vec<u8>) -> Outcome {
    macro_rules! with {
        ($cipher:ty) => {{
            let mut cipher =
                ctr::Ctr128BE::<$cipher>::new_from_slices(key, iv).map_err(|_| "invalid counter length")?;
            cipher.apply_keystream(&mut data);
        }};
    }
    match key.len() {
        16 => with!(Aes128),
        24 => with!(Aes192),
        _ => with!(Aes256),
    }
    Ok(data)
}

fn gcm(encrypt: bool, key: &[u8], iv: &[u8], data: &[u8], extra: &[u8]) -> Outcome {
    if iv.len() != 12 {
        return Err("only iv of 12 bytes are supported");
    }
    let payload = Payload { msg: data, aad: extra };
    macro_rules! with {
        ($cipher:ty) => {{
            let cipher = AesGcm::<$cipher, U12>::new_from_slice(key).map_err(|_| "invalid key length")?;
            let nonce = Nonce::from_slice(iv);
            if encrypt { cipher.encrypt(nonce, payload) } else { cipher.decrypt(nonce, payload) }
                .map_err(|_| "the data cannot be authenticated")
        }};
    }
    match key.len() {
        16 => with!(Aes128),
        24 => with!(Aes192),
        _ => with!(Aes256),
    }
}

fn pbkdf2<'js>(
    ctx: Ctx<'js>,
    hash: String,
    password: Value<'js>,
    salt: Value<'js>,
    iterations: u32,
    length: usize,
) -> Result<Value<'js>> {
    let (password, salt) = (bytes(&password), bytes(&salt));
    let mut out = Vec::with_capacity(length);
    let mut block = 1u32;
    while out.len() < length {
        let mut salted = salt.clone();
        salted.extend(block.to_be_bytes());
        let mut last = hmac(&hash, &password, &salted).unwrap_or_default();
        let mut sum = last.clone();
        for _ in 1..iterations {
            last = hmac(&hash, &password, &last).unwrap_or_default();
            sum.iter_mut().zip(&last).for_each(|(s, l)| *s ^= l);
        }
        if sum.is_empty() {
            return Err(go_error(&ctx, "unsupported hash"));
        }
        out.extend(sum);
        block += 1;
    }
    out.truncate(length);
    array_buffer(&ctx, out)
}
