//! The `safe-podman` binary: everything it does is in the library.

fn main() -> std::process::ExitCode {
    safe_podman::main()
}
