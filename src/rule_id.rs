//! The ids of the rules: one vocabulary for the flag table, overrides, the site policy, the seal and the rules.
//!
//! [`every_rule`] is the one list. A new rule is a row here and a file in `policy/rules/`, whose `mod.rs` makes the
//! modules and the catalogue of the same rows.

use std::fmt;

use crate::nearest::nearest;

/// Hands the catalogue to another macro: the variant, the id and the module of each rule. Rules run in this order, so one
/// that rewrites a value stands above those that read it.
macro_rules! every_rule {
    ($with:ident) => {
        $with! {
            // Privilege.
            Privileged "privileged" privileged,
            CapAll "cap-all" cap_all,
            CapHostEscape "cap-host-escape" cap_host_escape,
            CapPrivilege "cap-privilege" cap_privilege,
            CapLimited "cap-limited" cap_limited,
            FileCapability "file-capability" file_capability,
            NewPrivileges "new-privileges" new_privileges,
            RootUser "root-user" root_user,
            RootUserRootful "root-user-rootful" root_user_rootful,
            RootGroup "root-group" root_group,
            KeepGroups "keep-groups" keep_groups,
            Hostuser "hostuser" hostuser,
            SeccompUnconfined "seccomp-unconfined" seccomp_unconfined,
            SeccompWeakProfile "seccomp-weak-profile" seccomp_weak_profile,
            SeccompEngine "seccomp-engine" seccomp_engine,
            SeccompSiblings "seccomp-siblings" seccomp_siblings,
            UserNamespaces "user-namespaces" user_namespaces,
            ForeignArchitecture "foreign-architecture" foreign_architecture,
            SelinuxDisabled "selinux-disabled" selinux_disabled,
            ApparmorUnconfined "apparmor-unconfined" apparmor_unconfined,
            UnmaskedPaths "unmasked-paths" unmasked_paths,
            RuntimeAnnotation "runtime-annotation" runtime_annotation,
            SystemdMode "systemd-mode" systemd_mode,
            EnvLoaderInjection "env-loader-injection" env_loader_injection,
            // Network and lifecycle.
            HostNetwork "host-network" host_network,
            NoPortAddress "no-port-address" no_port_address,
            BindAll "bind-all" bind_all,
            RestartUnbounded "restart-unbounded" restart_unbounded,
            HooksDir "hooks-dir" hooks_dir,
            ForeignRuntime "foreign-runtime" foreign_runtime,
            DefaultMountsFile "default-mounts-file" default_mounts_file,
            StorageRedirect "storage-redirect" storage_redirect,
            CdiSpecDir "cdi-spec-dir" cdi_spec_dir,
            NetworkConfigDir "network-config-dir" network_config_dir,
            HostFileWrite "host-file-write" host_file_write,
            InheritedFds "inherited-fds" inherited_fds,
            PidHost "pid-host" pid_host,
            IpcHost "ipc-host" ipc_host,
            UtsHost "uts-host" uts_host,
            UsernsHost "userns-host" userns_host,
            UidmapHostRoot "uidmap-host-root" uidmap_host_root,
            CgroupnsHost "cgroupns-host" cgroupns_host,
            CgroupParent "cgroup-parent" cgroup_parent,
            CgroupsOff "cgroups-off" cgroups_off,
            CgroupConfRaw "cgroup-conf-raw" cgroup_conf_raw,
            SysctlUnsafe "sysctl-unsafe" sysctl_unsafe,
            NsPath "ns-path" ns_path,
            WorkdirProc "workdir-proc" workdir_proc,
            JoinContainer "join-container" join_container,
            Personality "personality" personality,
            BlockDevice "block-device" block_device,
            KernelDevice "kernel-device" kernel_device,
            HypervisorDevice "hypervisor-device" hypervisor_device,
            FuseTun "fuse-tun" fuse_tun,
            InputAv "input-av" input_av,
            Gpu "gpu" gpu,
            DeviceCgroupRule "device-cgroup-rule" device_cgroup_rule,
            DeviceMknod "device-mknod" device_mknod,
            TerminalDevice "terminal-device" terminal_device,
            PublishAll "publish-all" publish_all,
            PrivilegedPort "privileged-port" privileged_port,
            SshPort "ssh-port" ssh_port,
            WideRange "wide-range" wide_range,
            AdminPort "admin-port" admin_port,
            HostLoopback "host-loopback" host_loopback,
            DefaultBridge "default-bridge" default_bridge,
            ProxyEnv "proxy-env" proxy_env,
            StaticAddress "static-address" static_address,
            RawSocketPing "raw-socket-ping" raw_socket_ping,
            RuntimeSocket "runtime-socket" runtime_socket,
            HostRoot "host-root" host_root,
            SystemDirWritable "system-dir-writable" system_dir_writable,
            SystemDirReadonly "system-dir-readonly" system_dir_readonly,
            KernelFs "kernel-fs" kernel_fs,
            KernelFsReadonly "kernel-fs-readonly" kernel_fs_readonly,
            EngineStorage "engine-storage" engine_storage,
            Credentials "credentials" credentials,
            HomeDir "home-dir" home_dir,
            HostIpcSocket "host-ipc-socket" host_ipc_socket,
            DeviceBind "device-bind" device_bind,
            WritableBind "writable-bind" writable_bind,
            NoexecProgram "noexec-program" noexec_program,
            RelabelDanger "relabel-danger" relabel_danger,
            PropagationShared "propagation-shared" propagation_shared,
            MountOwner "mount-owner" mount_owner,
            ChownHostTree "chown-host-tree" chown_host_tree,
            MountSuidDevExec "mount-suid-dev-exec" mount_suid_dev_exec,
            OverlayUpperdir "overlay-upperdir" overlay_upperdir,
            UnpinnedSource "unpinned-source" unpinned_source,
            VolumeDriverBind "volume-driver-bind" volume_driver_bind,
            MountGlob "mount-glob" mount_glob,
            DestInjection "dest-injection" dest_injection,
            RootfsWritable "rootfs-writable" rootfs_writable,
            ExternalRootfs "external-rootfs" external_rootfs,
            TmpfsWeak "tmpfs-weak" tmpfs_weak,
            VolumesFrom "volumes-from" volumes_from,
            ImageVolumes "image-volumes" image_volumes,
            PathMissing "path-missing" path_missing,
            NoMemoryLimit "no-memory-limit" no_memory_limit,
            SwapUnlimited "swap-unlimited" swap_unlimited,
            NoCpuLimit "no-cpu-limit" no_cpu_limit,
            NoPidsLimit "no-pids-limit" no_pids_limit,
            NoUlimit "no-ulimit" no_ulimit,
            OomProtect "oom-protect" oom_protect,
            NoHealthcheck "no-healthcheck" no_healthcheck,
            LogUnbounded "log-unbounded" log_unbounded,
            ShmSize "shm-size" shm_size,
            RtPriority "rt-priority" rt_priority,
            LimitNotEffective "limit-not-effective" limit_not_effective,
            ShortName "short-name" short_name,
            MutableTag "mutable-tag" mutable_tag,
            NoDigest "no-digest" no_digest,
            InsecureRegistry "insecure-registry" insecure_registry,
            UntrustedRegistry "untrusted-registry" untrusted_registry,
            ImageRoot "image-root" image_root,
            ImageSecret "image-secret" image_secret,
            ImageSshd "image-sshd" image_sshd,
            LocalTransport "local-transport" local_transport,
            PullPolicy "pull-policy" pull_policy,
            CredsOnArgv "creds-on-argv" creds_on_argv,
            ArchMismatch "arch-mismatch" arch_mismatch,
            SecretLiteral "secret-literal" secret_literal,
            SecretInUrl "secret-in-url" secret_in_url,
            EnvHost "env-host" env_host,
            EnvFilePerms "env-file-perms" env_file_perms,
            LogOff "log-off" log_off,
            SecretEnvType "secret-env-type" secret_env_type,
            LabelAutoupdate "label-autoupdate" label_autoupdate,
            NotifySocket "notify-socket" notify_socket,
            BindRoot "bind-root" bind_root,
            SiteMaximum "site-maximum" site_maximum,
            ImageAnnotations "image-annotations" image_annotations,
            ImageEnvImport "image-env-import" image_env_import,
            ImageLabelOptions "image-label-options" image_label_options,
        }
    };
}
pub(crate) use every_rule;

