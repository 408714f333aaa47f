use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::{Answer, Asked, Mock};

/// Bodies beyond this are refused: a mock is no place to upload to.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// A mock that is listening on a thread of its own. It stops when dropped.
pub struct Server {
    pub address: SocketAddr,
    served: Arc<AtomicU64>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, thiserror::Error)]
#[error("failed to listen on {address}: {source}")]
pub struct ServeError {
    address: SocketAddr,
    source: std::io::Error,
}

/// Told of every request and its answer, on the thread that answers.
pub type Watch = Arc<dyn Fn(&Asked, &Answer) + Send + Sync>;

/// Starts answering. Loopback unless the caller names another address.
pub fn serve(mock: Mock, address: SocketAddr) -> Result<Server, ServeError> {
    serve_watched(mock, address, Arc::new(|_, _| {}))
}

/// The same, with somebody who watches.
pub fn serve_watched(mock: Mock, address: SocketAddr, watch: Watch) -> Result<Server, ServeError> {
    let fail = |source| ServeError { address, source };
    let listener = std::net::TcpListener::bind(address).map_err(fail)?;
    listener.set_nonblocking(true).map_err(fail)?;
    let bound = listener.local_addr().map_err(fail)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(fail)?;
    let (stop, stopped) = oneshot::channel();
    let served = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&served);
    let thread = std::thread::Builder::new()
        .name("mock".to_owned())
        .spawn(move || {
            runtime.block_on(async move {
                tokio::select! {
                    () = accept(listener, Arc::new(mock), counter, watch) => {}
                    _ = stopped => {}
                }
            });
        })
        .map_err(fail)?;
    Ok(Server { address: bound, served, stop: Some(stop), thread: Some(thread) })
}

impl Server {
    /// Requests answered so far.
    pub fn served(&self) -> u64 {
        self.served.load(Ordering::Relaxed)
    }

    /// Blocks until the process is told to end.
    pub fn wait(mut self) {
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn accept(listener: std::net::TcpListener, mock: Arc<Mock>, served: Arc<AtomicU64>, watch: Watch) {
    let Ok(listener) = TcpListener::from_std(listener) else { return };
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // out of file descriptors: let connections end first
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            continue;
        };
        let _ = stream.set_nodelay(true);
        let (mock, served, watch) = (Arc::clone(&mock), Arc::clone(&served), Arc::clone(&watch));
        tokio::spawn(async move {
            let service = service_fn(move |request| {
                let (mock, served, watch) = (Arc::clone(&mock), Arc::clone(&served), Arc::clone(&watch));
                async move {
                    served.fetch_add(1, Ordering::Relaxed);
                    Ok::<_, Infallible>(respond(&mock, request, &watch).await)
                }
            });
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

async fn respond(
    mock: &Mock,
    request: hyper::Request<hyper::body::Incoming>,
    watch: &Watch,
) -> hyper::Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    let Ok(body) = Limited::new(body, MOST_BYTES).collect().await else {
        return built(Answer::refusal(413, "the body is too large", &[]));
    };
    let asked = Asked {
        method: head.method.as_str().to_owned(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().map(str::to_owned),
        headers: head
            .headers
            .iter()
            .map(|(n, v)| (n.as_str().to_owned(), String::from_utf8_lossy(v.as_bytes()).into_owned()))
            .collect(),
        body: body.to_bytes().to_vec(),
    };
    let answer = mock.answer(&asked);
    watch(&asked, &answer);
    built(answer)
}

fn built(answer: Answer) -> hyper::Response<Full<Bytes>> {
    let mut builder = hyper::Response::builder().status(answer.status);
    for (name, value) in &answer.headers {
        // a header that a recording mangled is left out rather than the whole answer
        if let (Ok(name), Ok(value)) = (
            hyper::header::HeaderName::from_bytes(name.as_bytes()),
            hyper::header::HeaderValue::from_bytes(value.as_bytes()),
        ) {
            builder = builder.header(name, value);
        }
    }
    let empty = matches!(answer.status, 100..=199 | 204 | 304);
    let body = if empty { Bytes::new() } else { Bytes::from(answer.body) };
    builder.body(Full::new(body)).unwrap_or_else(|_| {
        let mut plain = hyper::Response::new(Full::new(Bytes::new()));
        *plain.status_mut() = hyper::StatusCode::INTERNAL_SERVER_ERROR;
        plain
    })
}
