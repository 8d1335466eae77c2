//! Our own hook, as a hook file and a `config.json` write it down, and what tells one hook from another.

use std::path::Path;

use serde_json::json;

use crate::digest::sha256;

/// The arguments of our hook.
pub(crate) const ARGUMENTS: [&str; 2] = ["safe-podman", "seal"];

/// The search path of the hook, which starts nothing: a hook file without an environment gets conmon's, `LD_PRELOAD`
/// and all.
pub(crate) const PATH: &str = "PATH=/usr/sbin:/usr/bin";

/// What tells one hook from another: the program alone is not enough, it may be a shell.
pub(crate) fn mark(program: &Path, args: &[String], env: &[String]) -> String {
    let whole = json!([program, args, env]).to_string();
    sha256(whole.as_bytes()).chars().take(32).collect()
}
