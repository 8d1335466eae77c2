//! `--image-volume`: what becomes of the `VOLUME`s an image declares; see `podman-run(1)`.

use crate::words::{read_words, words};

words! {
    /// A value of `--image-volume`. Only `ignore` and `tmpfs` are understood by every podman; `anonymous` is an error
    /// before 5.0, where it was called `bind`.
    pub enum ImageVolume {
        /// Nothing is mounted.
        Ignore = "ignore",
        /// A tmpfs each.
        Tmpfs = "tmpfs",
        /// A new volume each: writable, also below a read-only root. podman's default, unless containers.conf has another.
        Anonymous = "anonymous" | "" | "bind",
    }
}
read_words!(
    ImageVolume,
    "not a mode for image volumes",
    "write ignore, tmpfs or anonymous"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_generations() {
        assert_eq!("bind".parse(), Ok(ImageVolume::Anonymous));
        assert_eq!("".parse(), Ok(ImageVolume::Anonymous));
        for text in ["ignore", "tmpfs", "anonymous"] {
            assert_eq!(
                text.parse::<ImageVolume>().map(|mode| mode.to_string()),
                Ok(text.to_owned())
            );
        }
        for bad in [
            "Ignore",
            "IGNORE",
            " tmpfs",
            "tmpfs\n",
            "none",
            "ignore,tmpfs",
        ] {
            assert!(bad.parse::<ImageVolume>().is_err(), "{bad:?}");
        }
    }
}
