use indexmap::IndexMap;
use loadwright_diagnostic::{Diagnostics, Origin};
use loadwright_scenario::{EcoString, Exchange, RequestStep, Text};

use crate::answers::exchange;
use crate::bases::base_key;
use crate::entry::Entry;
use crate::extensions;
use crate::request::{self, Around};

/// What is the same for all requests of a recording.
pub(crate) struct Make<'a> {
    /// Every byte as recorded.
    pub exact: bool,
    pub bases: &'a IndexMap<EcoString, Text>,
    /// Variables that entries declare.
    pub names: &'a [String],
    /// Where the list of entries is.
    pub entries: &'a Origin,
    /// When the recording began, in milliseconds since the epoch.
    pub start: f64,
}

/// A request of the recording, with what those before it have left in the cookie jar.
pub(crate) struct Asked<'a> {
    /// The entry and those that its redirects lead through.
    pub chain: Vec<&'a Entry>,
    pub jar: Vec<(String, String)>,
}

/// What one request became: nothing of it depends on the others.
pub(crate) struct Made {
    pub step: Box<RequestStep>,
    /// Without the body of the answer.
    pub exchange: Exchange,
    /// Where the redirects ended.
    pub final_url: Option<String>,
    /// Headers that browsers add by themselves.
    pub browser: usize,
    pub diagnostics: Diagnostics,
}

impl Make<'_> {
    pub fn step(&self, asked: &Asked<'_>) -> Option<Made> {
        let (first, last) = (*asked.chain.first()?, *asked.chain.last()?);
        let origin = self.entries.index(first.index);
        let address = base_key(first);
        let (address, base) = match self.bases.get_key_value(address.as_str()) {
            Some((address, base)) => (address.clone(), base.clone()),
            None => (address.into(), Text::default()),
        };
        let around = Around {
            exact: self.exact,
            address,
            base,
            bases: self.bases,
            jar: &asked.jar,
            last,
            origin: origin.clone(),
        };
        let (mut browser, mut diagnostics) = (0, Diagnostics::new());
        let mut step = request::step(first, &around, &mut browser, &mut diagnostics);
        extensions::apply(first, &mut step, &origin, &mut diagnostics);
        extensions::fill(&mut step, self.names);
        let final_url = (last.index != first.index).then(|| last.url.clone());
        let exchange = exchange(first, &asked.chain, self.start, &around);
        Some(Made { step: Box::new(step), exchange, final_url, browser, diagnostics })
    }
}
