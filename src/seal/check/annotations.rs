//! Annotations: runtimes take orders from them.

use crate::podman::releases::annotations::{ANNOTATIONS, PRIVILEGED};
use crate::podman::releases::conf;
use crate::podman::value::annotation::is_order;
use crate::seal::ANNOTATION;
use crate::seal::breach::{Breach, Culprit};
use crate::seal::observed::ObservedConfig;
use crate::seal::promise::{Privilege, Promise, PromisedGroups};

const IMAGE: Culprit = Culprit::Other {
    who: "the image, which has it too",
    instead: "use another image",
};

const KEEP_GROUPS: &str = "run.oci.keep_original_groups";

pub(super) fn check(promise: &Promise, config: &ObservedConfig<'_>) -> Vec<Breach> {
    let holds = |key: &str, value: &str| {
        let engine = ANNOTATIONS.iter().find(|known| known.what.key == key);
        let engine = engine.is_some_and(|known| known.what.only.is_none_or(|only| only == value));
        let asked = promise
            .annotations
            .get(key)
            .is_some_and(|promised| promised == value);
        key == ANNOTATION
            || engine
            || asked
            || (!is_order(key)
                && promise.image_annotations.contains(key)
                && !promise.annotations.contains_key(key))
            || (key == PRIVILEGED && promise.privilege == Privilege::Privileged)
            || (key == KEEP_GROUPS && promise.groups == PromisedGroups::Any)
    };
    config
        .document
        .annotations
        .iter()
        .filter(|(key, value)| !holds(key, value))
        .map(|(key, value)| {
            let found = format!("the annotation \"{key}={value}\"");
            let culprit = if promise.image_annotations.contains(key) {
                IMAGE
            } else {
                conf::ANNOTATIONS.into()
            };
            Breach::extra(found, "--annotation").by(culprit)
        })
        .collect()
}
