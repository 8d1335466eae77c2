//! `verify`: do running containers still keep what was promised?

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use serde::Deserialize;

use crate::cli::{self, Format, RunOptions, Subcommand};
use crate::engine::{Engine, Engines};
use crate::host::Host;
use crate::origin::Origin;
use crate::plan::{Answers, Context, Draft, Request};
use crate::podman::flags::{self, NeededBy};
use crate::policy::engine::{Finding, Refusal, Verdict};
use crate::problem::Problem;
use crate::report::{self, sanitize::safe};
use crate::rule_id::RuleId;
use crate::seal::verify::{self, FilterSource, Running};
use crate::seal::{ANNOTATION, Promise, ambient, register};

/// Exit code: something is weaker than promised, or promised nothing.
const DIFFERENT: u8 = 1;
/// Exit code: nothing could be looked at.
const NOTHING: u8 = 2;

/// A container as `podman inspect` shows it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Container {
    id: String,
    name: String,
    state: State,
    #[serde(rename = "OCIConfigPath", default)]
    config: PathBuf,
    #[serde(rename = "Config")]
    settings: Settings,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct State {
    pid: u32,
    running: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Settings {
    #[serde(default)]
    annotations: Option<BTreeMap<String, String>>,
}

/// What was found about one container.
enum Found {
    Unsealed,
    Kept {
        /// What a promise that is made now would hold besides.
        missing: Option<&'static str>,
        filter: Option<FilterSource>,
    },
    Broken {
        differences: Vec<String>,
        filter: Option<FilterSource>,
    },
}

struct Asked {
    names: Vec<String>,
    format: Format,
    store: Vec<OsString>,
    allow: Vec<OsString>,
}

/// `safe-podman verify WORDS`: 0 when all are as promised, 1 when one is not, 2 when nothing could be looked at.
///
/// # Errors
/// The result could not be written.
pub(super) fn verify(
    words: &[OsString],
    engines: &dyn Engines,
    host: &dyn Host,
) -> Result<ExitCode, Problem> {
    let asked = match Asked::parse(words) {
        Ok(Some(asked)) => asked,
        Ok(None) => {
            report::data(&cli::help(Subcommand::Verify))?;
            return Ok(ExitCode::SUCCESS);
        }
        Err(problem) => return Ok(nothing(&problem)),
    };
    let looked = Context::of_process(host).and_then(|context| {
        let refused = refused(words, &asked, &context)?;
        if refused.is_empty() {
            return look_at_all(&asked, engines, &context).map(Some);
        }
        for (finding, why) in &refused {
            report::message(&report::human::refusal(finding, why));
        }
        Ok(None)
    });
    let found = match looked {
        Ok(Some(found)) => found,
        Ok(None) => return Ok(ExitCode::from(NOTHING)),
        Err(problem) => return Ok(nothing(&problem)),
    };
    report::data(&match asked.format {
        Format::Json => json(&found),
        Format::Human => human(&found),
    })?;
    let kept = found
        .iter()
        .all(|(_, found)| matches!(found, Found::Kept { .. }));
    Ok(if kept {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(DIFFERENT)
    })
}

fn nothing(problem: &Problem) -> ExitCode {
    report::message(&report::human::problem(problem));
    ExitCode::from(NOTHING)
}

/// What the rules have against the place of the store, in which somebody else may answer for podman: judged as the same flags
/// of a run are.
fn refused(
    words: &[OsString],
    asked: &Asked,
    context: &Context<'_>,
) -> Result<Vec<(Finding, Refusal)>, Problem> {
    if asked.store.is_empty() {
        return Ok(Vec::new());
    }
    let image = OsString::from("localhost/none");
    let run: Vec<OsString> = asked
        .store
        .iter()
        .chain(&asked.allow)
        .cloned()
        .chain([image])
        .collect();
    let said = RunOptions::parse(&run, cli::RUN_OPTIONS, &context.directory)?;
    let request = Request::new(&said, &context.library(), Vec::new())?;
    let judged = Draft::new(&request, Answers::default(), context)?.judge(context)?;
    let findings = judged.judgement().findings.iter();
    let of_store = findings.filter(|finding| finding.rule.id == RuleId::StorageRedirect);
    Ok(of_store
        .filter_map(|finding| match &finding.verdict {
            Verdict::Refused(why) => Some((as_typed(finding, words), why.clone())),
            _ => None,
        })
        .collect())
}

/// The finding with the place of its flag among the words that were typed.
fn as_typed(finding: &Finding, words: &[OsString]) -> Finding {
    let mut finding = finding.clone();
    if let Origin::Argument { index, text } = &mut finding.origin {
        let flag = text.split('=').next().unwrap_or(text);
        let is_it = |word: &OsString| {
            word.to_str()
                .is_some_and(|word| word.split('=').next() == Some(flag))
        };
        *index = words
            .iter()
            .position(is_it)
            .map_or(*index, |at| at.saturating_add(1));
    }
    finding
}

fn look_at_all(
    asked: &Asked,
    engines: &dyn Engines,
    context: &Context<'_>,
) -> Result<Vec<(Container, Found)>, Problem> {
    let mut scrubbed = crate::env::scrub(&context.environment, context.host);
    let mut engine = engines.find(context.host, context.site.engine.as_deref(), &scrubbed)?;
    // A containers.conf may send the question to another podman.
    let state = context.state_directory()?;
    if let Some(last) = ambient::last_file(context.host, engine.version(), &state, &[])? {
        scrubbed.set(ambient::OVERRIDE, last);
    }
    engine.enter(&scrubbed, asked.store.clone());
    let containers = containers(engine.as_ref(), &asked.names)?;
    if containers.is_empty() {
        return Err(Problem::new("no container is running")
            .instead("name one, or start one with safe-podman run"));
    }
    let look = |container: Container| {
        let found = look(&container, context);
        (container, found)
    };
    Ok(containers.into_iter().map(look).collect())
}

impl Asked {
    /// None when help was asked for.
    fn parse(words: &[OsString]) -> Result<Option<Self>, Problem> {
        let said = match cli::matches(Subcommand::Verify, words) {
            Ok(said) => said,
            Err(error) if !error.use_stderr() => return Ok(None),
            Err(error) => return Err(super::misunderstood(&error)),
        };
        let store = flags::all().filter(|flag| flag.needed_by == NeededBy::Store);
        let store = store.flat_map(|flag| {
            let name = flag.long;
            let switch = matches!(said.try_get_one::<bool>(name), Ok(Some(true)));
            let values = said.try_get_many::<String>(name).ok().flatten();
            let values = values.into_iter().flatten().cloned();
            let values = values.chain(switch.then(|| "true".to_owned()));
            values.map(move |value| OsString::from(format!("--{name}={value}")))
        });
        let format = said.get_one::<String>("format").map(String::as_str);
        Ok(Some(Self {
            names: said
                .get_many::<String>("container")
                .into_iter()
                .flatten()
                .cloned()
                .collect(),
            format: if format == Some("json") {
                Format::Json
            } else {
                Format::Human
            },
            store: store.collect(),
            allow: said
                .get_many::<String>("allow")
                .into_iter()
                .flatten()
                .map(|allow| OsString::from(format!("--allow={allow}")))
                .collect(),
        }))
    }
}

/// The containers of these names, or every running one.
fn containers(engine: &dyn Engine, names: &[String]) -> Result<Vec<Container>, Problem> {
    let running;
    let names = if names.is_empty() {
        let answer = engine.ask(&["ps", "--quiet", "--no-trunc"], "list containers")?;
        running = String::from_utf8_lossy(&answer)
            .split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>();
        running.as_slice()
    } else {
        names
    };
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let question: Vec<&str> = ["container", "inspect", "--"]
        .into_iter()
        .chain(names.iter().map(String::as_str))
        .collect();
    let answer = engine.ask(&question, "inspect the containers")?;
    serde_json::from_slice(&answer).map_err(|error| {
        Problem::new(format!(
            "podman's description of the containers is not understood: {error}"
        ))
    })
}

fn look(container: &Container, context: &Context<'_>) -> Found {
    let annotations = container.settings.annotations.as_ref();
    let Some(text) = annotations.and_then(|all| all.get(ANNOTATION)) else {
        return Found::Unsealed;
    };
    if !container.state.running || container.state.pid == 0 {
        return Found::broken("it is not running".to_owned());
    }
    let seen = Promise::decode(text).and_then(|promise| {
        let running = Running {
            host: context.host,
            program: &register::own_path(context.host)?,
            id: &container.id,
            bundle: container.config.parent().unwrap_or(&container.config),
            pid: container.state.pid,
        };
        Ok((verify::look(&running, &promise)?, promise.is_missing()))
    });
    match seen {
        Ok((seen, missing)) if seen.differences.is_empty() => Found::Kept {
            missing,
            filter: seen.filter,
        },
        Ok((seen, _)) => Found::Broken {
            differences: seen.differences,
            filter: seen.filter,
        },
        Err(problem) => Found::broken(problem.what),
    }
}

impl Found {
    /// For this one reason, before anything was compared.
    fn broken(why: String) -> Self {
        Self::Broken {
            differences: vec![why],
            filter: None,
        }
    }

    fn filter(&self) -> Option<&FilterSource> {
        match self {
            Self::Kept { filter, .. } | Self::Broken { filter, .. } => filter.as_ref(),
            Self::Unsealed => None,
        }
    }
}

fn about_filter(source: &FilterSource) -> String {
    match source {
        FilterSource::Kernel => "its system call filter was read from the kernel".to_owned(),
        FilterSource::Config(why) => format!(
            "its system call filter is known from its config.json only, and from the kernel that it has one: {why}"
        ),
    }
}

fn human(found: &[(Container, Found)]) -> String {
    let mut out = String::new();
    for (container, found) in found {
        let name = safe(&container.name);
        match found {
            Found::Unsealed => {
                let _ = writeln!(out, "{name}: unsealed");
            }
            Found::Kept { missing, .. } => {
                let _ = writeln!(out, "{name}: as promised");
                if let Some(missing) = missing {
                    let _ = writeln!(
                        out,
                        "  an older safe-podman promised it, and not {missing}: make it again to hold that too"
                    );
                }
            }
            Found::Broken { differences, .. } => {
                let _ = writeln!(out, "{name}: not as promised");
                for difference in differences {
                    let _ = writeln!(out, "  {}", safe(difference));
                }
            }
        }
        if let Some(source) = found.filter() {
            let _ = writeln!(out, "  {}", safe(&about_filter(source)));
        }
    }
    out
}

fn json(found: &[(Container, Found)]) -> String {
    let row = |(container, found): &(Container, Found)| {
        let (verdict, differences) = match found {
            Found::Unsealed => ("unsealed", &[][..]),
            Found::Kept { .. } => ("kept", &[][..]),
            Found::Broken { differences, .. } => ("broken", differences.as_slice()),
        };
        let missing = match found {
            Found::Kept { missing, .. } => *missing,
            Found::Unsealed | Found::Broken { .. } => None,
        };
        serde_json::json!({
            "id": container.id,
            "name": container.name,
            "seal": verdict,
            "differences": differences,
            "filter": found.filter().map(|source| match source {
                FilterSource::Kernel => "kernel",
                FilterSource::Config(_) => "config.json",
            }),
            "renewal": missing,
        })
    };
    let rows: Vec<_> = found.iter().map(row).collect();
    let document = serde_json::json!({"schema": "safe-podman/verify/1", "containers": rows});
    format!("{document:#}\n")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::engine::fake::FakeEngine;
    use crate::host::Fake;
    use crate::podman::version::Version;
    use crate::testing::Told;

    #[test]
    fn every_verdict_in_both_formats() {
        let container = |name: &str| Container {
            id: "0a".repeat(32),
            name: name.to_owned(),
            state: State {
                pid: 7,
                running: true,
            },
            config: PathBuf::new(),
            settings: Settings { annotations: None },
        };
        let differences = ["its uid is 0, but 998 was promised", "\u{1b}[2Jit hides"];
        let found = [
            (
                container("kept"),
                Found::Kept {
                    missing: None,
                    filter: Some(FilterSource::Kernel),
                },
            ),
            (
                container("old"),
                Found::Kept {
                    missing: Some("where its mounts lie"),
                    filter: None,
                },
            ),
            (container("plain"), Found::Unsealed),
            (
                container("weak"),
                Found::Broken {
                    differences: differences.map(str::to_owned).into(),
                    filter: Some(FilterSource::Config("process 7 traces it".to_owned())),
                },
            ),
        ];
        let mut told = Told::default();
        told.printed("human", &human(&found));
        told.printed("json", &json(&found));
        insta::assert_snapshot!("verify", told.text());
    }

    /// What stands in somebody's own store answers for podman there.
    #[test]
    fn another_store_is_judged_before_podman_is_asked() {
        let engine = FakeEngine::new(Version(5, 4, 2));
        let host = Fake::rootful();
        let run = |words: &[&str]| {
            let words: Vec<OsString> = words.iter().map(OsString::from).collect();
            let asked = Asked::parse(&words).unwrap().unwrap();
            let context = Context::of_process(&host).unwrap();
            let refused = refused(&words, &asked, &context).unwrap();
            let origins = refused
                .iter()
                .map(|(finding, _)| finding.origin.to_string());
            (
                verify(&words, &engine, &host).unwrap(),
                origins.collect::<Vec<_>>(),
            )
        };
        let at = |place: &str| vec![format!("command line, {place}")];
        for (words, refused) in [
            (&["--root=/x"][..], at("argument 1: --root=/x")),
            (&["web", "--tmpdir", "/x"], at("argument 2: --tmpdir=/x")),
            (
                &["--root=/x", "--allow=host-network=x"],
                at("argument 1: --root=/x"),
            ),
        ] {
            assert_eq!(run(words), (ExitCode::from(NOTHING), refused), "{words:?}");
            assert!(engine.calls().is_empty(), "{words:?}");
        }
        assert_eq!(
            run(&["--root=/x", "--allow=storage-redirect=a disk of its own"]).1,
            [""; 0]
        );
        assert!(!engine.calls().is_empty());
    }
}
