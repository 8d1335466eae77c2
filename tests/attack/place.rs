//! A name is not a place: what is mounted is another thing than what was judged.

use crate::row::attacks;

attacks!();