macro_rules! ids {
    ($($variant:ident $name:literal $module:ident,)*) => {
        /// The id of a rule: kebab-case, for `--allow` and `forbid`; never renamed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum RuleId {
            $(#[doc = concat!("`", $name, "`")] $variant,)*
            /// `unreadable`, of a row of `check --commands`; no rule of the catalogue.
            Unreadable,
            /// `engine-option`, of a row of `check --commands`; no rule of the catalogue.
            EngineOption,
        }

        impl RuleId {
            /// The catalogue, in its order.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// As it is written.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                    Self::Unreadable => "unreadable",
                    Self::EngineOption => "engine-option",
                }
            }
        }
    };
}
every_rule!(ids);

impl RuleId {
    /// The rule of the catalogue that has this name.
    ///
    /// # Errors
    /// There is none; what to type instead.
    pub fn find(name: &str) -> Result<Self, &'static str> {
        let mut all = Self::ALL.iter().copied();
        let names = all.clone().map(Self::name);
        all.find(|rule| rule.name() == name)
            .ok_or_else(|| nearest(name, names).unwrap_or("safe-podman rules lists them"))
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_and_kebab_case() {
        let mut seen = BTreeSet::new();
        for name in RuleId::ALL.iter().map(|rule| rule.name()) {
            assert!(seen.insert(name), "{name} stands twice");
            let is_kebab = |b: u8| b.is_ascii_lowercase() || b == b'-';
            assert!(name.bytes().all(is_kebab), "{name}");
        }
    }

    #[test]
    fn names_are_those_that_were_promised() {
        let promised: Vec<&str> = include_str!("../tests/rules.txt").lines().collect();
        let names: Vec<&str> = RuleId::ALL.iter().map(|rule| rule.name()).collect();
        assert_eq!(promised, names);
    }

    #[test]
    fn a_name_is_found_or_its_neighbour() {
        assert_eq!(RuleId::find("host-network"), Ok(RuleId::HostNetwork));
        assert_eq!(RuleId::find("host-netwrok"), Err("host-network"));
        for none in ["", "unreadable", "engine-option"] {
            assert!(RuleId::find(none).is_err(), "{none}");
        }
    }
}
