//! `k6/crypto`: digests, HMAC, random bytes; and the native half of Web Crypto.

use hmac::{Hmac, Mac};
use md4::Md4;
use md5::Md5;
use ripemd::Ripemd160;
use rquickjs::function::{Opt, Rest};
use rquickjs::{Ctx, Function, IntoJs, Object, Result, Value};
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512, Sha512_224, Sha512_256};

use super::encoding::encode;
use crate::vm::errors::go_error;
use crate::vm::state::state;
use crate::vm::values::{absent, array_buffer, number, string_or_binary, text};

/// Names as scripts spell them.
const ALGORITHMS: [&str; 9] =
    ["md4", "md5", "sha1", "sha256", "sha384", "sha512", "sha512_224", "sha512_256", "ripemd160"];

pub fn module<'js>(ctx: &Ctx<'js>) -> Result<Object<'js>> {
    let out = Object::new(ctx.clone())?;
    for name in ALGORITHMS {
        let hash =
            move |ctx: Ctx<'js>, data: Opt<Value<'js>>, output: Opt<Value<'js>>| -> Result<Value<'js>> {
                let data = input(&ctx, data.0)?;
                let digest = digest(name, &data).unwrap_or_default();
                format(&ctx, digest, output.0)
            };
        out.set(name, Function::new(ctx.clone(), hash)?.with_name(name)?)?;
    }
    out.set("hmac", Function::new(ctx.clone(), hmac_once)?.with_name("hmac")?)?;
    out.set("createHash", Function::new(ctx.clone(), create_hash)?.with_name("createHash")?)?;
    out.set("createHMAC", Function::new(ctx.clone(), create_hmac)?.with_name("createHMAC")?)?;
    out.set("hexEncode", Function::new(ctx.clone(), hex_encode)?.with_name("hexEncode")?)?;
    out.set("randomBytes", Function::new(ctx.clone(), random_bytes)?.with_name("randomBytes")?)?;
    Ok(out)
}

/// The digest of `data`; `None` for an unknown algorithm.
pub fn digest(algorithm: &str, data: &[u8]) -> Option<Vec<u8>> {
    Some(match algorithm {
        "md4" => Md4::digest(data).to_vec(),
        "md5" => Md5::digest(data).to_vec(),
        "sha1" => Sha1::digest(data).to_vec(),
        "sha224" => Sha224::digest(data).to_vec(),
        "sha256" => Sha256::digest(data).to_vec(),
        "sha384" => Sha384::digest(data).to_vec(),
        "sha512" => Sha512::digest(data).to_vec(),
        "sha512_224" => Sha512_224::digest(data).to_vec(),
        "sha512_256" => Sha512_256::digest(data).to_vec(),
        "ripemd160" => Ripemd160::digest(data).to_vec(),
        _ => return None,
    })
}

/// The keyed digest of `data`; `None` for an unknown algorithm.
pub fn hmac(algorithm: &str, key: &[u8], data: &[u8]) -> Option<Vec<u8>> {
    macro_rules! keyed {
        ($hash:ty) => {{
            let mut mac = <Hmac<$hash> as Mac>::new_from_slice(key).ok()?;
            mac.update(data);
            mac.finalize().into_bytes().to_vec()
        }};
    }
    Some(match algorithm {
        "md4" => keyed!(Md4),
        "md5" => keyed!(Md5),
        "sha1" => keyed!(Sha1),
        "sha256" => keyed!(Sha256),
        "sha384" => keyed!(Sha384),
        "sha512" => keyed!(Sha512),
        "sha512_224" => keyed!(Sha512_224),
        "sha512_256" => keyed!(Sha512_256),
        "ripemd160" => keyed!(Ripemd160),
        _ => return None,
    })
}

fn input<'js>(ctx: &Ctx<'js>, value: Option<Value<'js>>) -> Result<Vec<u8>> {
    let value = value.unwrap_or_else(|| Value::new_undefined(ctx.clone()));
    match string_or_binary(ctx, &value)? {
        Some(bytes) => Ok(bytes),
        None => Err(go_error(
            ctx,
            &format!("invalid type {}, expected string, []byte or ArrayBuffer", go_type(&value)),
        )),
    }
}

/// The name Go gives to an exported value of this kind.
pub fn go_type(value: &Value<'_>) -> &'static str {
    if absent(value) {
        "<nil>"
    } else if value.is_bool() {
        "bool"
    } else if value.is_int() {
        "int64"
    } else if value.is_number() {
        "float64"
    } else if value.is_string() {
        "string"
    } else if value.is_array() {
        "[]interface {}"
    } else if value.is_function() {
        "func(sobek.FunctionCall) sobek.Value"
    } else {
        "map[string]interface {}"
    }
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, b| {
        let _ = write!(out, "{b:02x}");
        out
    })
}

fn format<'js>(ctx: &Ctx<'js>, bytes: Vec<u8>, output: Option<Value<'js>>) -> Result<Value<'js>> {
    let output = match output.filter(|v| !v.is_undefined()) {
        Some(v) => text(ctx, &v)?,
        None => String::new(),
    };
    match output.as_str() {
        "hex" => hex(&bytes).into_js(ctx),
        "base64" => encode(&bytes, "std").into_js(ctx),
        "base64url" => encode(&bytes, "url").into_js(ctx),
        "base64rawurl" => encode(&bytes, "rawurl").into_js(ctx),
        "binary" => array_buffer(ctx, bytes),
        other => Err(go_error(ctx, &format!("invalid output encoding: {other}"))),
    }
}

