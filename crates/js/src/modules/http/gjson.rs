//! Selectors over raw JSON text (the path language of `res.json(selector)`), without building values.

use rquickjs::{Ctx, IntoJs, Result, Value};

/// The value at `path`, or undefined.
pub fn select<'js>(ctx: &Ctx<'js>, json: &[u8], path: &str) -> Result<Value<'js>> {
    let Ok(json) = std::str::from_utf8(json) else { return Ok(Value::new_undefined(ctx.clone())) };
    let parsed: serde_json::Value = match serde_json::from_str(json) {
        Ok(v) => v,
        Err(_) => return Ok(Value::new_undefined(ctx.clone())),
    };
    let mut at = &parsed;
    for part in path.split('.') {
        let next = match at {
            serde_json::Value::Array(list) => part.parse::<usize>().ok().and_then(|i| list.get(i)),
            serde_json::Value::Object(map) => map.get(part),
            _ => None,
        };
        match next {
            Some(v) => at = v,
            None => return Ok(Value::new_undefined(ctx.clone())),
        }
    }
    match at {
        serde_json::Value::String(s) => s.as_str().into_js(ctx),
        other => ctx.json_parse(other.to_string()),
    }
}

/// Whether the text is JSON.
pub fn is_valid(json: &[u8]) -> bool {
    serde_json::from_slice::<serde::de::IgnoredAny>(json).is_ok()
}

/// Where and why a text is not JSON, in Go's words.
pub fn describe_error(json: &[u8]) -> String {
    match serde_json::from_slice::<serde::de::IgnoredAny>(json) {
        Ok(_) => "line 1, character 1 , error: unknown".to_owned(),
        Err(e) if e.is_eof() => {
            format!("line {}, character {} , error: unexpected end of JSON input", e.line(), e.column())
        }
        Err(e) => {
            let line = json.split(|b| *b == b'\n').nth(e.line().saturating_sub(1)).unwrap_or_default();
            let found =
                String::from_utf8_lossy(line).chars().nth(e.column().saturating_sub(1)).unwrap_or(' ');
            format!(
                "line {}, character {} , error: invalid character '{found}' looking for beginning of value",
                e.line(),
                e.column()
            )
        }
    }
}
