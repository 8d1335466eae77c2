//! A system call filter, read back from the kernel.
//!
//! safe-podman forbids itself unsafe code. ptrace(2) reads filters through a pointer, and nobody offers a safe function for
//! that, so the one call is a crate of its own: this page is all that there is to audit.

use std::io;

/// `PTRACE_SECCOMP_GET_FILTER` of linux/ptrace.h, on every architecture.
const GET_FILTER: libc::c_uint = 0x420c;
/// The kernel's `BPF_MAXINSNS`: the most instructions of a program.
const MOST: usize = 4096;
/// The size of linux/filter.h's `struct sock_filter`.
const INSTRUCTION: usize = 8;

/// The program of the filter with this number, counted from the oldest, 0, as an array of linux/filter.h's
/// `struct sock_filter`. The calling thread traces the thread `pid`, which stands still.
///
/// # Errors
/// The kernel's: `ENOENT` behind the newest filter, `EACCES` without `CAP_SYS_ADMIN` or under a filter, `EINVAL` where the
/// thread has none or the kernel was built without `CONFIG_CHECKPOINT_RESTORE`, `EMEDIUMTYPE` for what is no classic BPF,
/// `ESRCH` when the thread is not traced by us, does not stand still, or is gone.
pub fn read(pid: u32, number: usize) -> io::Result<Vec<u8>> {
    let pid = libc::pid_t::try_from(pid).map_err(|_| io::ErrorKind::InvalidInput)?;
    let mut program = vec![0; MOST.saturating_mul(INSTRUCTION)];
    // SAFETY: the kernel takes `number` as it is and writes the instructions of one program from the pointer on. It has
    // accepted no program of more than BPF_MAXINSNS instructions of 8 bytes, so all of it fits into the buffer, which is ours
    // alone and outlives the call. It writes bytes, and asks for no alignment.
    let length = unsafe { libc::ptrace(GET_FILTER, pid, number, program.as_mut_ptr()) };
    let length = usize::try_from(length).map_err(|_| io::Error::last_os_error())?;
    program.truncate(length.saturating_mul(INSTRUCTION));
    Ok(program)
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_is_not_traced_is_not_read() {
        let ours = super::read(std::process::id(), 0).map_err(|error| error.raw_os_error());
        assert_eq!(ours, Err(Some(libc::ESRCH)));
        let nobody = super::read(u32::MAX, 0).map_err(|error| error.kind());
        assert_eq!(nobody, Err(std::io::ErrorKind::InvalidInput));
    }
}
