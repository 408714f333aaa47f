//! `{{name}}` in a string of a collection becomes a hole of a text.

use loadwright_scenario::{Generator, Part, Text, VarName};

/// Cuts a template at its placeholders. `{{` without a matching `}}`, or with braces inside, is literal text.
pub fn text(source: &str) -> Text {
    let mut out = Text::default();
    let mut rest = source;
    while let Some((before, name, after)) = next_hole(rest) {
        out.push_str(before);
        out.push(hole(name));
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The first placeholder: text before it, its name, text after it.
pub fn next_hole(text: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    loop {
        let start = from + text.get(from..)?.find("{{")?;
        // `{{{a}}` holds the placeholder `{{a}}` behind one brace
        let inner_at = start + text.get(start..)?.chars().take_while(|c| *c == '{').count();
        let inner = text.get(inner_at..)?;
        let end = inner.find(['{', '}'])?;
        if inner.get(end..)?.starts_with("}}") {
            return Some((text.get(..inner_at - 2)?, inner.get(..end)?, inner.get(end + 2..)?));
        }
        from = inner_at + end.max(1);
        if from >= text.len() || !text.is_char_boundary(from) {
            return None;
        }
    }
}

/// Whether a placeholder stands within another one: `{{a_{{b}}}}`.
pub fn is_nested(text: &Text) -> bool {
    let open = text.0.iter().any(|p| matches!(p, Part::Literal(l) if l.contains("{{") || l.contains("}}")));
    open && text.0.len() > 1
}

pub fn has_hole(text: &str) -> bool {
    next_hole(text).is_some()
}

fn hole(name: &str) -> Part {
    match generator(name) {
        Some(generator) => Part::Generated(generator),
        None => Part::Var(VarName::new(name)),
    }
}

/// Postman's dynamic variables, by the name after `$`.
pub fn generator(name: &str) -> Option<Generator> {
    let name = name.strip_prefix('$')?;
    Some(match name {
        "guid" | "randomUUID" => Generator::Uuid,
        "timestamp" => Generator::UnixSeconds,
        "isoTimestamp" => Generator::IsoTimestamp,
        "randomInt" => Generator::Int { min: 0, max: 1000 },
        "randomBoolean" => Generator::Boolean,
        "randomAlphaNumeric" => Generator::Alphanumeric { length: 1 },
        other => {
            let kind = other.strip_prefix("random")?;
            FAKES.binary_search(&kind).ok()?;
            let mut chars = kind.chars();
            let first = chars.next()?;
            // acronyms keep their case: IP, URL
            let fake = if kind.chars().nth(1).is_some_and(|c| c.is_ascii_uppercase()) {
                kind.to_owned()
            } else {
                first.to_ascii_lowercase().to_string() + chars.as_str()
            };
            Generator::Fake(fake.into())
        }
    })
}

/// Sorted; what follows `$random`.
const FAKES: &[&str] = &[
    "Abbreviation",
    "AbstractImage",
    "Adjective",
    "AnimalsImage",
    "AvatarImage",
    "BankAccount",
    "BankAccountBic",
    "BankAccountIban",
    "BankAccountName",
    "Bitcoin",
    "Bs",
    "BsAdjective",
    "BsBuzz",
    "BsNoun",
    "BusinessImage",
    "CatchPhrase",
    "CatchPhraseAdjective",
    "CatchPhraseDescriptor",
    "CatchPhraseNoun",
    "CatsImage",
    "City",
    "CityImage",
    "Color",
    "CommonFileExt",
    "CommonFileName",
    "CommonFileType",
    "CompanyName",
    "CompanySuffix",
    "Country",
    "CountryCode",
    "CreditCardMask",
    "CurrencyCode",
    "CurrencyName",
    "CurrencySymbol",
    "DatabaseCollation",
    "DatabaseColumn",
    "DatabaseEngine",
    "DatabaseType",
    "DateFuture",
    "DatePast",
    "DateRecent",
    "Department",
    "DirectoryPath",
    "DomainName",
    "DomainSuffix",
    "DomainWord",
    "Email",
    "ExampleEmail",
    "FashionImage",
    "FileExt",
    "FileName",
    "FilePath",
    "FileType",
    "FirstName",
    "FoodImage",
    "FullName",
    "HexColor",
    "IP",
    "IPV6",
    "ImageDataUri",
    "ImageUrl",
    "Ingverb",
    "JobArea",
    "JobDescriptor",
    "JobTitle",
    "JobType",
    "LastName",
    "Latitude",
    "Locale",
    "Longitude",
    "LoremLines",
    "LoremParagraph",
    "LoremParagraphs",
    "LoremSentence",
    "LoremSentences",
    "LoremSlug",
    "LoremText",
    "LoremWord",
    "LoremWords",
    "MACAddress",
    "MimeType",
    "Month",
    "NamePrefix",
    "NameSuffix",
    "NatureImage",
    "NightlifeImage",
    "Noun",
    "Password",
    "PeopleImage",
    "PhoneNumber",
    "PhoneNumberExt",
    "Phrase",
    "Price",
    "Product",
    "ProductAdjective",
    "ProductMaterial",
    "ProductName",
    "Protocol",
    "Semver",
    "SportsImage",
    "StreetAddress",
    "StreetName",
    "TransactionType",
    "TransportImage",
    "Url",
    "UserAgent",
    "UserName",
    "Verb",
    "Weekday",
    "Word",
    "Words",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_become_holes_and_odd_braces_stay() {
        assert_eq!(text("a{{b}}c").0.len(), 3);
        assert_eq!(text("{{b}}").as_var(), Some(&VarName::new("b")));
        assert_eq!(text("{{{b}}}").to_string(), "{{b}}");
        assert_eq!(text("{{a{{b}}").to_string(), "{{a{b}");
        assert_eq!(text("{{").as_literal(), Some("{{"));
        assert_eq!(text("{{}}").as_var(), Some(&VarName::new("")));
        assert_eq!(text("{{ä}}é{{").0.len(), 2);
    }

    #[test]
    fn dynamic_variables_are_generators_and_unknown_ones_are_names() {
        assert_eq!(generator("$guid"), Some(Generator::Uuid));
        assert_eq!(generator("$randomFirstName"), Some(Generator::Fake("firstName".into())));
        assert_eq!(generator("$randomIP"), Some(Generator::Fake("IP".into())));
        assert_eq!(generator("$randomNope"), None);
        assert!(FAKES.is_sorted());
    }
}
