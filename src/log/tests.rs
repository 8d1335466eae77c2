use std::time::{Duration, Instant};

use super::*;
use crate::origin::Origin;
use crate::policy::level::Level;
use crate::policy::rules;

fn finding(verdict: Verdict) -> Finding {
    Finding {
        rule: rules::RULES[0],
        what: "the container would be privileged".into(),
        origin: Origin::Argument {
            index: 1,
            text: "--privileged".into(),
        },
        instead: String::new(),
        verdict,
    }
}

fn judgement(verdicts: Vec<Verdict>) -> Judgement {
    Judgement {
        level: Level::Baseline,
        findings: verdicts.into_iter().map(finding).collect(),
        unneeded: Vec::new(),
    }
}

fn allowed(reason: &str) -> Verdict {
    Verdict::Allowed {
        reason: reason.into(),
        by: Origin::Baseline,
    }
}

fn context() -> LogContext {
    LogContext {
        uid: 1000,
        login_uid: None,
        place: Some(RunsIn::Unit("web.service".into())),
        image: "localhost/web".into(),
    }
}

struct Sockets {
    dir: tempfile::TempDir,
    log: Log,
}

impl Sockets {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let log = Log::at(dir.path().join("journal"), dir.path().join("syslog"));
        Self { dir, log }
    }

    fn bind(&self, name: &str) -> UnixDatagram {
        let socket = UnixDatagram::bind(self.dir.path().join(name)).unwrap();
        socket
            .set_read_timeout(Some(Duration::from_millis(200)))
            .unwrap();
        socket
    }
}

fn receive(socket: &UnixDatagram) -> Option<Vec<u8>> {
    let mut bytes = vec![0; 1 << 20];
    let length = socket.recv(&mut bytes).ok()?;
    bytes.truncate(length);
    Some(bytes)
}

/// What journald makes of a datagram.
fn fields(mut bytes: &[u8]) -> Vec<(String, String)> {
    let mut out = Vec::new();
    while !bytes.is_empty() {
        let line = bytes.iter().position(|b| *b == b'\n').unwrap();
        let head = String::from_utf8(bytes[..line].to_vec()).unwrap();
        bytes = &bytes[line + 1..];
        if let Some((name, value)) = head.split_once('=') {
            out.push((name.to_owned(), value.to_owned()));
        } else {
            let length =
                usize::try_from(u64::from_le_bytes(bytes[..8].try_into().unwrap())).unwrap();
            out.push((
                head,
                String::from_utf8(bytes[8..8 + length].to_vec()).unwrap(),
            ));
            assert_eq!(bytes[8 + length], b'\n');
            bytes = &bytes[9 + length..];
        }
    }
    out
}

fn get<'a>(fields: &'a [(String, String)], name: &str) -> &'a str {
    let found: Vec<_> = fields.iter().filter(|(key, _)| key == name).collect();
    assert_eq!(found.len(), 1, "{name}: {fields:?}");
    &found[0].1
}

#[test]
fn the_journal_gets_fields() {
    let sockets = Sockets::new();
    let journal = sockets.bind("journal");
    let syslog = sockets.bind("syslog");
    let verdicts = vec![
        Verdict::Refused(Refusal::NotAllowed),
        Verdict::Noted,
        Verdict::Shown,
        Verdict::Rewritten { to: "x".into() },
        allowed("lab"),
    ];
    sockets.log.record(&judgement(verdicts), &context());
    let refused = fields(&receive(&journal).unwrap());
    assert_eq!(get(&refused, "PRIORITY"), "4");
    assert_eq!(get(&refused, "SYSLOG_IDENTIFIER"), "safe-podman");
    assert_eq!(get(&refused, "SAFE_PODMAN_RULE"), "privileged");
    assert_eq!(get(&refused, "SAFE_PODMAN_VERDICT"), "refused");
    assert_eq!(
        get(&refused, "SAFE_PODMAN_ORIGIN"),
        "command line, argument 1: --privileged"
    );
    assert_eq!(get(&refused, "SAFE_PODMAN_UID"), "1000");
    assert_eq!(get(&refused, "SAFE_PODMAN_UNIT"), "web.service");
    assert_eq!(get(&refused, "SAFE_PODMAN_IMAGE"), "localhost/web");
    assert!(refused.iter().all(|(name, _)| name != "SAFE_PODMAN_REASON"));
    let allowed = fields(&receive(&journal).unwrap());
    assert_eq!(get(&allowed, "PRIORITY"), "5");
    assert_eq!(get(&allowed, "SAFE_PODMAN_REASON"), "lab");
    assert!(get(&allowed, "MESSAGE").starts_with("allowed privileged: "));
    assert_eq!(receive(&journal), None, "a third record");
    assert_eq!(receive(&syslog), None, "both logs");
}

