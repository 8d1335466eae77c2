//! The devices of the spec as the runtime will see them.

use std::path::Path;

use crate::host::Host;
use crate::origin::Setting;
use crate::podman::args::FlagValue;
use crate::podman::value::device;
use crate::podman::value::device_cgroup_rule::{DeviceCgroupRule, Nodes};
use crate::problem::Problem;
use crate::seal::promise::{PromisedDevice, PromisedDeviceRule};

pub(super) fn devices(
    asked: &[Setting<device::Device>],
    host: &dyn Host,
) -> Result<Vec<PromisedDevice>, Problem> {
    let mut all = Vec::new();
    for asked in asked {
        let device::Device::Node {
            host: source,
            container,
            permissions,
        } = &asked.value
        else {
            return Err(
                Problem::new("what a CDI device adds to a container cannot be promised")
                    .at(&asked.origin)
                    .instead("name the nodes that are needed: --device /dev/…"),
            );
        };
        let at = container
            .as_ref()
            .map_or(source.as_path(), |path| Path::new(path.as_str()));
        let access = permissions
            .unwrap_or(device::DevicePermissions::ALL)
            .to_string();
        let found = host
            .resolve(source.as_path())
            .map_err(|error| Problem::from(error).at(&asked.origin))?
            .path;
        nodes(host, &found, at, &access, 0, &mut all)?;
    }
    Ok(all)
}

/// The node, or each node below the directory.
fn nodes(
    host: &dyn Host,
    source: &Path,
    at: &Path,
    access: &str,
    depth: u8,
    all: &mut Vec<PromisedDevice>,
) -> Result<(), Problem> {
    if let Some(node) = host.device(source) {
        all.push(PromisedDevice {
            path: at.to_owned(),
            host: source.to_owned(),
            kind: node.kind,
            major: node.major,
            minor: node.minor,
            access: access.to_owned(),
        });
    } else if depth < 3 {
        for entry in host.list(source)? {
            let name = entry.file_name().unwrap_or_default().to_owned();
            nodes(
                host,
                &entry,
                &at.join(name),
                access,
                depth.saturating_add(1),
                all,
            )?;
        }
    }
    Ok(())
}

/// `TYPE MAJOR:MINOR ACCESS` of the kernel's devices.list.
pub(super) fn device_rules<'a, I: Iterator<Item = &'a FlagValue>>(
    asked: I,
) -> Result<Vec<PromisedDeviceRule>, Problem> {
    let read = |given: &FlagValue| {
        let rule = given.value.parse::<DeviceCgroupRule>();
        let rule = rule.map_err(|error| Problem::from(error).at(&given.origin))?;
        Ok(PromisedDeviceRule {
            kind: match rule.nodes {
                Nodes::All => 'a',
                Nodes::Block => 'b',
                Nodes::Char => 'c',
            },
            major: rule.major.map(i64::from),
            minor: rule.minor.map(i64::from),
            access: rule.permissions.to_string(),
        })
    };
    asked.map(read).collect()
}
