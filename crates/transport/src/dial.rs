//! From an address to an open connection: name, source address, TCP, proxy tunnel, TLS.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use crate::failure::{Broken, Side};
use crate::wire::{Counted, Meter, Stream};
use crate::{Network, NetworkError, TlsInfo, Url};

/// k6's dialer gives up after this long.
const DIAL_TIMEOUT: Duration = Duration::from_secs(30);

/// A connection that was just opened.
#[derive(Debug)]
pub(crate) struct Dialed {
    pub stream: Stream,
    pub local: SocketAddr,
    pub remote: SocketAddr,
    pub tls: Option<TlsInfo>,
    pub h2: bool,
    pub connecting: Duration,
    pub tls_handshaking: Duration,
}

/// How to open a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dial<'a> {
    pub network: &'a Network,
    pub meter: &'a Rc<Meter>,
    pub source: Option<IpAddr>,
    /// Never negotiate HTTP/2 (WebSockets).
    pub http1: bool,
}

impl Dial<'_> {
    /// Opens a connection to the host of `url`, or to the proxy that serves it.
    pub(crate) async fn open(&self, url: &Url) -> Result<Dialed, Broken> {
        let settings = &self.network.settings;
        let proxy = self.network.proxy_for(url).and_then(|p| p.url());
        let (host, port) = match &proxy {
            Some(proxy) => (proxy.host(), proxy.port_or_default()),
            None => (url.host(), url.port_or_default()),
        };
        if host.is_empty() {
            return Err(Broken::generic("http: no Host in request URL"));
        }
        let address = self.network.resolver.address(settings, host, port).await?;
        let began = Instant::now();
        let tcp = self.connect(address).await?;
        let connecting = began.elapsed();
        let _ = tcp.set_nodelay(true);
        let local = tcp.local_addr().unwrap_or(address);
        let mut stream = Stream::Plain(Counted::new(tcp, Rc::clone(self.meter)));
        if let Some(proxy) = &proxy
            && url.is_tls()
        {
            tunnel(&mut stream, proxy, url, local, address).await?;
        }
        let mut dialed = Dialed {
            stream,
            local,
            remote: address,
            tls: None,
            h2: false,
            connecting,
            tls_handshaking: Duration::ZERO,
        };
        if url.is_tls() {
            dialed = self.handshake(dialed, url).await?;
        }
        Ok(dialed)
    }

    async fn connect(&self, address: SocketAddr) -> Result<TcpStream, Broken> {
        let attempt = async {
            let Some(source) = self.source else {
                return TcpStream::connect(address).await;
            };
            let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
            socket.bind(SocketAddr::new(source, 0))?;
            socket.connect(address).await
        };
        match tokio::time::timeout(DIAL_TIMEOUT, attempt).await {
            Ok(connected) => connected.map_err(|e| Broken::dial(&e, address)),
            Err(_) => Err(Broken::dial(&io::ErrorKind::TimedOut.into(), address)),
        }
    }

    async fn handshake(&self, dialed: Dialed, url: &Url) -> Result<Dialed, Broken> {
        let Stream::Plain(counted) = dialed.stream else {
            return Ok(dialed);
        };
        let name = ServerName::try_from(url.host().to_owned())
            .map_err(|_| Broken::generic(format!("tls: invalid server name {}", url.host())))?;
        let config = self.network.tls.config(url.host(), self.http1);
        let began = Instant::now();
        let connected = tokio_rustls::TlsConnector::from(config).connect(name, counted).into_fallible().await;
        let stream = connected.map_err(|(e, counted)| match e.kind() {
            _ if counted.speaks_http() => Broken::generic("http: server gave HTTP response to HTTPS client"),
            io::ErrorKind::UnexpectedEof => Broken::generic("EOF"),
            _ => Broken::io(&e, Side::Read, dialed.local, dialed.remote),
        })?;
        let connection = stream.get_ref().1;
        let tls = crate::tls::info(connection);
        let h2 = connection.alpn_protocol() == Some(b"h2");
        Ok(Dialed {
            stream: Stream::Tls(Box::new(stream)),
            tls,
            h2,
            tls_handshaking: began.elapsed(),
            ..dialed
        })
    }
}

/// Asks a proxy for a tunnel to the host of `url`.
async fn tunnel(
    stream: &mut Stream,
    proxy: &Url,
    url: &Url,
    local: SocketAddr,
    remote: SocketAddr,
) -> Result<(), Broken> {
    let (host, port) = (url.host(), url.port_or_default());
    let target = if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") };
    let mut head =
        format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\nUser-Agent: Go-http-client/1.1\r\n");
    if let Some(basic) = proxy.basic_authorization() {
        head.push_str(&format!("Proxy-Authorization: {basic}\r\n"));
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes()).await.map_err(|e| Broken::io(&e, Side::Write, local, remote))?;
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        if answer.len() > 64 * 1024 {
            return Err(Broken::generic("proxy answered with too large a head"));
        }
        let byte = stream.read_u8().await.map_err(|_| Broken::unexpected_eof())?;
        answer.push(byte);
    }
    let line = String::from_utf8_lossy(&answer);
    let mut words = line.lines().next().unwrap_or("").splitn(3, ' ').skip(1);
    match (words.next(), words.next()) {
        (Some("200"), _) => Ok(()),
        (_, reason) => Err(Broken::generic(reason.unwrap_or("unknown status code"))),
    }
}

impl Network {
    /// The proxy for an address, by the rules of Go's `ProxyFromEnvironment`.
    pub(crate) fn proxy_for(&self, url: &Url) -> Option<Arc<ProxyUrl>> {
        let proxies = &self.proxies;
        let proxy = if url.is_tls() { proxies.https.as_ref() } else { proxies.http.as_ref() }?;
        let host = url.host();
        let loopback = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
        if loopback || proxies.excluded(host, url.port_or_default()) {
            return None;
        }
        Some(Arc::clone(proxy))
    }
}

