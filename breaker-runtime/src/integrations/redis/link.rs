//! One connection to one server, for commands and for what the server pushes.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ::redis::aio::{MultiplexedConnection, SendError};
use ::redis::{
    AsyncConnectionConfig, Cmd, ProtocolVersion, PushInfo, PushKind, RedisConnectionInfo, Value,
};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::broadcast;
use tokio::task::AbortHandle;

use super::failure::{Failure, Then};
use super::place::{Login, Place};

/// How long a connection, and each command, may take.
pub(super) const LIMIT: Duration = Duration::from_secs(1);

/// A stream of bytes, encrypted or not.
trait Bytes: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Bytes for T {}

/// What arrives without having been asked for.
#[derive(Clone, Debug)]
pub(super) enum Pushed {
    /// A message on the channel.
    Message(Arc<[u8]>),
    /// The connection with this number ended.
    Gone(u64),
}

/// How to connect.
#[derive(Debug)]
pub(super) struct Dialer {
    #[cfg(feature = "redis-tls")]
    pub(super) tls: Arc<super::tls::Tls>,
    pub(super) pushed: broadcast::Sender<Pushed>,
}

/// A connection. It ends when it is dropped.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) place: Place,
    /// Why the server cannot push, if it cannot.
    pub(super) silent: Option<String>,
    /// Distinguishes connections.
    pub(super) number: u64,
    /// Whether the connection ended. Written by its driver.
    broken: Arc<AtomicBool>,
    connection: MultiplexedConnection,
    driver: AbortHandle,
}

impl Drop for Link {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

impl Link {
    pub(super) fn is_broken(&self) -> bool {
        self.broken.load(Ordering::Relaxed)
    }

    /// Ends the connection for all who use it.
    pub(super) fn end(&self) {
        self.broken.store(true, Ordering::Relaxed);
        self.driver.abort();
    }

    /// Sends a command and waits for the answer.
    pub(super) async fn ask(&self, command: &Cmd) -> Result<Value, Failure> {
        let place = self.place.to_string();
        let mut connection = self.connection.clone();
        let answer = connection.send_packed_command(command);
        let answer = match tokio::time::timeout(LIMIT, answer).await {
            Ok(answer) => answer.and_then(Value::extract_error),
            Err(_) => return Err(Failure::late(&place, LIMIT)),
        };
        answer.map_err(|error| Failure::of_redis(&place, &error))
    }
}

impl Dialer {
    /// Connects and logs in. The address is looked up anew.
    pub(super) async fn dial(
        &self,
        place: &Place,
        login: &Login,
        number: u64,
    ) -> Result<Link, Failure> {
        match self.dial_with(place, login, number, None).await {
            Err(failure) if failure.then == Then::Resp2 => {
                let why = Some(failure.error.to_string());
                self.dial_with(place, login, number, why).await
            }
            other => other,
        }
    }

    async fn dial_with(
        &self,
        place: &Place,
        login: &Login,
        number: u64,
        silent: Option<String>,
    ) -> Result<Link, Failure> {
        let stream = within(place, self.stream(place)).await?;
        let mut settings = RedisConnectionInfo::default()
            .set_skip_set_lib_name()
            .set_db(login.database)
            .set_protocol(ProtocolVersion::RESP2);
        if let Some(password) = &login.password {
            settings = settings.set_password(password);
            if let Some(user) = &login.user {
                settings = settings.set_username(user);
            }
        }
        let broken = Arc::new(AtomicBool::new(false));
        let mut config = AsyncConnectionConfig::new().set_response_timeout(None);
        if silent.is_none() {
            settings = settings.set_protocol(ProtocolVersion::RESP3);
            config = config.set_push_sender(self.receiver(&broken));
        }
        let login = async {
            let connection = MultiplexedConnection::new_with_config(&settings, stream, config);
            connection
                .await
                .map_err(|error| Self::login_failure(place, &error))
        };
        let (connection, driver) = within(place, login).await?;
        let ended = Arc::clone(&broken);
        let pushed = self.pushed.clone();
        let driver = tokio::spawn(async move {
            driver.await;
            ended.store(true, Ordering::Relaxed);
            let _ = pushed.send(Pushed::Gone(number));
        });
        Ok(Link {
            place: place.clone(),
            silent,
            number,
            broken,
            connection,
            driver: driver.abort_handle(),
        })
    }

    fn login_failure(place: &Place, error: &::redis::RedisError) -> Failure {
        let place = place.to_string();
        // A server that wants a certificate says so only after the handshake, with TLS 1.3.
        #[cfg(feature = "redis-tls")]
        if let Some(error) = super::failure::io_error(error) {
            return super::tls::read_error(&place, error);
        }
        let mut failure = Failure::of_redis(&place, error);
        // Whoever may not say HELLO can still log in by the older command.
        let text = failure.error.to_string();
        if text.contains("NOPERM") || text.contains("unknown command") {
            failure.then = Then::Resp2;
        }
        failure
    }

    fn receiver(
        &self,
        broken: &Arc<AtomicBool>,
    ) -> impl Fn(PushInfo) -> Result<(), SendError> + Send + Sync + 'static {
        let pushed = self.pushed.clone();
        let broken = Arc::clone(broken);
        move |push| {
            match (push.kind, push.data.into_iter().nth(1)) {
                (PushKind::Message, Some(Value::BulkString(message))) => {
                    // Nobody may be listening.
                    let _ = pushed.send(Pushed::Message(message.into()));
                }
                (PushKind::Disconnection, _) => broken.store(true, Ordering::Relaxed),
                _ => {}
            }
            Ok(())
        }
    }

    async fn stream(&self, place: &Place) -> Result<Box<dyn Bytes>, Failure> {
        let text = place.to_string();
        let failed = |error| Failure::of_io(&text, &error);
        match place {
            Place::Tcp { host, port, tls } => {
                let stream = TcpStream::connect((host.as_str(), *port));
                let stream = stream.await.map_err(failed)?;
                stream.set_nodelay(true).map_err(failed)?;
                #[cfg(feature = "redis-tls")]
                if *tls {
                    let tls = Arc::clone(&self.tls);
                    return Ok(Box::new(tls.connect(&text, host, stream).await?));
                }
                #[cfg(not(feature = "redis-tls"))]
                let _ = tls;
                Ok(Box::new(stream))
            }
            #[cfg(unix)]
            Place::Unix(path) => {
                let stream = tokio::net::UnixStream::connect(path).await;
                Ok(Box::new(stream.map_err(failed)?))
            }
            #[cfg(not(unix))]
            Place::Unix(_) => Err(Failure::refused("this system has no Unix sockets".into())),
        }
    }
}

async fn within<T>(
    place: &Place,
    future: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    let late = || {
        let text = format!("{place} did not answer within {} ms", LIMIT.as_millis());
        Failure::away(text, Then::Replace)
    };
    tokio::time::timeout(LIMIT, future)
        .await
        .unwrap_or_else(|_| Err(late()))
}
