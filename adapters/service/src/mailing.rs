//! Where mail and webhooks go, as operators and addressees keep it: the same on the pages and on the command line.
//!
//! Invariant: addresses are set by operators alone; who is addressed chooses the kinds and the hour of the digest. The key of a
//! webhook is returned once and kept sealed.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use engine::action::OfficeCode;
use engine::alert::Kind;
use engine::calendar::Instant;
use engine::rulebook::Language;
use store::people::mail::{About, Address, Progress, Waiting, Way};
use store::people::{PeopleStore, Person};
use store::{Fault, LogStore};
use url::Url;
use uuid::Uuid;

use crate::offices::Offices;
use crate::sealing::{SealingKey, random};

/// The longest mailbox (RFC 5321) and URL, in bytes.
const LONGEST: (usize, usize) = (254, 2000);
/// How often a change is tried while others change the same address.
const TRIES: usize = 5;

projections::catalogue! {
    /// What may not be so.
    Flaw {
        OfficeUnknown: "There is no such office.", "ບໍ່ມີຫ້ອງການນີ້.";
        NoSuchPerson: "There is nobody with this login name in the office.", "ບໍ່ມີຜູ້ໃຊ້ຊື່ນີ້ໃນຫ້ອງການ.";
        AddressForm: "Expected a mail address such as office@example.la, or a URL that begins with https://, without a name and password in it.", "ຕ້ອງເປັນທີ່ຢູ່ອີເມວ ເຊັ່ນ office@example.la, ຫຼື URL ທີ່ຂຶ້ນຕົ້ນດ້ວຍ https://, ບໍ່ມີຊື່ ແລະ ລະຫັດຜ່ານຢູ່ໃນ.";
        KindUnknown: "Expected kinds among notice, arguable, breach, settled, withdrawn, escalated.", "ຕ້ອງເປັນປະເພດ notice, arguable, breach, settled, withdrawn, escalated.";
        HourForm: "Expected a time of the day such as 07:30.", "ຕ້ອງເປັນເວລາ ເຊັ່ນ 07:30.";
        NoSuchAddress: "There is no such address.", "ບໍ່ມີທີ່ຢູ່ນີ້.";
        ChangedMeanwhile: "Somebody else changed the address meanwhile: try again.", "ຜູ້ອື່ນໄດ້ປ່ຽນທີ່ຢູ່ນີ້: ລອງໃໝ່.";
        IsOff: "The address is switched off.", "ທີ່ຢູ່ນີ້ຖືກປິດ.";
        NotAWebhook: "Only a webhook has a key.", "ມີແຕ່ webhook ທີ່ມີກະແຈ.";
    }
}

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum Undone {
    /// It may not be so.
    #[error("refused: {0:?}")]
    Refused(Flaw),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Fault),
}

impl From<Flaw> for Undone {
    fn from(flaw: Flaw) -> Self {
        Self::Refused(flaw)
    }
}

/// A new address.
pub struct Wanted<'a> {
    /// The id that it gets: asked for twice, it is made once.
    pub id: Uuid,
    /// The office's code.
    pub office: &'a str,
    /// The login name of the person to whom it belongs; empty for an office's.
    pub login: &'a str,
    /// A mailbox, or the URL of a webhook.
    pub to: &'a str,
    /// The language of an office's mail.
    pub language: Language,
    /// What goes there.
    pub choice: Choice,
}

/// What an addressee chooses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The kinds of alert.
    pub kinds: BTreeSet<Kind>,
    /// When the digest is told on working days, in minutes of the day; `None`: never.
    pub digest: Option<u16>,
}

impl Choice {
    /// The kinds by their words, and the digest's hour as it is typed; empty for none.
    ///
    /// # Errors
    /// What is none.
    pub fn typed<'w>(kinds: impl IntoIterator<Item = &'w str>, digest: &str) -> Result<Self, Flaw> {
        let kinds = kinds.into_iter().map(|word| Kind::from_word(word).ok_or(Flaw::KindUnknown));
        Ok(Self { kinds: kinds.collect::<Result<_, _>>()?, digest: minutes(digest)? })
    }
}

