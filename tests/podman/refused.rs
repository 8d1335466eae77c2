//! safe-podman on a real engine, where nothing may start.

use crate::engine::{Engine, IMAGE};
use crate::harness::{Tested, tests};

tests!(fn(&Engine) -> Tested: an_unknown_flag_starts_nothing);

fn an_unknown_flag_starts_nothing(engine: &Engine) -> Tested {
    let marker = engine.work_dir().join("started");
    let volume = format!("--volume={}:/data:rw", engine.work_dir().display());
    let said = engine.safe([&volume, "--no-such-flag", IMAGE, "touch", "/data/started"]);
    assert_eq!(said.code, 125, "{said:#?}");
    assert!(!marker.exists());
    // The same without the unknown flag would have left its mark.
    engine
        .plain([&volume, "--network=none", IMAGE, "touch", "/data/started"])
        .ok();
    assert!(marker.exists());
    std::fs::remove_file(marker).unwrap();
    Ok(())
}
