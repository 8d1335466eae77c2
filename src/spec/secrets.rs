//! Whose the files of secrets are.

use super::layers::Layers;
use super::runner::Runner;
use crate::origin::Setting;
use crate::podman::flags;
use crate::podman::value::secret::{Secret, SecretKind};
use crate::problem::Problem;

/// A mode that only the owner may read is meant for the program, and podman makes root the owner, whom nobody is here: the
/// container's user takes that place. Whoever names an owner means it.
pub(super) fn owned(layers: &Layers<'_>, runner: &Runner) -> Result<Vec<Setting<Secret>>, Problem> {
    let mut secrets: Vec<Setting<Secret>> = layers.list(&flags::SECRET, |new, old| new == old)?;
    for secret in &mut secrets {
        if let SecretKind::Mount {
            target: _,
            uid: uid @ None,
            gid: gid @ None,
            mode: Some(mode),
        } = &mut secret.value.kind
            && *mode & 0o004 == 0
        {
            (*uid, *gid) = (runner.uid, runner.gid);
        }
    }
    Ok(secrets)
}

#[cfg(test)]
mod tests {
    use crate::host::Fake;
    use crate::policy::level::Level;
    use crate::testing::judged_on;

    #[test]
    fn a_closed_secret_is_the_containers_users() {
        let host = Fake::rootful();
        for (said, told) in [
            ("s,mode=0400", "s,uid=7,gid=8,mode=400"),
            (
                "s,target=/etc/k,mode=0440",
                "s,target=/etc/k,uid=7,gid=8,mode=440",
            ),
            ("s,mode=0444", "s,mode=444"),
            ("s,uid=0,mode=0400", "s,uid=0,mode=400"),
            ("s,gid=9,mode=0440", "s,gid=9,mode=440"),
            ("s", "s"),
        ] {
            let args = ["--user=7:8", "--secret", said];
            let found = judged_on(&host, &args, Level::Baseline).argv;
            let told = format!("--secret={told}");
            assert!(found.contains(&told.clone().into()), "{told}: {found:?}");
        }
    }
}
