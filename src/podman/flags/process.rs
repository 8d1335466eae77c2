//! Flags about the process: its terminal, signals and environment.

use super::row::{
    Flag,
    Kind::{Array, Bool, Slice, SliceBefore5, Text, Uint, UintSlice},
    PathUse, Shape, Topic,
    Treatment::{Help, Judged, Pass, Spec},
    flag, flags,
};
use crate::rule_id::RuleId;

flags! { PROCESS: Topic::Process;

    ATTACH: flag("attach", Slice, Pass, "STREAM", "attach to stdin, stdout or stderr")
        .short('a').example("[stdout, stderr]");
    DETACH: flag("detach", Bool, Pass, "", "run in the background and print the container's id").short('d');
    DETACH_KEYS: flag("detach-keys", Text, Pass, "KEYS", "key sequence that detaches")
        .example("\"ctrl-p,ctrl-q\"");
    ENTRYPOINT: flag("entrypoint", Text, Pass, "COMMAND", "replace the image's entrypoint")
        .example("/usr/bin/serve");
    HELP: flag("help", Bool, Help, "", "print this help");
    INIT: flag("init", Bool, Pass, "", "run an init as process 1");
    INIT_PATH: flag("init-path", Text, Judged(RuleId::ForeignRuntime), "FILE", "host binary to use as init")
        .path(PathUse::Lends).example("/usr/libexec/podman/catatonit");
    INTERACTIVE: flag("interactive", Bool, Pass, "", "keep stdin open").short('i');
    PERSONALITY: flag("personality", Text, Judged(RuleId::Personality), "PERSONALITY", "execution domain")
        .example("LINUX32");
    PRESERVE_FD: flag("preserve-fd", UintSlice, Judged(RuleId::InheritedFds), "FD",
        "pass file descriptors into the container").since(5, 0, 0).example("[3]");
    PRESERVE_FDS: flag("preserve-fds", Uint, Judged(RuleId::InheritedFds), "NUMBER",
        "pass file descriptors into the container").example("1");
    SIG_PROXY: flag("sig-proxy", Bool, Pass, "", "pass signals to the container");
    STOP_SIGNAL: flag("stop-signal", Text, Pass, "SIGNAL", "signal that stops the container").example("SIGINT");
    STOP_TIMEOUT: flag("stop-timeout", Uint, Pass, "SECONDS", "time before it is killed").example("10");
    TIMEOUT: flag("timeout", Uint, Pass, "SECONDS", "kill the container after this time").example("3600");
    TTY: flag("tty", Bool, Pass, "", "give the container a terminal").short('t');
    TZ: flag("tz", Text, Pass, "ZONE", "time zone").example("Europe/Berlin");
    UMASK: flag("umask", Text, Pass, "MASK", "file mode mask").example("0027");
    WORKDIR: flag("workdir", Text, Judged(RuleId::WorkdirProc), "DIR",
        "working directory in the container").short('w').example("/srv");
}

flags! { ENVIRONMENT: Topic::Environment;

    ENV: flag("env", Array, Spec, "NAME[=VALUE]", "set a variable; NAME alone takes it from the caller")
        .short('e').shape(Shape::Pairs).example("{TZ: UTC}");
    ENV_FILE: flag("env-file", SliceBefore5, Judged(RuleId::EnvFilePerms), "FILE", "read variables from FILE")
        .path(PathUse::Lends).example("[./web.env]");
    ENV_HOST: flag("env-host", Bool, Spec, "", "pass the caller's whole environment; refused");
    ENV_MERGE: flag("env-merge", Array, Pass, "NAME=VALUE", "set a variable that may use the image's own")
        .example("[\"PATH=${PATH}:/opt/bin\"]");
    HTTP_PROXY: flag("http-proxy", Bool, Spec, "", "pass the caller's proxy variables; off unless asked");
    UNSETENV: flag("unsetenv", Array, Pass, "NAME", "remove a variable of the image").example("[DEBUG]");
    UNSETENV_ALL: flag("unsetenv-all", Bool, Pass, "", "remove all variables of the image");
}
