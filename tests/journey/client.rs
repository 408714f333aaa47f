use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use super::server::{Shop, base64_text};

/// What a client did and saw, and which of the values that it sent the server had made up.
pub struct Recording {
    pub har: String,
    pub dynamic: Vec<String>,
    /// Values that look dynamic and are the same for every client.
    pub decoys: Vec<String>,
}

struct Client {
    address: String,
    cookies: Vec<(String, String)>,
    entries: Vec<String>,
    clock: u32,
}

struct Seen {
    headers: Vec<(String, String)>,
    body: String,
}

/// Goes through the shop as a browser would, and writes down each exchange.
pub fn record(shop: &Shop) -> Recording {
    let mut c = Client { address: shop.address(), cookies: Vec::new(), entries: Vec::new(), clock: 0 };
    let mut dynamic: Vec<String> = Vec::new();
    let mut take = |value: &str| {
        assert!(!value.is_empty());
        dynamic.push(value.to_owned());
        value.to_owned()
    };
    let home = c.send("GET", "/", &[], "");
    let csrf = take(&between(&home.body, "name=\"csrf\" value=\"", "\"").replace("&#43;", "+"));
    let nonce = take(&between(&home.body, "requestNonce: \"", "\""));
    let wire = csrf.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    let form = ("Content-Type", "application/x-www-form-urlencoded");
    let login = c.send(
        "POST",
        "/login",
        &[form, ("X-Nonce", &nonce)],
        &format!("user=ada&password=lovelace-1815&csrf={wire}"),
    );
    let token = take(&between(&login.body, "accessToken\":\"", "\""));
    let user = take(&between(&login.body, "\"id\":\"", "\""));
    let mood = between(&login.body, "mood\":\"", "\"");
    let secret = take(&between(&login.body, "clientSecret\":\"", "\""));
    let bearer = format!("Bearer {token}");
    let bearer = ("Authorization", bearer.as_str());
    let list = c.send("GET", "/api/orders?state=active&size=250&v=build-2.4.1", &[bearer], "");
    let cursor = take(&between(&list.body, "next\":\"", "\""));
    let list = c.send("GET", &format!("/api/orders?state=active&mood={mood}&cursor={cursor}"), &[bearer], "");
    let second = take(&between(&list.body, "next\":\"", "\""));
    c.send("GET", &format!("/api/orders?since=2024-05-01&cursor={second}"), &[bearer], "");
    let xsrf = take(&c.cookie("XSRF-TOKEN").replace("%3D", "=").replace("%7C", "|"));
    let ticket = c.send("GET", &format!("/api/users/{user}/mood"), &[bearer, ("X-XSRF-TOKEN", &xsrf)], "");
    let ticket = take(&between(&ticket.body, "ticket\":\"", "\""));
    let json = ("Content-Type", "application/json");
    let made = c.send(
        "POST",
        "/api/orders",
        &[bearer, json],
        "{\"sku\":\"green-tea-500\",\"quantity\":250,\"created\":1700000000}",
    );
    let order = take(&between(&made.body, "\"id\":", ","));
    let etag = made.headers.iter().find(|(n, _)| n == "ETag").map(|(_, v)| v.clone()).unwrap_or_default();
    take(etag.trim_matches('"'));
    c.send(
        "PUT",
        &format!("/api/orders/{order}"),
        &[bearer, json, ("If-Match", &etag)],
        &format!("{{\"orderId\":{order},\"quantity\":250}}"),
    );
    let multipart = ("Content-Type", "multipart/form-data; boundary=b77");
    let upload =
        format!("--b77\r\nContent-Disposition: form-data; name=\"ticket\"\r\n\r\n{ticket}\r\n--b77--\r\n");
    let moved = c.send("POST", "/upload", &[multipart], &upload);
    let to = moved.headers.iter().find(|(n, _)| n == "Location").map(|(_, v)| v.clone()).unwrap_or_default();
    let page = c.send("GET", &to, &[], "");
    let edit = take(&between(&page.body, "name='edit' value=\"", "\""));
    let account = between(&to, "/account/", "/");
    c.send("POST", &format!("/account/{account}/edit"), &[form], &format!("edit={edit}&name=Ada+L"));
    let basic = format!("Basic {}", base64_text(&format!("shop:{secret}")));
    c.send("POST", "/api/mood", &[("Authorization", &basic)], "");
    // as they stand in an address
    dynamic.push(format!("/account/{account}/edit"));
    dynamic.retain(|v| *v != secret);
    dynamic.push(basic);
    let decoys = ["green-tea-500", "state=active", "build-2.4.1", "2024-05-01", "1700000000", "size=250"];
    Recording {
        har: format!(
            "{{\"log\":{{\"version\":\"1.2\",\"creator\":{{\"name\":\"test\",\"version\":\"1\"}},\"entries\":[{}]}}}}",
            c.entries.join(",\n")
        ),
        dynamic,
        decoys: decoys.map(str::to_owned).to_vec(),
    }
}

