//! Published ports: where they are open, and where not.

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::time::Duration;

use crate::engine::{Engine, IMAGE};
use crate::harness::{Skip, Tested, tests};
use crate::process::said;

tests!(fn(&Engine) -> Tested:
    a_port_without_an_address_is_open_on_loopback_only,
    plain_podman_opens_it_everywhere,
    an_address_that_is_asked_for_is_kept,
    the_image_s_ports_stay_closed,
);

/// A port that nothing used a moment ago.
fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).unwrap();
    listener.local_addr().unwrap().port()
}

/// An address of this host that is not loopback. Nothing is sent.
fn other_address() -> Result<IpAddr, Skip> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).unwrap();
    let routed = socket
        .connect(("192.0.2.1", 9))
        .and_then(|()| socket.local_addr());
    match routed {
        Ok(address) if !address.ip().is_loopback() => Ok(address.ip()),
        _ => Err(Skip::new("this host has no address but loopback")),
    }
}

/// The body of the service's answer, asked for as long as it may take to start.
fn ask(address: SocketAddr) -> Result<String, String> {
    let mut error = String::new();
    for _ in 0..50 {
        let asked =
            TcpStream::connect_timeout(&address, Duration::from_secs(5)).and_then(|mut stream| {
                stream.set_read_timeout(Some(Duration::from_secs(5)))?;
                stream.write_all(b"GET /cgi-bin/index.cgi HTTP/1.0\r\n\r\n")?;
                let mut answer = String::new();
                stream.read_to_string(&mut answer)?;
                Ok(answer)
            });
        match asked {
            Ok(answer) if answer.contains(" 200 ") => return Ok(answer),
            Ok(answer) => error = answer,
            Err(failed) => error = failed.to_string(),
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    Err(error)
}

fn is_refused(address: SocketAddr) -> bool {
    TcpStream::connect_timeout(&address, Duration::from_secs(5)).is_err()
}

/// Starts the service, looks, and removes it.
fn serving(engine: &Engine, safe: bool, flags: &[&str], look: impl FnOnce()) {
    let mut command = if safe {
        engine.safe_command("run")
    } else {
        engine.command("podman")
    };
    if !safe {
        command
            .args(engine.store_flags())
            .arg("run")
            .args(Engine::plain_flags());
    }
    let started = said(
        command
            .args(["--detach", "--rm"])
            .args(flags)
            .arg("localhost/service"),
        &[],
    );
    let id = started.ok();
    let looked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(look));
    engine.podman(["rm", "--force", "--time=0", id.trim()]).ok();
    if let Err(panic) = looked {
        std::panic::resume_unwind(panic);
    }
}

/// The same service under a name that no profile of its own is for.
fn service(engine: &Engine) -> Tested {
    engine.has_network()?;
    engine.podman(["tag", IMAGE, "localhost/service"]).ok();
    Ok(())
}

fn a_port_without_an_address_is_open_on_loopback_only(engine: &Engine) -> Tested {
    service(engine)?;
    let other = other_address()?;
    let port = free_port();
    let publish = format!("--publish={port}:8000");
    serving(engine, true, &[&publish], || {
        let answer = ask(SocketAddr::new(Ipv4Addr::LOCALHOST.into(), port)).unwrap();
        assert!(answer.contains("\"hostname\""), "{answer}");
        assert!(is_refused(SocketAddr::new(other, port)), "{other}");
    });
    Ok(())
}

fn plain_podman_opens_it_everywhere(engine: &Engine) -> Tested {
    service(engine)?;
    let other = other_address()?;
    let port = free_port();
    let publish = format!("--publish={port}:8000");
    serving(engine, false, &[&publish], || {
        ask(SocketAddr::new(other, port)).unwrap();
    });
    Ok(())
}

fn an_address_that_is_asked_for_is_kept(engine: &Engine) -> Tested {
    service(engine)?;
    let other = other_address()?;
    let port = free_port();
    let publish = format!("-p{other}:{port}:8000");
    serving(engine, true, &[&publish], || {
        ask(SocketAddr::new(other, port)).unwrap();
        assert!(is_refused(SocketAddr::new(
            Ipv4Addr::LOCALHOST.into(),
            port
        )));
    });
    // Every address needs an override.
    let publish = format!("--publish=0.0.0.0:{port}:8000");
    let refused = engine.safe([&publish, "localhost/service", "true"]);
    assert_eq!(refused.code, 125, "{refused:#?}");
    assert!(refused.stderr.contains("[bind-all]"), "{refused:#?}");
    serving(engine, true, &[&publish, "--allow=bind-all=a test"], || {
        ask(SocketAddr::new(other, port)).unwrap();
    });
    Ok(())
}

fn the_image_s_ports_stay_closed(engine: &Engine) -> Tested {
    service(engine)?;
    let mut command = engine.safe_command("run");
    let id = said(command.args(["--detach", "localhost/service"]), &[]).ok();
    let ports = engine.podman(["port", id.trim()]).ok();
    engine.podman(["rm", "--force", "--time=0", id.trim()]).ok();
    assert_eq!(ports, "");
    Ok(())
}
