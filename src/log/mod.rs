//! The decision log: a record for each refusal and each override, for the administrator of the host.
//!
//! To the journal in its native protocol (systemd's `JOURNAL_NATIVE_PROTOCOL`), else to syslog (RFC 3164), else nowhere:
//! a log that is missing, full or slow is never the reason to stop or to wait.

#![expect(
    clippy::disallowed_types,
    reason = "the journal's socket, the only one this program opens"
)]

use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};

use crate::host::RunsIn;
use crate::policy::engine::{Finding, Judgement, Refusal, Verdict};
use crate::report::sanitize::{safe, safe_lines};

/// The characters of a value; the rest is cut. Even if each of them has to be escaped, a record stays below the 208 KiB
/// that a datagram may have: a long value does not suppress a record.
const MAX_VALUE: usize = 1024;
/// `LOG_AUTHPRIV` of syslog(3).
const FACILITY: u8 = 10;
/// The name in both logs.
const IDENTIFIER: &str = "safe-podman";

/// Who runs what, where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LogContext {
    /// The real user id.
    pub uid: u32,
    /// The uid that logged in: the person behind sudo(8).
    pub login_uid: Option<u32>,
    /// The systemd unit or the terminal that it runs in.
    pub place: Option<RunsIn>,
    /// The image, as it was asked for.
    pub image: String,
}

/// The sockets of the two logs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Log {
    journal: PathBuf,
    syslog: PathBuf,
}

impl Default for Log {
    /// Those of this host.
    fn default() -> Self {
        Self::at("/run/systemd/journal/socket", "/dev/log")
    }
}

/// What is written of one finding.
struct Record<'a> {
    finding: &'a Finding,
    verdict: &'static str,
    /// As in syslog(3): 4 is a warning, 5 a notice.
    priority: u8,
    reason: Option<&'a str>,
}

impl<'a> Record<'a> {
    /// What is neither refused nor overridden is not recorded.
    fn of(finding: &'a Finding) -> Option<Self> {
        let (verdict, priority, reason) = match &finding.verdict {
            Verdict::Refused(Refusal::NotAllowed | Refusal::Forbidden) => ("refused", 4, None),
            Verdict::Refused(Refusal::Expired { reason, .. }) => {
                ("refused", 4, Some(reason.as_str()))
            }
            Verdict::Allowed { reason, .. } => ("allowed", 5, Some(reason.as_str())),
            Verdict::Rewritten { .. } | Verdict::Noted | Verdict::Shown => return None,
        };
        Some(Self {
            finding,
            verdict,
            priority,
            reason,
        })
    }

    /// One line.
    fn message(&self, context: &LogContext) -> String {
        let Finding {
            rule, what, origin, ..
        } = self.finding;
        let reason = self
            .reason
            .map(|reason| format!(", reason: {}", cut(reason)))
            .unwrap_or_default();
        let login = login(context.uid, context.login_uid);
        let place = match &context.place {
            Some(RunsIn::Unit(unit)) => format!(", unit {}", cut(unit)),
            Some(RunsIn::Tty(tty)) => format!(", tty {}", cut(tty)),
            None => String::new(),
        };
        let text = format!(
            "{} {}: {} ({}){reason}, image {}, uid {}{login}{place}",
            self.verdict,
            rule.id,
            cut(what),
            cut(&origin.to_string()),
            cut(&context.image),
            context.uid
        );
        safe(&text).into_owned()
    }

    fn fields(&self, context: &LogContext) -> Vec<u8> {
        let mut out = Vec::new();
        let origin = self.finding.origin.to_string();
        let (priority, facility, uid) = (
            self.priority.to_string(),
            FACILITY.to_string(),
            context.uid.to_string(),
        );
        field(&mut out, "MESSAGE", &self.message(context));
        field(&mut out, "PRIORITY", &priority);
        field(&mut out, "SYSLOG_FACILITY", &facility);
        field(&mut out, "SYSLOG_IDENTIFIER", IDENTIFIER);
        field(&mut out, "SAFE_PODMAN_RULE", self.finding.rule.id.name());
        field(&mut out, "SAFE_PODMAN_VERDICT", self.verdict);
        field(&mut out, "SAFE_PODMAN_ORIGIN", &origin);
        field(&mut out, "SAFE_PODMAN_UID", &uid);
        login_field(&mut out, context.login_uid);
        field(&mut out, "SAFE_PODMAN_IMAGE", &context.image);
        match &context.place {
            Some(RunsIn::Unit(unit)) => field(&mut out, "SAFE_PODMAN_UNIT", unit),
            Some(RunsIn::Tty(tty)) => field(&mut out, "SAFE_PODMAN_TTY", tty),
            None => {}
        }
        if let Some(reason) = self.reason {
            field(&mut out, "SAFE_PODMAN_REASON", reason);
        }
        out
    }

