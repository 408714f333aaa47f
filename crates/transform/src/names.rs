/// `orders` → `order`, `categories` → `category`, `addresses` → `address`; other words stay.
pub(crate) fn singular(word: &str) -> String {
    let lower = word.to_ascii_lowercase();
    let cut = |n: usize| word.get(..word.len().saturating_sub(n)).unwrap_or(word).to_owned();
    if lower.ends_with("ies") && lower.len() > 4 {
        return format!("{}y", cut(3));
    }
    if ["sses", "xes", "ches", "shes"].iter().any(|e| lower.ends_with(e)) {
        return cut(2);
    }
    if lower.ends_with('s')
        && !lower.ends_with("ss")
        && !lower.ends_with("us")
        && !lower.ends_with("is")
        && lower.len() > 2
    {
        return cut(1);
    }
    word.to_owned()
}

/// Letters and digits in lower case: `pet_id`, `petId` and `PET-ID` are one name.
pub(crate) fn normal(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    out.extend(name.bytes().filter(u8::is_ascii_alphanumeric).map(|b| char::from(b.to_ascii_lowercase())));
    out
}

/// `X-CSRF-Token` → `xCsrfToken`
pub(crate) fn camel(text: &str) -> String {
    // a name that shouts has no words of its own: `XSRF-TOKEN`
    let quiet;
    let text = if text.chars().any(char::is_lowercase) {
        text
    } else {
        quiet = text.to_lowercase();
        &quiet
    };
    let mut out = String::new();
    let mut upper = false;
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            if out.is_empty() {
                out.push(c.to_ascii_lowercase());
            } else if upper {
                out.push(c.to_ascii_uppercase());
            } else {
                out.push(c);
            }
            upper = false;
        } else {
            upper = !out.is_empty();
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lose_their_plural() {
        for (many, one) in [
            ("orders", "order"),
            ("categories", "category"),
            ("addresses", "address"),
            ("status", "status"),
            ("boxes", "box"),
        ] {
            assert_eq!(singular(many), one);
        }
        assert_eq!(camel("X-CSRF-Token"), "xCSRFToken");
        assert_eq!(camel("XSRF-TOKEN"), "xsrfToken");
    }
}
