use std::collections::{HashMap, HashSet};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// A server that gives each client values of its own and refuses every other value.
pub struct Shop {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    seed: u64,
    connections: usize,
    finished: usize,
    refused: Vec<String>,
    sessions: HashMap<String, Session>,
}

#[derive(Default, Clone)]
struct Session {
    csrf: String,
    nonce: String,
    xsrf: String,
    token: String,
    user: String,
    mood: String,
    cursors: HashSet<String>,
    order: String,
    etag: String,
    ticket: String,
    secret: String,
    account: String,
    edit: String,
}

pub struct Request {
    pub method: String,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Request {
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map_or("", |(_, v)| v.as_str())
    }
}

impl Shop {
    /// Another seed, other values.
    pub fn start(seed: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let seed = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let state = Arc::new(Mutex::new(State { seed, ..State::default() }));
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = Arc::clone(&shared);
                state.lock().expect("state").connections += 1;
                std::thread::spawn(move || serve(&stream, &state));
            }
        });
        Self { address, state }
    }

    pub fn address(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn connections(&self) -> usize {
        self.state.lock().expect("state").connections
    }

    pub fn refused(&self) -> usize {
        self.state.lock().expect("state").refused.len()
    }

    pub fn reasons(&self) -> Vec<String> {
        self.state.lock().expect("state").refused.iter().take(5).cloned().collect()
    }

    pub fn finished(&self) -> usize {
        self.state.lock().expect("state").finished
    }
}

fn serve(stream: &TcpStream, state: &Mutex<State>) {
    let mut reader = BufReader::new(stream);
    while let Some(request) = read(&mut reader) {
        let answer = state.lock().expect("state").answer(&request);
        let mut head = format!("HTTP/1.1 {} X\r\nContent-Length: {}\r\n", answer.status, answer.body.len());
        for (name, value) in &answer.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        let mut out = stream;
        if out.write_all(format!("{head}\r\n{}", answer.body).as_bytes()).is_err() {
            return;
        }
    }
}

fn read(reader: &mut BufReader<&TcpStream>) -> Option<Request> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|n| *n > 0)?;
    let mut words = line.split_whitespace();
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim().split_once(':') else { break };
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
    let mut request = Request { method, path, headers, body: String::new() };
    let length = request.header("content-length").parse().unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    request.body = String::from_utf8_lossy(&body).into_owned();
    Some(request)
}

impl State {
    fn random(&mut self) -> u64 {
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 7;
        self.seed ^= self.seed << 17;
        self.seed
    }

    fn hex(&mut self) -> String {
        format!("{:016x}", self.random())
    }

    fn number(&mut self, least: u64) -> String {
        (least + self.random() % (least * 8)).to_string()
    }

    fn answer(&mut self, r: &Request) -> Answer {
        let sid = r
            .header("cookie")
            .split("; ")
            .find_map(|c| c.strip_prefix("sid="))
            .unwrap_or_default()
            .to_owned();
        let path = r.path.split('?').next().unwrap_or_default();
        if r.method == "GET" && path == "/" {
            return self.welcome();
        }
        let Some(session) = self.sessions.get(&sid).cloned() else { return self.refuse(r, "no session") };
        self.inside(r, path, &sid, session)
    }

    fn refuse(&mut self, r: &Request, why: &str) -> Answer {
        self.refused.push(format!("{} {}: {why}: {}", r.method, r.path, r.body));
        Answer { status: 403, headers: Vec::new(), body: format!("{{\"error\":\"{why}\"}}") }
    }

    fn welcome(&mut self) -> Answer {
        let sid = self.hex();
        let session = Session {
            csrf: format!("{}+/{}==", self.hex(), self.hex()),
            nonce: self.hex(),
            xsrf: format!("{}=|{}", self.hex(), self.hex()),
            mood: ["cheerful", "gloomy", "sleepy"][(self.random() % 3) as usize].to_owned()
                + ["", "ish"][(self.random() % 2) as usize],
            ..Session::default()
        };
        let body = format!(
            "<html><head><meta name=\"theme\" content=\"dark-mode-500\"></head><body data-build=\"build-2.4.1\">\
             <form action=\"/search\"><input name=\"q\" value=\"\"></form>\
             <form method=post action=\"/login\"><input type=hidden name=\"csrf\" value=\"{}\"><input name=user></form>\
             <script>window.cfg = {{locale: \"en-GB\", requestNonce: \"{}\", version: 12}};</script></body></html>",
            session.csrf.replace('+', "&#43;"),
            session.nonce
        );
        let cookies = vec![
            ("Content-Type".to_owned(), "text/html; charset=utf-8".to_owned()),
            ("Set-Cookie".to_owned(), format!("sid={sid}; Path=/; HttpOnly")),
            (
                "Set-Cookie".to_owned(),
                format!("XSRF-TOKEN={}; Path=/", session.xsrf.replace('=', "%3D").replace('|', "%7C")),
            ),
        ];
        self.sessions.insert(sid, session);
        Answer { status: 200, headers: cookies, body }
    }