impl Client {
    fn cookie(&self, name: &str) -> String {
        self.cookies.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone()).unwrap_or_default()
    }

    fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Seen {
        let host = self.address.trim_start_matches("http://").to_owned();
        let mut sent: Vec<(String, String)> = vec![("Host".to_owned(), host.clone())];
        sent.extend(headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())));
        if !self.cookies.is_empty() {
            let line: Vec<String> = self.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect();
            sent.push(("Cookie".to_owned(), line.join("; ")));
        }
        let mut stream = TcpStream::connect(&host).expect("a connection");
        let lines: String = sent.iter().map(|(n, v)| format!("{n}: {v}\r\n")).collect();
        write!(stream, "{method} {path} HTTP/1.1\r\n{lines}Content-Length: {}\r\n\r\n{body}", body.len())
            .expect("sent");
        stream.shutdown(std::net::Shutdown::Write).expect("half closed");
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("an answer");
        let (head, answer) = text.split_once("\r\n\r\n").expect("a head");
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|l| l.split(' ').nth(1)).unwrap_or_default().to_owned();
        assert!(status.starts_with(['2', '3']), "{method} {path}: {text}");
        let received: Vec<(String, String)> =
            lines.filter_map(|l| l.split_once(": ")).map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
        for (_, set) in received.iter().filter(|(n, _)| n == "Set-Cookie") {
            let pair = set.split(';').next().and_then(|p| p.split_once('=')).expect("a cookie");
            self.cookies.push((pair.0.to_owned(), pair.1.to_owned()));
        }
        self.write_down(method, path, &sent, body, (&status, &received, answer));
        Seen { headers: received, body: answer.to_owned() }
    }

    fn write_down(
        &mut self,
        method: &str,
        path: &str,
        sent: &[(String, String)],
        body: &str,
        (status, received, answer): (&str, &[(String, String)], &str),
    ) {
        let list = |headers: &[(String, String)]| {
            let items: Vec<String> = headers
                .iter()
                .map(|(n, v)| format!("{{\"name\":{},\"value\":{}}}", quoted(n), quoted(v)))
                .collect();
            format!("[{}]", items.join(","))
        };
        let mime = sent.iter().find(|(n, _)| n == "Content-Type").map_or("", |(_, v)| v.as_str());
        let post = if body.is_empty() {
            String::new()
        } else {
            format!(",\"postData\":{{\"mimeType\":{},\"text\":{}}}", quoted(mime), quoted(body))
        };
        let kind = received.iter().find(|(n, _)| n == "Content-Type").map_or("", |(_, v)| v.as_str());
        self.clock += 1;
        self.entries.push(format!(
            "{{\"startedDateTime\":\"2026-01-01T10:{:02}:00.000Z\",\"time\":20,\"request\":{{\"method\":\"{method}\",\"url\":{},\"headers\":{}{post}}},\
             \"response\":{{\"status\":{status},\"statusText\":\"\",\"headers\":{},\"content\":{{\"mimeType\":{},\"text\":{}}}}}}}",
            self.clock,
            quoted(&format!("{}{path}", self.address)),
            list(sent),
            list(received),
            quoted(kind),
            quoted(answer),
        ));
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            c if (c as u32) < 0x20 => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn between(text: &str, before: &str, after: &str) -> String {
    let rest = text.split_once(before).unwrap_or_else(|| panic!("{before} in {text}")).1;
    rest.split(after).next().unwrap_or_default().to_owned()
}
