//! Encrypted connections, with certificates made by openssl.

use std::path::{Path, PathBuf};
use std::process::Command;

use breaker_runtime::redis::{RedisOptionError, RedisStore};

use crate::server::{Server, folder, free_port};
use crate::voice::{Voice, away, refused};

struct Certificates(PathBuf);

impl Certificates {
    /// Makes an authority, and a certificate for the server and one for a client, signed by it.
    fn make() -> Option<Self> {
        let made = Self(folder("tls"));
        let script = "
            set -e
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=authority \
                -keyout ca.key -out ca.pem
            for name in server client; do
                openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=$name \
                    -keyout $name.key -out $name.csr
                printf 'subjectAltName=IP:127.0.0.1,DNS:localhost\\nbasicConstraints=CA:FALSE\\n' >ext
                openssl x509 -req -days 2 -in $name.csr -CA ca.pem -CAkey ca.key -CAcreateserial -extfile ext \
                    -out $name.pem
            done
        ";
        let output = Command::new("sh")
            .args(["-c", script])
            .current_dir(&made.0)
            .output();
        match output {
            Ok(output) if output.status.success() => Some(made),
            other => {
                let on_ci = std::env::var("CI").is_ok_and(|value| value == "true");
                assert!(!on_ci, "openssl makes no certificates: {other:?}");
                eprintln!("NOT TESTED: openssl makes no certificates");
                None
            }
        }
    }

    fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.0.join(name)).unwrap()
    }

    /// Starts a server that speaks TLS, and returns its URL.
    fn server(&self, clients: &str) -> Option<(Server, String)> {
        if std::env::var_os("SERVER_HAS_NO_TLS").is_some() {
            return None;
        }
        let port = free_port().to_string();
        let path = |name: &str| self.0.join(name).display().to_string();
        let server = Server::start_with(&[
            "--save",
            "",
            "--tls-port",
            &port,
            "--tls-cert-file",
            &path("server.pem"),
            "--tls-key-file",
            &path("server.key"),
            "--tls-ca-cert-file",
            &path("ca.pem"),
            "--tls-auth-clients",
            clients,
        ])?;
        Some((server, format!("rediss://127.0.0.1:{port}")))
    }
}

impl Drop for Certificates {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(Path::new(&self.0));
    }
}

#[tokio::test]
async fn s37_a_trusted_server_is_used_and_another_is_refused() {
    let (Some(own), Some(other)) = (Certificates::make(), Certificates::make()) else {
        return;
    };
    let Some((server, url)) = own.server("no") else {
        return;
    };
    let store = RedisStore::open(&url)
        .unwrap()
        .authority(own.read("ca.pem"))
        .unwrap();
    Voice::new(store, "a#1").beat().await;

    let store = RedisStore::open(&url)
        .unwrap()
        .authority(other.read("ca.pem"))
        .unwrap();
    let why = refused(Voice::new(store, "a#1").say(vec![]).await);
    assert!(
        why.contains("certificate of the server is not trusted"),
        "{why}"
    );
    let why = refused(Voice::at(&url, "a#1").say(vec![]).await);
    assert!(
        why.contains("certificate of the server is not trusted"),
        "{why}"
    );
    // A port without TLS.
    let plain = server.url().replace("redis://", "rediss://");
    let error = Voice::at(&plain, "a#1").say(vec![]).await.unwrap_err();
    assert!(error.to_string().contains("127.0.0.1"), "{error}");
    // TLS on a port where none is expected.
    away(
        Voice::at(&url.replace("rediss://", "redis://"), "a#1")
            .say(vec![])
            .await,
    );
}

#[tokio::test]
async fn s37_a_server_may_want_a_certificate_of_the_client() {
    let Some(own) = Certificates::make() else {
        return;
    };
    let Some((_server, url)) = own.server("yes") else {
        return;
    };
    let open = || {
        RedisStore::open(&url)
            .unwrap()
            .authority(own.read("ca.pem"))
            .unwrap()
    };
    let store = open()
        .client_certificate(own.read("client.pem"), own.read("client.key"))
        .unwrap();
    Voice::new(store, "a#1").beat().await;
    let why = Voice::new(open(), "a#1")
        .say(vec![])
        .await
        .unwrap_err()
        .to_string();
    assert!(why.contains("certificate of this program"), "{why}");
}

#[test]
fn certificates_and_keys_that_are_none_are_errors_at_once() {
    let open = || RedisStore::open("rediss://localhost").unwrap();
    for garbage in [
        "",
        "x",
        "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n",
    ] {
        let error = open().authority(garbage).unwrap_err();
        assert!(
            matches!(error, RedisOptionError::Certificate { .. }),
            "{error}"
        );
        open().client_certificate(garbage, garbage).unwrap_err();
    }
    let Some(own) = Certificates::make() else {
        return;
    };
    let mismatch = open().client_certificate(own.read("client.pem"), own.read("server.key"));
    assert!(
        matches!(mismatch, Err(RedisOptionError::Certificate { .. })),
        "{mismatch:?}"
    );
}
