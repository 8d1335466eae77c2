//! Flags about the container as a thing of podman's: its name, life, log and health checks.

use super::row::{
    Flag,
    Kind::{Array, Bool, Slice, SliceBefore5, Text, Uint},
    NeededBy, PathUse, Shape, Topic,
    Treatment::{Judged, Pass, Spec},
    flag, flags,
};
use crate::rule_id::RuleId;

flags! { CONTAINER: Topic::Container;

    ANNOTATION: flag("annotation", SliceBefore5, Spec, "KEY=VALUE",
        "add an OCI annotation; those that steer the runtime are refused").key("annotations")
        .shape(Shape::Pairs).example("{com.example.owner: web-team}");
    CIDFILE: flag("cidfile", Text, Judged(RuleId::HostFileWrite), "FILE", "write the container's id to FILE")
        .path(PathUse::Writes).example("./web.cid");
    CONMON_PIDFILE: flag("conmon-pidfile", Text, Judged(RuleId::HostFileWrite), "FILE",
        "write conmon's process id to FILE").path(PathUse::Writes).example("./conmon.pid");
    LABEL: flag("label", Array, Pass, "KEY=VALUE", "label the container")
        .short('l').key("labels").shape(Shape::Pairs).example("{com.example.owner: web-team}");
    LABEL_FILE: flag("label-file", SliceBefore5, Judged(RuleId::EnvFilePerms), "FILE", "read labels from FILE")
        .path(PathUse::Lends).example("[./labels]");
    LOG_DRIVER: flag("log-driver", Text, Spec, "DRIVER", "where the container's output is logged")
        .example("k8s-file");
    LOG_OPT: flag("log-opt", SliceBefore5, Spec, "KEY=VALUE", "option of the log driver")
        .example("[max-size=10m]");
    NAME: flag("name", Text, Pass, "NAME", "name of the container").example("web");
    PIDFILE: flag("pidfile", Text, Judged(RuleId::HostFileWrite), "FILE",
        "write the container's process id to FILE").path(PathUse::Writes).example("./web.pid");
    POD: flag("pod", Text, Judged(RuleId::JoinContainer), "POD", "join a pod").example("backend");
    POD_ID_FILE: flag("pod-id-file", Text, Judged(RuleId::JoinContainer), "FILE",
        "join the pod whose id is in FILE").path(PathUse::Lends).example("./pod.id");
    QUIET: flag("quiet", Bool, Pass, "", "no notes of our own, no pull progress")
        .short('q').needed_by(NeededBy::Pull);
    REPLACE: flag("replace", Bool, Pass, "", "remove a container of the same name first");
    REQUIRES: flag("requires", Slice, Judged(RuleId::JoinContainer), "CONTAINER",
        "start another container first").example("[db]");
    RESTART: flag("restart", Text, Spec, "POLICY", "no, or on-failure:N with N from 1 to 10")
        .example("on-failure:3");
    RM: flag("rm", Bool, Pass, "", "remove the container when it ends");
    SDNOTIFY: flag("sdnotify", Text, Spec, "MODE", "who tells systemd that the service is ready")
        .example("conmon");
    SYSTEMD: flag("systemd", Text, Spec, "MODE", "systemd mode; off unless asked").example("false");
}

flags! { HEALTH: Topic::Health;

    HEALTH_CMD: flag("health-cmd", Text, Pass, "COMMAND", "health check command, run in the container")
        .aliases(&["healthcheck-command"]).example("wget -q -O /dev/null http://127.0.0.1:8080/");
    HEALTH_INTERVAL: flag("health-interval", Text, Pass, "DURATION", "time between health checks")
        .aliases(&["healthcheck-interval"]).example("30s");
    HEALTH_LOG_DESTINATION: flag("health-log-destination", Text, Judged(RuleId::HostFileWrite), "WHERE",
        "where health check logs go").since(5, 3, 0).path(PathUse::Writes).or_word(&["local", "events_logger"])
        .example("local");
    HEALTH_MAX_LOG_COUNT: flag("health-max-log-count", Uint, Pass, "NUMBER", "health check log entries kept")
        .since(5, 3, 0).example("5");
    HEALTH_MAX_LOG_SIZE: flag("health-max-log-size", Uint, Pass, "NUMBER", "length of a health check log")
        .since(5, 3, 0).example("500");
    HEALTH_ON_FAILURE: flag("health-on-failure", Text, Pass, "ACTION",
        "what to do when the container is unhealthy").example("kill");
    HEALTH_RETRIES: flag("health-retries", Uint, Pass, "NUMBER", "failures before it counts as unhealthy")
        .aliases(&["healthcheck-retries"]).example("3");
    HEALTH_START_PERIOD: flag("health-start-period", Text, Pass, "DURATION", "time to start up")
        .aliases(&["healthcheck-start-period"]).example("10s");
    HEALTH_STARTUP_CMD: flag("health-startup-cmd", Text, Pass, "COMMAND", "startup health check command")
        .since(4, 4, 0).example("test -e /tmp/ready");
    HEALTH_STARTUP_INTERVAL: flag("health-startup-interval", Text, Pass, "DURATION",
        "time between startup health checks").since(4, 4, 0).example("5s");
    HEALTH_STARTUP_RETRIES: flag("health-startup-retries", Uint, Pass, "NUMBER",
        "startup failures before a restart").since(4, 4, 0).example("10");
    HEALTH_STARTUP_SUCCESS: flag("health-startup-success", Uint, Pass, "NUMBER",
        "startup successes before it counts as started").since(4, 4, 0).example("1");
    HEALTH_STARTUP_TIMEOUT: flag("health-startup-timeout", Text, Pass, "DURATION",
        "time a startup health check may take").since(4, 4, 0).example("2s");
    HEALTH_TIMEOUT: flag("health-timeout", Text, Pass, "DURATION", "time a health check may take")
        .aliases(&["healthcheck-timeout"]).example("5s");
    NO_HEALTHCHECK: flag("no-healthcheck", Bool, Pass, "", "ignore the image's health check");
}
