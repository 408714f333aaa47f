/// A path template: fixed text and parameters, segment by segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PathPattern {
    segments: Vec<Segment>,
    /// Names of the parameters, in order.
    pub names: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    Fixed(String),
    /// Text around and between holes: `{name}.{format}` is `["", ".", ""]`.
    Holes(Vec<String>),
}

impl PathPattern {
    pub fn new(path: &str) -> Self {
        let mut names = Vec::new();
        let path = path.split(['?', '#']).next().unwrap_or(path);
        let segments = path
            .trim_start_matches('/')
            .split('/')
            .map(|s| {
                if !s.contains('{') {
                    return Segment::Fixed(s.to_owned());
                }
                let mut texts = Vec::new();
                let mut rest = s;
                while let Some((before, after)) = rest.split_once('{') {
                    texts.push(before.to_owned());
                    let (name, after) = after.split_once('}').unwrap_or((after, ""));
                    names.push(name.to_owned());
                    rest = after;
                }
                texts.push(rest.to_owned());
                Segment::Holes(texts)
            })
            .collect();
        Self { segments, names }
    }

    /// The values of the parameters, when the path fits.
    pub fn matches(&self, path: &str) -> Option<Vec<String>> {
        let mut values = Vec::new();
        let asked: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        if asked.len() != self.segments.len() {
            return None;
        }
        for (segment, text) in self.segments.iter().zip(asked) {
            match segment {
                Segment::Fixed(f) => {
                    (f == text || crate::request::decode(f) == crate::request::decode(text)).then_some(())?;
                }
                Segment::Holes(texts) => fill(texts, text, &mut values)?,
            }
        }
        Some(values)
    }

    /// More fixed text is a better match.
    pub fn weight(&self) -> usize {
        self.segments
            .iter()
            .map(|s| match s {
                Segment::Fixed(_) => 1000,
                Segment::Holes(texts) => texts.iter().map(String::len).sum(),
            })
            .sum()
    }

    /// Whether the last segment is one parameter and nothing else; then, the path before it.
    pub fn is_detail_of(&self, other: &Self) -> bool {
        let plain = matches!(self.segments.last(), Some(Segment::Holes(t)) if t.len() == 2 && t.iter().all(String::is_empty));
        let mut shorter = other.segments.clone();
        if matches!(shorter.last(), Some(Segment::Fixed(f)) if f.is_empty()) {
            shorter.pop();
        }
        plain && self.segments.len() == shorter.len() + 1 && self.segments.starts_with(&shorter)
    }
}

fn fill(texts: &[String], text: &str, values: &mut Vec<String>) -> Option<()> {
    let (first, rest) = texts.split_first()?;
    let mut left = text.strip_prefix(first.as_str())?;
    for (i, fixed) in rest.iter().enumerate() {
        let end = if i + 1 == rest.len() {
            if fixed.is_empty() { left.len() } else { left.rfind(fixed.as_str())? }
        } else if fixed.is_empty() {
            left.chars().next().map_or(0, char::len_utf8)
        } else {
            left.find(fixed.as_str())?
        };
        let (value, after) = left.split_at(end);
        (!value.is_empty()).then(|| values.push(crate::request::decode(value)))?;
        left = after.strip_prefix(fixed.as_str())?;
    }
    left.is_empty().then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_match_segment_by_segment() {
        let p = PathPattern::new("/pets/{id}/photo.{format}");
        assert_eq!(p.matches("/pets/a%20b/photo.png"), Some(vec!["a b".into(), "png".into()]));
        assert_eq!(p.matches("/pets//photo.png"), None);
        assert_eq!(p.matches("/pets/1/photo.png/x"), None);
        assert!(PathPattern::new("/pets/{id}").is_detail_of(&PathPattern::new("/pets")));
        assert!(PathPattern::new("/pets/{id}").is_detail_of(&PathPattern::new("/pets/")));
        assert!(!PathPattern::new("/pets/{id}/x").is_detail_of(&PathPattern::new("/pets")));
    }
}
