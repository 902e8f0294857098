//! The logins of offices, one file each, in the format that their programs read: `NAME=value` lines for the
//! environment.
//!
//! Invariant: an existing login is never changed, so that the configuration can be made again; a new file is readable
//! by its owner alone. Secrets are only in these files and are neither printed nor logged.

use std::fs::{self, DirBuilder};
use std::io::{Error, ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use engine::action::OfficeCode;
use tempfile::NamedTempFile;
use uuid::Uuid;

use super::address::decoded;
use super::permissions::names_a_subscription;
use super::{NatsFault, Servers};

/// The bcrypt cost: how many rounds the server hashes a password at each login, as a power of two. It is low, so that
/// many offices can log in at once; the passwords made here cannot be guessed anyway.
const ROUNDS: u32 = 8;

/// The variable with the server's URL, user and password.
const NATS: &str = "KAMNOT_NATS";
/// The variable with the prefix of the office's subscription names.
const SUBSCRIPTION: &str = "KAMNOT_SUBSCRIPTION";

/// A login as the server's configuration needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// The bcrypt hash of the password.
    pub password: String,
    /// The prefix of the office's subscription names.
    pub subscription: String,
    /// Whether it was created now.
    pub new: bool,
    /// Whether it leads elsewhere than a new one would: to another address, or without TLS.
    pub elsewhere: bool,
}

/// The folder of the logins.
#[derive(Clone, Debug)]
pub struct Logins {
    folder: PathBuf,
    /// Where the server is, for new logins: `nats://HOST:PORT`.
    scheme: &'static str,
    server: String,
}

impl Logins {
    /// The logins in a folder, which is created if it is missing. New logins are for `server`.
    ///
    /// # Errors
    /// If the folder cannot be created.
    pub fn open(folder: &Path, scheme: &'static str, server: &str) -> Result<Self, NatsFault> {
        DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(|error| fault(folder, &error))?;
        Ok(Self { folder: folder.to_owned(), scheme, server: server.to_owned() })
    }

    /// The login of an office, created if there is none yet.
    ///
    /// # Errors
    /// If its file cannot be read or written, or is not a login of this office.
    pub fn of(&self, office: &OfficeCode) -> Result<Login, NatsFault> {
        let path = self.folder.join(format!("{office}.env"));
        match fs::read_to_string(&path) {
            Ok(text) => {
                let mode = fs::metadata(&path).map_err(|error| fault(&path, &error))?.permissions().mode();
                if mode & 0o077 != 0 {
                    tracing::warn!(file = %path.display(), "other users can read this login; run chmod 600 on it");
                }
                let (password, subscription) = read(&text, office).ok_or_else(|| not_ours(&path, &text, office))?;
                let url = value(&text, NATS).unwrap_or_default();
                let elsewhere = !url.starts_with(&format!("{}://", self.scheme))
                    || url.rsplit_once('@').is_none_or(|(_, server)| server != self.server);
                Ok(Login { elsewhere, ..login(&path, &password, subscription, false)? })
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let password = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
                let tail = Uuid::new_v4().simple().to_string();
                let subscription = format!("{office}_{tail}");
                self.write(&path, office, &password, &subscription).map_err(|error| fault(&path, &error))?;
                login(&path, &password, subscription, true)
            }
            Err(error) => Err(fault(&path, &error)),
        }
    }

    fn write(&self, path: &Path, office: &OfficeCode, password: &str, subscription: &str) -> Result<(), Error> {
        let Self { folder, scheme, server } = self;
        // A temporary file: it is readable by its owner alone from the start, and appears whole or not at all.
        let mut file = NamedTempFile::new_in(folder)?;
        write!(
            file,
            "# The login of {office} at NATS, for its program only. Keep it secret.\n\
             {NATS}={scheme}://{office}:{password}@{server}\n{SUBSCRIPTION}={subscription}\n"
        )?;
        file.as_file().sync_all()?;
        file.persist_noclobber(path).map_err(|failed| failed.error)?;
        Ok(())
    }
}

/// An office's login for its program: the server with user and password, and the prefix of its subscription names.
///
/// # Errors
/// If the file cannot be read, or is not this office's login.
pub fn read_login(path: &Path, office: &OfficeCode) -> Result<(Servers, String), NatsFault> {
    let text = fs::read_to_string(path).map_err(|error| fault(path, &error))?;
    let (_, subscription) = read(&text, office).ok_or_else(|| not_ours(path, &text, office))?;
    let url = value(&text, NATS).ok_or_else(|| not_ours(path, &text, office))?;
    Ok((url.parse()?, subscription))
}

/// The value of a variable.
fn value(text: &str, name: &str) -> Option<String> {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.starts_with('#'));
    lines.find_map(|line| line.strip_prefix(name)?.strip_prefix('=').map(str::to_owned))
}

/// Password and subscription of a file, if it is this office's login.
fn read(text: &str, office: &OfficeCode) -> Option<(String, String)> {
    let url = value(text, NATS)?;
    let (user, password) = url.split_once("://")?.1.rsplit_once('@')?.0.split_once(':')?;
    let subscription = value(text, SUBSCRIPTION)?;
    let begins = subscription.strip_prefix(office.as_str()).is_some_and(|tail| tail.starts_with('_'));
    (decoded(user) == office.as_str() && names_a_subscription(&subscription) && begins && subscription.len() <= 200)
        .then(|| (decoded(password), subscription))
}

