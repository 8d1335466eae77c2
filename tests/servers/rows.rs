//! Servers as an ordinary person starts them, and what comes of it.

use crate::shapes::{self as shape, Shape};

/// A row of the table: an image, and the line that is typed for it.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) engines: Engines,
    pub(crate) shape: &'static Shape,
    /// A profile for safe-podman, where a person has to name one.
    pub(crate) profile: Option<&'static str>,
    /// The flags as they are typed.
    pub(crate) flags: &'static str,
    pub(crate) command: &'static [&'static str],
    /// What the person's directory holds before.
    pub(crate) prepare: &'static str,
    pub(crate) before: Before,
    /// More that has to be writable inside.
    pub(crate) also: &'static str,
    pub(crate) job: Job,
    /// Does it work with plain podman?
    pub(crate) plain: bool,
    pub(crate) ours: Expected,
}

impl Row {
    /// Is it for this kind of engine?
    pub(crate) fn is_for(&self, kind: &str) -> bool {
        match self.engines {
            Engines::Rootful => kind == "rootful",
            Engines::Rootless => kind == "rootless",
            Engines::Both => true,
        }
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Engines {
    Rootful,
    Rootless,
    Both,
}

/// Has the image run there before?
#[derive(Clone, Copy, Debug)]
pub(crate) enum Before {
    Never,
    /// Plain podman has, as it is typed here.
    Plain,
    /// The same way, with these flags and nothing of `also`.
    With(&'static str),
}

#[derive(Debug)]
pub(crate) enum Job {
    /// It runs in the background and answers.
    Serves,
    /// It ends by itself, and then this is true of the person's directory.
    Ends(&'static str),
}

/// What comes of a row under safe-podman.
#[derive(Debug)]
pub(crate) enum Expected {
    /// It serves at the first try, and keeps its data.
    Works,
    /// A message has these words, and it works once they are typed; `DIR` is the person's directory.
    Says {
        flags: &'static [&'static str],
        lines: &'static [&'static str],
    },
    /// It takes what no container without capabilities has, and nobody is told before.
    Fails,
}

/// Its message says to type these lines first.
const fn first(lines: &'static [&'static str]) -> Expected {
    Expected::Says { flags: &[], lines }
}

/// Its message says to type these flags.
const fn with(flags: &'static [&'static str]) -> Expected {
    Expected::Says { flags, lines: &[] }
}

macro_rules! row {
    ($name:literal, $engines:ident, $shape:ident, $flags:literal $(, $field:ident: $value:expr)*) => {
        Row {
            $($field: $value,)*
            ..Row {
                name: $name,
                engines: Engines::$engines,
                shape: shape::$shape,
                profile: None,
                flags: $flags,
                command: &[],
                prepare: ":",
                before: Before::Never,
                also: ":",
                job: Job::Serves,
                plain: true,
                ours: Expected::Works,
            }
        }
    };
}

const DATA: &str = "mkdir data";
/// A directory of the machine's first person, which root uses.
const DATA_1000: &str = "mkdir data && chown 1000:1000 data";
const BACKUP: &str = "mkdir backup";
const BACKED_UP: &str = "touch /backup/file";

const SITE: &str = "umask 077; mkdir site; echo served >site/index.html";
const HAPROXY: &str = "cat >haproxy.cfg <<'CFG'
defaults
    mode http
    timeout client 5s
    timeout connect 5s
    timeout server 5s
frontend web
    bind :8080
    http-request return status 200 content-type text/plain string served
CFG
chmod 644 haproxy.cfg";
const ETCD: &[&str] = &["etcd", "--data-dir=/etcd-data"];

const BATCH: &str = "umask 077; mkdir in out; echo one >in/file";
const PACK: &[&str] = &["tar", "-czf", "/out/all.tgz", "-C", "/in", "."];
const PACKED: Job = Job::Ends("tar -tzf out/all.tgz | grep -qx ./file");

const PROJECT: &str =
    r"mkdir proj; printf '#!/bin/sh\necho made >made\n' >proj/s.sh; chmod 755 proj/s.sh";
