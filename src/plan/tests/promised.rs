//! What the seal is told.

use super::*;
use crate::digest::sha256;
use crate::engine::InspectedContainer;
use crate::podman::releases::hooks::DIRECTORIES;
use crate::seal::promise::{PromisedFilter, PromisedSeccomp};
use crate::seal::{ANNOTATION, Promise, register};
use crate::seccomp::Floor;

const OWN: &str = r#"{"defaultAction":"SCMP_ACT_KILL","syscalls":[]}"#;

fn promise(plan: &Plan) -> Promise {
    let mut lines = plan.lines().iter();
    let promise = lines.find_map(|line| line.value.strip_prefix(&format!("{ANNOTATION}=")));
    Promise::decode(promise.unwrap()).unwrap()
}

fn kept(bytes: &[u8]) -> PromisedFilter {
    let sha256 = sha256(bytes);
    let file = format!("/var/lib/safe-podman/{sha256}.json").into();
    PromisedFilter { file, sha256 }
}

/// A container that runs with the host's network, or was made to.
fn hosts() -> InspectedContainer {
    InspectedContainer {
        modes: [("net", "host".to_owned())].into(),
        ..InspectedContainer::default()
    }
}

#[test]
fn whom_a_container_joins_is_asked_and_promised() {
    let engine = || FakeEngine::new(NEW).with_container("web", hosts());
    let joins = ["--network=container:web", "localhost/x"];
    let rules = refusing(go(&engine(), Pulling::AsAsked, &joins));
    assert!(rules.contains(&"host-network".to_owned()), "{rules:?}");
    let allowed = [&["--allow=host-network=why"][..], &joins].concat();
    let plan = planned(go(&engine(), Pulling::AsAsked, &allowed));
    assert_eq!(promise(&plan).hosts_joined, ["network".to_owned()].into());
    // Nobody knows that one: podman will say so, and the hook judges what it becomes meanwhile.
    let engine = FakeEngine::new(NEW);
    let plan = planned(go(&engine, Pulling::AsAsked, &joins));
    assert!(promise(&plan).hosts_joined.is_empty());
    assert!(engine.calls().contains(&"container web".to_owned()));
}

#[test]
fn the_filter_that_was_judged_is_given_and_promised() {
    let host = host().file("/srv/app/own.json", 0, 0o644, OWN);
    let context = context(&host, &Environment::default(), Site::default());
    let own = kept(OWN.as_bytes());
    let own_file = own.file.display().to_string();
    let floor = kept(Floor::default().profile().to_json().as_bytes());
    let usual = floor.file.display().to_string();
    for (words, file, promised) in [
        (&[][..], &*usual, PromisedSeccomp::Filter(floor.clone())),
        (
            &["--security-opt=seccomp=own.json"],
            &own_file,
            PromisedSeccomp::Filter(own),
        ),
        (
            &[
                "--security-opt=seccomp=unconfined",
                "--allow=seccomp-unconfined=why",
            ],
            "unconfined",
            PromisedSeccomp::Unconfined,
        ),
        (
            &["--privileged", "--allow=privileged=why"],
            &usual,
            PromisedSeccomp::Unconfined,
        ),
    ] {
        let words = [words, &["localhost/x"]].concat();
        let plan = planned(go_on(
            &context,
            &FakeEngine::new(NEW),
            Pulling::AsAsked,
            &words,
        ));
        let option = format!("--security-opt=seccomp={file}");
        assert!(has(&plan, &option), "{option}: {:?}", plan.command());
        assert_eq!(promise(&plan).seccomp, promised, "{words:?}");
        if let PromisedSeccomp::Filter(filter) = promised {
            let name = format!("{}.json", filter.sha256);
            let kept = host
                .recall(Path::new("/var/lib/safe-podman"), &name)
                .unwrap();
            assert_eq!(
                sha256(&kept),
                filter.sha256,
                "what is kept is what was judged"
            );
        }
    }
}

