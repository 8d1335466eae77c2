//! What listens on a socket.

use std::io::{self, Read as _, Write as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

use nix::sys::socket::{AddressFamily, SockFlag, SockType, UnixAddr, connect, socket};

/// An engine of this host answers in a thousandth of it.
const PATIENCE: Duration = Duration::from_millis(50);
/// More than the head of an answer to a ping is long, in bytes.
const LONGEST: usize = 2048;

/// Does the API of podman or docker answer there? Nothing but its ping is asked, and nobody is waited for.
pub(super) fn is_engine(path: &Path) -> bool {
    let answer = ping(path).unwrap_or_default();
    let answer = String::from_utf8_lossy(&answer).to_ascii_lowercase();
    let head = answer.split("\r\n\r\n").next().unwrap_or_default();
    let keys = [
        "\nlibpod-api-version:",
        "\nserver: libpod",
        "\nserver: docker",
        "\ndocker-experimental:",
    ];
    head.starts_with("http/") && keys.iter().any(|key| head.contains(key))
}

fn ping(path: &Path) -> io::Result<Vec<u8>> {
    let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
    let descriptor = socket(AddressFamily::Unix, SockType::Stream, flags, None)?;
    // One that has no place left for us in its queue is not waited for.
    connect(descriptor.as_raw_fd(), &UnixAddr::new(path)?)?;
    let mut stream = UnixStream::from(descriptor);
    stream.set_nonblocking(false)?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(b"GET /_ping HTTP/1.0\r\nHost: localhost\r\n\r\n")?;
    let end = Instant::now().checked_add(PATIENCE);
    let mut answer = Vec::new();
    let mut part = [0; 512];
    while answer.len() < LONGEST {
        let left = end.and_then(|end| end.checked_duration_since(Instant::now()));
        let Some(left) = left.filter(|left| !left.is_zero()) else {
            break;
        };
        stream.set_read_timeout(Some(left))?;
        match stream.read(&mut part) {
            Ok(0) | Err(_) => break,
            Ok(length) => answer.extend(part.iter().take(length)),
        }
    }
    Ok(answer)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::os::unix::net::UnixListener;
    use std::thread;

    use super::*;

    #[test]
    fn an_engine_says_what_it_is() {
        let dir = tempfile::tempdir().unwrap();
        for (answer, is) in [
            (
                "HTTP/1.0 200 OK\r\nApi-Version: 1.41\r\nLibpod-Api-Version: 4.3.1\r\n\r\nOK",
                true,
            ),
            (
                "HTTP/1.1 200 OK\r\nServer: Docker/27.0 (linux)\r\n\r\nOK",
                true,
            ),
            (
                "HTTP/1.1 200 OK\r\nServer: nginx\r\n\r\nlibpod-api-version:",
                false,
            ),
            ("server: docker", false),
            ("", false),
        ] {
            let path = dir.path().join(format!("s{}", answer.len()));
            let listener = UnixListener::bind(&path).unwrap();
            let server = thread::spawn(move || {
                let mut stream = listener.accept().unwrap().0;
                let _ = stream.read(&mut [0; 512]);
                let _ = stream.write_all(answer.as_bytes());
            });
            assert_eq!(is_engine(&path), is, "{answer}");
            server.join().unwrap();
        }
        let silent = dir.path().join("silent");
        let _listener = UnixListener::bind(&silent).unwrap();
        let begin = Instant::now();
        assert!(!is_engine(&silent) && !is_engine(&dir.path().join("none")));
        assert!(begin.elapsed() < PATIENCE * 4);
    }
}
