//! `--device` with a terminal of the host.

use crate::policy::devices::{DeviceClass, of_class};
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::TerminalDevice,
    title: "the container would get a terminal of the host",
    severity: Severity::High,
    why: "whoever holds a terminal can put key strokes into it (TIOCSTI) and read what is shown: commands in somebody else's \
          shell",
    instead: "-t gives the container a terminal of its own",
    references: &["CIS 5.18", "ioctl_tty(2)", "CVE-2016-7545"],
    bad: &["--device=/dev/tty1"],
    good: &["-t"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    let terminals = of_class(spec, facts, &[DeviceClass::Terminal]);
    let hit = |path: &std::path::Path| {
        format!(
            "the container would get the host's terminal \"{}\"",
            path.display()
        )
    };
    terminals
        .into_iter()
        .map(|found| Hit::refuse(hit(&found.path), found.origin))
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::host::{Fake, FileKind};
    use crate::policy::level::Level;
    use crate::testing::{judged_on, refused, silent};

    #[test]
    fn terminals_consoles_and_their_memory() {
        for device in [
            "/dev/tty",
            "/dev/tty0",
            "/dev/ttyS0",
            "/dev/console",
            "/dev/pts/0",
            "/dev/pts",
            "/dev/ptmx",
            "/dev/vcs1",
        ] {
            refused("terminal-device", &["--device", device]);
        }
        for device in ["/dev/ttyUSB0", "/dev/ttyACM1", "/dev/null:/dev/tty"] {
            silent("terminal-device", &["--device", device]);
        }
    }

    #[test]
    fn through_a_link() {
        let host = Fake::rootful()
            .node("/dev/pts/3", FileKind::CharDevice, 1000, 0o620)
            .link("/dev/stdin", "/dev/pts/3");
        assert!(
            judged_on(&host, &["--device=/dev/stdin"], Level::Baseline)
                .judgement
                .is_refused()
        );
    }
}