/// A time of the day such as `07:30`, in minutes; none if nothing was typed.
fn minutes(typed: &str) -> Result<Option<u16>, Flaw> {
    if typed.is_empty() {
        return Ok(None);
    }
    let number = |text: &str, below: u16| {
        let digits = matches!(text.len(), 1 | 2) && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|number: &u16| digits && *number < below)
    };
    let time = typed.split_once(':').and_then(|(hours, minutes)| Some((number(hours, 24)?, number(minutes, 60)?)));
    time.map(|(hours, minutes)| Some(60 * hours + minutes)).ok_or(Flaw::HourForm)
}

/// Minutes of the day as they are typed; empty for none.
pub fn hour(minutes: Option<u16>) -> String {
    minutes.map_or_else(String::new, |minutes| format!("{:02}:{:02}", minutes / 60, minutes % 60))
}

/// Where an address leads, for who may know it.
pub fn place(way: &Way) -> &str {
    match way {
        Way::Mail(mailbox) => mailbox,
        Way::Webhook { url, .. } => url,
    }
}

/// Adds an address; the key of a webhook, which is shown once.
///
/// # Errors
/// What of it may not be so.
pub async fn add(
    log: &dyn LogStore,
    offices: &Offices,
    key: &SealingKey,
    wanted: Wanted<'_>,
    now: Instant,
) -> Result<(Address, Option<String>), Undone> {
    let Wanted { id, office, login, to, language, choice: Choice { kinds, digest } } = wanted;
    let office = OfficeCode::new(office).filter(|code| offices.get(code).is_some()).ok_or(Flaw::OfficeUnknown)?;
    let person = match login {
        "" => None,
        login => {
            let found = log.person_by_login(&login.to_lowercase()).await?;
            Some(found.filter(|person| is_of(person, &office, now)).ok_or(Flaw::NoSuchPerson)?.id)
        }
    };
    let (way, secret) = if is_mailbox(to) {
        (Way::Mail(to.to_owned()), None)
    } else {
        let (sealed, secret) = made_key(key, id);
        (Way::Webhook { url: webhook(to).ok_or(Flaw::AddressForm)?.to_string(), sealed }, Some(secret))
    };
    if log.mail_addresses().await?.is_empty() {
        // Nothing of before goes anywhere, so it need not be read.
        log.queue_mail(&[], Some(log.head().await?)).await?;
    }
    let progress = Progress::default();
    let address =
        Address { id, version: 1, office, person, way, made: now, language, kinds, digest, off: false, progress };
    if log.put_mail_address(&address).await? {
        return Ok((address, secret));
    }
    match log.mail_address(id).await? {
        Some(there) if (&there.office, place(&there.way)) == (&address.office, place(&address.way)) => {
            Ok((there, None))
        }
        Some(_) | None => Err(Flaw::ChangedMeanwhile.into()),
    }
}

/// Changes what was chosen for an address; what it is by then.
///
/// # Errors
/// If there is no such address, or `change` refuses.
pub async fn change(
    log: &dyn LogStore,
    id: Uuid,
    change: impl Fn(&mut Address) -> Result<(), Flaw>,
) -> Result<Address, Undone> {
    for _ in 0..TRIES {
        let mut address = log.mail_address(id).await?.ok_or(Flaw::NoSuchAddress)?;
        change(&mut address)?;
        address.version += 1;
        if log.put_mail_address(&address).await? {
            return Ok(address);
        }
    }
    Err(Flaw::ChangedMeanwhile.into())
}

/// Gives a webhook a new key, which is shown once; the old one no longer signs.
///
/// # Errors
/// If there is no such webhook.
pub async fn renew_key(log: &dyn LogStore, key: &SealingKey, id: Uuid) -> Result<String, Undone> {
    let (new, secret) = made_key(key, id);
    let renew = |address: &mut Address| match &mut address.way {
        Way::Mail(_) => Err(Flaw::NotAWebhook),
        Way::Webhook { sealed, .. } => {
            sealed.clone_from(&new);
            Ok(())
        }
    };
    change(log, id, renew).await?;
    Ok(secret)
}

