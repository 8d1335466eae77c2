//! What a promise depends on besides the spec.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::host::Host;
use crate::podman::image_config::ImageConfig;
use crate::seal::promise::{Descriptors, PromisedSeccomp};

/// What a promise depends on besides the spec.
pub(crate) struct PromiseInputs<'a> {
    /// This host: device numbers and files of variables.
    pub host: &'a dyn Host,
    /// The image's config, where podman knows it.
    pub image: Option<&'a ImageConfig>,
    /// The seccomp profile that was judged, as kept.
    pub seccomp: PromisedSeccomp,
    /// Do the limits hold here?
    pub limits: LimitsHere,
    /// Namespaces that may be the host's although they are joined, by OCI's names.
    pub hosts_joined: BTreeSet<String>,
    /// The hooks that may run beside ours, by their [`mark`](crate::seal::own_hook::mark).
    pub hooks: BTreeSet<String>,
    /// Does podman get sockets to hand on (`LISTEN_FDS`)?
    pub sockets: Descriptors,
    /// `volume_path` of the containers.conf that apply.
    pub volume_path: Option<PathBuf>,
    /// Their `init_path`; only root can change that program.
    pub init_path: Option<PathBuf>,
}

/// Do the limits of the control group hold on this host?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LimitsHere {
    /// They must.
    Held,
    /// Somebody overrode that they do not.
    Waived,
}
