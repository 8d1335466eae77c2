//! What a program in a container may ask of the kernel: a line a call, `NAME<tab>allowed`, `denied ERRNO` or `killed SIGNAL`.
//!
//! ```text
//! probe            the lines of lines.rs and sockets.rs; none of the calls is run
//! probe numbers    every number, with no arguments
//! probe inside     the lines, in a user namespace of its own
//! probe enter      the attack: makes a user namespace in each way, and tries what is reached there
//! probe loop N     nanoseconds for one getpid, of N
//! ```
//!
//! For x86_64. It needs no library and no file, so that it runs in any image; `build` beside this file makes it.

mod ask;
mod call;
mod enter;
mod lines;
mod sockets;

use std::env;
use std::fmt::Display;
use std::hint::black_box;
use std::io::Write as _;
use std::process::ExitCode;
use std::time::Instant;

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        [] => ask_all(&lines::lines()),
        ["numbers"] => ask_all(&lines::numbers()),
        ["inside"] => enter::entered(|| ask_all(&lines::lines())),
        ["enter"] => enter::enter(),
        ["loop", times] => match times.parse() {
            Ok(times @ 1..) => getpid(times),
            _ => usage(),
        },
        _ => usage(),
    }
}

fn usage() -> ExitCode {
    eprintln!("usage: probe [numbers | inside | enter | loop N]");
    ExitCode::from(2)
}

fn ask_all(lines: &[lines::Line]) -> ExitCode {
    let asker = ask::Asker::new();
    for (name, call) in lines {
        say(name, &asker.ask(*call));
    }
    ExitCode::SUCCESS
}

/// Prints a line at once: what is held back is printed by each child again.
fn say(name: &str, answer: &impl Display) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{name}\t{answer}").and_then(|()| out.flush());
}

fn getpid(times: u32) -> ExitCode {
    let begin = Instant::now();
    for _ in 0..times {
        black_box(call::syscall(39, [0; 6]));
    }
    println!(
        "{:.2}",
        begin.elapsed().as_secs_f64() * 1e9 / f64::from(times)
    );
    ExitCode::SUCCESS
}
