//! Foreign bytes of all kinds: nothing may panic or hang.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use loadwright_transport::*;

mod support;
use support::{Reply, Server};

/// A small generator: the same bytes in every run.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn pick<'a>(&mut self, parts: &[&'a str]) -> &'a str {
        parts[self.next() as usize % parts.len()]
    }

    /// Pieces that mean something, in an order that means nothing.
    fn text(&mut self, parts: &[&str]) -> String {
        (0..self.next() % 12).map(|_| self.pick(parts)).collect()
    }
}

#[test]
fn addresses_cookies_and_names() {
    let mut noise = Noise(1);
    let parts = [
        "http",
        "https",
        ":",
        "//",
        "/",
        "?",
        "#",
        "@",
        "%",
        "%zz",
        "%41",
        "[",
        "]",
        "::1",
        "h",
        "ü",
        "a.b",
        ":80",
        "..",
        ".",
        " ",
        "\u{7f}",
        "\n",
        ";",
        "=",
        "Path",
        "Max-Age=-1",
        "Expires=Mon, 99-Foo-99 99:99:99",
        "Domain=.",
        "\"",
        ",",
    ];
    let base = Url::parse("http://h/a/b?c#d").unwrap();
    let jar = Jar::new();
    for _ in 0..20_000 {
        let text = noise.text(&parts);
        if let Ok(url) = Url::parse(&text) {
            let _ = (url.masked(), url.target().len(), url.host().len(), url.join("../x?y"));
            if let Ok(again) = Url::parse(url.as_str()) {
                assert_eq!(again.target(), url.target(), "{text:?}");
            }
        }
        let _ = base.join(&text);
        let _ = canonical_name(&text);
        if let Some(cookie) = Cookie::parse_set_cookie(&text) {
            jar.set(&base, &[cookie]);
        }
        let _ = (Cookie::parse_expires(&text), Encoding::parse_list(&text), jar.cookies_for(&base).len());
    }
}

#[test]
fn responses() {
    let mut noise = Noise(2);
    let parts = [
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 302 Found\r\n",
        "HTTP/1.1 401 X\r\n",
        "HTTP/1.1 100\r\n",
        "HTTP/9 abc\r\n",
        "\r\n",
        "\n",
        "Content-Length: 5\r\n",
        "Content-Length: 99999999999999999999\r\n",
        "Transfer-Encoding: chunked\r\n",
        "Content-Encoding: gzip, br\r\n",
        "Location: //[\r\n",
        "Set-Cookie: a=b; path\r\n",
        "WWW-Authenticate: Digest x\r\n",
        "5\r\nhello\r\n",
        "0\r\n\r\n",
        "ffffffffffffffff\r\n",
        ": \r\n",
        " folded\r\n",
        "\u{0}",
        "hello",
        "\u{fffd}",
    ];
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let replies: Vec<Reply> =
        (0..400).map(|_| Reply { bytes: noise.text(&parts).into_bytes(), close: true }).collect();
    let server = Server::start(replies);
    let url = Rc::new(Url::parse(&server.url("/").replace("//", "//u:p@")).unwrap());
    let settings = Settings { max_body: 1 << 20, ..Settings::default() };
    let client = Client::new(Arc::new(Network::new(settings).unwrap()), 0);
    tokio::task::LocalSet::new().block_on(&runtime, async {
        for i in 0..300 {
            let mut request = Request::new("GET", Rc::clone(&url));
            request.auth = [Auth::None, Auth::Digest, Auth::Ntlm][i % 3];
            request.timeout = Duration::from_secs(5);
            request.jar = Some(Rc::new(Jar::new()));
            let exchange = client.send(request).await;
            assert_eq!(exchange.response.is_none(), exchange.last.failure.is_some());
            if let Some(response) = exchange.response {
                let _ = (response.headers(), response.cookies(), response.status_text());
            }
        }
    });
}
