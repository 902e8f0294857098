//! What goes to an address: made when it goes out, from the log as it is then.

use engine::calendar::Instant;
use engine::calendar::parse_date;
use engine::json::Json;
use engine::rulebook::{Language, Rulebooks};
use projections::letters::{self, Digest, Letter};
use projections::message::message;
use projections::today::{self, duties};
use service::offices::Offices;
use service::queries::cases::{Cases, Which, cases};
use store::people::mail::{About, Address, Waiting};
use store::{Fault, LogStore};
use uuid::Uuid;

/// What goes out.
pub(crate) struct Content {
    /// Its id: the alert event's own, or that of the digest or test.
    pub id: Uuid,
    /// As a mail.
    pub letter: Letter,
    /// As a CloudEvents object.
    pub event: String,
}

/// What content is made from.
pub(crate) struct Source<'s> {
    pub log: &'s dyn LogStore,
    pub books: &'s Rulebooks,
    pub in_force: &'s engine::rulebook::Rulebook,
    pub offices: &'s Offices,
    pub installation: &'s str,
    pub now: Instant,
}

impl Source<'_> {
    /// What something that waits has become; `None` if the log no longer has it.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn content(
        &self,
        waiting: &Waiting,
        address: &Address,
        language: Language,
    ) -> Result<Option<Content>, Fault> {
        let office = &address.office;
        let name = self.offices.name(office, language);
        let about_office = |what: &str, data: Json<'_>| {
            letters::about_office(what, waiting.id, self.installation, &self.now.to_string(), data)
        };
        Ok(match &waiting.about {
            About::Test => {
                let data = Json::Object(vec![("office".into(), Json::text(office.as_str()))]);
                let (letter, event) = (letters::test(office, name, language), about_office("test", data));
                Some(Content { id: waiting.id, letter, event })
            }
            About::Digest(day) => {
                let Some(day) = parse_date(day) else { return Ok(None) };
                let which = Which { office: office.clone(), seat: None, at: self.now, now: self.now };
                let Cases { cases, damaged } = cases(self.log, self.in_force, &which).await?;
                let mut owed: Vec<_> = cases.iter().flat_map(|case| duties(case, office, self.in_force)).collect();
                today::sort(&mut owed);
                let digest = Digest { office, name, day, duties: &owed, unread: damaged.len() };
                let event = about_office("digest", digest.data());
                Some(Content { id: waiting.id, letter: digest.letter(self.in_force, language), event })
            }
            About::Alert(case, version) => {
                let stream = self.log.stream(case).await?;
                let Some(stored) = stream.into_iter().find(|stored| stored.version == *version) else {
                    return Ok(None);
                };
                let book = self.books.book(stored.event.rulebook);
                let letter = letters::alert(case, &stored.event, book, language);
                let event = message(case, &stored.event, book, self.installation);
                letter.zip(event).map(|(letter, event)| Content { id: event.id, letter, event: event.body })
            }
        })
    }
}
