//! The walk from a request to its last response: authentication challenges, redirects, cookies, decoding.

use std::borrow::Cow;
use std::rc::Rc;

use bytes::Bytes;

use crate::client::Client;
use crate::cookie::write_pair;
use crate::encoding;
use crate::failure::{Broken, code};
use crate::hop::{Received, Step};
use crate::limit::Limit;
use crate::response::cookies_in;
use crate::{Auth, Exchange, Hop, Request, Response, Url, digest};

impl Client {
    /// Sends a request, follows redirects, answers authentication challenges. Never fails as a whole:
    /// a failure is in the last hop. Dropping the future closes the connection it was using.
    pub async fn send(&self, request: Request) -> Exchange {
        let mut limit = self.limit(request.timeout);
        let exchange = self.walk(request, &mut limit).await;
        self.keep_timer(limit);
        exchange
    }

    async fn walk(&self, mut request: Request, limit: &mut Limit) -> Exchange {
        let mut warnings = Vec::new();
        let mut debug = Vec::new();
        check_length(&mut request, &mut warnings);
        if let Err(broken) = pack(&mut request) {
            return failed(&request, broken, warnings);
        }
        let mut earlier: Vec<Hop> = Vec::new();
        let mut requests = 0u32;
        let mut digest_tried = false;
        let basic =
            request.url.basic_authorization().filter(|_| request.headers.get("Authorization").is_none());
        let mut authorization = basic;
        let explicit_referer = request.headers.get("Referer").is_some();
        let mut cookie = cookie_header(&request, true);
        loop {
            let step = Step {
                method: &request.method,
                url: &request.url,
                headers: &request.headers,
                user_agent: request.user_agent.as_deref(),
                body: request.body.as_ref(),
                cookie: cookie.as_deref(),
                authorization: authorization.as_deref(),
                keep_body: request.body_mode == crate::BodyMode::Keep,
            };
            let (mut hop, received) = self.hop(&step, limit, &mut debug).await;
            requests += 1;
            let Some(received) = received else {
                return Exchange { earlier, last: hop, response: None, warnings, debug };
            };
            if request.auth == Auth::Digest && received.head.status == 401 && !digest_tried {
                digest_tried = true;
                if let Some(answer) = digest::answer(&received.head_bytes, &request) {
                    earlier.push(hop);
                    authorization = Some(answer);
                    continue;
                }
            }
            if request.auth == Auth::Ntlm
                && received.head.status == 401
                && let Some(answer) =
                    crate::ntlm::answer(&received.head_bytes, &request.url, authorization.as_deref())
            {
                earlier.push(hop);
                authorization = Some(answer);
                continue;
            }
            match next_address(&received, &request.url) {
                Some(Ok(next)) => {
                    if let Some(jar) = &request.jar
                        && received.head.sets_cookies
                    {
                        jar.set(&next, &cookies_in(&received.head_bytes));
                    }
                    if requests <= request.redirects {
                        redirect(&mut request, &received, next, explicit_referer);
                        let basic = request
                            .url
                            .basic_authorization()
                            .filter(|_| request.headers.get("Authorization").is_none());
                        authorization = basic;
                        if request.jar.is_some() {
                            request.headers.remove("Cookie");
                        }
                        cookie = cookie_header(&request, false);
                        earlier.push(hop);
                        continue;
                    }
                    if !request.redirects_explicit && request.redirects > 0 {
                        warnings.push(format!(
                            "Stopped after {requests} redirects and returned the redirection; pass {{ redirects: n }} in request params or set global maxRedirects to silence this"
                        ));
                    }
                }
                Some(Err(broken)) => {
                    hop.status = 0;
                    hop.failure = Some(broken.into_failure(&request.method, &request.url));
                    return Exchange { earlier, last: hop, response: None, warnings, debug };
                }
                None => {}
            }
            return self.finish(&request, hop, received, earlier, warnings, debug);
        }
    }

    fn finish(
        &self,
        request: &Request,
        mut hop: Hop,
        received: Received,
        earlier: Vec<Hop>,
        warnings: Vec<String>,
        debug: Vec<String>,
    ) -> Exchange {
        let Received { head, head_bytes, body } = received;
        if let Some(jar) = &request.jar
            && head.sets_cookies
        {
            jar.set(&request.url, &cookies_in(&head_bytes));
        }
        let keep = request.body_mode == crate::BodyMode::Keep;
        let no_body = head.status < 200 || head.status == 204 || head.status == 304;
        let body = if !keep || no_body {
            None
        } else {
            match &head.content_encoding {
                Some(list) if !body.is_empty() => {
                    match encoding::unpack(list, body, self.network.settings.max_body) {
                        Ok(body) => Some(Bytes::from(body)),
                        Err(e) => {
                            let text = format!("error decompressing response body ({})", e.0);
                            hop.status = 0;
                            hop.failure = Some(
                                Broken::plain(code::DECOMPRESSION, text)
                                    .into_failure(&request.method, &request.url),
                            );
                            return Exchange { earlier, last: hop, response: None, warnings, debug };
                        }
                    }
                }
                _ => Some(Bytes::from(body)),
            }
        };
        let response = Response {
            status: head.status,
            protocol: hop.protocol,
            tls: hop.tls,
            remote: hop.remote,
            url: Rc::clone(&request.url),
            body,
            head: head_bytes,
        };
        Exchange { earlier, last: hop, response: Some(response), warnings, debug }
    }
}

