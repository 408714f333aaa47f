use loadwright_diagnostic::{Origin, Pointer};
use loadwright_import::Source;
use loadwright_scenario::{ColumnOrder, Dataset, csv_records};
use serde_json::Value;

/// Rows of data that the user gives beside a recording; which of them stand for what was recorded, a pass finds.
pub(crate) fn dataset(source: &Source) -> Option<Dataset> {
    let text = source.text().ok()?;
    let text = text.trim_start_matches('\u{feff}');
    let columns: Vec<String> = match serde_json::from_str::<Value>(text) {
        Ok(Value::Array(rows)) => rows.first()?.as_object()?.keys().cloned().collect(),
        _ => csv_records(text, 1).into_iter().flatten().map(|f| f.text).collect(),
    };
    let path = source.name.rsplit(['/', '\\']).next().unwrap_or("data.csv").to_owned();
    Some(Dataset {
        name: "rows".to_owned(),
        path,
        columns: columns.into_iter().filter(|c| !c.is_empty()).collect(),
        content: Some(text.as_bytes().to_vec()),
        order: ColumnOrder::Sequential,
        origin: Origin::new(source.id, Pointer::root()),
    })
}
