//! What holds for every text, whoever wrote it.

use super::*;

/// Capabilities of the one container, more than most have.
const CAPABILITIES: [&str; 2] = ["CAP_NET_ADMIN", "CAP_SYS_ADMIN"];

/// A profile that is read says the same when it is written again; its filter is no wider than itself, and without a call
/// or with few calls it is no wider than before.
///
/// # Panics
/// Where that does not hold.
pub fn holds(bytes: &[u8]) {
    let Ok(profile) = SeccompProfile::parse(bytes) else {
        return;
    };
    let again = SeccompProfile::parse(profile.to_json().as_bytes());
    assert_eq!(again.as_ref(), Ok(&profile), "written again, it is another");
    let arch = Arch::native().expect("this machine has an architecture");
    let filter = |profile: &SeccompProfile| profile.resolve(arch, &CAPABILITIES);
    let whole = filter(&profile);
    if whole.compile().is_err() {
        return;
    }
    assert_eq!(whole.wider_than(&whole), [], "it is wider than itself");
    let names = ["ptrace", "socket", "mount"].map(|name| name.parse().expect("a system call"));
    let made = [
        SeccompProfile::denying(&profile, &names),
        SeccompProfile::allowing(&profile, &names),
    ];
    for made in made {
        assert_eq!(filter(&made).wider_than(&whole), [], "less is wider");
    }
}
