//! `k6/encoding` and the native halves of `TextEncoder`, `TextDecoder`, `btoa` and `atob`.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use rquickjs::function::Opt;
use rquickjs::{Ctx, Function, Object, Result, Value};

use crate::vm::errors::{go_error, type_error};
use crate::vm::values::{absent, array_buffer, binary, string_of, string_or_binary, text, uint8_array};

pub fn module<'js>(ctx: &Ctx<'js>) -> Result<Object<'js>> {
    let out = Object::new(ctx.clone())?;
    out.set("b64encode", Function::new(ctx.clone(), b64encode)?.with_name("b64encode")?)?;
    out.set("b64decode", Function::new(ctx.clone(), b64decode)?.with_name("b64decode")?)?;
    Ok(out)
}

/// The engine of one of k6's four alphabets; anything else means `std`.
fn engine(name: &str) -> GeneralPurpose {
    let strict = GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true);
    let padded =
        strict.with_encode_padding(true).with_decode_padding_mode(DecodePaddingMode::RequireCanonical);
    let raw = strict.with_encode_padding(false).with_decode_padding_mode(DecodePaddingMode::RequireNone);
    match name {
        "rawstd" => GeneralPurpose::new(&alphabet::STANDARD, raw),
        "url" => GeneralPurpose::new(&alphabet::URL_SAFE, padded),
        "rawurl" => GeneralPurpose::new(&alphabet::URL_SAFE, raw),
        _ => GeneralPurpose::new(&alphabet::STANDARD, padded),
    }
}

/// Encodes with one of k6's alphabets.
pub fn encode(bytes: &[u8], alphabet: &str) -> String {
    engine(alphabet).encode(bytes)
}

fn b64encode<'js>(ctx: Ctx<'js>, input: Opt<Value<'js>>, alphabet: Opt<Value<'js>>) -> Result<String> {
    let input = input.0.unwrap_or_else(|| Value::new_undefined(ctx.clone()));
    let bytes = match string_or_binary(&ctx, &input)? {
        Some(bytes) => bytes,
        None => return Err(go_error(&ctx, "invalid type, expected string, []byte or ArrayBuffer")),
    };
    Ok(encode(&bytes, &option(&ctx, alphabet.0)?))
}

fn b64decode<'js>(
    ctx: Ctx<'js>,
    input: Opt<Value<'js>>,
    alphabet: Opt<Value<'js>>,
    format: Opt<Value<'js>>,
) -> Result<Value<'js>> {
    let input = match input.0 {
        Some(v) => text(&ctx, &v)?,
        None => String::new(),
    };
    let alphabet = option(&ctx, alphabet.0)?;
    // Go skips line breaks wherever they are
    let clean: String = input.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
    let bytes = engine(&alphabet).decode(clean.as_bytes()).map_err(|e| {
        let at = match e {
            base64::DecodeError::InvalidByte(at, _) | base64::DecodeError::InvalidLastSymbol(at, _) => at,
            _ => clean.trim_end_matches('=').len(),
        };
        go_error(&ctx, &format!("illegal base64 data at input byte {at}"))
    })?;
    if option(&ctx, format.0)? == "s" {
        return string_of(&ctx, &bytes);
    }
    array_buffer(&ctx, bytes)
}

fn option<'js>(ctx: &Ctx<'js>, value: Option<Value<'js>>) -> Result<String> {
    match value.filter(|v| !absent(v)) {
        Some(v) => text(ctx, &v),
        None => Ok(String::new()),
    }
}

/// What `prelude/text.js` builds on.
pub fn text_natives<'js>(ctx: &Ctx<'js>) -> Result<Object<'js>> {
    let out = Object::new(ctx.clone())?;
    let encode = |ctx: Ctx<'js>, value: Value<'js>| uint8_array(&ctx, text(&ctx, &value)?.into_bytes());
    out.set("encode", Function::new(ctx.clone(), encode)?)?;
    let decode = |ctx: Ctx<'js>, value: Value<'js>, fatal: bool, label: String| -> Result<Value<'js>> {
        let bytes = binary(&value).unwrap_or_default();
        if label.starts_with("utf-16") {
            let read = if label == "utf-16be" { u16::from_be_bytes } else { u16::from_le_bytes };
            let units: Vec<u16> = bytes.chunks_exact(2).map(|c| read([c[0], c[1]])).collect();
            return string_of(&ctx, String::from_utf16_lossy(&units).as_bytes());
        }
        if fatal && std::str::from_utf8(&bytes).is_err() {
            return Err(type_error(&ctx, "The encoded data was not valid for encoding utf-8"));
        }
        string_of(&ctx, &bytes)
    };
    out.set("decode", Function::new(ctx.clone(), decode)?)?;
    let latin1 = |ctx: Ctx<'js>, value: Value<'js>| -> Result<Option<String>> {
        let text = text(&ctx, &value)?;
        let bytes: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
        Ok(bytes.map(|b| self::encode(&b, "std")))
    };
    out.set("btoa", Function::new(ctx.clone(), latin1)?)?;
    let atob = |ctx: Ctx<'js>, value: Value<'js>| -> Result<Option<String>> {
        let text: String = text(&ctx, &value)?.chars().filter(|c| !c.is_ascii_whitespace()).collect();
        let bytes = engine("rawstd").decode(text.trim_end_matches('=').as_bytes()).ok();
        Ok(bytes.map(|b| b.iter().map(|c| char::from(*c)).collect()))
    };
    out.set("atob", Function::new(ctx.clone(), atob)?)?;
    Ok(out)
}
