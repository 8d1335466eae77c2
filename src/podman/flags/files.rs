//! Flags about mounts, devices and secrets.

use super::row::{
    Flag,
    Kind::{Array, Bool, Slice, SliceBefore5, Text},
    Topic,
    Treatment::{Judged, Pass, Spec},
    flag, flags,
};
use crate::rule_id::RuleId;

flags! { FILES: Topic::Files;

    CHROOTDIRS: flag("chrootdirs", SliceBefore5, Pass, "DIR",
        "directories in the container that get /etc/hosts and resolv.conf too").example("[/srv/jail]");
    DEVICE: flag("device", SliceBefore5, Spec, "HOST[:CTR[:PERMS]]", "give the container a host device")
        .key("devices").example("[/dev/ttyUSB0:/dev/ttyUSB0:r]");
    DEVICE_CGROUP_RULE: flag("device-cgroup-rule", Slice, Judged(RuleId::DeviceCgroupRule), "RULE",
        "open the device cgroup for more devices").example("[\"c 188:0 r\"]");
    GPUS: flag("gpus", Slice, Judged(RuleId::Gpu), "GPUS", "GPU devices, through CDI")
        .since(5, 0, 0)
        .unpromised("what a description of graphics processors adds to a container", "name the nodes that are needed: --device /dev/dri/…")
        .example("[all]");
    IMAGE_VOLUME: flag("image-volume", Text, Spec, "MODE",
        "what becomes of the image's VOLUMEs: tmpfs or ignore").example("tmpfs");
    MOUNT: flag("mount", Array, Spec, "type=TYPE,…", "mount something into the container")
        .example("[\"type=tmpfs,destination=/run,tmpfs-size=16m\"]");
    READ_ONLY: flag("read-only", Bool, Spec, "", "read-only root file system, the default");
    READ_ONLY_TMPFS: flag("read-only-tmpfs", Bool, Spec, "", "writable /run, /tmp and /var/tmp with exec");
    SECRET: flag("secret", Array, Spec, "NAME[,OPTION]", "give the container a podman secret")
        .key("secrets").example("[db-password]");
    SHM_SIZE: flag("shm-size", Text, Spec, "BYTES", "size of /dev/shm").example("64m");
    SHM_SIZE_SYSTEMD: flag("shm-size-systemd", Text, Pass, "BYTES", "size of systemd's tmpfs")
        .since(4, 5, 0).example("16m");
    TMPFS: flag("tmpfs", Array, Spec, "DIR[:OPTIONS]",
        "mount a tmpfs; noexec,nosuid,nodev and a size unless asked")
        .example("[/tmp, \"/run:size=16m\", \"/var/cache/app:exec\"]");
    VOLUME: flag("volume", Array, Spec, "SRC:DST[:OPTIONS]",
        "mount a directory or volume; read-only unless :rw").short('v').key("volumes")
        .example("[\"./config:/etc/app\", \"data:/var/lib/app:rw\"]");
    VOLUMES_FROM: flag("volumes-from", Array, Judged(RuleId::VolumesFrom), "CONTAINER",
        "take over the mounts of another container")
        .unpromised("which mounts another container brings", "name the volume that both need: -v shared:/data in both")
        .example("[db]");
}
