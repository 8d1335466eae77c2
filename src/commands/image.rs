//! The image before the run: pulled as `--pull` asks, then asked what it wants.

use super::context::Context;
use super::run::arguments;
use crate::cli::Output;
use crate::engine::Engine;
use crate::env::Scrubbed;
use crate::podman::image_config::ImageConfig;
use crate::problem::Problem;
use crate::spec::Spec;

/// Flags of a run that `podman pull` understands and needs.
const PULL_FLAGS: [&str; 12] = [
    "arch",
    "authfile",
    "cert-dir",
    "creds",
    "decryption-key",
    "os",
    "platform",
    "quiet",
    "retry",
    "retry-delay",
    "tls-verify",
    "variant",
];

/// When podman fetches an image, `podman-run(1)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Policy {
    Always,
    Missing,
    Never,
    Newer,
}

impl Policy {
    fn of(spec: &Spec) -> Result<Self, Problem> {
        let Some(given) = spec.passed("pull").last() else {
            return Ok(Self::Missing);
        };
        match given.value.to_ascii_lowercase().as_str() {
            "always" => Ok(Self::Always),
            "missing" | "ifmissing" | "ifnotpresent" | "" => Ok(Self::Missing),
            "never" => Ok(Self::Never),
            "newer" | "ifnewer" => Ok(Self::Newer),
            other => Err(
                Problem::new(format!("--pull: \"{other}\" is not a pull policy"))
                    .at(&given.origin)
                    .instead("always, missing, never or newer"),
            ),
        }
    }
}

/// Was the image fetched just now?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pulled {
    /// It was there.
    No,
    /// It was fetched, and what was judged must not be fetched again.
    Now,
}

impl Pulled {
    /// Keeps podman from fetching another image than the one that was judged.
    pub(super) fn settle(self, spec: &mut Spec) {
        if self == Self::Now {
            for given in spec
                .passed
                .iter_mut()
                .filter(|given| given.flag.long == "pull")
            {
                "never".clone_into(&mut given.value);
            }
        }
    }
}

/// What is known of the image.
pub(super) struct Image {
    /// Its config; none when there is no such image.
    pub(super) config: Option<ImageConfig>,
    /// Was it fetched just now?
    pub(super) pulled: Pulled,
}

impl Image {
    /// Asks podman, after the pull that `--pull` asks for; a dry run pulls nothing.
    pub(super) fn look(
        engine: &Engine,
        context: &Context,
        spec: &Spec,
        scrubbed: &Scrubbed,
        output: Output,
    ) -> Result<Self, Problem> {
        if spec.external_rootfs.is_some() {
            return Ok(Self {
                config: None,
                pulled: Pulled::No,
            });
        }
        let policy = Policy::of(spec)?;
        let reference = spec.image.value.to_string();
        let ask = || engine.image(&context.host, &reference);
        let pull = || {
            engine.pull(
                &reference,
                &arguments(spec, &PULL_FLAGS),
                &scrubbed.for_pull(&context.environment),
            )
        };
        let here = ask()?;
        match (policy, here) {
            (_, here) if output != Output::Run => Ok(Self {
                config: here,
                pulled: Pulled::No,
            }),
            (Policy::Never, here) | (Policy::Missing, here @ Some(_)) => Ok(Self {
                config: here,
                pulled: Pulled::No,
            }),
            (Policy::Newer, Some(here)) => {
                // An unreachable registry is no reason to stop when there is an image.
                let newer = pull().and_then(|()| ask()).ok().flatten();
                Ok(Self {
                    config: newer.or(Some(here)),
                    pulled: Pulled::Now,
                })
            }
            (Policy::Always | Policy::Missing | Policy::Newer, _) => {
                pull()?;
                Ok(Self {
                    config: ask()?,
                    pulled: Pulled::Now,
                })
            }
        }
    }
}
