//! What an address and something that waits for it are as rows.
//!
//! Invariant: what is read back is what was written, or a fault.

use engine::action::{CaseRef, OfficeCode};
use engine::alert::Kind;
use engine::calendar::Instant;
use engine::rulebook::Language;
use projections::letters::Trouble;
use serde_json::{Value as Document, json};
use uuid::Uuid;

use super::kept::{Columns, Kept, number, text};
use super::mail::{About, Address, MailBacklog, Progress, Waiting, Way};
use super::rows::{MAIL_ADDRESSES, MAIL_WAITING, Row, Table};
use crate::cell::{Strange, Value};

impl Kept for Address {
    const TABLE: &'static Table = &MAIL_ADDRESSES;

    fn row(&self) -> Row {
        vec![
            self.id.into(),
            i64::from(self.version).into(),
            Value::Text(document(self).into()),
            Value::Text(progress(&self.progress).into()),
        ]
    }

    fn of(row: &mut Columns) -> Result<Self, Strange> {
        let (id, version) = (row.get(Value::as_id)?, row.get(number)?);
        let (document, progress) = (row.get(text)?, row.get(text)?);
        read(id, version, &document, &progress).ok_or(Strange)
    }
}

/// What was chosen for an address: all but id, version and progress.
pub(super) fn document(address: &Address) -> String {
    let Address { id: _, version: _, office, person, way, made, language, kinds, digest, off, progress: _ } = address;
    let way = match way {
        Way::Mail(mailbox) => json!({ "mail": mailbox }),
        Way::Webhook { url, sealed } => json!({ "webhook": url, "sealed": sealed }),
    };
    let document = json!({
        "office": office.as_str(),
        "person": person.map(|person| person.to_string()),
        "way": way,
        "made": made.unix(),
        "language": language.word(),
        "kinds": kinds.iter().map(|kind| kind.word()).collect::<Vec<_>>(),
        "digest": digest,
        "off": off,
    });
    document.to_string()
}

/// What the sender found, as JSON.
pub(super) fn progress(progress: &Progress) -> String {
    let Progress { sent, digest, failing } = progress;
    let failing = failing.map(|(since, trouble)| json!([since.unix(), trouble.to_string()]));
    json!({ "sent": sent.map(Instant::unix), "digest": digest, "failing": failing }).to_string()
}

fn read(id: Uuid, version: u32, document: &str, progress: &str) -> Option<Address> {
    let document: Document = serde_json::from_str(document).ok()?;
    let person = match &document["person"] {
        Document::Null => None,
        id => Some(Uuid::try_parse(id.as_str()?).ok()?),
    };
    let way = &document["way"];
    let way = match way["mail"].as_str() {
        Some(mailbox) => Way::Mail(mailbox.to_owned()),
        None => Way::Webhook { url: way["webhook"].as_str()?.to_owned(), sealed: bytes(&way["sealed"])? },
    };
    let kinds = document["kinds"].as_array()?.iter().map(|kind| Kind::from_word(kind.as_str()?));
    let digest = match &document["digest"] {
        Document::Null => None,
        minutes => Some(u16::try_from(minutes.as_u64()?).ok()?),
    };
    Some(Address {
        id,
        version,
        office: OfficeCode::new(document["office"].as_str()?)?,
        person,
        way,
        made: Instant::from_unix(document["made"].as_i64()?),
        language: Language::from_word(document["language"].as_str()?)?,
        kinds: kinds.collect::<Option<_>>()?,
        digest,
        off: document["off"].as_bool()?,
        progress: read_progress(progress)?,
    })
}

fn read_progress(progress: &str) -> Option<Progress> {
    let progress: Document = serde_json::from_str(progress).ok()?;
    let failing = match &progress["failing"] {
        Document::Null => None,
        failing => Some((Instant::from_unix(failing[0].as_i64()?), Trouble::of_word(failing[1].as_str()?)?)),
    };
    let (sent, digest) = (progress["sent"].as_i64().map(Instant::from_unix), progress["digest"].as_str());
    Some(Progress { sent, digest: digest.map(str::to_owned), failing })
}

fn bytes(list: &Document) -> Option<Vec<u8>> {
    list.as_array()?.iter().map(|byte| u8::try_from(byte.as_u64()?).ok()).collect()
}

impl Kept for Waiting {
    const TABLE: &'static Table = &MAIL_WAITING;

    fn row(&self) -> Row {
        let Self { id, address, place, about, queued } = self;
        let (what, case, version) = match about {
            About::Alert(case, version) => ("alert", Some(case.as_str()), Some(i64::from(*version))),
            About::Digest(day) => ("digest", Some(&**day), None),
            About::Test => ("test", None, None),
        };
        vec![
            (*id).into(),
            (*address).into(),
            (*place).into(),
            what.into(),
            case.into(),
            version.into(),
            (*queued).into(),
        ]
    }

    fn of(row: &mut Columns) -> Result<Self, Strange> {
        let (id, address, place) = (row.get(Value::as_id)?, row.get(Value::as_id)?, row.get(Value::as_number)?);
        let about = match (&*row.get(text)?, row.maybe(text)?, row.maybe(number)?) {
            ("alert", Some(case), Some(version)) => About::Alert(CaseRef::new(&case).ok_or(Strange)?, version),
            ("digest", Some(day), None) => About::Digest(day),
            ("test", None, None) => About::Test,
            _ => return Err(Strange),
        };
        Ok(Self { id, address, place, about, queued: row.get(Value::as_instant)? })
    }
}

impl Kept for MailBacklog {
    const TABLE: &'static Table = &MAIL_WAITING;

    fn row(&self) -> Row {
        vec![
            self.address.into(),
            self.waiting.cast_signed().into(),
            self.tests.cast_signed().into(),
            self.oldest.into(),
        ]
    }

    fn of(row: &mut Columns) -> Result<Self, Strange> {
        let count = |value: &Value| u64::try_from(value.as_number()?).ok();
        let (address, waiting, tests) = (row.get(Value::as_id)?, row.get(count)?, row.get(count)?);
        Ok(Self { address, waiting, tests, oldest: row.get(Value::as_instant)? })
    }
}