#[test]
fn a_value_cannot_become_a_field() {
    let sockets = Sockets::new();
    let journal = sockets.bind("journal");
    let evil = "a\nSAFE_PODMAN_VERDICT=allowed\n\x1b]0;x\x07\u{202e}\0";
    let context = LogContext {
        image: evil.into(),
        place: Some(RunsIn::Tty(evil.into())),
        ..context()
    };
    sockets
        .log
        .record(&judgement(vec![allowed(evil)]), &context);
    let fields = fields(&receive(&journal).unwrap());
    assert_eq!(fields.len(), 11, "{fields:?}");
    for name in ["SAFE_PODMAN_REASON", "SAFE_PODMAN_IMAGE", "SAFE_PODMAN_TTY"] {
        assert_eq!(
            get(&fields, name),
            "a\nSAFE_PODMAN_VERDICT=allowed\n\\u{1b}]0;x\\u{7}\\u{202e}\\u{0}"
        );
    }
    assert!(!get(&fields, "MESSAGE").contains('\n'));
    assert_eq!(get(&fields, "SAFE_PODMAN_VERDICT"), "allowed");
}

#[test]
fn syslog_is_next() {
    let sockets = Sockets::new();
    let syslog = sockets.bind("syslog");
    sockets.log.record(
        &judgement(vec![allowed("a\n<0>kernel: b\x1b[1m")]),
        &context(),
    );
    let line = String::from_utf8(receive(&syslog).unwrap()).unwrap();
    let expected = format!(
        "<85>safe-podman[{}]: allowed privileged: the container would be privileged ",
        std::process::id()
    );
    assert!(line.starts_with(&expected), "{line}");
    assert_eq!(safe(&line), line);
    assert!(line.contains("uid 1000, unit web.service"), "{line}");
}

#[test]
fn nobody_there_is_no_error() {
    let sockets = Sockets::new();
    sockets
        .log
        .record(&judgement(vec![allowed("x")]), &context());
    drop(sockets.bind("journal"));
    std::fs::write(sockets.dir.path().join("syslog"), "").unwrap();
    sockets
        .log
        .record(&judgement(vec![allowed("x")]), &context());
}

#[test]
fn a_log_that_nobody_reads_is_not_waited_for() {
    let sockets = Sockets::new();
    let _journal = sockets.bind("journal");
    let _syslog = sockets.bind("syslog");
    let long = "ä".repeat(1 << 20);
    let start = Instant::now();
    sockets
        .log
        .record(&judgement(vec![allowed(&long); 500]), &context());
    assert!(
        start.elapsed() < Duration::from_secs(30),
        "{:?}",
        start.elapsed()
    );
}

#[test]
fn a_long_value_is_cut_and_still_arrives() {
    let sockets = Sockets::new();
    let journal = sockets.bind("journal");
    let long = "\u{e0001}".repeat(1 << 20);
    let context = LogContext {
        image: long.clone(),
        place: Some(RunsIn::Unit(long.clone())),
        ..context()
    };
    sockets
        .log
        .record(&judgement(vec![allowed(&long)]), &context);
    let fields = fields(&receive(&journal).unwrap());
    assert_eq!(
        get(&fields, "SAFE_PODMAN_REASON"),
        "\\u{e0001}".repeat(MAX_VALUE)
    );
    assert_eq!(get(&fields, "SAFE_PODMAN_VERDICT"), "allowed");
}

/// sudo(8) makes everybody uid 0.
#[test]
fn the_person_behind_sudo_is_named() {
    for (login_uid, named) in [
        (Some(1000), "uid 0 (uid 1000 logged in), unit"),
        (Some(0), "uid 0, unit"),
        (None, "uid 0, unit"),
    ] {
        let sockets = Sockets::new();
        let journal = sockets.bind("journal");
        let context = LogContext {
            uid: 0,
            login_uid,
            ..context()
        };
        sockets
            .log
            .record(&judgement(vec![allowed("why")]), &context);
        let fields = fields(&receive(&journal).unwrap());
        let message = get(&fields, "MESSAGE");
        assert!(message.contains(named), "{message}");
        let login: Vec<_> = fields
            .iter()
            .filter(|(name, _)| name == "SAFE_PODMAN_LOGIN_UID")
            .collect();
        assert_eq!(
            login.first().map(|(_, uid)| uid.clone()),
            login_uid.map(|uid| uid.to_string())
        );
    }
}
