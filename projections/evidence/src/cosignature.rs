//! What a witness signs: C2SP tlog-cosignature, `cosignature/v1`. It alone attests a time.

use crate::ed25519::SIGNATURE;

/// How long a cosignature is: the time as a number of eight bytes, then the signature.
const LENGTH: usize = 8 + SIGNATURE;

/// The latest time that may be signed, in seconds since 1970-01-01T00:00:00Z.
pub const LATEST: u64 = u64::MAX >> 1;

/// What is signed at this time, in seconds since 1970-01-01T00:00:00Z, of a note with this text.
pub(crate) fn message(time: u64, text: &str) -> String {
    format!("cosignature/v1\ntime {time}\n{text}")
}

pub(crate) fn join(time: u64, signature: [u8; SIGNATURE]) -> Vec<u8> {
    [&time.to_be_bytes()[..], &signature].concat()
}

/// The time and the signature. `None` if the bytes are of another length, or the time is later than may be signed.
pub(crate) fn split(bytes: &[u8]) -> Option<(u64, [u8; SIGNATURE])> {
    let bytes: &[u8; LENGTH] = bytes.try_into().ok()?;
    let (time, signature) = bytes.split_first_chunk()?;
    let time = u64::from_be_bytes(*time);
    (time <= LATEST).then_some((time, signature.try_into().ok()?))
}
