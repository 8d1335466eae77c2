//! The seccomp profiles of a run, read once: what is judged is what is promised and what podman gets.

use std::path::PathBuf;

use super::context::{Context, DefaultFilter};
use crate::digest::sha256;
use crate::host::{Host, Links, Opened};
use crate::problem::Problem;
use crate::seal::promise;
use crate::seccomp::{self, SeccompProfile};
use crate::spec::{Seccomp, Spec, Switch};

/// The most that is read of a seccomp profile, in bytes.
const MAX_BYTES: u64 = seccomp::MAX_BYTES as u64;

/// The profiles as they were read.
pub(super) struct FilterSource {
    default: DefaultFilter,
    /// The one of `--security-opt seccomp=FILE`.
    file: Option<Vec<u8>>,
}

impl FilterSource {
    /// Reads what the spec names.
    ///
    /// # Errors
    /// There is no default profile, others than root may change it, or a file cannot be read.
    pub(super) fn read(spec: &Spec, context: &Context<'_>) -> Result<Self, Problem> {
        let file = match &spec.seccomp.value {
            Seccomp::File(path) => {
                let read = context.host.open_file(path, MAX_BYTES, Links::Refuse);
                let opened = read.map_err(|error| Problem::from(error).at(&spec.seccomp.origin))?;
                Some(discreet(opened, context.host))
            }
            Seccomp::Default | Seccomp::Denying(_) | Seccomp::Allowing(_) | Seccomp::Unconfined => {
                None
            }
        };
        Ok(Self {
            default: context.default_filter()?.clone(),
            file,
        })
    }

    /// The default profile of this host.
    pub(super) fn default(&self) -> &[u8] {
        &self.default.bytes
    }

    /// The profile that a person named.
    pub(super) fn file(&self) -> Option<&[u8]> {
        self.file.as_deref()
    }

    /// Where the default profile stands.
    pub(super) fn default_path(&self) -> PathBuf {
        self.default.path.clone()
    }

    /// The file for podman: the host's own for the default, else a copy of what was judged, so that a later change of
    /// the original changes nothing.
    ///
    /// # Errors
    /// The copy cannot be kept.
    pub(super) fn place(&self, spec: &Spec, context: &Context<'_>) -> Result<PathBuf, Problem> {
        match &spec.seccomp.value {
            Seccomp::Default | Seccomp::Unconfined => Ok(self.default_path()),
            Seccomp::File(_) | Seccomp::Denying(_) | Seccomp::Allowing(_) => {
                Ok(keep(&self.bytes(spec)?, context)?.file)
            }
        }
    }

    /// The filter for the promise, kept so that the hook finds what was judged whenever the container starts.
    ///
    /// # Errors
    /// It cannot be kept.
    pub(super) fn promised(
        &self,
        spec: &Spec,
        context: &Context<'_>,
    ) -> Result<promise::PromisedSeccomp, Problem> {
        if spec.seccomp.value == Seccomp::Unconfined || spec.privileged.value == Switch::On {
            return Ok(promise::PromisedSeccomp::Unconfined);
        }
        keep(&self.bytes(spec)?, context).map(promise::PromisedSeccomp::Filter)
    }

    fn bytes(&self, spec: &Spec) -> Result<Vec<u8>, Problem> {
        let base = || {
            SeccompProfile::parse(&self.default.bytes)
                .map_err(|error| Problem::new(error.to_string()))
        };
        match (&spec.seccomp.value, &self.file) {
            (Seccomp::Default | Seccomp::Unconfined, _) => Ok(self.default.bytes.clone()),
            (Seccomp::File(path), None) => {
                Err(Problem::new(format!("\"{}\" was not read", path.display())))
            }
            (Seccomp::File(_), Some(bytes)) => Ok(bytes.clone()),
            (Seccomp::Denying(names), _) => Ok(SeccompProfile::denying(&base()?, names)
                .to_json()
                .into_bytes()),
            (Seccomp::Allowing(names), _) => Ok(SeccompProfile::allowing(&base()?, names)
                .to_json()
                .into_bytes()),
        }
    }
}

/// What is wrong with a profile is said with words of its own, which are for those who may read it: to everybody else one
/// that cannot be used is as one that is empty.
fn discreet(opened: Opened, host: &dyn Host) -> Vec<u8> {
    if host.may_show(&opened) || SeccompProfile::parse(&opened.bytes).is_ok() {
        opened.bytes
    } else {
        Vec::new()
    }
}

fn keep(bytes: &[u8], context: &Context<'_>) -> Result<promise::PromisedFilter, Problem> {
    let sha256 = sha256(bytes);
    let name = format!("{sha256}.json");
    let file = context
        .host
        .keep(&context.state_directory()?, &name, bytes)?;
    Ok(promise::PromisedFilter { file, sha256 })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::host::Fake;

    #[test]
    fn what_only_root_may_read_is_not_told() {
        let host = Fake::rootful()
            .file("/srv/open.json", 0, 0o644, "\"secret\"")
            .file("/srv/shut.json", 0, 0o600, "\"secret\"");
        let read = |path: &str| {
            let opened = host.open_file(Path::new(path), MAX_BYTES, Links::Refuse);
            discreet(opened.unwrap(), &host)
        };
        assert_eq!(read("/srv/open.json"), b"\"secret\"");
        assert_eq!(read("/srv/shut.json"), b"");
    }
}
