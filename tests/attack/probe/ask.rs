//! Does the filter let a call through?
//!
//! Asked so that the call is never run, and so that no refusal of the kernel's own is taken for the filter's: the child that
//! makes the call has put a filter of its own beside the container's, which hands every call to its parent. Of two filters
//! the kernel obeys the stricter one, and to ask somebody is less strict than to refuse (seccomp_unotify(2)). So the parent
//! is asked if, and only if, the container's filter lets the call through; and then it says no.

use std::fmt;
use std::ptr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use crate::call::{Call, syscall};

/// What the filter does with a call.
#[derive(PartialEq)]
pub enum Answer {
    Allowed,
    Denied(i64),
    Killed(i32),
    /// There was no answer, and why.
    Unknown(&'static str),
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Allowed => f.write_str("allowed"),
            Self::Denied(errno) => match ERRNOS.iter().find(|(number, _)| number == errno) {
                Some((_, name)) => write!(f, "denied {name}"),
                None => write!(f, "denied {errno}"),
            },
            Self::Killed(31) => f.write_str("killed SIGSYS"),
            Self::Killed(11) => f.write_str("killed SIGSEGV"),
            Self::Killed(signal) => write!(f, "killed {signal}"),
            Self::Unknown(why) => write!(f, "unknown: {why}"),
        }
    }
}

const ERRNOS: [(i64, &str); 7] = [
    (1, "EPERM"),
    (13, "EACCES"),
    (22, "EINVAL"),
    (38, "ENOSYS"),
    (93, "EPROTONOSUPPORT"),
    (94, "ESOCKTNOSUPPORT"),
    (97, "EAFNOSUPPORT"),
];

/// What the child tells: they share the page.
struct Told {
    /// The file descriptor at which the parent is asked, or an error.
    listener: AtomicI64,
    /// What came of the call.
    answer: AtomicI64,
}

const NOTHING_YET: i64 = i64::MIN;

/// For how many milliseconds a filter that says nothing is waited for.
const PATIENCE: u64 = 10_000;

/// Asks about calls, one after the other.
pub struct Asker(&'static Told);

impl Asker {
    pub fn new() -> Self {
        // mmap: one page, read and write, shared, anonymous.
        let page = syscall(9, [0, 4096, 3, 0x21, u64::MAX, 0]);
        assert!(page > 0, "no memory: {page}");
        // SAFETY: it is ours, large enough, aligned and never given back.
        Self(unsafe { &*ptr::with_exposed_provenance(page as usize) })
    }

    pub fn ask(&self, call: Call) -> Answer {
        self.0.listener.store(NOTHING_YET, Ordering::SeqCst);
        self.0.answer.store(NOTHING_YET, Ordering::SeqCst);
        // clone: a child of its own that has our file descriptors, so that its listener is ours too.
        let child = syscall(56, [0x400 | 17, 0, 0, 0, 0, 0]);
        match child {
            0 => self.make(call),
            1.. => self.judge(child as u64),
            _ => Answer::Unknown("no child can be made"),
        }
    }

    /// The child: once the filter is there, nothing but the call and the end.
    fn make(&self, call: Call) -> ! {
        self.0.listener.store(filter(), Ordering::SeqCst);
        self.0.answer.store(call.make(), Ordering::SeqCst);
        loop {
            exit();
        }
    }

    fn judge(&self, child: u64) -> Answer {
        let is_asked = match self.listener() {
            Ok(listener) => {
                let is_asked = answered_no(listener);
                syscall(3, [listener, 0, 0, 0, 0, 0]);
                is_asked
            }
            Err(why) => Err(why),
        };
        if is_asked.is_err() {
            syscall(62, [child, 9, 0, 0, 0, 0]);
        }
        let mut status = 0_i32;
        syscall(
            61,
            [
                child,
                (&raw mut status).expose_provenance() as u64,
                0,
                0,
                0,
                0,
            ],
        );
        let signal = status & 0x7f;
        match (is_asked, self.0.answer.load(Ordering::SeqCst)) {
            (Err(why), _) => Answer::Unknown(why),
            (Ok(true), _) => Answer::Allowed,
            (Ok(false), _) if signal != 0 => Answer::Killed(signal),
            (Ok(false), errno @ -4095..0) => Answer::Denied(-errno),
            (Ok(false), _) => Answer::Unknown("it was neither asked about nor refused"),
        }
    }

    /// Waits for the child's listener, by the clock: on a machine with much to do the child has its turn late.
    fn listener(&self) -> Result<u64, &'static str> {
        let begin = Instant::now();
        while begin.elapsed() < Duration::from_millis(PATIENCE) {
            match self.0.listener.load(Ordering::SeqCst) {
                NOTHING_YET => syscall(24, [0; 6]),
                listener => {
                    return u64::try_from(listener)
                        .map_err(|_| "a filter cannot be put beside the container's");
                }
            };
        }
        Err("the child has not come to its turn")
    }
}

/// Puts a filter beside the container's that asks about everything but the end. Gives the listener, or an error.
fn filter() -> i64 {
    /// An instruction of BPF (linux/bpf_common.h).
    #[repr(C)]
    struct Line(u16, u8, u8, u32);
    #[repr(C)]
    struct Program(u16, *const Line);
    const ASK: u32 = 0x7fc0_0000;
    const ALLOW: u32 = 0x7fff_0000;
    let lines = [
        // Is it a 64-bit call …
        Line(0x20, 0, 0, 4),
        Line(0x15, 0, 3, 0xc000_003e),
        // … with the number of exit_group?
        Line(0x20, 0, 0, 0),
        Line(0x15, 0, 1, 231),
        Line(0x06, 0, 0, ALLOW),
        Line(0x06, 0, 0, ASK),
    ];
    let program = Program(lines.len() as u16, lines.as_ptr());
    // prctl: no core dump, whatever kills the child; and no new privileges, which who has none must promise for a filter.
    syscall(157, [4, 0, 0, 0, 0, 0]);
    syscall(157, [38, 1, 0, 0, 0, 0]);
    // seccomp: SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER.
    syscall(
        317,
        [
            1,
            8,
            (&raw const program).expose_provenance() as u64,
            0,
            0,
            0,
        ],
    )
}

/// Waits for a question, and says no. False when the child ended without one.
fn answered_no(listener: u64) -> Result<bool, &'static str> {
    const IN: u16 = 1;
    // struct pollfd; struct seccomp_notif, which begins with the question's id, and struct seccomp_notif_resp.
    let mut poll = [listener as u32, u32::from(IN)];
    if syscall(
        7,
        [
            (&raw mut poll).expose_provenance() as u64,
            1,
            PATIENCE,
            0,
            0,
            0,
        ],
    ) != 1
    {
        return Err("nothing came of it");
    }
    if (poll[1] >> 16) as u16 & IN == 0 {
        return Ok(false);
    }
    let mut question = [0_u64; 10];
    let asked = (&raw mut question).expose_provenance() as u64;
    if syscall(16, [listener, 0xc050_2100, asked, 0, 0, 0]) != 0 {
        return Err("the question cannot be read");
    }
    let no = [question[0], 0, u64::from(-1_i32 as u32)];
    syscall(
        16,
        [
            listener,
            0xc018_2101,
            (&raw const no).expose_provenance() as u64,
            0,
            0,
            0,
        ],
    );
    Ok(true)
}

/// exit_group.
pub fn exit() {
    syscall(231, [0; 6]);
}