    fn inside(&mut self, r: &Request, path: &str, sid: &str, mut s: Session) -> Answer {
        let json = |status: u16, body: String| Answer {
            status,
            headers: vec![("Content-Type".to_owned(), "application/json".to_owned())],
            body,
        };
        let html = |body: String| Answer {
            status: 200,
            headers: vec![("Content-Type".to_owned(), "text/html".to_owned())],
            body,
        };
        let bearer = !s.token.is_empty() && r.header("authorization") == format!("Bearer {}", s.token);
        let plain = |t: &str| {
            t.replace('+', " ")
                .replace("%2B", "+")
                .replace("%2F", "/")
                .replace("%3D", "=")
                .replace("%7C", "|")
        };
        let answer = match (r.method.as_str(), path) {
            ("POST", "/login") => {
                if !plain(&r.body).contains(&format!("csrf={}", s.csrf)) {
                    return self.refuse(r, "csrf");
                }
                if r.header("x-nonce") != s.nonce {
                    return self.refuse(r, "nonce");
                }
                s.token = format!("{}.{}", self.hex(), self.hex());
                s.user = format!("u-{}", self.number(10_000));
                s.secret = self.hex();
                json(
                    200,
                    format!(
                        "{{\"accessToken\":\"{}\",\"user\":{{\"id\":\"{}\",\"state\":\"active\",\"since\":\"2024-05-01\"}},\"version\":\"build-2.4.1\",\
                     \"created\":1700000000,\"pageSize\":250,\"mood\":\"{}\",\"clientSecret\":\"{}\"}}",
                        s.token, s.user, s.mood, s.secret
                    ),
                )
            }
            ("GET", "/api/orders") if bearer => {
                if let Some((_, cursor)) = r.path.split_once("cursor=")
                    && !s.cursors.contains(cursor)
                {
                    return self.refuse(r, "cursor");
                }
                let next = self.hex();
                s.cursors.insert(next.clone());
                json(
                    200,
                    format!(
                        "{{\"items\":[{{\"sku\":\"green-tea-500\",\"state\":\"active\"}}],\"next\":\"{next}\",\"mood\":\"{}\"}}",
                        s.mood
                    ),
                )
            }
            ("GET", p) if bearer && p.starts_with("/api/users/") => {
                if p != format!("/api/users/{}/mood", s.user) || r.header("x-xsrf-token") != s.xsrf {
                    return self.refuse(r, "user or xsrf");
                }
                json(
                    200,
                    format!("{{\"ticket\":\"{}\"}}", {
                        s.ticket = self.hex();
                        &s.ticket
                    }),
                )
            }
            ("POST", "/api/orders") if bearer => {
                s.order = self.number(10_000);
                s.etag = format!("\"{}\"", self.hex());
                let mut a = json(201, format!("{{\"order\":{{\"id\":{},\"quantity\":250}}}}", s.order));
                a.headers.push(("ETag".to_owned(), s.etag.clone()));
                a
            }
            ("PUT", p) if bearer => {
                let id = format!("\"orderId\":{}", s.order);
                if p != format!("/api/orders/{}", s.order)
                    || r.header("if-match") != s.etag
                    || !r.body.contains(&id)
                {
                    return self.refuse(r, "order or etag");
                }
                json(200, "{}".to_owned())
            }
            ("POST", "/upload") => {
                if !r.body.contains(&format!("\r\n\r\n{}\r\n", s.ticket)) {
                    return self.refuse(r, "ticket");
                }
                s.account = (2 + self.random() % 80).to_string();
                Answer {
                    status: 303,
                    headers: vec![("Location".to_owned(), format!("/account/{}/view", s.account))],
                    body: String::new(),
                }
            }
            ("GET", p) if p.starts_with("/account/") => {
                if !p.starts_with(&format!("/account/{}/", s.account)) {
                    return self.refuse(r, "account");
                }
                s.edit = self.hex();
                html(format!(
                    "<p>of 250</p><form action=x><input name='edit' value=\"{}\"></form><form action=y><input name=edit value=other></form>",
                    s.edit
                ))
            }
            ("POST", p) if p.starts_with("/account/") => {
                if p != format!("/account/{}/edit", s.account) || !r.body.contains(&s.edit) {
                    return self.refuse(r, "account or edit");
                }
                html("<p>done</p>".to_owned())
            }
            ("POST", "/api/mood") => {
                // a Basic header that the client made of a name and what the server gave
                use base64_text as b64;
                if r.header("authorization") != format!("Basic {}", b64(&format!("shop:{}", s.secret))) {
                    return self.refuse(r, "basic");
                }
                self.finished += 1;
                json(200, "{}".to_owned())
            }
            _ => return self.refuse(r, "not allowed"),
        };
        self.sessions.insert(sid.to_owned(), s);
        answer
    }
}

/// RFC 4648 section 4.
pub fn base64_text(text: &str) -> String {
    base64_bytes(text.as_bytes())
}

pub fn base64_bytes(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    bytes
        .chunks(3)
        .map(|c| {
            let n = c.iter().fold(0u32, |n, b| n << 8 | u32::from(*b)) << (8 * (3 - c.len()));
            (0..4)
                .map(|i| if i <= c.len() { LETTERS[(n >> (18 - 6 * i) & 63) as usize] as char } else { '=' })
                .collect::<String>()
        })
        .collect()
}
