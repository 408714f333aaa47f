//! Numbers as Go prints them.

/// `strconv.FormatFloat(v, 'f', -1, 64)`: the shortest decimal text without an exponent.
pub(crate) fn plain(value: f64) -> String {
    format!("{value}")
}
