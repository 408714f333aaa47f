use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// A request as it came in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Came {
    pub method: String,
    /// Path and query as on the wire.
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Came {
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .iter()
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, v)| v.as_str())
            .unwrap_or_default()
    }

    /// `GET /pets?limit=1`
    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.target)
    }
}

/// What to send back: status, more headers (`Location: /x`), body.
pub type Reply = (u16, &'static str, String);

/// A server on loopback that answers by a function and remembers what it was asked. It ends with the test's process.
pub struct Loopback {
    pub address: String,
    log: Arc<Mutex<Vec<Came>>>,
}

impl Loopback {
    pub fn start(answer: impl Fn(&Came) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let log = Arc::new(Mutex::new(Vec::new()));
        let (shared, answer) = (Arc::clone(&log), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (log, answer) = (Arc::clone(&shared), Arc::clone(&answer));
                std::thread::spawn(move || connection(stream, &log, &*answer));
            }
        });
        Self { address, log }
    }

    pub fn came(&self) -> Vec<Came> {
        self.log.lock().expect("the log").clone()
    }

    pub fn lines(&self) -> Vec<String> {
        self.came().iter().map(Came::line).collect()
    }
}

fn connection(stream: TcpStream, log: &Mutex<Vec<Came>>, answer: &dyn Fn(&Came) -> Reply) {
    let mut writer = stream.try_clone().expect("a second handle");
    let mut reader = BufReader::new(stream);
    while let Some(came) = request(&mut reader) {
        let (status, more, body) = answer(&came);
        log.lock().expect("the log").push(came);
        let more = if more.is_empty() { String::new() } else { format!("{more}\r\n") };
        let head = format!(
            "HTTP/1.1 {status} X\r\n{more}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        if writer.write_all(head.as_bytes()).and_then(|()| writer.write_all(body.as_bytes())).is_err() {
            return;
        }
    }
}

fn request(reader: &mut BufReader<TcpStream>) -> Option<Came> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|n| *n > 0)?;
    let mut words = line.split_whitespace();
    let mut came =
        Came { method: words.next()?.to_owned(), target: words.next()?.to_owned(), ..Came::default() };
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        came.headers.push((name.to_owned(), value.trim().to_owned()));
    }
    let length = came.header("content-length").parse().unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    came.body = String::from_utf8_lossy(&body).into_owned();
    Some(came)
}
