//! The limit on the size of files, `RLIMIT_FSIZE`: the kernel ends whoever writes beyond it with SIGXFSZ.

use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};

fn beyond_the_limit() -> SigSet {
    SigSet::from(Signal::SIGXFSZ)
}

/// Lets a write of this process beyond the limit fail, which says what could not be written.
pub(crate) fn outlive_size_limit() {
    // Held back, not ignored: what we become has it as it was.
    let _ = beyond_the_limit().thread_block();
}

/// Takes back what was held back, which would end this process as soon as exec lets signals through.
pub(super) fn forget() {
    let flags = SfdFlags::SFD_NONBLOCK | SfdFlags::SFD_CLOEXEC;
    if let Ok(held) = SignalFd::with_flags(&beyond_the_limit(), flags) {
        let _ = held.read_signal();
    }
}

#[cfg(test)]
mod tests {
    use nix::sys::signal::raise;

    use super::*;

    #[test]
    fn what_is_held_back_is_forgotten() {
        outlive_size_limit();
        // It would end this process, now or in the next line.
        raise(Signal::SIGXFSZ).unwrap();
        forget();
        let _ = beyond_the_limit().thread_unblock();
    }
}
