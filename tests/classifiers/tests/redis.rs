//! The table of `classifiers::redis`.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::thread;
use std::time::Duration;

use breaker_runtime::classifiers::redis::{cause, classify};
use breaker_runtime::{
    BreakerError, ClassifyError, Config, Outcome, Registry, circuit_breaker, classifiers,
};
use redis::{Client, Connection, ErrorKind, FromRedisValue, RedisError, RedisResult, cmd, pipe};

/// Answers each command with the next answers, the last one again and again; the handshake of the client is answered
/// with `+OK`.
fn scripted(answer: &'static str) -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.expect("a client");
            thread::spawn(move || {
                let mut request = [0; 16 * 1024];
                while let Ok(length @ 1..) = connection.read(&mut request) {
                    let said = String::from_utf8_lossy(&request[..length]).into_owned();
                    let handshakes = said.matches("\r\nCLIENT\r\n").count();
                    let answer = if handshakes > 0 {
                        "+OK\r\n".repeat(handshakes)
                    } else {
                        answer.to_owned()
                    };
                    if connection.write_all(answer.as_bytes()).is_err() || answer.is_empty() {
                        return;
                    }
                }
            });
        }
    });
    address
}

fn connect(address: SocketAddr) -> Connection {
    let client = Client::open(format!("redis://{address}/")).expect("an address");
    client.get_connection().expect("the server accepts")
}

fn asked<T: FromRedisValue>(answer: &'static str) -> RedisResult<T> {
    cmd("GET").arg("tea").query(&mut connect(scripted(answer)))
}

#[test]
fn an_ok_is_a_success() {
    let answer = asked::<String>("$3\r\ntea\r\n");
    assert_eq!(answer.as_deref(), Ok("tea"));
    assert_eq!(classify(&answer), Outcome::Success);
}

#[test]
fn an_error_about_the_command_is_an_answer() {
    for answer in [
        "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n",
        "-NOSCRIPT No matching script\r\n",
        "-NOPERM this user has no permissions\r\n",
        "-WRONGPASS invalid username-password pair\r\n",
        "-NOAUTH Authentication required\r\n",
        "-MOVED 3999 127.0.0.1:6381\r\n",
        "-ASK 3999 127.0.0.1:6381\r\n",
        "-CROSSSLOT Keys in request don't hash to the same slot\r\n",
        "-EXECABORT Transaction discarded\r\n",
        "-ERR unknown command\r\n",
        "-BUSYGROUP Consumer Group name already exists\r\n",
    ] {
        assert_eq!(
            classify(&asked::<String>(answer)),
            Outcome::Success,
            "{answer}"
        );
    }
}

#[test]
fn a_server_that_cannot_work_is_a_failure() {
    for answer in [
        "-LOADING Redis is loading the dataset in memory\r\n",
        "-BUSY Redis is busy running a script\r\n",
        "-OOM command not allowed when used memory > 'maxmemory'\r\n",
        "-MISCONF Redis is configured to save RDB snapshots\r\n",
        "-READONLY You can't write against a read only replica\r\n",
        "-NOREPLICAS Not enough good replicas to write\r\n",
        "-MASTERDOWN Link with MASTER is down\r\n",
        "-CLUSTERDOWN The cluster is down\r\n",
        "-TRYAGAIN Multiple keys request during rehashing of slot\r\n",
        "-UNKILLABLE Sorry the script already executed write commands\r\n",
        "-ERR max number of clients reached\r\n",
    ] {
        let answer = asked::<String>(answer);
        assert_eq!(classify(&answer), Outcome::Failure, "{answer:?}");
        assert!(!cause(&answer).is_empty());
    }
}

#[test]
fn a_value_of_another_type_is_an_answer() {
    let answer = asked::<u32>("$3\r\ntea\r\n");
    assert!(answer.is_err());
    assert_eq!(classify(&answer), Outcome::Success);
}

#[test]
fn no_connection_is_a_failure() {
    let nobody = TcpListener::bind(("127.0.0.1", 0))
        .unwrap()
        .local_addr()
        .unwrap();
    let client = Client::open(format!("redis://{nobody}/")).unwrap();
    let answer = client.get_connection().map(drop);
    assert!(answer.as_ref().unwrap_err().is_connection_refusal());
    assert_eq!(classify(&answer), Outcome::Failure);
}

