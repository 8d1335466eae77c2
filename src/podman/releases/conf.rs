//! Keys of containers.conf, `containers.conf(5)`, as far as something of ours depends on one.

use super::Fact;
use crate::podman::version::Version;

/// A key. Releases that do not know one warn and pass over it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ConfKey {
    /// Its section.
    pub section: &'static str,
    /// Its name.
    pub name: &'static str,
}

/// The structs that the file is read into.
const SOURCE: &str = "common/pkg/config/config.go";

/// Names the rows, and lists them.
macro_rules! keys {
    ($($section:literal: $($name:ident = $key:literal $(since $since:expr)? $(, until $until:expr)?;)+)+) => {
        $($(
            #[doc = concat!("`", $key, "` of `[", $section, "]`.")]
            pub(crate) const $name: Fact<ConfKey> =
                Fact::new(ConfKey { section: $section, name: $key }, SOURCE)
                    $(.since($since))? $(.until($until))?;
        )+)+

        /// Every row.
        #[cfg(test)]
        pub(super) fn all() -> Vec<Fact<ConfKey>> {
            vec![$($($name),+),+]
        }
    };
}

keys! {
    "containers":
        ANNOTATIONS = "annotations";
        APPARMOR_PROFILE = "apparmor_profile";
        BASE_HOSTS_FILE = "base_hosts_file";
        CGROUP_CONF = "cgroup_conf" since Version(4, 5, 0);
        CGROUPNS = "cgroupns";
        DEFAULT_CAPABILITIES = "default_capabilities";
        DEFAULT_SYSCTLS = "default_sysctls";
        DEFAULT_ULIMITS = "default_ulimits";
        DEVICES = "devices";
        ENV = "env";
        INIT_PATH = "init_path";
        IPCNS = "ipcns";
        KEYRING = "keyring";
        LABEL = "label";
        MOUNTS = "mounts" since Version(4, 7, 0);
        NETNS = "netns";
        OOM_SCORE_ADJ = "oom_score_adj" since Version(4, 5, 0);
        PIDNS = "pidns";
        SECCOMP_PROFILE = "seccomp_profile";
        USERNS = "userns";
        UTSNS = "utsns";
        VOLUMES = "volumes";
    "engine":
        CGROUP_MANAGER = "cgroup_manager";
        CONMON_ENV_VARS = "conmon_env_vars";
        CONMON_PATH = "conmon_path";
        CONMONRS_PATH = "conmonrs_path";
        ENGINE_ENV = "env";
        HELPER_BINARIES_DIR = "helper_binaries_dir";
        HOOKS_DIR = "hooks_dir";
        ENGINE_INIT_PATH = "init_path";
        NETWORK_CMD_OPTIONS = "network_cmd_options";
        NETWORK_CMD_PATH = "network_cmd_path", until Version(6, 0, 0);
        NO_PIVOT_ROOT = "no_pivot_root";
        REMOTE = "remote";
        RUNTIME = "runtime";
        RUNTIME_PATH = "runtime_path";
        RUNTIMES = "runtimes";
        RUNTIMES_FLAGS = "runtimes_flags" since Version(5, 7, 0);
        VOLUME_PATH = "volume_path";
    "network":
        CNI_PLUGIN_DIRS = "cni_plugin_dirs", until Version(6, 0, 0);
        FIREWALL_DRIVER = "firewall_driver" since Version(5, 0, 0);
        NETAVARK_PLUGIN_DIRS = "netavark_plugin_dirs";
        PASTA_OPTIONS = "pasta_options" since Version(4, 6, 0);
}
