//! Passwords: which are good enough, and how they are hashed.
//!
//! Invariant: at most two are hashed at a time, each with 19 MiB, off the threads that serve requests; a bounded number waits.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;
use zxcvbn::{Score, zxcvbn};

use super::secrets::{random, readable};

/// The fewest and the most characters of a password.
const LENGTH: (usize, usize) = (8, 128);
/// How many are hashed at a time.
const AT_A_TIME: usize = 2;
/// How many may wait, each for a few tens of milliseconds a pair before it.
const WAITING: usize = 256;

/// Why a password will not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weakness {
    /// It has fewer than 8 characters.
    TooShort,
    /// It has more than 128 characters.
    TooLong,
    /// It is easily guessed: common, or made of the person's names.
    Guessable,
}

/// What is wrong with a password, for a person with these names.
pub fn weakness(password: &str, login: &str, name: &str) -> Option<Weakness> {
    let length = password.chars().count();
    if length < LENGTH.0 {
        return Some(Weakness::TooShort);
    }
    if length > LENGTH.1 {
        return Some(Weakness::TooLong);
    }
    let known: Vec<&str> = [login, name, "kamnot"].into_iter().chain(name.split_whitespace()).collect();
    (zxcvbn(password, &known).score() < Score::Three).then_some(Weakness::Guessable)
}

/// A first password, which an operator hands over: about 99 bits.
pub fn first() -> String {
    readable(5, 4)
}

/// Too many passwords wait to be hashed: try again in a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many logins wait; try again in a moment")]
pub struct Busy;

/// Hashes passwords and one-time codes, and nothing else at the same time.
#[derive(Clone)]
pub struct Hashing {
    argon2: Argon2<'static>,
    turns: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
    done: Arc<AtomicU64>,
    /// The hash against which the password of an unknown name is held.
    nobody: Arc<str>,
}

impl Default for Hashing {
    /// With the parameters that OWASP recommends: 19 MiB, two rounds, one lane.
    fn default() -> Self {
        Self::with(Params::DEFAULT)
    }
}

impl Hashing {
    /// With parameters that take next to nothing: for tests of what surrounds it.
    pub fn cheap() -> Self {
        Self::with(Params::new(Params::MIN_M_COST, 1, 1, None).expect("the least that is allowed"))
    }

    fn with(params: Params) -> Self {
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let nobody = hashed(&argon2, &readable(1, 20)).into();
        Self {
            argon2,
            turns: Arc::new(Semaphore::new(AT_A_TIME)),
            waiting: Arc::default(),
            done: Arc::default(),
            nobody,
        }
    }

    /// The hash of a password, with its parameters and its salt (a PHC string).
    ///
    /// # Errors
    /// If too many wait.
    pub async fn hash(&self, password: String) -> Result<String, Busy> {
        self.in_turn(move |argon2| hashed(argon2, &password)).await
    }

    /// Whether a password is the one with a hash. Without a hash it takes as long, and the answer is no.
    ///
    /// # Errors
    /// If too many wait.
    pub async fn is(&self, password: String, hash: Option<String>) -> Result<bool, Busy> {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.nobody.to_string());
        let same = move |argon2: &Argon2<'static>| {
            let hash = PasswordHash::new(&hash);
            hash.is_ok_and(|hash| argon2.verify_password(password.as_bytes(), &hash).is_ok())
        };
        Ok(self.in_turn(same).await? && known)
    }

    /// The hashes of one-time codes under one salt.
    ///
    /// # Errors
    /// If too many wait.
    pub async fn codes(&self, codes: Vec<String>, salt: [u8; 16]) -> Result<Vec<String>, Busy> {
        let hash = move |argon2: &Argon2<'static>, code: &str| {
            let mut hash = [0; 32];
            argon2.hash_password_into(code.as_bytes(), &salt, &mut hash).expect("the lengths are allowed");
            hash.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
        };
        self.in_turn(move |argon2| codes.iter().map(|code| hash(argon2, code)).collect()).await
    }

    /// How many times something was hashed.
    pub fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// Does the work on a thread for blocking work, when its turn comes.
    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Argon2<'static>) -> T + Send + 'static,
    ) -> Result<T, Busy> {
        let place = Place::among(&self.waiting).ok_or(Busy)?;
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|_| Busy)?;
        drop(place);
        self.done.fetch_add(1, Ordering::Relaxed);
        let argon2 = self.argon2.clone();
        // The turn ends with the work, even if nobody waits for it any more.
        let work = move || {
            let _turn = turn;
            work(&argon2)
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| Busy)
    }
}

/// A place among those who wait, given back when it is dropped.
struct Place(Arc<AtomicUsize>);

impl Place {
    fn among(waiting: &Arc<AtomicUsize>) -> Option<Self> {
        let place = Self(Arc::clone(waiting));
        (waiting.fetch_add(1, Ordering::AcqRel) < WAITING).then_some(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

fn hashed(argon2: &Argon2<'static>, password: &str) -> String {
    let salt = SaltString::encode_b64(&random::<16>()).expect("a salt of 16 bytes is allowed");
    argon2.hash_password(password.as_bytes(), &salt).expect("the parameters are allowed").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_long_common_and_own_passwords_will_not_do() {
        let of = |password: &str| weakness(password, "bounmy", "Bounmy Vongsa");
        assert_eq!(of("Xk3$q"), Some(Weakness::TooShort));
        assert_eq!(of(&"Xk3$qpz ".repeat(17)), Some(Weakness::TooLong));
        for guessable in ["password1234", "qwertyuiop", "bounmyvongsa", "kamnot2026", "11111111111"] {
            assert_eq!(of(guessable), Some(Weakness::Guessable), "{guessable}");
        }
        for good in ["ຂ້ອຍມັກກິນເຂົ້າປຽກຕອນເຊົ້າ", "correct horse battery staple", &first()]
        {
            assert_eq!(of(good), None, "{good}");
        }
    }

    #[tokio::test]
    async fn a_password_is_known_by_its_hash_with_the_recommended_parameters() {
        let hashing = Hashing::default();
        let hash = hashing.hash("correct horse".to_owned()).await.expect("a turn");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_eq!(hashing.is("correct horse".to_owned(), Some(hash.clone())).await, Ok(true));
        assert_eq!(hashing.is("correct hors".to_owned(), Some(hash)).await, Ok(false));
        assert_eq!(hashing.is("correct horse".to_owned(), Some("damaged".to_owned())).await, Ok(false));
    }

    #[tokio::test]
    async fn an_unknown_name_takes_a_hash_as_well() {
        let hashing = Hashing::cheap();
        let before = hashing.done();
        assert_eq!(hashing.is("anything".to_owned(), None).await, Ok(false));
        assert_eq!(hashing.done(), before + 1);
    }

    #[tokio::test]
    async fn when_too_many_wait_the_next_one_is_told_at_once() {
        let hashing = Hashing::cheap();
        let all = Arc::clone(&hashing.turns).acquire_many_owned(2).await.expect("all turns");
        let waiting: Vec<_> = (0..WAITING)
            .map(|_| {
                let hashing = hashing.clone();
                tokio::spawn(async move { hashing.is(String::new(), None).await })
            })
            .collect();
        while hashing.waiting.load(Ordering::Acquire) < WAITING {
            tokio::task::yield_now().await;
        }
        assert_eq!(hashing.is(String::new(), None).await, Err(Busy));
        drop(all);
        for one in waiting {
            assert_eq!(one.await.expect("a task"), Ok(false));
        }
        assert_eq!(hashing.is(String::new(), None).await, Ok(false));
    }
}