fn algorithm<'js>(ctx: &Ctx<'js>, value: Option<&Value<'js>>) -> Result<String> {
    let name = match value {
        Some(v) => text(ctx, v)?,
        None => String::new(),
    };
    if ALGORITHMS.contains(&name.as_str()) {
        return Ok(name);
    }
    Err(go_error(ctx, &format!("invalid algorithm: {name}")))
}

fn hmac_once<'js>(ctx: Ctx<'js>, args: Rest<Value<'js>>) -> Result<Value<'js>> {
    let name = algorithm(&ctx, args.0.first())?;
    let key = input(&ctx, args.0.get(1).cloned())?;
    let data = input(&ctx, args.0.get(2).cloned())?;
    format(&ctx, hmac(&name, &key, &data).unwrap_or_default(), args.0.get(3).cloned())
}

fn create_hash<'js>(ctx: Ctx<'js>, name: Opt<Value<'js>>) -> Result<Object<'js>> {
    let name = algorithm(&ctx, name.0.as_ref())?;
    hasher(&ctx, move |data| digest(&name, data).unwrap_or_default())
}

fn create_hmac<'js>(ctx: Ctx<'js>, name: Opt<Value<'js>>, key: Opt<Value<'js>>) -> Result<Object<'js>> {
    let name = algorithm(&ctx, name.0.as_ref())?;
    let key = input(&ctx, key.0)?;
    hasher(&ctx, move |data| hmac(&name, &key, data).unwrap_or_default())
}

/// An object with `update` and `digest`; what was fed in is kept until the digest is asked for.
fn hasher<'js>(ctx: &Ctx<'js>, finish: impl Fn(&[u8]) -> Vec<u8> + 'js) -> Result<Object<'js>> {
    let fed = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
    let out = Object::new(ctx.clone())?;
    let into = std::rc::Rc::clone(&fed);
    let update = move |ctx: Ctx<'js>, data: Opt<Value<'js>>| -> Result<()> {
        into.borrow_mut().extend(input(&ctx, data.0)?);
        Ok(())
    };
    out.set("update", Function::new(ctx.clone(), update)?.with_name("update")?)?;
    let digest = move |ctx: Ctx<'js>, output: Opt<Value<'js>>| format(&ctx, finish(&fed.borrow()), output.0);
    out.set("digest", Function::new(ctx.clone(), digest)?.with_name("digest")?)?;
    Ok(out)
}

fn hex_encode<'js>(ctx: Ctx<'js>, data: Opt<Value<'js>>) -> Result<String> {
    Ok(hex(&input(&ctx, data.0)?))
}

fn random_bytes<'js>(ctx: Ctx<'js>, size: Opt<Value<'js>>) -> Result<Value<'js>> {
    let size = size.0.map_or(0.0, |v| number(&ctx, &v));
    if size.is_nan() || size < 1.0 {
        return Err(go_error(&ctx, "invalid size"));
    }
    if size > 1e9 {
        return Err(go_error(&ctx, "size is too large"));
    }
    let mut bytes = vec![0; size as usize];
    state(&ctx).host.random(&mut bytes);
    array_buffer(&ctx, bytes)
}

/// What `prelude/webcrypto.js` builds on.
pub fn natives<'js>(ctx: &Ctx<'js>) -> Result<Object<'js>> {
    let out = Object::new(ctx.clone())?;
    let digest = |ctx: Ctx<'js>, name: String, data: Value<'js>| -> Result<Value<'js>> {
        array_buffer(&ctx, digest(&name, &input(&ctx, Some(data))?).unwrap_or_default())
    };
    out.set("digest", Function::new(ctx.clone(), digest)?)?;
    let hmac = |ctx: Ctx<'js>, name: String, key: Value<'js>, data: Value<'js>| -> Result<Value<'js>> {
        array_buffer(
            &ctx,
            hmac(&name, &input(&ctx, Some(key))?, &input(&ctx, Some(data))?).unwrap_or_default(),
        )
    };
    out.set("hmac", Function::new(ctx.clone(), hmac)?)?;
    out.set("random", Function::new(ctx.clone(), random_bytes)?)?;
    out.set("uuid", Function::new(ctx.clone(), uuid)?)?;
    super::ciphers::install(ctx, &out)?;
    Ok(out)
}

/// A random UUID (RFC 9562, version 4).
fn uuid(ctx: Ctx<'_>) -> String {
    let mut bytes = [0; 16];
    state(&ctx).host.random(&mut bytes);
    let bits = u128::from_be_bytes(bytes) & !(0xf << 76) & !(0x3 << 62) | (0x4 << 76) | (0x2 << 62);
    let hex = format!("{bits:032x}");
    let (head, tail) = hex.split_at(16);
    format!("{}-{}-{}-{}-{}", &head[..8], &head[8..12], &head[12..], &tail[..4], &tail[4..])
}
