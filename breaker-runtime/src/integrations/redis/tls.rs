//! Encrypted connections.

use std::fmt::{self, Formatter};
use std::io;
use std::sync::{Arc, OnceLock};

use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore};

use super::failure::Failure;
use super::option_error::RedisOptionError;

/// Whom to trust, and how to show who this program is.
#[derive(Default)]
pub(super) struct Tls {
    authorities: Vec<CertificateDer<'static>>,
    own: Option<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)>,
    config: OnceLock<Arc<ClientConfig>>,
}

impl Clone for Tls {
    fn clone(&self) -> Self {
        let own = self.own.as_ref();
        Self {
            authorities: self.authorities.clone(),
            own: own.map(|(chain, key)| (chain.clone(), key.clone_key())),
            config: OnceLock::new(),
        }
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").finish_non_exhaustive()
    }
}

impl Tls {
    /// Trusts these authorities, and no longer those of the system.
    pub(super) fn trust(&mut self, pem: &[u8]) -> Result<(), RedisOptionError> {
        self.authorities = certificates("the certificate of the authority", pem)?;
        self.config = OnceLock::new();
        Ok(())
    }

    /// Shows this certificate to the server.
    pub(super) fn show(&mut self, chain: &[u8], key: &[u8]) -> Result<(), RedisOptionError> {
        let chain = certificates("the certificate of the client", chain)?;
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|error| {
            let why = error.to_string();
            let what = "the key of the client";
            RedisOptionError::Certificate { what, why }
        })?;
        self.own = Some((chain, key));
        self.config = OnceLock::new();
        // A key that does not belong to its certificate is found now, not at the first connection.
        self.build(RootCertStore::empty())
            .map_err(|error| RedisOptionError::Certificate {
                what: "the certificate and the key of the client",
                why: error.to_string(),
            })?;
        Ok(())
    }

    fn build(&self, roots: RootCertStore) -> Result<ClientConfig, rustls::Error> {
        let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots);
        match &self.own {
            Some((chain, key)) => config.with_client_auth_cert(chain.clone(), key.clone_key()),
            None => Ok(config.with_no_client_auth()),
        }
    }

    /// Reads the authorities of the system if there are no others, which reads files.
    fn config(&self) -> Result<Arc<ClientConfig>, rustls::Error> {
        if let Some(config) = self.config.get() {
            return Ok(Arc::clone(config));
        }
        let mut roots = RootCertStore::empty();
        if self.authorities.is_empty() {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        } else {
            roots.add_parsable_certificates(self.authorities.iter().cloned());
        }
        let config = Arc::new(self.build(roots)?);
        Ok(Arc::clone(self.config.get_or_init(|| config)))
    }

    pub(super) async fn connect(
        self: Arc<Self>,
        place: &str,
        host: &str,
        stream: TcpStream,
    ) -> Result<TlsStream<TcpStream>, Failure> {
        let config = tokio::task::spawn_blocking(move || self.config()).await;
        let config = match config {
            Ok(Ok(config)) => config,
            Ok(Err(error)) => return Err(Failure::refused(format!("{place}: TLS: {error}"))),
            Err(error) => return Err(Failure::of_io(place, &io::Error::other(error))),
        };
        let name = ServerName::try_from(host.to_owned())
            .map_err(|error| Failure::refused(format!("{place}: {error}")))?;
        let connected = TlsConnector::from(config).connect(name, stream).await;
        connected.map_err(|error| read_error(place, &error))
    }
}

/// A connection that is refused for its certificate is not tried again soon.
pub(super) fn read_error(place: &str, error: &io::Error) -> Failure {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
    match inner {
        Some(rustls::Error::InvalidCertificate(why)) => Failure::refused(format!(
            "{place}: the certificate of the server is not trusted: {why}"
        )),
        Some(rustls::Error::AlertReceived(alert)) => Failure::refused(format!(
            "{place}: the server ends the encrypted connection: {alert:?}; it may want a certificate of this program"
        )),
        Some(rustls::Error::InvalidMessage(_)) => {
            Failure::refused(format!("{place}: the server does not speak TLS"))
        }
        _ => Failure::of_io(place, error),
    }
}

fn certificates(
    what: &'static str,
    pem: &[u8],
) -> Result<Vec<CertificateDer<'static>>, RedisOptionError> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let why = match read {
        Ok(read) if !read.is_empty() => return Ok(read),
        Ok(_) => "there is no certificate in it".to_owned(),
        Err(error) => error.to_string(),
    };
    Err(RedisOptionError::Certificate { what, why })
}