#[test]
fn a_limit_that_this_host_lacks_is_promised_to_nobody() {
    let whole = host();
    let mut cgroups = whole.cgroups();
    cgroups.controllers.remove("pids");
    let lacking = host().with_cgroups(cgroups);
    let warning = Site::parse("mode: warn", "policy.yaml").unwrap();
    let allow = "--allow=limit-not-effective=why";
    for (host, site, words, pids) in [
        (&whole, Site::default(), &["localhost/x"][..], Some(256)),
        (&lacking, Site::default(), &[allow, "localhost/x"], None),
        (&lacking, warning, &["localhost/x"], None),
    ] {
        let context = context(host, &Environment::default(), site);
        let plan = planned(go_on(
            &context,
            &FakeEngine::new(NEW),
            Pulling::AsAsked,
            words,
        ));
        assert_eq!(promise(&plan).limits.pids, pids, "{words:?}");
        assert!(promise(&plan).limits.memory.is_some(), "{words:?}");
    }
}

#[test]
fn the_last_configuration_file_is_ours() {
    let plan = planned(go(
        &FakeEngine::new(NEW),
        Pulling::AsAsked,
        &["localhost/x"],
    ));
    let file = plan.ambient().overriding.as_deref().unwrap();
    let told = plan.scrubbed().get("CONTAINERS_CONF_OVERRIDE");
    assert_eq!(told, Some(file.as_os_str()));
}

#[test]
fn the_hook_is_told_of_a_configuration_that_it_would_not_find() {
    for (config, is_told) in [
        (None, false),
        (Some("/home/ann/.config"), false),
        (Some("/home/ann/other"), true),
    ] {
        let host = on(Fake::rootless()).directory("/home/ann/other", 1000, 0o700);
        let environment = Environment::new(config.map(|path| ("XDG_CONFIG_HOME", path)), 7);
        let context = context(&host, &environment, Site::default());
        let outcome = go_on(
            &context,
            &FakeEngine::new(NEW),
            Pulling::AsAsked,
            &["localhost/x"],
        );
        let plan = planned(outcome);
        let ours = plan
            .lines()
            .iter()
            .rfind(|line| line.flag == &flags::HOOKS_DIR);
        let directory = Path::new(&ours.unwrap().value);
        let hook = host.recall(directory, register::FILE).unwrap();
        let hook = String::from_utf8(hook).unwrap();
        assert_eq!(
            hook.contains("XDG_CONFIG_HOME=/home/ann/other"),
            is_told,
            "{hook}"
        );
        assert_eq!(hook.contains("XDG_CONFIG_HOME"), is_told, "{hook}");
    }
}

#[test]
fn a_later_start_is_sealed_where_the_hook_is_installed() {
    let hook = register::document(Path::new("/usr/bin/safe-podman"), None).to_string();
    let directory = DIRECTORIES[0].what;
    let installed = host().file(format!("{directory}/safe-podman.json"), 0, 0o644, hook);
    for (host, is_sealed) in [(host(), false), (installed, true)] {
        let context = context(&host, &Environment::default(), Site::default());
        let outcome = go_on(
            &context,
            &FakeEngine::new(OLD),
            Pulling::AsAsked,
            &["localhost/x"],
        );
        assert_eq!(planned(outcome).starts_sealed(&context), is_sealed);
    }
}

#[test]
fn a_promise_that_is_too_long_is_what_the_message_is_about() {
    let names: Vec<String> = (0..6000).map(|n| format!("A_VARIABLE_{n}=1")).collect();
    let host = host().file("/srv/app/many.env", 0, 0o600, names.join("\n"));
    let context = context(&host, &Environment::default(), Site::default());
    let words = ["--env-file=many.env", "localhost/x"];
    let stopped = go_on(&context, &FakeEngine::new(NEW), Pulling::AsAsked, &words);
    let problem = stopped.err().unwrap();
    assert!(problem.what.contains("128 KiB"), "{problem}");
}

#[test]
fn a_command_line_has_an_end() {
    for (flag, count, what) in [
        ("--tmpfs=/a", 1001, "1000 mounts"),
        ("--env=A", 5000, "5000 flags"),
    ] {
        let mut words: Vec<String> = (0..count).map(|n| format!("{flag}{n}=1")).collect();
        words.push("localhost/x".into());
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let problem = go(&FakeEngine::new(NEW), Pulling::AsAsked, &words)
            .err()
            .unwrap();
        assert!(problem.what.contains(what), "{problem}");
    }
}
