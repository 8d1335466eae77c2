//! A program that has capabilities of its own, which the container does not.

use crate::caps::{Cap, CapArg, Class};
use crate::origin::{Origin, Setting};
use crate::podman::flags;
use crate::policy::capabilities::grants;
use crate::policy::facts::Facts;
use crate::policy::program::{Program, Programs, programs};
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::{Spec, Switch};

/// What opens nothing but ports below 1024, and in a network of the container's own only that one's.
const HARMLESS: &str = "NET_BIND_SERVICE";

pub(super) static RULE: Rule = Rule {
    id: RuleId::FileCapability,
    title: "the program that starts has capabilities that the container lacks",
    severity: Severity::Medium,
    why: "the kernel refuses to start a program whose file has the effective bit and a capability outside of the bounding \
          set: exec fails with \"operation not permitted\", whoever the user is",
    instead: "add the one that it has: --cap-add=NET_BIND_SERVICE; or take it from the file when the image is built: \
              RUN setcap -r /usr/bin/caddy",
    references: &["capabilities(7)", "setcap(8)"],
    bad: &["--entrypoint=/usr/bin/caddy"],
    good: &["--entrypoint=/usr/bin/caddy", "--cap-add=NET_BIND_SERVICE"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    if spec.privileged.value == Switch::On {
        return Vec::new();
    }
    let Programs { mut first, later } = programs(spec, facts);
    let mut hits = Vec::new();
    // The kernel looks at the capabilities of the last one alone, a script's interpreter.
    hits.extend(first.pop().and_then(|program| {
        let missing = missing(spec, facts, &program)?;
        Some(judge(spec, facts, &program, &missing, Hit::refuse))
    }));
    for program in later {
        // Not every script starts what the next words name.
        if let (true, Some(missing)) = (hits.is_empty(), missing(spec, facts, &program)) {
            hits.push(judge(spec, facts, &program, &missing, Hit::warn));
        }
    }
    hits
}

/// The capabilities without which a program is not started and that are not in the bounding set.
fn missing(spec: &Spec, facts: &Facts<'_>, program: &Program<'_>) -> Option<Vec<Cap>> {
    // Every mount is nosuid, where no file has capabilities.
    if program.mount.is_some() {
        return None;
    }
    let files = facts.host.image_files(&facts.image?.layers);
    let has = files.capabilities(&program.path)?;
    let granted = |wanted| spec.cap_add.iter().any(|cap| cap.value == wanted);
    let needed = |cap: &Cap| has.permitted >> cap.capability().index() & 1 != 0;
    let needed = Cap::all().filter(needed);
    let missing: Vec<Cap> = needed
        .filter(|cap| !granted(CapArg::All) && !granted(CapArg::One(*cap)))
        .collect();
    (has.effective && !missing.is_empty()).then_some(missing)
}

fn judge(
    spec: &Spec,
    facts: &Facts<'_>,
    program: &Program<'_>,
    missing: &[Cap],
    hit: fn(String, &Origin) -> Hit,
) -> Hit {
    let names: Vec<String> = missing.iter().map(Cap::to_string).collect();
    let what = format!(
        "\"{}\" has the file capability {}, without which the kernel does not start it",
        program.path.display(),
        names.join(", ")
    );
    let flags: Vec<String> = names
        .iter()
        .map(|name| format!("--cap-add={name}"))
        .collect();
    let flags = flags.join(" ");
    if let ([cap], true) = (missing, has_own_network(spec))
        && cap.to_string() == HARMLESS
    {
        let added = Setting::new(CapArg::One(*cap), Origin::Image("file capability"));
        let fix = move |spec: &mut Spec| spec.cap_add.push(added.clone());
        return Hit::rewrite(what, &program.origin, flags.clone(), fix).instead(flags);
    }
    let without = format!(
        "an image without it: RUN setcap -r {}",
        program.path.display()
    );
    let allows = allows(spec, facts, missing);
    let instead = if allows.is_empty() {
        format!("{flags}; or {without}")
    } else {
        format!("{without}; or, where the program must have it, {flags}{allows}")
    };
    hit(what, &program.origin).instead(instead)
}

/// The overrides without which the capabilities would be refused, each behind a blank.
fn allows(spec: &Spec, facts: &Facts<'_>, missing: &[Cap]) -> String {
    let mut with = spec.clone();
    let missing = missing
        .iter()
        .map(|cap| Setting::baseline(CapArg::One(*cap)));
    with.cap_add = missing.collect();
    let grants = grants(&with, facts);
    let speaks = |class, rule: RuleId| {
        let against = grants.iter().any(|grant| grant.class == class);
        against.then(|| format!(" --allow {rule}=\"why it is needed\""))
    };
    let escape = speaks(Class::Escape, RuleId::CapHostEscape);
    let privilege = speaks(Class::Privilege, RuleId::CapPrivilege);
    escape.into_iter().chain(privilege).collect()
}

fn has_own_network(spec: &Spec) -> bool {
    let mut pods = [&flags::POD, &flags::POD_ID_FILE].into_iter();
    spec.network.iter().all(|network| network.value.is_own())
        && !pods.any(|flag| spec.passed(flag).next().is_some())
}

#[cfg(test)]
mod tests {
    use crate::host::Fake;
    use crate::podman::image_config::ImageConfig;
    use crate::policy::engine::{Finding, Verdict};
    use crate::policy::level::Level;
    use crate::testing::{NET_BIND_SERVICE, TestRun, Verdicts};

    const CAPABILITY: &str = "security.capability";

    fn host(attribute: &[u8]) -> Fake {
        Fake::rootful()
            .file("/layers/1/usr/bin/caddy", 0, 0o755, "")
            .with_attribute("/layers/1/usr/bin/caddy", CAPABILITY, attribute)
            .file("/srv/bin/caddy", 0, 0o755, "")
            .with_attribute("/srv/bin/caddy", CAPABILITY, attribute)
    }

    fn image() -> ImageConfig {
        ImageConfig {
            layers: vec!["/layers/1".into()],
            cmd: vec!["caddy".to_owned(), "run".to_owned()],
            ..ImageConfig::default()
        }
    }

    /// An image whose program has these capabilities.
    fn judge_as(attribute: &[u8], args: &[&str], level: Level) -> Verdicts {
        let host = host(attribute);
        let run = TestRun {
            image: Some(image()),
            level,
            ..TestRun::on(&host)
        };
        run.judge(args)
    }

    fn found(attribute: &[u8], args: &[&str]) -> Vec<Finding> {
        let findings = judge_as(attribute, args, Level::Baseline)
            .judgement
            .findings;
        let is_it = |finding: &Finding| finding.rule.id.name() == "file-capability";
        findings.into_iter().filter(is_it).collect()
    }

    /// The attribute with these bits in its first word.
    fn having(low: u32) -> Vec<u8> {
        let words = [0x0200_0001, low, 0, 0, 0];
        words.iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    #[test]
    fn what_opens_low_ports_is_added() {
        let judged = judge_as(&NET_BIND_SERVICE, &[], Level::Baseline);
        assert!(!judged.judgement.is_refused());
        let added = |argv: &[std::ffi::OsString]| {
            argv.iter().any(|word| word == "--cap-add=NET_BIND_SERVICE")
        };
        assert!(added(&judged.argv), "{:?}", judged.argv);
        let judged = judge_as(&NET_BIND_SERVICE, &[], Level::Restricted);
        assert!(judged.judgement.is_refused());
        let what = &found(&NET_BIND_SERVICE, &[])[0].what;
        assert!(what.contains("\"/usr/bin/caddy\""), "{what}");
    }

    #[test]
    fn what_opens_more_is_asked_for() {
        let host_network = ["--network=host", "--allow=host-network=a test"];
        for (attribute, args, instead) in [
            (
                having(1 << 10),
                &host_network[..],
                "--cap-add=NET_BIND_SERVICE; or",
            ),
            (
                having(1 << 10),
                &["--pod=web"],
                "--cap-add=NET_BIND_SERVICE; or",
            ),
            (
                having(1 << 13),
                &[],
                "--cap-add=NET_RAW --allow cap-privilege=\"why",
            ),
            (
                having(1 << 21),
                &[],
                "--cap-add=SYS_ADMIN --allow cap-host-escape=",
            ),
            (
                having(1 << 10 | 1 << 13),
                &["--cap-add=NET_BIND_SERVICE"],
                "--cap-add=NET_RAW --allow",
            ),
            (
                having(1 << 10 | 1 << 8),
                &[],
                "--cap-add=SETPCAP --cap-add=NET_BIND_SERVICE",
            ),
        ] {
            let found = found(&attribute, args);
            assert!(matches!(found[0].verdict, Verdict::Refused(_)), "{found:?}");
            assert!(
                found[0].instead.contains(instead),
                "{instead}: {}",
                found[0].instead
            );
        }
    }

    #[test]
    fn what_a_launcher_starts_is_noted() {
        let start = |words: &[&str], attribute: &[u8]| {
            let launched = |attribute| {
                let host = host(attribute)
                    .file("/layers/1/sbin/tini", 0, 0o755, "\x7fELF")
                    .file("/layers/1/bin/sh", 0, 0o755, "\x7fELF")
                    .file("/layers/1/start", 0, 0o755, "#!/bin/sh\nexec \"$@\"\n");
                let image = ImageConfig {
                    entrypoint: words.iter().map(ToString::to_string).collect(),
                    ..image()
                };
                let run = TestRun {
                    image: Some(image),
                    ..TestRun::on(&host)
                };
                run.findings("file-capability", &[])
            };
            launched(attribute).pop().map(|found| found.verdict)
        };
        for words in [&["/sbin/tini", "--"][..], &["/start"], &["tini", "/start"]] {
            let added = start(words, &NET_BIND_SERVICE);
            assert!(
                matches!(added, Some(Verdict::Rewritten { .. })),
                "{words:?}: {added:?}"
            );
            let noted = start(words, &having(1 << 13));
            assert_eq!(noted, Some(Verdict::Noted), "{words:?}");
        }
        assert_eq!(start(&["sh"], &NET_BIND_SERVICE), None);
    }

    #[test]
    fn what_the_kernel_starts_is_left_alone() {
        let inheritable_only = having(0);
        let mut not_effective = NET_BIND_SERVICE;
        not_effective[0] = 0;
        for (attribute, args) in [
            (&NET_BIND_SERVICE[..], &["--cap-add=NET_BIND_SERVICE"][..]),
            (
                &NET_BIND_SERVICE,
                &["--cap-add=all", "--allow=cap-all=a test"],
            ),
            (
                &NET_BIND_SERVICE,
                &["--privileged", "--allow=privileged=a test"],
            ),
            (&NET_BIND_SERVICE, &["--entrypoint=/bin/sh"]),
            // Of a mount, which is nosuid, the kernel takes none.
            (&NET_BIND_SERVICE, &["-v", "/srv/bin:/usr/bin:ro"]),
            (&not_effective, &[]),
            (&inheritable_only, &[]),
        ] {
            assert!(found(attribute, args).is_empty(), "{args:?}");
        }
    }
}
