//! The server on a separate thread.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use breaker_runtime::Config;
use breaker_runtime::admin::{Access, Admin, AdminServer};

use super::{Desk, SECRET, token};

fn serve(access: Access) -> (Desk, AdminServer) {
    let mut admin = None;
    let desk = Desk::with_admin(access, |it| admin.insert(it).clone());
    let server = admin.unwrap().serve("127.0.0.1:0").unwrap();
    (desk, server)
}

fn connect(addr: SocketAddr, path: &str, headers: &str) -> TcpStream {
    let mut stream = TcpStream::connect(addr).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {addr}\r\n{headers}Connection: close\r\n\r\n"
    )
    .unwrap();
    stream
}

fn get(addr: SocketAddr, path: &str, headers: &str) -> String {
    let mut answer = String::new();
    connect(addr, path, headers)
        .read_to_string(&mut answer)
        .unwrap();
    answer
}

#[test]
fn it_answers_without_a_runtime_of_the_program() {
    let (desk, server) = serve(Access::open_reading());
    desk.bank.trip();
    let answer = get(server.local_addr(), "/breakers?format=text", "");
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.contains("open    bank"), "{answer}");
    let answer = get(server.local_addr(), "/nothing", "");
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
}

#[test]
fn it_has_the_access_of_the_admin() {
    let (_desk, server) = serve(token());
    let addr = server.local_addr();
    assert!(get(addr, "/breakers", "").starts_with("HTTP/1.1 401"));
    let bearer = format!("Authorization: Bearer {SECRET}\r\n");
    assert!(get(addr, "/breakers", &bearer).starts_with("HTTP/1.1 200"));
}

#[test]
fn dropping_it_ends_its_streams_and_frees_the_address() {
    let (desk, server) = serve(Access::open_reading());
    let addr = server.local_addr();
    let open = |_| {
        let mut stream = connect(addr, "/events", "Accept: text/event-stream\r\n");
        let mut read = [0; 16];
        stream.read_exact(&mut read).unwrap();
        assert_eq!(&read, b"HTTP/1.1 200 OK\r");
        stream
    };
    let mut streams: Vec<_> = (0..100).map(open).collect();
    // A connection that sends nothing does not delay the end.
    let _idle = TcpStream::connect(addr).unwrap();
    drop(server);
    for stream in &mut streams {
        let mut rest = String::new();
        stream.read_to_string(&mut rest).unwrap();
        assert!(rest.contains("retry: 2000"), "{rest}");
    }
    assert!(TcpStream::connect(addr).is_err());

    // Another server of the same admin has other streams.
    let admin = Admin::new(&desk.registry, Access::open_reading());
    let first = admin.serve("127.0.0.1:0").unwrap();
    let second = admin.serve("127.0.0.1:0").unwrap();
    drop(first);
    let mut stream = connect(
        second.local_addr(),
        "/events",
        "Accept: text/event-stream\r\n",
    );
    let mut text = String::new();
    let mut part = [0; 1024];
    desk.registry
        .get_or_create("late", Config::new())
        .unwrap()
        .trip();
    while !text.contains("retry") {
        let read = stream.read(&mut part).unwrap();
        assert_ne!(read, 0, "{text}");
        text += &String::from_utf8_lossy(&part[..read]);
    }
}

#[test]
fn an_address_in_use_is_an_error() {
    let (desk, server) = serve(Access::open_reading());
    let admin = Admin::new(&desk.registry, Access::open_reading());
    assert!(admin.serve(server.local_addr()).is_err());
}
