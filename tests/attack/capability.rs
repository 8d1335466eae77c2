//! Capabilities that are another spelling of root.

use crate::row::attacks;

attacks!();