fn failed(request: &Request, broken: Broken, warnings: Vec<String>) -> Exchange {
    let failure = broken.into_failure(&request.method, &request.url);
    Exchange {
        earlier: Vec::new(),
        last: Hop::failed(request, failure),
        response: None,
        warnings,
        debug: Vec::new(),
    }
}

/// A `Content-Length` of the script's own is dropped; a wrong one is worth a warning.
fn check_length(request: &mut Request, warnings: &mut Vec<String>) {
    let Some(given) = request.headers.get("Content-Length") else { return };
    let length = request.body.as_ref().map_or(0, Bytes::len);
    if given.trim().parse() != Ok(length) {
        warnings.push(format!(
            "The specified Content-Length header \"{given}\" in the '{}' request for {} doesn't match the actual request body length of {length}, so it will be ignored!",
            request.method,
            request.url.as_str()
        ));
    }
    request.headers.remove("Content-Length");
}

fn pack(request: &mut Request) -> Result<(), Broken> {
    let Some(body) = &request.body else { return Ok(()) };
    if request.compression.is_empty() {
        return Ok(());
    }
    let packed = encoding::pack(&request.compression, body).map_err(|e| Broken::generic(e.0))?;
    request.body = Some(Bytes::from(packed));
    let names: Vec<&str> = request.compression.iter().map(|e| e.name()).collect();
    request.headers.set("Content-Encoding", names.join(", "));
    Ok(())
}

/// The `Cookie` header: the script's own first, then `params.cookies`, then the jar's.
fn cookie_header(request: &Request, first: bool) -> Option<String> {
    let from_jar = match &request.jar {
        Some(jar) if !jar.is_empty() => jar.cookies_for(&request.url),
        _ => Vec::new(),
    };
    if from_jar.is_empty() && request.cookies.is_empty() {
        return None;
    }
    let mut out =
        request.headers.get("Cookie").filter(|_| first || request.jar.is_none()).unwrap_or("").to_owned();
    for cookie in &request.cookies {
        write_pair(&mut out, &cookie.name, &cookie.value);
    }
    for (name, value) in from_jar {
        if !request.cookies.iter().any(|c| c.replace && c.name == name) {
            write_pair(&mut out, &name, &value);
        }
    }
    Some(out)
}

/// Where a redirect points to; `None` for any other response.
fn next_address(received: &Received, url: &Url) -> Option<Result<Rc<Url>, Broken>> {
    if !matches!(received.head.status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let location = received.head.location.as_deref().filter(|l| !l.is_empty())?;
    Some(url.join(location).map(Rc::new).map_err(|e| {
        Broken::generic(format!(
            "failed to parse Location header {}: {}",
            crate::escape::quote(location),
            e.0
        ))
    }))
}

const SENSITIVE: [&str; 6] =
    ["Authorization", "Www-Authenticate", "Cookie", "Cookie2", "Proxy-Authorization", "Proxy-Authenticate"];
const OF_BODY: [&str; 4] = ["Content-Encoding", "Content-Language", "Content-Location", "Content-Type"];

/// Turns the request into the one that a redirect asks for, as Go's client does.
fn redirect(request: &mut Request, received: &Received, next: Rc<Url>, explicit_referer: bool) {
    if !matches!(received.head.status, 307 | 308) {
        if request.method != "GET" && request.method != "HEAD" {
            request.method = Cow::Borrowed("GET");
            for name in OF_BODY {
                request.headers.remove(name);
            }
        }
        request.body = None;
    }
    let (from, to) = (request.url.host(), next.host());
    if from != to && !to.ends_with(&format!(".{from}")) {
        for name in SENSITIVE {
            request.headers.remove(name);
        }
    }
    let relative =
        received.head.location.as_deref().is_some_and(|l| !l.contains("://") && !l.starts_with("//"));
    if !relative {
        request.headers.remove("Host");
    }
    let downgrade = request.url.scheme() == "https" && next.scheme() == "http";
    match (explicit_referer, downgrade) {
        (true, _) => {}
        (false, true) => request.headers.remove("Referer"),
        (false, false) => request.headers.set("Referer", request.url.without_user().into_owned()),
    }
    request.url = next;
}
