//! stub
use loadwright_diagnostic::CodeInfo;
use loadwright_import::{ImportError, ImportOptions, Imported, Importer, Match, Source};
pub const CODES: &[&CodeInfo] = &[];
pub struct Postman;
impl Importer for Postman {
    fn name(&self) -> &'static str {
        "postman"
    }
    fn sniff(&self, _: &Source) -> Match {
        Match::No
    }
    fn import(&self, _: &Source, _: &ImportOptions) -> Result<Imported, ImportError> {
        Err(ImportError::new("not yet"))
    }
}
