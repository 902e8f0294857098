//! What is personal in events, as it stands in a table apart from them.

use engine::case::Commitment;

/// What is disclosed, each with its digest.
pub(crate) fn disclosed(commitments: &[Commitment]) -> impl Iterator<Item = (&[u8; 32], &str)> {
    commitments.iter().filter_map(|commitment| Some((commitment.digest(), commitment.disclosure()?)))
}
