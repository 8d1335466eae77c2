//! A joined namespace is somebody's, and may be the host's.

use crate::row::attacks;

attacks!();
