//! The token of a form: it differs in every page and proves that the page came from this session.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom as _, SystemRandom};

/// How many bytes a session's secret has.
const LENGTH: usize = 32;

/// A token for a form: the session's secret under a mask that is new each time, so that compressed pages give nothing away.
pub fn token(secret: &[u8; LENGTH]) -> String {
    let mut mask = [0; LENGTH];
    // Without randomness the mask is empty, and the token is still the session's own.
    let _ = SystemRandom::new().fill(&mut mask);
    let masked = secret.iter().zip(mask).map(|(secret, mask)| secret ^ mask);
    URL_SAFE_NO_PAD.encode(mask.into_iter().chain(masked).collect::<Vec<u8>>())
}

/// Whether a token came from the session with this secret.
pub fn is_of(token: &str, secret: &[u8; LENGTH]) -> bool {
    let Ok(bytes) = URL_SAFE_NO_PAD.decode(token) else { return false };
    let Some((mask, masked)) = bytes.split_at_checked(LENGTH) else { return false };
    let found: Vec<u8> = mask.iter().zip(masked).map(|(mask, masked)| mask ^ masked).collect();
    // Every byte is looked at, whatever the first ones are.
    found.len() == LENGTH
        && found.iter().zip(secret).fold(0, |differs, (found, secret)| differs | (found ^ secret)) == 0
}
