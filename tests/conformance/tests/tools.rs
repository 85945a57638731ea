//! Checks the servers and the search for secrets that are public for other tests.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use totps_conformance::hostile::{Proxy, Server, response};
use totps_conformance::sentinel::leaks;

/// Sends bytes and returns all that the server sends until it closes the connection.
fn exchange(port: u16, bytes: &str) -> std::io::Result<String> {
    let mut client = TcpStream::connect(("127.0.0.1", port))?;
    client.write_all(bytes.as_bytes())?;
    let mut text = String::new();
    client.read_to_string(&mut text)?;
    Ok(text)
}

#[test]
fn the_proxy_connects_to_the_port_of_any_host() -> std::io::Result<()> {
    let server = Server::start(|connection| {
        connection.read_request();
        connection.write(&response(200, "reached"));
    });
    let proxy = Proxy::start();
    let port = |url: String| url.rsplit_once(':').and_then(|(_, port)| port.parse().ok());
    let proxy_port = port(proxy.url()).expect("the URL of the proxy has a port");
    for host in ["[2001:db8::1]", "127.0.0.1", "api.example.com"] {
        let authority = format!("{host}:{}", server.address().port());
        let connect = format!("CONNECT {authority} HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n");
        let text = exchange(proxy_port, &connect)?;
        assert!(text.ends_with("reached"), "{host}: got {text:?}");
    }
    let text = exchange(proxy_port, "GET / HTTP/1.1\r\n\r\n")?;
    assert!(text.starts_with("HTTP/1.1 400 "), "got {text:?}");
    Ok(())
}

#[test]
fn a_secret_that_is_not_ascii_is_found() {
    let secret = "pässwört-4711";
    for (form, text) in [
        ("plain", format!("<{secret}>")),
        ("percent", "p%C3%A4ssw%c3%b6rt-4711".to_owned()),
        ("decimal bytes", format!("{:?}", secret.as_bytes())),
        ("hex", format!("{:x?}", secret.as_bytes())),
    ] {
        assert_eq!(leaks(&text, secret), [form], "in {text}");
    }
}

#[test]
fn a_request_in_chunks_is_read_whole() -> std::io::Result<()> {
    let server = Server::start(|connection| {
        for _ in 0..2 {
            connection.read_request();
        }
        connection.write(&response(200, "{}"));
    });
    let chunked = "POST /1 HTTP/1.1\r\ntransfer-encoding: Chunked\r\n\r\n\
                   3;a=b\r\n{\"a\r\nA\r\n\":\"bcdefg\"\r\n1\r\n}\r\n0\r\nx: y\r\n\r\n";
    let text = format!("{chunked}POST /2 HTTP/1.1\r\ncontent-length: 2\r\n\r\n{{}}");
    exchange(server.address().port(), &text)?;
    let requests = server.requests();
    let bodies: Vec<_> = requests
        .iter()
        .map(|request| String::from_utf8_lossy(&request.body))
        .collect();
    assert_eq!(bodies, [r#"{"a":"bcdefg"}"#, "{}"]);
    Ok(())
}