#[test]
fn a_timeout_is_a_failure() {
    let mut connection = connect(scripted("+"));
    connection
        .set_read_timeout(Some(Duration::from_millis(50)))
        .unwrap();
    let answer: RedisResult<String> = cmd("GET").arg("tea").query(&mut connection);
    assert!(answer.as_ref().unwrap_err().is_timeout());
    assert_eq!(classify(&answer), Outcome::Failure);
}

#[test]
fn a_connection_that_breaks_is_a_failure() {
    let answer = asked::<String>("");
    assert!(answer.as_ref().unwrap_err().is_io_error(), "{answer:?}");
    assert_eq!(classify(&answer), Outcome::Failure);
}

#[test]
fn an_answer_that_is_not_the_protocol_is_a_failure() {
    let answer = asked::<String>("HTTP/1.1 400 Bad Request\r\n\r\n");
    assert_eq!(answer.as_ref().unwrap_err().kind(), ErrorKind::Parse);
    assert_eq!(classify(&answer), Outcome::Failure);
}

#[test]
fn sentinels_and_clusters_without_a_node_are_failures() {
    for kind in [
        ErrorKind::MasterNameNotFoundBySentinel,
        ErrorKind::NoValidReplicasFoundBySentinel,
        ErrorKind::ClusterConnectionNotFound,
    ] {
        assert_eq!(
            RedisError::from((kind, "nobody")).outcome(),
            Outcome::Failure,
            "{kind:?}"
        );
    }
}

#[test]
fn a_pipeline_is_a_failure_if_one_of_its_errors_is() {
    let both = |answer| {
        let mut connection = connect(scripted(answer));
        pipe()
            .get("tea")
            .get("milk")
            .query::<(String, String)>(&mut connection)
    };
    let wrong = both("-WRONGTYPE no text\r\n-WRONGTYPE no text\r\n");
    assert_eq!(classify(&wrong), Outcome::Success);
    let busy = both("-WRONGTYPE no text\r\n-OOM no memory\r\n");
    assert_eq!(classify(&busy), Outcome::Failure);
}

#[test]
fn what_the_client_finds_wrong_is_ignored() {
    let answer = Client::open("http://nobody.example").map(drop);
    assert_eq!(
        answer.as_ref().unwrap_err().kind(),
        ErrorKind::InvalidClientConfig
    );
    assert_eq!(classify(&answer), Outcome::Ignored);
    for kind in [
        ErrorKind::Client,
        ErrorKind::EmptySentinelList,
        ErrorKind::RESP3NotSupported,
    ] {
        assert_eq!(
            RedisError::from((kind, "wrong")).outcome(),
            Outcome::Ignored,
            "{kind:?}"
        );
    }
}

#[test]
fn the_error_of_a_breaker_is_ignored() {
    let breaker = Registry::new()
        .get_or_create("inner", Config::new())
        .unwrap();
    breaker.trip();
    let rejected = BreakerError::from(breaker.try_acquire().unwrap_err());
    let answer: anyhow::Result<()> = Err(rejected.clone().into());
    assert_eq!(classify(&answer), Outcome::Ignored);
    let held = RedisError::from(std::io::Error::other(rejected));
    assert_eq!(held.outcome(), Outcome::Ignored);
}

#[test]
fn an_error_without_one_of_redis_is_a_failure() {
    let answer: anyhow::Result<()> = Err(anyhow::anyhow!("out of tea"));
    assert_eq!(classify(&answer), Outcome::Failure);
    assert_eq!(cause(&answer), "out of tea");
}

#[test]
fn the_settings_of_the_attribute_take_the_functions() {
    #[circuit_breaker(
        name = "redis",
        threshold = 1,
        classify = classifiers::redis::classify,
        cause = classifiers::redis::cause,
    )]
    fn tea(connection: &mut Connection) -> anyhow::Result<String> {
        Ok(cmd("GET").arg("tea").query(connection)?)
    }

    assert!(tea(&mut connect(scripted("-WRONGTYPE no text\r\n"))).is_err());
    assert!(tea(&mut connect(scripted("-LOADING the dataset\r\n"))).is_err());
    let snapshot = Registry::global().get("redis").unwrap().snapshot();
    assert_eq!(
        (snapshot.totals.successes, snapshot.totals.failures),
        (1, 1)
    );
    let cause = snapshot.history[0].transition.cause.as_ref().unwrap();
    assert!(cause.text.contains("the dataset"), "{cause}");
}
