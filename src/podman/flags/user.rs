//! Flags about the user, its privileges and the namespaces.

use super::row::{
    Flag,
    Kind::{Array, Bool, Slice, Text},
    Topic,
    Treatment::{Judged, Pass, Spec},
    flag, flags,
};
use crate::rule_id::RuleId;

flags! { PRIVILEGES: Topic::Privileges;

    CAP_ADD: flag("cap-add", Slice, Spec, "CAPABILITY", "grant one capability after all were dropped")
        .example("[NET_BIND_SERVICE]");
    CAP_DROP: flag("cap-drop", Slice, Spec, "CAPABILITY", "drop a capability; all of them are dropped anyway")
        .example("[all]");
    GIDMAP: flag("gidmap", Slice, Spec, "CTR:HOST:SIZE", "group id mapping of a new user namespace")
        .example("[\"0:100000:65536\"]");
    GROUP_ADD: flag("group-add", Slice, Judged(RuleId::KeepGroups), "GROUP",
        "add a group to the container's user").example("[\"20\"]");
    GROUP_ENTRY: flag("group-entry", Text, Judged(RuleId::Hostuser), "LINE",
        "line for the container's /etc/group").since(4, 5, 0).example("\"app:x:1000:\"");
    HOSTUSER: flag("hostuser", Slice, Judged(RuleId::Hostuser), "USER",
        "copy a host account into the container").example("[alice]");
    PASSWD: flag("passwd", Bool, Pass, "", "add the user to the container's /etc/passwd");
    PASSWD_ENTRY: flag("passwd-entry", Text, Judged(RuleId::Hostuser), "LINE",
        "line for the container's /etc/passwd").example("\"app:x:1000:1000::/:/sbin/nologin\"");
    PRIVILEGED: flag("privileged", Bool, Spec, "", "all privileges; refused");
    SECCOMP_POLICY: flag("seccomp-policy", Text, Spec, "POLICY", "default; the image may not choose")
        .example("default");
    SECURITY_OPT: flag("security-opt", Array, Spec, "OPTION",
        "no-new-privileges, seccomp=, label=, apparmor=, mask= …").example("[no-new-privileges]");
    SUBGIDNAME: flag("subgidname", Text, Judged(RuleId::UidmapHostRoot), "NAME",
        "take the group mapping of NAME in /etc/subgid").example("app");
    SUBUIDNAME: flag("subuidname", Text, Judged(RuleId::UidmapHostRoot), "NAME",
        "take the user mapping of NAME in /etc/subuid").example("app");
    UIDMAP: flag("uidmap", Slice, Spec, "CTR:HOST:SIZE", "user id mapping of a new user namespace")
        .example("[\"0:100000:65536\"]");
    USER: flag("user", Text, Spec, "UID[:GID]", "user in the container; never 0")
        .short('u').example("1000:1000");
    USERNS: flag("userns", Text, Spec, "MODE", "user namespace").example("keep-id");
}

flags! { NAMESPACES: Topic::Namespaces;

    CGROUPNS: flag("cgroupns", Text, Spec, "MODE", "cgroup namespace").example("private");
    IPC: flag("ipc", Text, Spec, "MODE", "IPC namespace").example("private");
    PID: flag("pid", Text, Spec, "MODE", "PID namespace").example("private");
    UTS: flag("uts", Text, Spec, "MODE", "UTS namespace").example("private");
}
