//! How sure a breach is, by the two readings of the law.

use crate::words::words;

words! {
    /// How sure a breach is. "Certain" implies "arguable"; nothing is certain on one reading.
    Breach {
        /// Under the protective reading alone.
        Arguable = "arguable",
        /// Under both readings.
        Certain = "certain",
    }
}