/// The proxies of a run, parsed.
#[derive(Debug, Default)]
pub(crate) struct ProxyTable {
    pub http: Option<Arc<ProxyUrl>>,
    pub https: Option<Arc<ProxyUrl>>,
    except: Vec<String>,
}

/// An address that may be shared between threads.
#[derive(Debug)]
pub(crate) struct ProxyUrl {
    text: String,
}

impl ProxyUrl {
    fn parse(text: &str) -> Result<Arc<Self>, NetworkError> {
        let text = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
        Url::parse(&text).map_err(|e| NetworkError(format!("invalid proxy address {text:?}: {e}")))?;
        Ok(Arc::new(Self { text }))
    }

    /// Cannot fail: the text was parsed before.
    pub(crate) fn url(&self) -> Option<Url> {
        Url::parse(&self.text).ok()
    }
}

impl ProxyTable {
    pub(crate) fn new(proxies: &crate::Proxies) -> Result<Self, NetworkError> {
        let parse = |text: &Option<String>| {
            text.as_deref().filter(|t| !t.is_empty()).map(ProxyUrl::parse).transpose()
        };
        let except =
            proxies.no_proxy.as_deref().unwrap_or("").split(',').map(|s| s.trim().to_ascii_lowercase());
        Ok(Self {
            http: parse(&proxies.http)?,
            https: parse(&proxies.https)?,
            except: except.filter(|s| !s.is_empty()).collect(),
        })
    }

    fn excluded(&self, host: &str, port: u16) -> bool {
        let host = host.to_ascii_lowercase();
        self.except.iter().any(|rule| {
            let (name, wanted) = match rule.rsplit_once(':') {
                Some((name, digits)) if digits.parse::<u16>().is_ok() => (name, digits.parse::<u16>().ok()),
                _ => (rule.as_str(), None),
            };
            if wanted.is_some_and(|p| p != port) {
                return false;
            }
            let bare = name.trim_start_matches("*.").trim_start_matches('.');
            name == "*" || host == bare || host.ends_with(&format!(".{bare}"))
        })
    }
}

/// Reads `1.2.3.4,1.2.3.4-1.2.3.9,10.0.0.0/24`; a network leaves out its first and last address.
pub(crate) fn local_ips(text: &str) -> Result<Vec<IpRange>, NetworkError> {
    let bad =
        |part: &str| NetworkError(format!("invalid local IP {part:?}: use an address, a range or a network"));
    let mut out = Vec::new();
    for part in text.split(',').map(str::trim).filter(|p| !p.is_empty()) {
        let number = |t: &str| t.trim().parse::<IpAddr>().map(to_number).map_err(|_| bad(part));
        let v4 = part.split(['-', '/']).next().is_some_and(|t| t.trim().parse::<Ipv4Addr>().is_ok());
        let (first, last) = if let Some((from, to)) = part.split_once('-') {
            (number(from)?, number(to)?)
        } else if let Some((network, prefix)) = part.split_once('/') {
            let width: u32 = if v4 { 32 } else { 128 };
            let prefix: u32 = prefix.parse().ok().filter(|p| *p <= width).ok_or_else(|| bad(part))?;
            let size = if width - prefix >= 127 { u128::MAX >> 1 } else { 1u128 << (width - prefix) };
            let start = number(network)? & !(size - 1);
            if size > 2 { (start + 1, start + size - 2) } else { (start, start + size - 1) }
        } else {
            (number(part)?, number(part)?)
        };
        if last < first {
            return Err(bad(part));
        }
        out.push(IpRange { v4, first, count: last - first + 1 });
    }
    Ok(out)
}

/// Consecutive addresses.
#[derive(Clone, Copy, Debug)]
pub(crate) struct IpRange {
    v4: bool,
    first: u128,
    count: u128,
}

fn to_number(ip: IpAddr) -> u128 {
    match ip {
        IpAddr::V4(ip) => u128::from(u32::from(ip)),
        IpAddr::V6(ip) => u128::from(ip),
    }
}

/// The `index`-th address over all ranges, from the start again after the last.
pub(crate) fn pick_ip(ranges: &[IpRange], index: usize) -> Option<IpAddr> {
    let total = ranges.iter().fold(0u128, |sum, r| sum.saturating_add(r.count));
    let mut left = (index as u128).checked_rem(total)?;
    for range in ranges {
        if left < range.count {
            let number = range.first + left;
            return Some(if range.v4 {
                Ipv4Addr::from(number as u32).into()
            } else {
                Ipv6Addr::from(number).into()
            });
        }
        left -= range.count;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_addresses_go_round() {
        let ranges = local_ips("10.0.0.1,10.0.0.5-10.0.0.6,192.168.1.0/30").unwrap();
        let all: Vec<String> = (0..6).filter_map(|i| pick_ip(&ranges, i)).map(|ip| ip.to_string()).collect();
        assert_eq!(all, ["10.0.0.1", "10.0.0.5", "10.0.0.6", "192.168.1.1", "192.168.1.2", "10.0.0.1"]);
        assert!(local_ips("10.0.0.x").is_err());
    }

    #[test]
    fn proxies_are_left_out_as_go_does() {
        let table = ProxyTable::new(&crate::Proxies {
            http: Some("proxy:3128".to_owned()),
            https: None,
            no_proxy: Some(".internal,example.com:81".to_owned()),
        })
        .unwrap();
        assert!(table.excluded("a.internal", 80));
        assert!(table.excluded("example.com", 81));
        assert!(!table.excluded("example.com", 80));
        assert!(!table.excluded("internal.org", 80));
    }
}
