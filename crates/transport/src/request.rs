//! What to send.

use std::borrow::Cow;
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;

use crate::{Encoding, Headers, Jar, RequestCookie, Url};

/// One request as a script asks for it.
#[derive(Clone, Debug)]
pub struct Request {
    /// Sent verbatim.
    pub method: Cow<'static, str>,
    pub url: Rc<Url>,
    /// `Host` sets the host; `User-Agent` replaces `user_agent`; a wrong `Content-Length` is dropped.
    pub headers: Headers,
    /// Sent unless `headers` has one; `None` sends none.
    pub user_agent: Option<Rc<str>>,
    /// `None` is no body at all; POST, PUT and PATCH then send `Content-Length: 0`.
    pub body: Option<Bytes>,
    /// Packs the body in this order and sets `Content-Encoding`.
    pub compression: Vec<Encoding>,
    pub jar: Option<Rc<Jar>>,
    pub cookies: Vec<RequestCookie>,
    /// How many redirects are followed; `redirects_explicit` silences the warning when more come.
    pub redirects: u32,
    pub redirects_explicit: bool,
    /// Covers the whole exchange with all its hops and bodies.
    pub timeout: Duration,
    pub auth: Auth,
    pub body_mode: BodyMode,
}

/// Authentication beyond the Basic header that user info in the address gives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Auth {
    #[default]
    None,
    Digest,
    Ntlm,
}

/// What becomes of the response body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BodyMode {
    #[default]
    Keep,
    /// Read and dropped: `responseType: 'none'`.
    Discard,
}

impl Request {
    /// A request with k6's defaults: 10 redirects, 60 s.
    pub fn new(method: impl Into<Cow<'static, str>>, url: Rc<Url>) -> Self {
        Self {
            method: method.into(),
            url,
            headers: Headers::new(),
            user_agent: None,
            body: None,
            compression: Vec::new(),
            jar: None,
            cookies: Vec::new(),
            redirects: 10,
            redirects_explicit: false,
            timeout: Duration::from_secs(60),
            auth: Auth::None,
            body_mode: BodyMode::Keep,
        }
    }
}