const PROJECT_1000: &str = r"mkdir proj; printf '#!/bin/sh\necho made >made\n' >proj/s.sh; chmod 755 proj/s.sh; chown -R 1000:1000 proj";
const WORK: &[&str] = &["bash", "-euc", "./s.sh; git init -q ."];
const WORKED: Job = Job::Ends(
    "grep -qx made proj/made; [ -d proj/.git ]; [ -z \"$(find proj ! -user $(id -u))\" ]",
);
const WORKED_1000: Job = Job::Ends("grep -qx made proj/made; [ -d proj/.git ]");

/// Root's programs give a directory to their own user by themselves; a container without capabilities has to be given it.
pub(crate) const ROWS: &[Row] = &[
    row!("nginx", Both, NGINX, "-p 18001:80"),
    row!("nginx-private", Rootful, NGINX, "-p 18002:80 -v ./site:/usr/share/nginx/html:ro",
        prepare: SITE, plain: false, ours: first(&["chmod -R o+rX DIR/site"])),
    row!("nginx-private", Rootless, NGINX, "-p 18002:80 -v ./site:/usr/share/nginx/html:ro",
        prepare: SITE, plain: false, ours: with(&["--userns=keep-id:uid=65532,gid=65532"])),
    row!("httpd", Both, HTTPD, "-p 18003:80"),
    row!("caddy", Both, CADDY, "-p 18004:80"),
    row!(
        "caddy-volumes",
        Both,
        CADDY,
        "-p 18005:80 -v caddy-c:/config -v caddy-d:/data"
    ),
    row!("redis", Both, REDIS, "-p 18006:6379"),
    row!(
        "redis-volume",
        Both,
        REDIS,
        "-p 18007:6379 -v redis-d:/data"
    ),
    row!("redis-dir", Rootless, REDIS, "-p 18008:6379 -v ./data:/data:rw", prepare: DATA),
    row!("redis-dir", Rootful, REDIS, "-p 18008:6379 -v ./data:/data:rw",
        prepare: DATA, ours: first(&["chown -R 999:999 DIR/data"])),
    row!("redis-dir-1000", Rootful, REDIS, "-p 18009:6379 -v ./data:/data:rw",
        prepare: DATA_1000, ours: with(&["--user=1000:1000"])),
    row!("redis-volume-dir", Rootless, REDIS, "-p 18010:6379 -v redis-m:/data -v ./backup:/backup:rw",
        prepare: BACKUP, also: BACKED_UP),
    row!("redis-volume-dir", Rootful, REDIS, "-p 18010:6379 -v redis-m:/data -v ./backup:/backup:rw",
        prepare: BACKUP, also: BACKED_UP, ours: first(&["chown -R 999:999 DIR/backup"])),
    row!("redis-dir-volume", Rootless, REDIS, "-p 18011:6379 -v ./backup:/backup:rw -v redis-o:/data",
        prepare: BACKUP, also: BACKED_UP),
    row!("redis-dir-volume", Rootful, REDIS, "-p 18011:6379 -v ./backup:/backup:rw -v redis-o:/data",
        prepare: BACKUP, also: BACKED_UP, ours: first(&["chown -R 999:999 DIR/backup"])),
    row!("redis-dir-more", Rootless, REDIS, "-p 18012:6379 -v redis-a:/data -v ./backup:/backup:rw",
        prepare: BACKUP, before: Before::With("-v redis-a:/data"), also: BACKED_UP,
        ours: with(&["--userns=keep-id:uid=999,gid=999", "redis-a:/data:U"])),
    row!("redis-dir-more", Rootful, REDIS, "-p 18012:6379 -v redis-a:/data -v ./backup:/backup:rw",
        prepare: BACKUP, before: Before::With("-v redis-a:/data"), also: BACKED_UP,
        ours: first(&["chown -R 999:999 DIR/backup"])),
    row!("redis-dir-less", Both, REDIS, "-p 18013:6379 -v redis-l:/data",
        prepare: BACKUP, before: Before::With("-v redis-l:/data -v ./backup:/backup:rw")),
    row!(
        "postgres",
        Both,
        POSTGRES,
        "-p 18014:5432 -e POSTGRES_PASSWORD=word"
    ),
    row!(
        "postgres-volume",
        Both,
        POSTGRES,
        "-p 18015:5432 -e POSTGRES_PASSWORD=word -v pg-d:/var/lib/postgresql/data"
    ),
    row!("postgres-dir", Rootless, POSTGRES, "-p 18016:5432 -e POSTGRES_PASSWORD=word -v ./data:/var/lib/postgresql/data:rw",
        prepare: DATA),
    row!("postgres-dir", Rootful, POSTGRES, "-p 18016:5432 -e POSTGRES_PASSWORD=word -v ./data:/var/lib/postgresql/data:rw",
        prepare: DATA, ours: first(&["chown -R 998:998 DIR/data"])),
    row!("postgres-dir-1000", Rootful, POSTGRES, "-p 18017:5432 -e POSTGRES_PASSWORD=word -v ./data:/var/lib/postgresql/data:rw",
        prepare: DATA_1000, ours: with(&["--user=1000:1000"])),
    row!("postgres-dir-plain", Both, POSTGRES, "-p 18018:5432 -e POSTGRES_PASSWORD=word -v ./data:/var/lib/postgresql/data:rw",
        prepare: DATA, before: Before::Plain),
    row!(
        "mariadb",
        Both,
        MARIADB,
        "-p 18019:3306 -e MARIADB_ROOT_PASSWORD=word"
    ),
    row!(
        "mariadb-volume",
        Both,
        MARIADB,
        "-p 18020:3306 -e MARIADB_ROOT_PASSWORD=word -v maria-d:/var/lib/mysql"
    ),
    row!("mariadb-dir", Rootless, MARIADB, "-p 18021:3306 -e MARIADB_ROOT_PASSWORD=word -v ./data:/var/lib/mysql:rw", prepare: DATA),
    row!("mariadb-dir", Rootful, MARIADB, "-p 18021:3306 -e MARIADB_ROOT_PASSWORD=word -v ./data:/var/lib/mysql:rw",
        prepare: DATA, ours: first(&["chown -R 997:997 DIR/data"])),
    row!("mariadb-dir-1000", Rootful, MARIADB, "-p 18022:3306 -e MARIADB_ROOT_PASSWORD=word -v ./data:/var/lib/mysql:rw",
        prepare: DATA_1000, ours: first(&["chown -R 997:997 DIR/data"])),
    row!("memcached", Both, MEMCACHED, "-p 18023:11211"),
    row!("haproxy", Both, HAPROXY, "-p 18024:8080 -v ./haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg:ro", prepare: HAPROXY),
    row!("python", Both, PYTHON, "-p 18025:8000"),
    row!("gunicorn", Both, GUNICORN, "-p 18026:8000"),
    row!(
        "node-volume",
        Both,
        NODE,
        "-p 18027:3000 -v node-d:/app/data"
    ),
    row!("node-dir", Rootless, NODE, "-p 18028:3000 -v ./data:/app/data:rw", prepare: DATA),
    row!("node-dir", Rootful, NODE, "-p 18028:3000 -v ./data:/app/data:rw",
        prepare: DATA, ours: first(&["chown -R 65532:65532 DIR/data"])),
    row!("node-dir-1000", Rootful, NODE, "-p 18029:3000 -v ./data:/app/data:rw", prepare: DATA_1000),
    row!("two-dirs", Rootful, NODE, "-p 18030:3000 -v ./data:/app/data:rw -v ./log:/app/log:rw",
        prepare: "mkdir data log && chown 1000:1000 data && chown 1001:1001 log", also: "touch /app/log/file",
        ours: first(&["chown -R 65532:65532 DIR/data", "chown -R 65532:65532 DIR/log"])),
    row!("java", Both, JAVA, "-p 18031:8080"),
    row!("prometheus", Both, PROMETHEUS, "-p 18032:9090"),
    row!(
        "prometheus-volume",
        Both,
        PROMETHEUS,
        "-p 18033:9090 -v prom-d:/prometheus"
    ),
    row!("prometheus-dir", Rootless, PROMETHEUS, "-p 18034:9090 -v ./data:/prometheus:rw", prepare: DATA, plain: false),
    row!("prometheus-dir", Rootful, PROMETHEUS, "-p 18034:9090 -v ./data:/prometheus:rw",
        prepare: DATA, plain: false, ours: first(&["chown -R 65534:65534 DIR/data"])),
    row!("jenkins", Both, JENKINS, "-p 18035:8080"),
    row!("jenkins-dir", Rootless, JENKINS, "-p 18036:8080 -v ./data:/var/jenkins_home:rw", prepare: DATA, plain: false),
    row!("jenkins-dir", Rootful, JENKINS, "-p 18036:8080 -v ./data:/var/jenkins_home:rw",
        prepare: DATA, plain: false, ours: first(&["chown -R 1000:1000 DIR/data"])),
    row!("jenkins-dir-1000", Rootful, JENKINS, "-p 18037:8080 -v ./data:/var/jenkins_home:rw", prepare: DATA_1000),
    row!(
        "grafana-volume",
        Both,
        GRAFANA,
        "-p 18038:3000 -v grafana-d:/var/lib/grafana"
    ),
    row!("minio", Both, MINIO, "-p 18039:9000"),
    row!(
        "minio-volume",
        Both,
        MINIO,
        "-p 18040:9000 -v minio-d:/data"
    ),
    row!(
        "gitea-volume",
        Both,
        GITEA,
        "-p 18041:3000 -v gitea-d:/data"
    ),
    row!("registry", Both, REGISTRY, "-p 18042:5000"),
    row!(
        "registry-volume",
        Both,
        REGISTRY,
        "-p 18043:5000 -v registry-d:/var/lib/registry"
    ),
    row!("mosquitto", Both, MOSQUITTO, "-p 18044:1883"),
    row!(
        "mosquitto-volume",
        Both,
        MOSQUITTO,
        "-p 18045:1883 -v mq-d:/mosquitto/data"
    ),
    row!("etcd-volume", Both, ETCD, "-p 18046:2379 -v etcd-d:/etcd-data", command: ETCD),
    row!("unbound", Both, UNBOUND, "-p 18047:53/udp"),
    // It starts each job as the job's user.
    row!("cron", Both, CRON, "", ours: Expected::Fails),
    row!("batch", Rootless, TOOLS, "-v ./in:/in:ro -v ./out:/out:rw", prepare: BATCH, command: PACK, job: PACKED),
    row!("batch", Rootful, TOOLS, "-v ./in:/in:ro -v ./out:/out:rw",
        prepare: BATCH, command: PACK, job: PACKED, ours: first(&["chown -R 65532:65532 DIR/out", "chmod -R o+rX DIR/in"])),
    row!("batch-1000", Rootful, TOOLS, "-v ./in:/in:ro -v ./out:/out:rw",
        prepare: "umask 077; mkdir in out; echo one >in/file; chown 1000:1000 out",
        command: PACK, job: PACKED, ours: first(&["chmod -R o+rX DIR/in"])),
    row!("shell", Rootless, TOOLS, "-w /work -v ./proj:/work",
        prepare: PROJECT, command: WORK, job: WORKED, ours: with(&["DIR/proj:/work:rw,exec"])),
    row!("shell", Rootful, TOOLS, "-w /work -v ./proj:/work",
        prepare: PROJECT_1000, command: WORK, job: WORKED_1000, ours: with(&["DIR/proj:/work:rw,exec"])),
    row!("shell-profile", Rootless, TOOLS, "-w /work -v ./proj:/work:rw,exec",
        profile: Some("shell"), prepare: PROJECT, command: WORK, job: WORKED),
    row!("web-nginx", Both, NGINX, "-p 18048:80", profile: Some("web")),
    row!("web-caddy", Both, CADDY, "-p 18049:80", profile: Some("web")),
];
