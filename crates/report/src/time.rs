//! Moments as text.

use std::time::{SystemTime, UNIX_EPOCH};

/// Nanoseconds since 1970; earlier moments count as 1970.
pub(crate) fn unix_nanos(at: SystemTime) -> u128 {
    at.duration_since(UNIX_EPOCH).map_or(0, |d| d.as_nanos())
}

/// RFC 3339 in UTC, with as many decimals (0 to 9) as are needed or asked for.
pub(crate) fn rfc3339(at: SystemTime, nanos: bool) -> String {
    let all = unix_nanos(at);
    let (seconds, fraction) = ((all / 1_000_000_000) as i64, (all % 1_000_000_000) as u32);
    let (year, month, day) = civil(seconds.div_euclid(86_400));
    let of_day = seconds.rem_euclid(86_400);
    let mut out = format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}",
        of_day / 3600,
        of_day / 60 % 60,
        of_day % 60
    );
    if nanos && fraction > 0 {
        out.push_str(format!(".{fraction:09}").trim_end_matches('0'));
    }
    out.push('Z');
    out
}

/// Year, month and day of a day number (0 = 1970-01-01), proleptic Gregorian.
fn civil(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let of_era = z.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn moments_are_written_in_utc() {
        let at = |nanos: u64| UNIX_EPOCH + Duration::from_nanos(nanos);
        assert_eq!(rfc3339(at(0), true), "1970-01-01T00:00:00Z");
        assert_eq!(rfc3339(at(1_136_214_245_120_000_000), true), "2006-01-02T15:04:05.12Z");
        assert_eq!(rfc3339(at(951_782_400_000_000_001), true), "2000-02-29T00:00:00.000000001Z");
    }
}
