use loadwright_diagnostic::CodeInfo;
use loadwright_import::Importer;

/// Every source format, asked in this order.
pub const IMPORTERS: &[&dyn Importer] =
    &[&loadwright_import_har::Har, &loadwright_import_openapi::OpenApi, &loadwright_import_postman::Postman];

/// Every registered finding, by the crate that makes it.
pub fn codes() -> Vec<&'static CodeInfo> {
    let mut all: Vec<&'static CodeInfo> = [
        loadwright_import_har::CODES,
        loadwright_import_openapi::CODES,
        loadwright_import_postman::CODES,
        loadwright_transform::CODES,
        loadwright_generate::CODES,
    ]
    .into_iter()
    .flatten()
    .copied()
    .collect();
    all.sort_by_key(|c| c.code);
    all
}
