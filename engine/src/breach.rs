//! How sure a breach is, by the two readings of the law.

use crate::words::words;

words! {
    /// How sure a breach is. "Certain" implies "arguable"; a breach under one reading alone is never certain.
    Breach {
        /// A breach under the protective reading alone.
        Arguable = "arguable",
        /// A breach under both readings.
        Certain = "certain",
    }
}
