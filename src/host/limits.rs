//! Which limits of a container the kernel really holds here.

use super::cgroups::{CgroupVersion, Cgroups, SwapAccounting, UserManager};
use super::identity::Mode;

/// Does one limit hold?
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effectiveness {
    /// The kernel holds it.
    Effective,
    /// It would be ignored.
    Ineffective {
        /// Why.
        why: String,
        /// What makes it hold.
        instead: String,
    },
}

/// Which limits of a container hold here for this user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// `--memory`.
    pub memory: Effectiveness,
    /// `--memory-swap`.
    pub swap: Effectiveness,
    /// `--cpus`.
    pub cpus: Effectiveness,
    /// `--pids-limit`.
    pub pids: Effectiveness,
}

impl Limits {
    /// Judges the hierarchy for a user.
    pub fn of(cgroups: &Cgroups, mode: Mode) -> Self {
        if mode == Mode::Rootless && cgroups.version != CgroupVersion::V2 {
            return Self::none(
                "podman gives a user's containers no limits on control groups version 1",
                "boot with systemd.unified_cgroup_hierarchy=1, or run the container as root",
            );
        }
        if mode == Mode::Rootless && cgroups.user_manager == UserManager::Missing {
            return Self::none(
                "there is no systemd user session to make the container's control group in",
                "log in instead of using su, or let root type: loginctl enable-linger USER",
            );
        }
        let controller = |name: &str| {
            if cgroups.controllers.contains(name) {
                Effectiveness::Effective
            } else {
                missing_controller(name, mode)
            }
        };
        let memory = controller("memory");
        let swap = match (&memory, cgroups.swap_accounting) {
            (Effectiveness::Effective, SwapAccounting::Missing) => Effectiveness::Ineffective {
                why: "the kernel does not count swap per control group".into(),
                instead: "boot with swapaccount=1".into(),
            },
            _ => memory.clone(),
        };
        Self {
            memory,
            swap,
            cpus: controller("cpu"),
            pids: controller("pids"),
        }
    }

    /// No limit holds, all for the same reason.
    pub fn none(why: &str, instead: &str) -> Self {
        let ineffective = Effectiveness::Ineffective {
            why: why.into(),
            instead: instead.into(),
        };
        Self {
            memory: ineffective.clone(),
            swap: ineffective.clone(),
            cpus: ineffective.clone(),
            pids: ineffective,
        }
    }
}

fn missing_controller(name: &str, mode: Mode) -> Effectiveness {
    let (why, instead) = match mode {
        Mode::Rootless => (
            format!("the control group controller \"{name}\" is not delegated to users"),
            "let root type: systemctl edit user@.service, and add [Service] Delegate=cpu cpuset io memory pids".into(),
        ),
        Mode::Rootful => (
            format!("the control group controller \"{name}\" is not available"),
            format!("boot with cgroup_enable={name} and without cgroup_disable={name}"),
        ),
    };
    Effectiveness::Ineffective { why, instead }
}
