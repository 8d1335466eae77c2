//! Images in the shape of public ones: entrypoint, USER, VOLUMEs and owners, as the public one has them.

use crate::engine::Engine;
use crate::process::said;

/// An image, and how to tell that its server serves and has kept what was written.
///
/// Its script is bash: `image` makes the image as root; `serves`, `write` and `kept` run in the container, and succeed when the
/// server answers, took what was given, and still has it. A line `#: WORD…` is an instruction of the image.
#[derive(Debug)]
pub(crate) struct Shape {
    /// What a person types.
    pub(crate) image: &'static str,
    pub(crate) script: &'static str,
}

macro_rules! shapes {
    ($($name:ident: $image:literal, $file:literal;)*) => {
        $(pub(crate) const $name: &Shape = &Shape {
            image: $image,
            script: include_str!(concat!("shapes/", $file)),
        };)*
    };
}

shapes! {
    NGINX: "docker.io/library/nginx", "nginx";
    HTTPD: "docker.io/library/httpd", "httpd";
    CADDY: "docker.io/library/caddy", "caddy";
    REDIS: "docker.io/library/redis", "redis";
    POSTGRES: "docker.io/library/postgres", "postgres";
    MARIADB: "docker.io/library/mariadb", "mariadb";
    MEMCACHED: "docker.io/library/memcached", "memcached";
    HAPROXY: "docker.io/library/haproxy", "haproxy";
    PYTHON: "localhost/python", "python";
    GUNICORN: "localhost/gunicorn", "gunicorn";
    NODE: "localhost/node", "node";
    JAVA: "localhost/java", "java";
    PROMETHEUS: "docker.io/prom/prometheus", "prometheus";
    JENKINS: "docker.io/jenkins/jenkins", "jenkins";
    GRAFANA: "docker.io/grafana/grafana", "grafana";
    MINIO: "docker.io/minio/minio", "minio";
    GITEA: "docker.io/gitea/gitea", "gitea";
    REGISTRY: "docker.io/library/registry", "registry";
    MOSQUITTO: "docker.io/library/eclipse-mosquitto", "mosquitto";
    ETCD: "quay.io/coreos/etcd", "etcd";
    UNBOUND: "docker.io/mvance/unbound", "unbound";
    CRON: "localhost/cron", "cron";
    TOOLS: "localhost/tools", "tools";
}

impl Shape {
    /// Makes the image out of the one with all programs.
    pub(crate) fn make(&self, engine: &Engine, base: &str) {
        let maker = format!("make-{}", self.image.replace('/', "-"));
        let mut run = engine.patient("podman");
        run.args(engine.store_flags())
            .arg("run")
            .args(Engine::plain_flags())
            .args([
                "--replace",
                "--network=none",
                &format!("--name={maker}"),
                base,
            ])
            .args(["bash", "-c", &self.calling("image")]);
        said(&mut run, &[]).ok();
        let changes = self
            .script
            .lines()
            .filter_map(|line| line.strip_prefix("#: "));
        let mut commit = vec!["commit".to_owned(), "--quiet".to_owned()];
        commit.extend(changes.map(|change| format!("--change={change}")));
        commit.extend([maker.clone(), self.image.to_owned()]);
        engine.podman(commit).ok();
        engine.podman(["rm", &maker]).ok();
    }

    /// The image goes, and with it the copies of it that podman made for other mappings of ids.
    pub(crate) fn remove(&self, engine: &Engine) {
        engine.podman(["rmi", "--force", self.image]);
    }

    /// What bash runs to call a function of the script.
    pub(crate) fn calling(&self, function: &str) -> String {
        format!("set -euo pipefail\n{}\n{function}", self.script)
    }
}
