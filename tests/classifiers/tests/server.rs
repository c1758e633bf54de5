//! Servers on a loopback port that say what a test has scripted.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Answers every connection with the same bytes after the first request, and closes it.
pub(crate) async fn answering(bytes: impl Into<Vec<u8>>) -> SocketAddr {
    let bytes: Arc<[u8]> = bytes.into().into();
    serving(move |mut connection| {
        let bytes = Arc::clone(&bytes);
        async move {
            let mut request = [0; 16 * 1024];
            let _ = connection.read(&mut request).await;
            let _ = connection.write_all(&bytes).await;
            let _ = connection.shutdown().await;
        }
    })
    .await
}

/// Accepts connections, reads, and never answers.
pub(crate) async fn hanging() -> SocketAddr {
    serving(|connection| async move {
        let _open = connection;
        std::future::pending::<()>().await;
    })
    .await
}

/// Serves each connection by a function.
pub(crate) async fn serving<F, W>(serve: F) -> SocketAddr
where
    F: Fn(TcpStream) -> W + Send + 'static,
    W: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind(("127.0.0.1", 0))
        .await
        .expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            tokio::spawn(serve(connection));
        }
    });
    address
}

/// Returns an address at which nobody listens.
pub(crate) async fn nobody() -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0))
        .await
        .expect("a free port");
    listener.local_addr().expect("it is bound")
}

/// An HTTP response with some more headers.
pub(crate) fn http(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}\r\n{body}"
    )
}
