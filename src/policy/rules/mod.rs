//! The catalogue: one file per rule, and this table.
//!
//! # A new rule
//!
//! 1. One file, named like the id with `_` for `-`. It holds a `static RULE` (what it finds, how bad it is, why, what to
//!    type instead, where that is written, an example that it finds and one that it leaves alone), the check and its tests.
//! 2. One row below, in the order of the catalogue, and the id in `tests/rules.txt`, so that a rename is seen in review.
//!
//! The check is pure: it reads the [`Spec`](crate::spec::Spec), where every value is parsed and has its origin, and the
//! [`Facts`](super::facts::Facts). It decides on types, never on text, and returns a [`Hit`](super::rule::Hit) for each
//! thing it finds: one that refuses, warns, informs, or rewrites the value to the safe one. A value that a person asked
//! for is refused rather than silently changed, unless the change is what they would have typed.
//!
//! Help, `safe-podman rules`, safe-podman-rules(7), JSON and SARIF are written from this table.

use super::rule::Rule;

macro_rules! rules {
    ($($module:ident),* $(,)?) => {
        $(mod $module;)*

        /// Every rule.
        pub static RULES: &[&Rule] = &[$(&$module::RULE),*];
    };
}

rules![
    // Privilege.
    privileged,
    cap_all,
    cap_host_escape,
    cap_privilege,
    cap_limited,
    new_privileges,
    root_user,
    root_user_rootful,
    root_group,
    keep_groups,
    hostuser,
    seccomp_unconfined,
    seccomp_weak_profile,
    selinux_disabled,
    apparmor_unconfined,
    unmasked_paths,
    runtime_annotation,
    systemd_mode,
    env_loader_injection,
    // Network and lifecycle.
    host_network,
    bind_all,
    restart_unbounded,
    hooks_dir,
    foreign_runtime,
    default_mounts_file,
    storage_redirect,
    cdi_spec_dir,
    network_config_dir,
    host_file_write,
    inherited_fds,
    pid_host,
    ipc_host,
    uts_host,
    userns_host,
    uidmap_host_root,
    cgroupns_host,
    cgroup_parent,
    cgroups_off,
    cgroup_conf_raw,
    sysctl_unsafe,
    ns_path,
    join_container,
    personality,
    block_device,
    kernel_device,
    hypervisor_device,
    fuse_tun,
    input_av,
    gpu,
    device_cgroup_rule,
    device_mknod,
    terminal_device,
    publish_all,
    privileged_port,
    ssh_port,
    wide_range,
    admin_port,
    host_loopback,
    default_bridge,
    proxy_env,
    static_address,
    raw_socket_ping,
    runtime_socket,
    host_root,
    system_dir_writable,
    system_dir_readonly,
    kernel_fs,
    kernel_fs_readonly,
    engine_storage,
    credentials,
    home_dir,
    host_ipc_socket,
    device_bind,
    writable_bind,
    relabel_danger,
    propagation_shared,
    chown_host_tree,
    mount_suid_dev_exec,
    overlay_upperdir,
    volume_driver_bind,
    mount_glob,
    dest_injection,
    rootfs_writable,
    external_rootfs,
    tmpfs_weak,
    volumes_from,
    image_volumes,
    path_missing,
    no_memory_limit,
    swap_unlimited,
    no_cpu_limit,
    no_pids_limit,
    no_ulimit,
    oom_protect,
    no_healthcheck,
    log_unbounded,
    shm_size,
    rt_priority,
    limit_not_effective,
    short_name,
    mutable_tag,
    no_digest,
    insecure_registry,
    untrusted_registry,
    image_root,
    image_secret,
    image_sshd,
    local_transport,
    pull_policy,
    creds_on_argv,
    arch_mismatch,
    secret_literal,
    secret_in_url,
    env_host,
    env_file_perms,
    log_off,
    secret_env_type,
    label_autoupdate,
    notify_socket,
    bind_root,
    site_maximum,
    image_annotations,
    image_env_import,
    image_label_options,
];

/// The rule of this id.
pub fn by_id(id: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.id == id)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;
    use crate::policy::testing;

    #[test]
    fn ids_are_unique_and_kebab_case() {
        let mut seen = BTreeSet::new();
        for rule in RULES {
            assert!(seen.insert(rule.id), "{} stands twice", rule.id);
            assert!(
                rule.id.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'),
                "{}",
                rule.id
            );
        }
    }

    #[test]
    fn every_file_is_a_row_and_named_like_its_rule() {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/policy/rules");
        let files: BTreeSet<String> = std::fs::read_dir(dir)
            .unwrap()
            .filter_map(|entry| {
                entry
                    .unwrap()
                    .file_name()
                    .to_str()
                    .unwrap()
                    .strip_suffix(".rs")
                    .map(str::to_owned)
            })
            .filter(|name| name != "mod")
            .collect();
        let rows: BTreeSet<String> = RULES.iter().map(|rule| rule.id.replace('-', "_")).collect();
        assert_eq!(files, rows);
    }

    #[test]
    fn ids_are_those_that_were_promised() {
        let promised = include_str!("../../../tests/rules.txt");
        let ids: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
        assert_eq!(promised.lines().collect::<Vec<_>>(), ids);
    }

    #[test]
    fn every_rule_explains_itself() {
        for rule in RULES {
            for text in [rule.title, rule.why, rule.instead] {
                assert!(
                    !text.is_empty() && !text.ends_with('.'),
                    "{}: {text}",
                    rule.id
                );
                assert!(!text.contains("  "), "{}: {text}", rule.id);
            }
            assert!(!rule.references.is_empty(), "{}", rule.id);
        }
    }

    #[test]
    fn no_rule_finds_fault_with_the_baseline() {
        for rule in RULES {
            testing::silent(rule.id, &[]);
        }
    }

    #[test]
    fn every_rule_fires_on_its_bad_example_and_not_on_its_good_one() {
        for rule in RULES {
            let found = testing::findings_of_example(rule.id, rule.bad);
            assert!(!found.is_empty(), "{} misses {:?}", rule.id, rule.bad);
            testing::silent(rule.id, rule.good);
        }
    }
}
