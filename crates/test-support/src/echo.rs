use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

/// Starts a server on a free port of this machine and gives its address. Every answer is JSON with a few fixed values,
/// a header and a cookie, and `got` repeats the body that was sent. It runs until the process ends.
pub fn echo() -> std::io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?.to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || drop(answer(stream)));
        }
    });
    Ok(address)
}

/// One answer a connection.
fn answer(mut stream: TcpStream) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut length = 0;
    let mut head = false;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 || line == "\r\n" {
            break;
        }
        head |= line.starts_with("HEAD ");
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let got = String::from_utf8_lossy(&body).replace('\\', "\\\\").replace('"', "\\\"").replace('\r', "\\r");
    let got = got.replace('\n', "\\n");
    let body =
        format!("{{\"a\":1,\"s\":\"text\",\"o\":{{\"list\":[{{\"x\":1}},{{\"x\":2}}]}},\"got\":\"{got}\"}}");
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Foo: 1\r\nSet-Cookie: sid=abc; Path=/\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{}",
        body.len(),
        if head { "" } else { &body }
    )
}