/// Puts a test before everything that waits for an address.
///
/// # Errors
/// If there is no such address, or it is off.
pub async fn send_test(log: &dyn LogStore, id: Uuid, now: Instant) -> Result<(), Undone> {
    if log.mail_address(id).await?.ok_or(Flaw::NoSuchAddress)?.off {
        return Err(Flaw::IsOff.into());
    }
    // One at a time.
    if log.mail_backlog().await?.iter().any(|of| of.address == id && of.tests > 0) {
        return Ok(());
    }
    let test = Waiting::new(id, 0, &format!("test {}", Uuid::new_v4()), About::Test, now);
    Ok(log.queue_mail(&[test], None).await?)
}

/// Whether a person may be told what the office is told: somebody of it, not disabled.
pub fn is_of(person: &Person, office: &OfficeCode, now: Instant) -> bool {
    let of_it = |office_of: Option<&OfficeCode>| office_of == Some(office);
    person.disabled.is_none() && person.memberships.iter().any(|held| of_it(held.office.as_ref()) && held.holds(now))
}

/// The person to whom an address belongs, while the person may be told; `Ok(None)` if nobody may be.
///
/// # Errors
/// If the store cannot be read.
pub async fn addressee(people: &dyn PeopleStore, address: &Address, now: Instant) -> Result<Option<Language>, Fault> {
    let Some(id) = address.person else { return Ok(Some(address.language)) };
    let person = people.person(id).await?.filter(|person| is_of(person, &address.office, now));
    Ok(person.map(|person| person.language))
}

/// A new key of a webhook: sealed for the address, and in hexadecimal digits as it is shown.
fn made_key(key: &SealingKey, id: Uuid) -> (Vec<u8>, String) {
    let mut secret = String::with_capacity(64);
    for byte in random::<32>() {
        let _ = write!(secret, "{byte:02x}");
    }
    (key.seal(id, secret.as_bytes()), secret)
}

/// Whether this is a mailbox that needs no quotation marks.
fn is_mailbox(text: &str) -> bool {
    let Some((name, host)) = text.split_once('@') else { return false };
    let fit = |text: &str, more: &[u8]| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || more.contains(&byte);
        !text.is_empty()
            && text.bytes().all(plain)
            && !text.starts_with('.')
            && !text.ends_with('.')
            && !text.contains("..")
    };
    text.len() <= LONGEST.0 && name.len() <= 64 && fit(name, b".!#$%&'*+-/=?^_`{|}~") && fit(host, b".-")
}

/// The URL of a webhook; `None` if it may not be one.
pub fn webhook(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok().filter(|_| text.len() <= LONGEST.1)?;
    let nobody = url.username().is_empty() && url.password().is_none();
    (url.scheme() == "https" && url.host().is_some() && nobody && url.fragment().is_none()).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mailbox_and_a_webhook_are_told_apart_and_nothing_else_is_one() {
        for mailbox in ["office@example.la", "a.b+c@mail.example.la", "root@localhost"] {
            assert!(is_mailbox(mailbox), "{mailbox}");
        }
        for none in ["", "@", "a@", "@b", "a@b@c", "a b@c", "a@b>", "a\r\nBcc: x@y", ".a@b", "a@b..c", "\"a\"@b", "ກ@b"]
        {
            assert!(!is_mailbox(none) && webhook(none).is_none(), "{none}");
        }
        assert!(webhook("https://example.la:8443/hook?a=b").is_some());
        for none in
            ["http://example.la", "https://", "https://u:p@example.la", "https://example.la/#x", "ftp://example.la"]
        {
            assert!(webhook(none).is_none(), "{none}");
        }
    }

    #[test]
    fn an_hour_is_read_as_it_is_written() {
        assert_eq!(minutes("07:30"), Ok(Some(450)));
        assert_eq!((hour(Some(450)), hour(None)), ("07:30".to_owned(), String::new()));
        assert_eq!(minutes(""), Ok(None));
        for none in ["24:00", "7", "07:60", "+7:00", "07:30:00", "x:y"] {
            assert_eq!(minutes(none), Err(Flaw::HourForm), "{none}");
        }
    }
}
