//! A proxy in this process, for trying out a tunnel: it makes the connections that `CONNECT` asks for.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::thread;

/// Starts a proxy on loopback, which runs until the process ends. Returns its URL.
pub(crate) fn start() -> io::Result<String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let url = format!("http://{}", listener.local_addr()?);
    thread::spawn(move || {
        for client in listener.incoming() {
            thread::spawn(move || client.and_then(serve));
        }
    });
    Ok(url)
}

fn serve(client: TcpStream) -> io::Result<()> {
    let mut head = BufReader::new(client.try_clone()?);
    let mut line = String::new();
    head.read_line(&mut line)?;
    while head.read_line(&mut String::new())? > 2 {}
    let target = line.split(' ').nth(1).unwrap_or_default();
    println!("   (the proxy makes a tunnel to {target})");
    let server = TcpStream::connect(target)?;
    (&client).write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")?;

    let (mut from_client, mut to_server) = (client.try_clone()?, server.try_clone()?);
    thread::spawn(move || {
        // Ends when either side closes its connection.
        let _ = io::copy(&mut from_client, &mut to_server);
        to_server.shutdown(Shutdown::Write)
    });
    io::copy(&mut &server, &mut &client)?;
    client.shutdown(Shutdown::Write)
}
