//! `verify`: do running containers still keep what was promised?

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use serde::Deserialize;

use super::world::World;
use crate::cli::Format;
use crate::engine::Engine;
use crate::host::Host as _;
use crate::problem::Problem;
use crate::report::{self, sanitize::safe};
use crate::seal::{ANNOTATION, Promise, ambient, hook, live, register};

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
    Kept,
    Broken(Vec<String>),
}

struct Asked {
    names: Vec<String>,
    format: Format,
    store: Vec<OsString>,
}

pub(super) fn verify(words: &[OsString]) -> Result<ExitCode, Problem> {
    let asked = Asked::parse(words)?;
    let world = World::new()?;
    let mut scrubbed = crate::env::scrub(&world.environment, &[], &world.host);
    let engine = Engine::find(&world.host, world.site.engine.as_deref(), &scrubbed)?;
    // A containers.conf may send the question to another podman.
    let last = ambient::last_file(
        &world.host,
        engine.version(),
        &world.state_directory()?,
        &[],
    )?;
    if let Some(last) = last {
        scrubbed.set(ambient::OVERRIDE, last);
    }
    let engine = engine.with_environment(&scrubbed).with_store(asked.store);
    let containers = match containers(&engine, &asked.names) {
        Ok(containers) if containers.is_empty() => {
            report::message("safe-podman: no container is running\n");
            return Ok(ExitCode::from(NOTHING));
        }
        Ok(containers) => containers,
        Err(problem) => {
            report::message(&report::human::problem(&problem));
            return Ok(ExitCode::from(NOTHING));
        }
    };
    let found = containers
        .iter()
        .map(|container| Ok((container, look(container, &world)?)));
    let found: Vec<(&Container, Found)> = found.collect::<Result<_, Problem>>()?;
    report::data(&match asked.format {
        Format::Json => json(&found),
        Format::Human | Format::Sarif => human(&found),
    })?;
    let kept = found.iter().all(|(_, found)| matches!(found, Found::Kept));
    Ok(if kept {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(DIFFERENT)
    })
}

impl Asked {
    fn parse(words: &[OsString]) -> Result<Self, Problem> {
        let mut asked = Self {
            names: Vec::new(),
            format: Format::Human,
            store: Vec::new(),
        };
        let mut all = false;
        let mut words = words.iter().map(|word| word.to_string_lossy().into_owned());
        while let Some(word) = words.next() {
            let (flag, value) = match word.split_once('=') {
                Some((flag, value)) => (flag.to_owned(), Some(value.to_owned())),
                None => (word.clone(), None),
            };
            let mut value = || {
                value
                    .clone()
                    .or_else(|| words.next())
                    .ok_or_else(|| Problem::new(format!("{flag} needs a value")))
            };
            match flag.as_str() {
                "--all" => all = true,
                "--format" => {
                    asked.format = match value()?.as_str() {
                        "human" => Format::Human,
                        "json" => Format::Json,
                        other => {
                            return Err(Problem::new(format!("\"{other}\" is not a format"))
                                .instead("human or json"));
                        }
                    }
                }
                "--root" | "--runroot" | "--imagestore" | "--storage-driver" | "--storage-opt"
                | "--tmpdir" => {
                    let value = value()?;
                    asked.store.push(format!("{flag}={value}").into());
                }
                flag if flag.starts_with('-') => {
                    return Err(Problem::new(format!("verify has no option \"{flag}\""))
                        .instead("safe-podman verify [--all] [--format json] [CONTAINER…]"));
                }
                _ => asked.names.push(word),
            }
        }
        if all && !asked.names.is_empty() {
            return Err(
                Problem::new("--all and a container's name exclude each other")
                    .instead("leave one of them out"),
            );
        }
        Ok(asked)
    }
}

/// The containers of these names, or every running one.
fn containers(engine: &Engine, names: &[String]) -> Result<Vec<Container>, Problem> {
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

fn look(container: &Container, world: &World) -> Result<Found, Problem> {
    let annotations = container.settings.annotations.as_ref();
    let Some(text) = annotations.and_then(|all| all.get(ANNOTATION)) else {
        return Ok(Found::Unsealed);
    };
    if !container.state.running || container.state.pid == 0 {
        return Ok(Found::Broken(vec!["it is not running".to_owned()]));
    }
    let promise = match Promise::decode(text) {
        Ok(promise) => promise,
        Err(problem) => return Ok(Found::Broken(vec![problem.what])),
    };
    let host = &world.host;
    let (process, ours) = match (
        host.process(container.state.pid),
        host.process(std::process::id()),
    ) {
        (Ok(process), Ok(ours)) => (process, ours),
        (Err(problem), _) | (_, Err(problem)) => return Ok(Found::Broken(vec![problem.what])),
    };
    let mut differences: Vec<String> = live::check(&promise, &process, &ours)
        .iter()
        .map(|breach| format!("{} where {} was promised", breach.found, breach.promised))
        .collect();
    let bundle = container.config.parent().unwrap_or(&container.config);
    let around = hook::Around {
        host,
        program: &register::own_path(host)?,
        config_home: None,
        runtime: None,
    };
    match hook::differences(&around, bundle, &container.id) {
        Ok(more) => differences.extend(more.iter().map(|more| format!("started with {more}"))),
        Err(problem) => differences.push(problem.what),
    }
    Ok(if differences.is_empty() {
        Found::Kept
    } else {
        Found::Broken(differences)
    })
}

fn human(found: &[(&Container, Found)]) -> String {
    let mut out = String::new();
    for (container, found) in found {
        let name = safe(&container.name);
        match found {
            Found::Unsealed => {
                let _ = writeln!(out, "{name}: unsealed");
            }
            Found::Kept => {
                let _ = writeln!(out, "{name}: as promised");
            }
            Found::Broken(differences) => {
                let _ = writeln!(out, "{name}: not as promised");
                for difference in differences {
                    let _ = writeln!(out, "  {}", safe(difference));
                }
            }
        }
    }
    out
}

fn json(found: &[(&Container, Found)]) -> String {
    let row = |(container, found): &(&Container, Found)| {
        let (verdict, differences) = match found {
            Found::Unsealed => ("unsealed", &[][..]),
            Found::Kept => ("kept", &[][..]),
            Found::Broken(differences) => ("broken", differences.as_slice()),
        };
        serde_json::json!({"id": container.id, "name": container.name, "seal": verdict, "differences": differences})
    };
    let rows: Vec<_> = found.iter().map(row).collect();
    let document = serde_json::json!({"schema": "safe-podman/verify/1", "containers": rows});
    format!("{document:#}\n")
}
