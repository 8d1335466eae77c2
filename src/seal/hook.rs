//! The hook: what the OCI runtime calls before the container's process exists.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::breach::{self, Breach};
use super::check::{Comparison, compare};
use super::observed::Waiting;
use super::sealed::Sealed;
use super::words::list;
use super::{ambient, reason};
use crate::host::Host;
use crate::problem::Problem;

/// The most that is read of the state, in bytes.
pub(crate) const MAX_STATE: u64 = 4 << 20;

/// The state of a container as the runtime tells its hooks: OCI runtime-spec, `runtime.md`.
#[derive(Debug, Deserialize)]
struct RuntimeState {
    id: String,
    bundle: PathBuf,
    pid: Option<u32>,
}

/// What the hook found out.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum SealVerdict {
    /// Nothing was promised about this container.
    Unsealed,
    /// It is what was promised.
    Kept,
    /// It may not start, and why.
    Broken(String),
}

/// What the hook goes by besides the container.
pub(crate) struct HookContext<'a> {
    /// This host.
    pub host: &'a dyn Host,
    /// This program.
    pub program: &'a Path,
    /// `XDG_CONFIG_HOME`, where the runtime hands it on.
    pub config_home: Option<&'a Path>,
    /// The command line of the runtime; none when it cannot be read.
    pub runtime: Option<&'a [String]>,
}

/// Judges the container of a state; a refusal is left where podman looks for the runtime's last words.
pub(crate) fn judge(context: &HookContext<'_>, state: &[u8]) -> SealVerdict {
    let state: RuntimeState = match serde_json::from_slice(state) {
        Ok(state) => state,
        Err(error) => {
            return SealVerdict::Broken(format!("the runtime's state is not understood: {error}"));
        }
    };
    let verdict = match Sealed::read(context.host, &state.bundle) {
        Ok(Some(sealed)) => hold(context, &state, &sealed),
        Ok(None) => SealVerdict::Unsealed,
        Err(Problem {
            what,
            instead: Some(instead),
            ..
        }) => SealVerdict::Broken(format!("{what}: {instead}")),
        Err(problem) => SealVerdict::Broken(problem.what),
    };
    if let SealVerdict::Broken(why) = &verdict {
        let reason = format!("sealed: {why}");
        reason::leave(context.host, &state.bundle, &state.id, &reason);
    }
    verdict
}

fn hold(context: &HookContext<'_>, state: &RuntimeState, sealed: &Sealed) -> SealVerdict {
    let its = state.pid.map(|pid| context.host.mounts_of(pid));
    let tables = its.and_then(|its| Some((its.ok()?, context.host.mounts().ok()?)));
    let tables = tables.as_ref().map(|(its, ours)| (its.as_slice(), &**ours));
    let waiting = state.pid.zip(context.runtime);
    let waiting = waiting.map(|(pid, runtime)| Waiting {
        pid,
        runtime,
        tables,
    });
    let place = sealed.context(context.host, &state.id, &state.bundle);
    let observed = sealed.observed(place, context.program, waiting);
    let Comparison {
        breaches,
        unanswered,
    } = compare(&sealed.promise, &observed);
    match (breaches.as_slice(), unanswered.as_slice()) {
        ([], []) => match sealed.give(context.host) {
            Ok(()) => SealVerdict::Kept,
            Err(problem) => SealVerdict::Broken(problem.what),
        },
        // What cannot be told may be anything.
        ([], unanswered) => {
            let what = list(unanswered.iter().copied());
            SealVerdict::Broken(format!(
                "the container is not started, for nothing shows whether it keeps what was promised of {what}"
            ))
        }
        (breaches, _) => SealVerdict::Broken(sentence(context, breaches)),
    }
}

