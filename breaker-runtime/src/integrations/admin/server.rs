//! A server on a separate thread.

use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::thread::JoinHandle;
use std::time::Duration;
use std::{fmt, io, thread};

use axum::Router;
use axum::extract::connect_info::IntoMakeServiceWithConnectInfo;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::admin::Admin;
use super::audit;

/// How long requests in flight may take after the server was stopped.
const GRACE: Duration = Duration::from_secs(1);

/// A server that [`Admin::serve`] has started. Dropping it stops it.
#[must_use = "the server stops when it is dropped"]
pub struct AdminServer {
    local_addr: SocketAddr,
    admin: Admin,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Admin {
    /// Serves the routes at the root of an address, such as `127.0.0.1:9090`, on a separate thread with a separate
    /// runtime.
    ///
    /// So they also answer while the runtime of the program is stuck. Port 0 chooses a free port. The server stops when
    /// the returned value is dropped: streams of events end, and requests in flight get one second.
    ///
    /// # Errors
    ///
    /// The errors of binding the address and of starting the thread.
    ///
    /// # Examples
    ///
    /// ```
    /// use breaker_runtime::Registry;
    /// use breaker_runtime::admin::{Access, Admin};
    ///
    /// let admin = Admin::new(Registry::global(), Access::open_reading());
    /// let server = admin.serve("127.0.0.1:0")?;
    /// println!("http://{}/breakers?format=text", server.local_addr());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn serve(&self, addr: impl ToSocketAddrs) -> io::Result<AdminServer> {
        let listener = TcpListener::bind(addr)?;
        listener.set_nonblocking(true)?;
        let local_addr = listener.local_addr()?;
        // Its streams end with it, and with no other server.
        let admin = self.with_own_streams();
        let routes = admin.at("").into_make_service_with_connect_info();
        if admin.has_open_reading() && !local_addr.ip().is_loopback() {
            audit::open_to_others(local_addr);
        }
        let (stop, stopped) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .build()?;
        let thread = thread::Builder::new()
            .name("breaker-server".to_owned())
            .spawn(move || {
                runtime.block_on(run(listener, routes, stopped));
                // Without a wait for work that blocks.
                runtime.shutdown_background();
            })?;
        Ok(AdminServer {
            local_addr,
            admin,
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

async fn run(
    listener: TcpListener,
    routes: IntoMakeServiceWithConnectInfo<Router, SocketAddr>,
    stopped: oneshot::Receiver<()>,
) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else {
        return;
    };
    let (ending, ended) = oneshot::channel::<()>();
    let server = axum::serve(listener, routes).with_graceful_shutdown(async move {
        // An error means that nobody can stop the server any more, which stops it too.
        let _ = stopped.await;
        drop(ending);
    });
    let server = tokio::spawn(server.into_future());
    let _ = ended.await;
    let _ = timeout(GRACE, server).await;
}

impl AdminServer {
    /// Returns the address on which the server listens.
    pub fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }
}

impl Drop for AdminServer {
    fn drop(&mut self) {
        self.admin.end_streams();
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for AdminServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AdminServer")
            .field("local_addr", &self.local_addr)
            .finish_non_exhaustive()
    }
}
