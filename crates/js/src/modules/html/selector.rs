//! CSS selectors with the additions that k6's users know: `:contains()`, `:has()`, `[name!=value]`, `:input` and their like.

use ego_tree::NodeRef;
use scraper::{ElementRef, Node};

/// A list of alternatives.
#[derive(Debug, Clone, PartialEq)]
pub struct Selector(pub(super) Vec<Complex>);

/// Compounds from right to left; each is followed by what joins it to the one on its left.
pub(super) type Complex = Vec<(Vec<Simple>, Option<Joint>)>;

/// How two compounds stand to each other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Joint {
    Descendant,
    Child,
    Next,
    Later,
}

/// One condition on an element.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Simple {
    Any,
    Type(String),
    Id(String),
    Class(String),
    Attribute {
        name: String,
        test: Test,
        value: String,
        fold: bool,
    },
    Not(Selector),
    Is(Selector),
    Has(Selector),
    HasChild(Selector),
    /// Text of the element and of what it holds; lower case.
    Contains(String),
    /// Text of the element itself; lower case.
    ContainsOwn(String),
    Nth {
        step: i64,
        start: i64,
        last: bool,
        same_type: bool,
    },
    OnlyChild {
        same_type: bool,
    },
    State(State),
    Lang(String),
}

/// How an attribute is compared.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Test {
    Present,
    Equal,
    Unequal,
    Word,
    Dash,
    Prefix,
    Suffix,
    Within,
}

/// Pseudo-classes without an argument.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum State {
    Input,
    Empty,
    Root,
    Link,
    Enabled,
    Disabled,
    Checked,
}

impl Selector {
    /// Whether an element fits any of the alternatives.
    pub fn matches(&self, element: ElementRef<'_>) -> bool {
        self.0.iter().any(|complex| fits(complex, element))
    }
}

fn fits(complex: &[(Vec<Simple>, Option<Joint>)], element: ElementRef<'_>) -> bool {
    let Some(((compound, joint), rest)) = complex.split_first() else { return true };
    if !compound.iter().all(|simple| simple.fits(element)) {
        return false;
    }
    let mut before = element.prev_siblings().filter_map(ElementRef::wrap);
    let mut above = element.ancestors().filter_map(ElementRef::wrap);
    match joint {
        None => true,
        Some(Joint::Descendant) => above.any(|e| fits(rest, e)),
        Some(Joint::Child) => above.next().is_some_and(|e| fits(rest, e)),
        Some(Joint::Next) => before.next().is_some_and(|e| fits(rest, e)),
        Some(Joint::Later) => before.any(|e| fits(rest, e)),
    }
}

impl Simple {
    fn fits(&self, element: ElementRef<'_>) -> bool {
        match self {
            Self::Any => true,
            Self::Type(name) => element.value().name() == name,
            Self::Id(id) => element.value().attr("id") == Some(id),
            Self::Class(class) => words(element, "class").any(|c| c == class),
            Self::Attribute { name, test, value, fold } => attribute(element, name, *test, value, *fold),
            Self::Not(inner) => !inner.matches(element),
            Self::Is(inner) => inner.matches(element),
            Self::Has(inner) => {
                element.descendants().skip(1).filter_map(ElementRef::wrap).any(|e| inner.matches(e))
            }
            Self::HasChild(inner) => element.child_elements().any(|e| inner.matches(e)),
            Self::Contains(text) => element.text().collect::<String>().to_lowercase().contains(text.as_str()),
            Self::ContainsOwn(text) => {
                let own: String =
                    element.children().filter_map(|n| n.value().as_text().map(|t| &**t)).collect();
                own.to_lowercase().contains(text.as_str())
            }
            Self::Nth { step, start, last, same_type } => {
                let place = place(element, *last, *same_type) as i64;
                let distance = place - start;
                if *step == 0 { distance == 0 } else { distance % step == 0 && distance / step >= 0 }
            }
            Self::OnlyChild { same_type } => {
                place(element, false, *same_type) == 1 && place(element, true, *same_type) == 1
            }
            Self::State(state) => state.holds(element),
            Self::Lang(lang) => {
                let known = std::iter::once(element)
                    .chain(element.ancestors().filter_map(ElementRef::wrap))
                    .find_map(|e| e.value().attr("lang"));
                known.is_some_and(|l| {
                    l == lang || l.strip_prefix(lang.as_str()).is_some_and(|r| r.starts_with('-'))
                })
            }
        }
    }
}

impl State {
    fn holds(self, element: ElementRef<'_>) -> bool {
        let name = element.value().name();
        let has = |attr: &str| element.value().attr(attr).is_some();
        let control = ["button", "fieldset", "input", "keygen", "optgroup", "option", "select", "textarea"];
        match self {
            Self::Input => ["input", "select", "textarea", "button"].contains(&name),
            Self::Empty => !element.children().any(|n| n.value().is_element() || n.value().is_text()),
            Self::Root => element.parent().is_some_and(|p| p.value().is_document()),
            Self::Link => ["a", "area", "link"].contains(&name) && has("href"),
            Self::Enabled => control.contains(&name) && !has("disabled"),
            Self::Disabled => control.contains(&name) && has("disabled"),
            Self::Checked => {
                let kind = element.value().attr("type").unwrap_or_default();
                match name {
                    "option" => has("selected"),
                    "input" => has("checked") && ["checkbox", "radio"].contains(&kind),
                    _ => false,
                }
            }
        }
    }
}

fn words<'a>(element: ElementRef<'a>, attr: &str) -> impl Iterator<Item = &'a str> {
    element.value().attr(attr).unwrap_or_default().split_whitespace()
}

fn attribute(element: ElementRef<'_>, name: &str, test: Test, value: &str, fold: bool) -> bool {
    let Some(found) = element.value().attr(name) else { return test == Test::Unequal };
    let (folded_found, folded_value);
    let (found, value) = if fold {
        (folded_found, folded_value) = (found.to_lowercase(), value.to_lowercase());
        (folded_found.as_str(), folded_value.as_str())
    } else {
        (found, value)
    };
    match test {
        Test::Present => true,
        Test::Equal => found == value,
        Test::Unequal => found != value,
        Test::Word => found.split_whitespace().any(|w| w == value),
        Test::Dash => found.strip_prefix(value).is_some_and(|rest| rest.is_empty() || rest.starts_with('-')),
        Test::Prefix => !value.trim().is_empty() && found.starts_with(value),
        Test::Suffix => !value.trim().is_empty() && found.ends_with(value),
        Test::Within => !value.trim().is_empty() && found.contains(value),
    }
}

/// The place among siblings, from 1.
fn place(element: ElementRef<'_>, from_last: bool, same_type: bool) -> usize {
    let same = |node: NodeRef<'_, Node>| {
        node.value().as_element().is_some_and(|e| !same_type || e.name() == element.value().name())
    };
    let others = if from_last {
        element.next_siblings().filter(|n| same(*n)).count()
    } else {
        element.prev_siblings().filter(|n| same(*n)).count()
    };
    others + 1
}