/// With the file and line of each key that is likely to have made a difference.
fn sentence(context: &HookContext<'_>, breaches: &[Breach]) -> String {
    let place = |key| ambient::files::find(context.host, key, context.config_home);
    let told = breach::tell(breaches, place);
    format!("the container is not started, for it is less confined than promised: {told}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use serde_json::{Value, json};

    use super::*;
    use crate::digest::sha256;
    use crate::host::{CgroupLimits, Fake, KernelMount, Process};
    use crate::seal::ANNOTATION;
    use crate::seal::promise::{Promise, PromisedFilter, PromisedSeccomp};
    use crate::testing::Told;

    const PROFILE: &str = r#"{"defaultAction": "SCMP_ACT_ERRNO",
        "syscalls": [{"names": ["read", "write", "exit_group"], "action": "SCMP_ACT_ALLOW"}]}"#;
    const KEPT: &str = "/var/lib/safe-podman/filter.json";

    fn promise() -> Promise {
        let mut promise: Promise =
            serde_json::from_str(include_str!("fixtures/promise.json")).unwrap();
        promise.seccomp = PromisedSeccomp::Filter(PromisedFilter {
            file: KEPT.into(),
            sha256: sha256(PROFILE.as_bytes()),
        });
        promise
    }

    fn document() -> Value {
        let mut document: Value =
            serde_json::from_str(include_str!("fixtures/config.json")).unwrap();
        document["annotations"][ANNOTATION] = promise().encode().unwrap().into();
        document
    }

    /// What the hook says of a document on a host.
    fn said(host: Fake, document: &str, runtime: Option<&[String]>) -> Vec<String> {
        let promised = serde_json::from_str::<Value>(include_str!("fixtures/config.json")).unwrap();
        let group = promised["linux"]["cgroupsPath"]
            .as_str()
            .unwrap()
            .to_owned();
        let id = group.rsplit('-').next().unwrap();
        let bundle = format!("/var/lib/containers/storage/overlay-containers/{id}/userdata");
        let host = host.file(format!("{bundle}/config.json"), 0, 0o600, document);
        let context = HookContext {
            host: &host,
            program: Path::new("/usr/bin/safe-podman"),
            config_home: None,
            runtime,
        };
        let state = json!({"id": id, "bundle": bundle, "pid": 1});
        match judge(&context, state.to_string().as_bytes()) {
            SealVerdict::Broken(why) => vec![format!("sealed: {why}")],
            other => vec![format!("{other:?}")],
        }
    }

    #[test]
    fn what_podman_will_print() {
        let runtime: Vec<String> = ["runc", "create"].map(str::to_owned).into();
        let host = || Fake::rootful().file(KEPT, 0, 0o600, PROFILE);
        let mut told = Told::default();
        let mut tell = |title: &str, host: Fake, document: &Value, runtime| {
            told.lines(title, &said(host, &document.to_string(), runtime));
        };
        let runtime = Some(runtime.as_slice());
        tell(
            "as promised but for the limits of process 1",
            host(),
            &document(),
            runtime,
        );
        let waiting = |root: &str| {
            let mount = KernelMount {
                point: root.into(),
                ..KernelMount::default()
            };
            let cgroup = CgroupLimits {
                memory: Some(536_870_912),
                swap: Some(536_870_912),
                nano_cpus: Some(1_000_000_000),
                pids: Some(256),
            };
            let mounts = vec![mount];
            host().with_process(
                1,
                Process {
                    mounts,
                    cgroup,
                    ..Process::default()
                },
            )
        };
        let root = document()["root"]["path"].as_str().unwrap().to_owned();
        tell("as promised", waiting(&root), &document(), runtime);
        let elsewhere = waiting("/elsewhere");
        tell(
            "mounted nobody knows where",
            elsewhere,
            &document(),
            runtime,
        );
        let conf = |line: &str| {
            let text = format!("[containers]\n{line}\n");
            host().file("/etc/containers/containers.conf", 0, 0o644, text)
        };
        let mut more = document();
        let list = more["process"]["env"].as_array_mut().unwrap();
        list.extend([json!("FOO=secret"), json!("BAR=secret")]);
        tell(
            "two variables of a containers.conf",
            conf("env = [\"FOO=secret\"]"),
            &more,
            runtime,
        );
        tell("two variables of nobody's", host(), &more, runtime);
        more["linux"]["maskedPaths"] = json!([]);
        more["process"]["noNewPrivileges"] = false.into();
        more["process"]["user"] = json!({"uid": 0, "gid": 0});
        more["process"]["oomScoreAdj"] = json!(-5);
        tell(
            "more than are told",
            conf("env = [\"FOO=secret\"]"),
            &more,
            runtime,
        );
        tell(
            "a command line that cannot be read",
            host(),
            &document(),
            None,
        );
        tell("no profile", Fake::rootful(), &document(), runtime);
        let other = Fake::rootful().file(KEPT, 0, 0o600, "{}");
        tell("another profile", other, &document(), runtime);
        let mut old = document();
        old["annotations"][ANNOTATION] = "eyJ2ZXJzaW9uIjo5OX0".into();
        tell("a promise of another release", host(), &old, runtime);
        old["annotations"][ANNOTATION] = "x".into();
        tell("a promise that is none", host(), &old, runtime);
        let mut unknown = document();
        unknown["linux"]["newKey"] = true.into();
        tell("a key that is not known", host(), &unknown, runtime);
        tell("no document", host(), &json!("x"), runtime);
        let mut unsealed = document();
        unsealed["annotations"] = json!({});
        tell("nothing promised", host(), &unsealed, runtime);
        insta::assert_snapshot!("hook", told.text());
    }
}
