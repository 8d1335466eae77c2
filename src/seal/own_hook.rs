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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_of_a_hook_makes_it_another() {
        let words = |words: &[&str]| {
            words
                .iter()
                .map(|word| (*word).to_owned())
                .collect::<Vec<_>>()
        };
        let mut marks: Vec<String> = [
            ("/bin/sh", &["a", "b"][..], &["c"][..]),
            ("/bin/bash", &["a", "b"], &["c"]),
            ("/bin/sh", &["a b"], &["c"]),
            ("/bin/sh", &["a"], &["b", "c"]),
            ("/bin/sh", &["a", "b"], &[]),
        ]
        .map(|(program, args, env)| mark(Path::new(program), &words(args), &words(env)))
        .into();
        assert!(marks.iter().all(|mark| mark.len() == 32), "{marks:?}");
        marks.sort();
        marks.dedup();
        assert_eq!(marks.len(), 5);
    }
}
