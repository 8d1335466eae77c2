//! Input that arrives and output that is read while the program runs.

use crate::becoming::{IMAGE, podman};
use crate::harness::{Tested, tests};

tests!(fn() -> Tested:
    a_reader_that_goes_away_is_no_failure,
    a_mount_made_between_two_rows_is_seen,
);

fn a_reader_that_goes_away_is_no_failure() -> Tested {
    let gone = || podman().shell("exec > >(exec true); wait $!");
    for words in [
        &["run", "--dry-run", IMAGE][..],
        &["rules"],
        &["seccomp", "show"],
        &["--help"],
    ] {
        let ended = gone().run(words)?;
        assert!(ended.code == 0 && ended.stderr.is_empty(), "{ended:#?}");
    }
    // There is no verdict about the rows that nobody read.
    let rows = "podman run localhost/x\n".repeat(1000);
    let ended = gone().stdin(rows.as_bytes());
    let ended = ended.run(["check", "--commands", "-"])?;
    assert!(ended.code == 125 && ended.stderr.is_empty(), "{ended:#?}");
    Ok(())
}

fn a_mount_made_between_two_rows_is_seen() -> Tested {
    let row = format!("podman run -v $PWD/d:/d:ro,rbind {IMAGE}");
    let feed = format!(
        "mkdir -p d/inner
         exec < <(echo '{row}'; sleep 1; mount --bind /usr d/inner; echo '{row}')"
    );
    let checked = podman().shell(&feed);
    let checked = checked.run(["check", "--format=json", "--commands", "-"])?;
    let subjects: serde_json::Value = serde_json::from_str(&checked.stdout).unwrap();
    let is_found = |row: usize| {
        let findings = subjects["subjects"][row]["findings"].to_string();
        findings.contains("/d/inner")
    };
    assert!(!is_found(0) && is_found(1), "{checked:#?}");
    Ok(())
}
