//! What `verify` says of a running container: both sources together.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
use super::running::{kept, ours};
use super::*;
use crate::digest::sha256;
use crate::host::Process;
use crate::problem::Problem;
use crate::seal::ANNOTATION;
use crate::seal::promise::{PromisedFilter, PromisedNamespace, PromisedSeccomp};
use crate::seal::verify::{FilterSource, Running, Seen, look};
use crate::seccomp::{Arch, FilterAction, SeccompProfile};

const FILTER: &str = "/var/lib/safe-podman/filter.json";
const PID: u32 = 7;

fn sealed() -> Promise {
    let mut promise = promised();
    promise.seccomp = PromisedSeccomp::Filter(PromisedFilter {
        file: FILTER.into(),
        sha256: sha256(PROFILE),
    });
    promise
}

/// The process 1 of the container, but for a file that is named by its id.
fn first() -> Process {
    let mut process = kept();
    process.mounts.pop();
    process
}

/// What is told of a document and the processes in its container, the first of them its process 1.
fn told(
    promise: &Promise,
    document: Option<&Value>,
    processes: &[Process],
) -> Result<Vec<String>, Problem> {
    let host = Fake::rootful()
        .file(FILTER, 0, 0o600, PROFILE)
        .with_process(std::process::id(), ours());
    let host = processes
        .iter()
        .zip(PID..)
        .fold(host, |host, (process, pid)| {
            host.with_process(pid, process.clone())
        });
    let host = document.into_iter().fold(host, |host, document| {
        let path = bundle().join("config.json");
        host.file(path, 0, 0o600, document.to_string())
    });
    seen(&host, promise).map(|seen| seen.differences)
}

fn seen(host: &Fake, promise: &Promise) -> Result<Seen, Problem> {
    let running = Running {
        host,
        program: Path::new("/usr/bin/safe-podman"),
        id: &id(),
        bundle: &bundle(),
        pid: PID,
    };
    look(&running, promise)
}

/// The document with something done to it, and the promise in it.
fn carrying(change: impl FnOnce(&mut Value)) -> Value {
    let mut document = document();
    document["annotations"][ANNOTATION] = sealed().encode().unwrap().into();
    change(&mut document);
    document
}

#[test]
fn each_sentence_says_where_the_difference_is() {
    let promise = sealed();
    let document = carrying(|_| ());
    let root = Process {
        uid: 0,
        name: "sh".to_owned(),
        ..first()
    };
    let on_host = Process {
        namespaces: ours().namespaces,
        ..root.clone()
    };
    let said = |processes: &[Process]| told(&promise, Some(&document), processes).unwrap();
    let uid = "its uid is 0, but 65532 was promised";
    assert_eq!(said(&[first(), first(), on_host]), [""; 0]);
    assert_eq!(said(std::slice::from_ref(&root)), [uid]);
    let both = [first(), first(), root.clone()];
    assert_eq!(said(&both), [format!("process 9 (sh): {uid}")]);
    // The processes of the host's pid namespace are no container's.
    let mut open = sealed();
    let host = PromisedNamespace::Host;
    open.namespaces.insert("pid".to_owned(), host);
    assert_eq!(told(&open, Some(&document), &both).unwrap(), [""; 0]);
    let changed = carrying(|document| document["process"]["user"]["uid"] = 0.into());
    let found = told(&promise, Some(&changed), &[root]).unwrap();
    assert_eq!(
        found,
        [uid.to_owned(), format!("in its config.json: {uid}")]
    );
}

#[test]
fn what_cannot_be_read_is_not_kept() {
    let document = carrying(|_| ());
    let none = carrying(|document| document["annotations"] = json!({}));
    for (document, processes, why) in [
        (Some(&document), &[][..], "no process 7"),
        (Some(&none), &[first()], "has no promise"),
        (None, &[first()], "config.json"),
    ] {
        let problem = told(&sealed(), document, processes).unwrap_err();
        assert!(problem.what.contains(why), "{problem}");
    }
}

/// Whatever its `config.json` says by now: what the kernel holds is what counts, and where it does not say, that is told.
#[test]
fn the_filter_in_the_kernel_is_held_against_the_promise() {
    let promise = sealed();
    let host = Fake::rootful()
        .file(FILTER, 0, 0o600, PROFILE)
        .with_process(std::process::id(), ours())
        .with_process(PID, first())
        .file(
            bundle().join("config.json"),
            0,
            0o600,
            carrying(|_| ()).to_string(),
        );
    let promised = SeccompProfile::parse(PROFILE).unwrap();
    let promised = promised.resolve(Arch::native().unwrap(), &[]);
    let mut open = promised.clone();
    open.default = FilterAction::Allow;
    open.rules.clear();
    let (program, open) = (promised.program().unwrap(), open.program().unwrap());
    let with = |programs: &[&Vec<u8>]| {
        let programs = programs.iter().map(|program| (*program).clone());
        seen(
            &host.clone().with_filters(PID, programs.collect()),
            &promise,
        )
        .unwrap()
    };
    for kept in [&[&program][..], &[&open, &program], &[&program, &open]] {
        let seen = with(kept);
        assert_eq!(
            (seen.differences.as_slice(), seen.filter),
            (&[][..], Some(FilterSource::Kernel))
        );
    }
    for (broken, why) in [
        (
            &[&open][..],
            "the seccomp filter that the kernel holds for it is wider (",
        ),
        (&[&vec![0; 8]][..], "is not understood"),
    ] {
        let seen = with(broken);
        let [difference] = seen.differences.as_slice() else {
            panic!("{seen:?}")
        };
        assert!(difference.contains(why), "{difference}");
    }
    let silent = FilterSource::Config("this kernel gives none".to_owned());
    let relies = seen(&host, &promise).unwrap();
    assert_eq!(
        (relies.differences.as_slice(), relies.filter),
        (&[][..], Some(silent))
    );
    // Where there is none, nobody is stopped to read it.
    let bare = host.with_process(
        PID,
        Process {
            seccomp: 0,
            ..first()
        },
    );
    assert_eq!(seen(&bare, &promise).unwrap().filter, None);
}