    fn line(&self, context: &LogContext) -> String {
        // Without a time: the receiver knows it, and in the time zone that it writes in.
        let priority = FACILITY.saturating_mul(8).saturating_add(self.priority);
        format!(
            "<{priority}>{IDENTIFIER}[{}]: {}",
            std::process::id(),
            self.message(context)
        )
    }
}

/// Who logged in, where that is somebody else.
fn login(uid: u32, login_uid: Option<u32>) -> String {
    match login_uid {
        Some(login_uid) if login_uid != uid => format!(" (uid {login_uid} logged in)"),
        Some(_) | None => String::new(),
    }
}

fn login_field(out: &mut Vec<u8>, login_uid: Option<u32>) {
    if let Some(login_uid) = login_uid {
        field(out, "SAFE_PODMAN_LOGIN_UID", &login_uid.to_string());
    }
}

/// A value of one line as `NAME=value`, any other behind its length as eight bytes, the lowest first.
fn field(out: &mut Vec<u8>, name: &str, value: &str) {
    let value = safe_lines(cut(value));
    out.extend(name.bytes());
    if value.contains('\n') {
        out.push(b'\n');
        out.extend(u64::try_from(value.len()).unwrap_or(0).to_le_bytes());
    } else {
        out.push(b'=');
    }
    out.extend(value.bytes());
    out.push(b'\n');
}

fn cut(text: &str) -> &str {
    text.char_indices()
        .nth(MAX_VALUE)
        .and_then(|(at, _)| text.get(..at))
        .unwrap_or(text)
}

impl Log {
    /// A log with these sockets.
    pub(crate) fn at(journal: impl Into<PathBuf>, syslog: impl Into<PathBuf>) -> Self {
        Self {
            journal: journal.into(),
            syslog: syslog.into(),
        }
    }

    /// Records each refusal and each override; says nothing about whether that worked.
    pub(crate) fn record(&self, judgement: &Judgement, context: &LogContext) {
        for record in judgement.findings.iter().filter_map(Record::of) {
            if send(&self.journal, &record.fields(context)).is_none() {
                send(&self.syslog, record.line(context).as_bytes());
            }
        }
    }
}

impl Log {
    /// Records a container that the seal stopped; says nothing about whether that worked.
    pub(crate) fn sealed(&self, why: &str, uid: u32, login_uid: Option<u32>) {
        let login_name = login(uid, login_uid);
        let message = safe(&format!("sealed: {why}, uid {uid}{login_name}")).into_owned();
        let mut out = Vec::new();
        field(&mut out, "MESSAGE", &message);
        field(&mut out, "PRIORITY", "4");
        field(&mut out, "SYSLOG_FACILITY", &FACILITY.to_string());
        field(&mut out, "SYSLOG_IDENTIFIER", IDENTIFIER);
        field(&mut out, "SAFE_PODMAN_VERDICT", "sealed");
        field(&mut out, "SAFE_PODMAN_UID", &uid.to_string());
        login_field(&mut out, login_uid);
        if send(&self.journal, &out).is_none() {
            let priority = FACILITY.saturating_mul(8).saturating_add(4);
            let line = format!(
                "<{priority}>{IDENTIFIER}[{}]: {message}",
                std::process::id()
            );
            send(&self.syslog, line.as_bytes());
        }
    }
}

/// Sends a datagram if that is possible at once.
fn send(to: &Path, bytes: &[u8]) -> Option<()> {
    let socket = UnixDatagram::unbound().ok()?;
    socket.set_nonblocking(true).ok()?;
    socket.send_to(bytes, to).ok().map(|_| ())
}

#[cfg(test)]
mod tests;
