//! What is remembered of an image is forgotten as soon as the store says anything else.
//!
//! Nothing is remembered of a store that flags name, so these tests need podman's own place for it: the home of a user made
//! for this run.

use std::fs;
use std::os::unix::fs::chown;
use std::path::PathBuf;
use std::process::Command;

use crate::engine::{Engine, IMAGE};
use crate::harness::{Skip, Tested, tests};
use crate::image::rootfs;
use crate::process::{Said, said};

tests!(fn(&Engine) -> Tested: every_change_of_the_store_is_noticed);

const NAME: &str = "localhost/cached";

/// The user's own store.
struct Own<'a> {
    engine: &'a Engine,
    profile: String,
    cache: PathBuf,
}

impl<'a> Own<'a> {
    fn new(engine: &'a Engine) -> Result<Self, Skip> {
        let cache = engine
            .cache_dir()
            .ok_or_else(|| Skip::new("the caller's own store is not for tests"))?;
        Ok(Self {
            engine,
            profile: engine.profile("cached", "user: image\n"),
            cache: cache.join("images.json"),
        })
    }

    fn podman(&self, args: &[&str], stdin: &[u8]) -> Said {
        said(self.engine.patient("podman").args(args), stdin)
    }

    fn import(&self, name: &str, user: &str) {
        let change = format!("USER {user}");
        let args = ["import", "--quiet", "--change", &change, "-", name];
        self.podman(&args, rootfs()).ok();
    }

    /// `id -u` in a container of the image's own user.
    fn run(&self, flags: &[&str]) -> Said {
        let mut safe: Command = self.engine.storeless_command("run");
        safe.args(["--rm", "--quiet", "--network=none", &self.profile]);
        said(safe.args(flags).args([NAME, "id", "-u"]), &[])
    }

    #[track_caller]
    fn runs_as(&self, uid: &str) {
        let safe = self.run(&[]);
        assert_eq!(safe.stdout, format!("{uid}\n"), "{safe:#?}");
    }

    /// Writes what would be remembered, with another user.
    fn lie(&self) {
        let known = fs::read_to_string(&self.cache).unwrap();
        assert!(known.contains("\"user\":\"998\""), "{known}");
        fs::write(
            &self.cache,
            known.replace("\"user\":\"998\"", "\"user\":\"1234\""),
        )
        .unwrap();
    }
}

fn every_change_of_the_store_is_noticed(engine: &Engine) -> Tested {
    let own = Own::new(engine)?;
    own.import(NAME, "998");
    own.runs_as("998");
    own.lie();
    own.runs_as("1234"); // It was remembered: podman was not asked.
    fs::write(&own.cache, "{\"state\":").unwrap();
    own.runs_as("998"); // No cache of ours.
    own.lie();
    chown(&own.cache, Some(0), Some(0)).unwrap();
    own.runs_as("998"); // Not the user's own.
    fs::remove_file(&own.cache).unwrap();
    own.runs_as("998");

    own.import("localhost/other", "997");
    own.podman(&["tag", "localhost/other", NAME], &[]).ok();
    own.runs_as("997"); // Another image of this name.
    own.import(NAME, "0");
    let root = own.run(&[]);
    assert!(
        root.code == 125 && root.stderr.contains("USER is not root"),
        "{root:#?}"
    );
    own.podman(&["rmi", "--force", NAME], &[]).ok();
    let gone = own.run(&["--pull=never"]);
    assert!(gone.code == 125 && gone.stdout.is_empty(), "{gone:#?}");

    own.import(NAME, "998");
    own.runs_as("998");
    // The same name in the engine's other store.
    engine.podman(["tag", IMAGE, NAME]).ok();
    let mut safe = engine.safe_command("run");
    safe.args(["--rm", "--network=none", "--user=996", NAME, "id", "-u"]);
    assert_eq!(said(&mut safe, &[]).ok(), "996\n");
    own.podman(&["rmi", "--force", NAME, "localhost/other"], &[])
        .ok();
    Ok(())
}