fn login(path: &Path, password: &str, subscription: String, new: bool) -> Result<Login, NatsFault> {
    // A unique and constant salt, so that the configuration is the same each time it is made.
    let salt = Uuid::new_v5(&Uuid::NAMESPACE_URL, subscription.as_bytes()).into_bytes();
    if password.is_empty() || password.len() > 72 || password.contains('\0') {
        let reason = "its password is empty, has a NUL character, or exceeds 72 bytes, the limit of nats-server";
        return Err(NatsFault::Own(format!("{}: {reason}", path.display())));
    }
    let hashed = bcrypt::hash_with_salt(password, ROUNDS, salt);
    let hashed = hashed
        .map_err(|error| NatsFault::Own(format!("{}: its password cannot be hashed: {error}", path.display())))?;
    // The format that every nats-server recognises as a hash.
    let password = hashed.format_for_version(bcrypt::Version::TwoA);
    Ok(Login { password, subscription, new, elsewhere: false })
}

/// Why a file is not this office's login, and what to do. Of its content only the code of another office is named.
fn not_ours(path: &Path, text: &str, office: &OfficeCode) -> NatsFault {
    let user = value(text, NATS).and_then(|url| Some(decoded(url.split_once("://")?.1.split_once(':')?.0)));
    let whose = user.and_then(|user| OfficeCode::new(&user)).filter(|user| user != office);
    let what = match whose {
        Some(other) => format!("this is the login of {other}, not of {office}; use the file {office}.env"),
        None => format!(
            "not a login, expected the lines {NATS}=nats://{office}:PASSWORD@HOST:PORT and {SUBSCRIPTION}={office}_…; \
             `kamnot nats config` makes a new login where the file is missing"
        ),
    };
    NatsFault::Own(format!("{}: {what}", path.display()))
}

fn fault(path: &Path, error: &Error) -> NatsFault {
    NatsFault::Own(format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_made_once_for_its_owners_eyes_and_then_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path().join("logins");
        let office = OfficeCode::new("vte-prosecutor").expect("a code");
        let logins = Logins::open(&folder, "nats", "one:4222").expect("a folder");
        let made = logins.of(&office).expect("a login");
        let path = folder.join("vte-prosecutor.env");
        let rights = |path: &Path| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
        assert_eq!((rights(&folder), rights(&path)), (0o700, 0o600));
        assert!(made.new && made.password.starts_with("$2a$08$"));
        let text = fs::read_to_string(&path).expect("text");
        let again = Logins::open(&folder, "nats", "two:4222").and_then(|logins| logins.of(&office)).expect("a login");
        assert_eq!(again, Login { new: false, elsewhere: true, ..made.clone() });
        assert_eq!(fs::read_to_string(&path).expect("text"), text);
        let (password, subscription) = read(&text, &office).expect("ours");
        assert!(bcrypt::verify(&password, &made.password).expect("a hash") && password.len() == 64);
        assert_eq!(subscription, made.subscription);
        let other = OfficeCode::new("vte-juvenile-court").expect("a code");
        assert_ne!(logins.of(&other).expect("a login").password, made.password);
    }

    #[test]
    fn a_file_that_is_no_login_is_refused_without_its_words() {
        let folder = tempfile::tempdir().expect("a folder");
        let office = OfficeCode::new("vte-prosecutor").expect("a code");
        let logins = Logins::open(folder.path(), "nats", "one:4222").expect("a folder");
        for text in [
            "",
            "KAMNOT_NATS=nats://vte-prosecutor:secret@one:4222\n",
            "KAMNOT_NATS=nats://vte-prosecutor:secret@one:4222\nKAMNOT_SUBSCRIPTION=vte-prosecutor-2_1\n",
            "KAMNOT_NATS=nats://vte-prosecutor:secret@one:4222\nKAMNOT_SUBSCRIPTION=vte-prosecutor_1.>\n",
        ] {
            fs::write(folder.path().join("vte-prosecutor.env"), text).expect("written");
            let said = logins.of(&office).expect_err("no login").to_string();
            assert!(said.contains("vte-prosecutor.env: not a login") && !said.contains("secret"), "{said}");
        }
    }

    #[test]
    fn the_login_of_another_office_is_named_and_nobody_is_told_to_remove_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let office = |code: &str| OfficeCode::new(code).expect("a code");
        let logins = Logins::open(folder.path(), "nats", "one:4222").expect("a folder");
        logins.of(&office("vte-legal-aid")).expect("a login");
        let file = folder.path().join("vte-legal-aid.env");
        let said = read_login(&file, &office("vte-prosecutor")).expect_err("another office's").to_string();
        assert!(said.ends_with("the login of vte-legal-aid, not of vte-prosecutor; use the file vte-prosecutor.env"));
        fs::copy(&file, folder.path().join("vte-prosecutor.env")).expect("copied");
        let said = logins.of(&office("vte-prosecutor")).expect_err("another office's").to_string();
        assert!(said.contains("the login of vte-legal-aid") && !said.contains("remove"), "{said}");
    }
}
