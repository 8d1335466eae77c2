//! `seal`: the hook that the OCI runtime calls, and what a run does for it.

use std::ffi::OsString;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::context::Context;
use super::prepare::Prepared;
use crate::engine::Engine;
use crate::env::{Environment, Scrubbed};
use crate::host::{Host as _, System};
use crate::log::Log;
use crate::origin::Origin;
use crate::podman::image_config::ImageConfig;
use crate::policy::engine::Verdict;
use crate::problem::Problem;
use crate::report;
use crate::rule_id::RuleId;
use crate::seal::ambient::Ambient;
use crate::seal::hook::{self, HookContext, SealVerdict};
use crate::seal::make::{LimitsHere, PromiseInputs};
use crate::seal::promise::Descriptors;
use crate::seal::register::{self, Registered};
use crate::seal::{self, ambient};
use crate::spec::Spec;
use crate::spec::argv::Line;

/// The rule whose override says that limits do not hold here.
const LIMITS_RULE: RuleId = RuleId::LimitNotEffective;

/// The hook: silent and 0, or the reason on standard error and 1.
pub(super) fn seal(words: &[OsString]) -> Result<ExitCode, Problem> {
    if !words.is_empty() {
        return Err(Problem::new(
            "seal takes no arguments: the OCI runtime calls it as a hook",
        ));
    }
    let host = System;
    let mut state = Vec::new();
    let read = std::io::stdin()
        .take(hook::MAX_STATE)
        .read_to_end(&mut state);
    read.map_err(|error| Problem::new(format!("the runtime's state cannot be read: {error}")))?;
    let runtime = host.parent_words();
    let environment = Environment::from_process();
    let config_home = environment.get("XDG_CONFIG_HOME").map(Path::new);
    let context = HookContext {
        host: &host,
        program: &register::own_path(&host)?,
        config_home: config_home.filter(|path| path.is_absolute()),
        runtime: runtime.as_deref(),
    };
    match hook::judge(&context, &state) {
        SealVerdict::Unsealed | SealVerdict::Kept => Ok(ExitCode::SUCCESS),
        SealVerdict::Broken(why) => {
            report::message(&format!("sealed: {}\n", report::sanitize::safe(&why)));
            Log::default().sealed(&why, host.identity().owner.uid);
            Ok(ExitCode::FAILURE)
        }
    }
}

/// What a run prepares before podman is asked anything.
pub(super) struct Prelude {
    pub(super) ambient: Ambient,
    registered: Registered,
}

/// Registers the hook and takes out of the containers.conf files what no flag takes back.
pub(super) fn prelude(
    spec: &Spec,
    engine: &Engine,
    scrubbed: &mut Scrubbed,
    context: &Context,
) -> Result<Prelude, Problem> {
    let (host, state) = (&context.host, context.state_directory()?);
    let asked: Vec<PathBuf> = spec
        .passed("hooks-dir")
        .map(|given| given.base.join(&given.value))
        .collect();
    // The hook knows the place in the passwd file's home by itself.
    let usual = host.identity().home.map(|home| home.join(".config"));
    let config_home = ambient::files::config_home(host, scrubbed);
    let config_home = config_home.filter(|config| usual.as_ref() != Some(config));
    let registered = register::register(host, &state, config_home.as_deref(), &asked)?;
    let directories = &registered.directories;
    let ambient = ambient::neutralise(host, engine.version(), scrubbed, &state, directories)?;
    if let Some(file) = &ambient.overriding {
        scrubbed.set(ambient::OVERRIDE, file);
    }
    Ok(Prelude {
        ambient,
        registered,
    })
}

/// What `create` says where nobody would hold the promise: the container starts without this program.
pub(super) fn unsealed_start(prelude: &Prelude, context: &Context) -> Option<String> {
    let configured = prelude.ambient.hooks_dir.as_deref();
    let note = "podman start will not hold the container to its promise, because the hook is not installed: make install";
    (!register::is_installed(&context.host, configured))
        .then(|| report::human::remark("seal", note))
}

/// Puts the promise and the hook on podman's command line.
pub(super) fn put(
    lines: &mut Vec<Line>,
    ready: &Prepared,
    image: Option<&ImageConfig>,
    scrubbed: &Scrubbed,
    prelude: &Prelude,
    context: &Context,
) -> Result<(), Problem> {
    let spec = &ready.spec;
    let Prelude {
        ambient,
        registered,
    } = prelude;
    if let Some(taken) = spec
        .annotation
        .iter()
        .find(|a| a.value.key == seal::ANNOTATION)
    {
        return Err(
            Problem::new("this annotation carries the promise of the run")
                .at(&taken.origin)
                .instead("leave it out"),
        );
    }
    let promise = seal::promise(
        spec,
        &PromiseInputs {
            host: &context.host,
            image,
            seccomp: ready.seccomp.promised(spec, context)?,
            limits: limits(ready),
            hooks: registered.hooks.clone(),
            sockets: match scrubbed.get("LISTEN_FDS") {
                Some(_) => Descriptors::Passed,
                None => Descriptors::None,
            },
            volume_path: ambient.volume_path.clone(),
            init_path: ambient.init_path.clone(),
        },
    )?;
    lines.retain(|line| line.flag != "hooks-dir");
    for directory in &registered.directories {
        insert(lines, "hooks-dir", directory.display().to_string());
    }
    insert(
        lines,
        "annotation",
        format!("{}={}", seal::ANNOTATION, promise.encode()?),
    );
    let (flag, file) = ambient::MOUNTS_FLAG;
    if !lines.iter().any(|line| line.flag == flag) {
        insert(lines, flag, file.to_owned());
    }
    Ok(())
}

fn limits(ready: &Prepared) -> LimitsHere {
    let waived = ready.judgement.findings.iter().any(|finding| {
        finding.rule.id == LIMITS_RULE && matches!(finding.verdict, Verdict::Allowed { .. })
    });
    if waived {
        LimitsHere::Waived
    } else {
        LimitsHere::Held
    }
}

/// Adds a line after those of its name.
fn insert(lines: &mut Vec<Line>, flag: &'static str, value: String) {
    let at = lines
        .iter()
        .position(|line| line.flag > flag)
        .unwrap_or(lines.len());
    let origin = Origin::Baseline;
    lines.insert(
        at,
        Line {
            flag,
            value,
            origin,
        },
    );
}
