//! stub
use loadwright_diagnostic::CodeInfo;
use loadwright_import::{ImportError, ImportOptions, Imported, Importer, Match, Source};
pub const CODES: &[&CodeInfo] = &[];
pub struct OpenApi;
impl Importer for OpenApi {
    fn name(&self) -> &'static str {
        "openapi"
    }
    fn sniff(&self, _: &Source) -> Match {
        Match::No
    }
    fn import(&self, _: &Source, _: &ImportOptions) -> Result<Imported, ImportError> {
        Err(ImportError::new("not yet"))
    }
}
