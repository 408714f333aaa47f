//! What a request does, without where it stands in its source: fed to a hasher, so that two versions of it can be told
//! apart later.
//!
//! Fed are the fields that say something, each with a number of its own. A field that is added later changes nothing for
//! requests that leave it empty, and the numbers must never be given to another field.

use std::hash::{Hash, Hasher};

use crate::{
    Check, Column, Extraction, Generator, Overrides, Part, PlainCode, Request, RequestStep, Script, Text,
    UrlTemplate,
};

impl RequestStep {
    /// Feeds everything that the step does. The same step gives the same input on every machine to a hasher that takes
    /// all numbers as 64 bits in one byte order.
    pub fn fingerprint(&self, to: &mut impl Hasher) {
        let Self {
            name,
            note,
            request,
            checks,
            extractions,
            before,
            after,
            tags,
            url_group,
            needs,
            origin: _,
        } = self;
        said(1, name, to);
        said(2, note, to);
        request_fields(request, to);
        list(4, checks, to, check);
        list(5, extractions, to, extraction);
        list(6, before, to, script);
        list(7, after, to, script);
        said(8, tags, to);
        said(9, url_group, to);
        said(10, needs, to);
        to.write_u8(0);
    }
}

/// A field that is not as it is by default, behind its number.
fn said<T: Hash + Default + PartialEq>(number: u8, value: &T, to: &mut impl Hasher) {
    if *value != T::default() {
        to.write_u8(number);
        value.hash(to);
    }
}

fn list<T, H: Hasher>(number: u8, items: &[T], to: &mut H, each: fn(&T, &mut H)) {
    if !items.is_empty() {
        to.write_u8(number);
        to.write_usize(items.len());
        items.iter().for_each(|item| each(item, to));
    }
}

fn request_fields(request: &Request, to: &mut impl Hasher) {
    // the folder that credentials come from is a place too
    let Request { method, url, headers, cookies, body, auth, auth_from: _, overrides } = request;
    let UrlTemplate { base, path, query } = url;
    said(20, method, to);
    said(21, base, to);
    said(22, path, to);
    said(23, query, to);
    said(24, headers, to);
    said(25, cookies, to);
    said(26, body, to);
    said(27, auth, to);
    let Overrides {
        timeout_ms,
        max_redirects,
        expected_statuses,
        discard_body,
        unsent_body,
        keep_method_on_redirect,
        no_cookies,
        wait_for_challenge,
        omit_headers,
    } = overrides;
    said(40, timeout_ms, to);
    said(41, max_redirects, to);
    list(42, expected_statuses, to, |status, to| to.write_u16(*status));
    said(43, discard_body, to);
    said(44, unsent_body, to);
    said(45, keep_method_on_redirect, to);
    said(46, no_cookies, to);
    said(47, wait_for_challenge, to);
    said(48, omit_headers, to);
}

fn check(check: &Check, to: &mut impl Hasher) {
    let Check { name, subject, predicate, origin: _ } = check;
    name.hash(to);
    subject.hash(to);
    predicate.hash(to);
}

fn extraction(extraction: &Extraction, to: &mut impl Hasher) {
    let Extraction { into, from, fallback, guard, reason, origin: _ } = extraction;
    into.hash(to);
    from.hash(to);
    fallback.hash(to);
    guard.hash(to);
    reason.hash(to);
}

fn script(script: &Script, to: &mut impl Hasher) {
    let Script { dialect, code, reads, writes, plain, scoped, reads_row, skips, decides, origin: _ } = script;
    let PlainCode { body, aids, libraries, own } = plain;
    dialect.hash(to);
    code.hash(to);
    reads.hash(to);
    writes.hash(to);
    said(60, body, to);
    said(61, aids, to);
    said(62, libraries, to);
    said(63, own, to);
    said(64, scoped, to);
    said(65, reads_row, to);
    said(66, skips, to);
    said(67, decides, to);
    to.write_u8(0);
}

impl Hash for Text {
    fn hash<H: Hasher>(&self, to: &mut H) {
        to.write_usize(self.0.len());
        self.0.iter().for_each(|part| part.hash(to));
    }
}

impl Hash for Part {
    fn hash<H: Hasher>(&self, to: &mut H) {
        match self {
            Self::Literal(text) => {
                to.write_u8(1);
                text.hash(to);
            }
            Self::Var(name) => {
                to.write_u8(2);
                name.hash(to);
            }
            Self::Column(of) => {
                let Column { dataset, column } = of.as_ref();
                to.write_u8(3);
                dataset.hash(to);
                column.hash(to);
            }
            Self::Generated(generator) => {
                to.write_u8(4);
                generator.hash(to);
            }
        }
    }
}

impl Hash for Generator {
    fn hash<H: Hasher>(&self, to: &mut H) {
        match self {
            Self::Uuid => to.write_u8(1),
            Self::UnixSeconds => to.write_u8(2),
            Self::UnixMillis => to.write_u8(3),
            Self::IsoTimestamp => to.write_u8(4),
            Self::IsoDate => to.write_u8(5),
            Self::Int { min, max } => {
                to.write_u8(6);
                to.write_i64(*min);
                to.write_i64(*max);
            }
            Self::Boolean => to.write_u8(7),
            Self::Alphanumeric { length } => {
                to.write_u8(8);
                to.write_u32(*length);
            }
            Self::Unique => to.write_u8(9),
            Self::UniqueInt => to.write_u8(10),
            Self::Fake(kind) => {
                to.write_u8(11);
                kind.hash(to);
            }
            Self::Coded { coding, text } => {
                to.write_u8(12);
                to.write_u8(*coding as u8);
                text.hash(to);
            }
        }
    }
}
