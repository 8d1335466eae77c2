//! The container's user, as a person, a profile or the image names it.

use super::baseline::USER_AUTO;
use super::layers::{Layers, setting};
use crate::origin::{Origin, Setting};
use crate::podman::flags;
use crate::podman::image_config::ImageConfig;
use crate::podman::value::user::{Id, Rootness, User};
use crate::problem::Problem;

/// Who runs in a container whose image names nobody but root: no account of any host.
pub(super) const NOBODY_ELSE: u32 = 65_532;

/// The word for a profile's `user: image`.
const USER_IMAGE: &str = "image";

fn is_word(origin: &Origin, value: &str) -> bool {
    let said_here = matches!(origin, Origin::Baseline | Origin::Profile { .. });
    said_here && (value == USER_AUTO || value == USER_IMAGE)
}

/// The value of `--user`, always with a group where the user is a number: podman would take group 0.
pub(super) fn resolve(
    layers: &Layers<'_>,
    image: Option<&ImageConfig>,
) -> Result<Setting<User>, Problem> {
    let given = layers
        .last(&flags::USER)
        .ok_or_else(|| Problem::new("--user has no value"))?;
    if !is_word(&given.origin, &given.value) {
        return Ok(setting(given, str::parse)?.map(with_group));
    }
    let of_image = match image {
        Some(image) if !image.user.is_empty() => {
            Some(image.user.parse::<User>().map_err(Problem::from)?)
        }
        _ => None,
    };
    let of_image = of_image.filter(|user| user.is_root() != Rootness::Root);
    match of_image {
        Some(user) => Ok(Setting::new(with_group(user), Origin::Image("USER"))),
        None if given.value == USER_AUTO || image.is_none() => Ok(Setting::new(
            User {
                user: Id::Number(NOBODY_ELSE),
                group: Some(Id::Number(NOBODY_ELSE)),
            },
            given.origin.clone(),
        )),
        None => Err(
            Problem::new("\"user: image\" needs an image whose USER is not root")
                .at(&given.origin)
                .instead("user: 1000:1000, or user: auto"),
        ),
    }
}

fn with_group(user: User) -> User {
    match user {
        User {
            user: Id::Number(id),
            group: None,
        } => User {
            user: Id::Number(id),
            group: Some(Id::Number(id)),
        },
        user => user,
    }
}
