//! A log with alerts, a clock that is set by hand, and the sender that tells them.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use engine::action::{Action, CaseRef};
use engine::alert::Kind;
use engine::calendar::Instant;
use engine::decide::Alerts;
use engine::rulebook::Language;
use mail::authorities::Authorities;
use mail::network::Network;
use mail::outward::Outward;
use mail::post::{Beside, Post, Sender};
use mail::smtp::{Login, Smtp};
use mail::webhook::Webhooks;
use projections::letters::Trouble;
use projections::rights::Role;
use scenarios::people::person;
use service::clock::{Clock, SteadyClock};
use service::figures::Figures;
use service::mailing::{self, Choice, Wanted};
use service::offices::Offices;
use service::recorder::Recorder;
use service::sealing::SealingKey;
use service::watch::clock_doubt::ClockDoubt;
use store::people::Membership;
use store::people::mail::Address;
use store::place::LogPlace;
use store::{CaseStore, LogStore, Options, Position};
use tests::cases::instant;
use tests::clock::SetClock;
use tests::lines::{custody, opening};
use tests::made::{book, office};
use uuid::Uuid;

/// A Thursday, when nothing has begun yet.
pub const BEGINNING: &str = "2026-02-26T08:00:00+07:00";
/// The Wednesday on which the custody of [`World::a_breach`] has lasted three days.
pub const LATE: &str = "2026-03-04T08:00:00+07:00";
/// The office that owes what is over then.
pub const OFFICE: &str = "vte-investigation";

/// The ways out of a test.
#[derive(Default)]
pub struct Ways {
    /// The URL of a mail server.
    pub smtp: Option<String>,
    /// The name with which to log in there.
    pub login: Option<&'static str>,
    /// The file of an authority that is trusted.
    pub authority: Option<PathBuf>,
    /// The networks that webhooks may lead to.
    pub listed: Vec<&'static str>,
}

/// A log and its sender.
pub struct World {
    pub store: Arc<dyn LogStore>,
    pub clock: Arc<SetClock>,
    pub offices: Arc<Offices>,
    pub figures: Arc<Figures>,
    pub sender: Sender,
    ways: Ways,
}

/// The key under which those of webhooks are sealed.
pub fn key() -> SealingKey {
    SealingKey::of([7; 32])
}

impl World {
    pub async fn new(place: &LogPlace, ways: Ways) -> Self {
        Self::with(place, ways, Offices::of_the_program()).await
    }

    pub async fn with(place: &LogPlace, ways: Ways, offices: Offices) -> Self {
        let options = Options { create: true, ..Options::default() };
        let store = place.open(book(), &options).await.expect("a log");
        let (clock, offices, figures) = (SetClock::at(instant(BEGINNING)), Arc::new(offices), Arc::default());
        let post = post(&store, &clock, &offices, &figures, &ways).await;
        let sender = Sender::new(post).await.expect("a sender");
        Self { store, clock, offices, figures, sender, ways }
    }

    /// Another sender begins, as after the process has died: what this one has under way ends at once.
    pub async fn begin_again(&mut self) {
        let post = post(&self.store, &self.clock, &self.offices, &self.figures, &self.ways).await;
        self.sender = Sender::new(post).await.expect("a sender");
    }

    /// An address of an office for all kinds of alert.
    pub async fn address(&self, code: &str, to: &str, language: Language) -> Address {
        self.wanted(Wanted { language, ..wanted(code, to) }).await.0
    }

    /// An address, and the key of a webhook.
    pub async fn wanted(&self, wanted: Wanted<'_>) -> (Address, String) {
        let added = mailing::add(self.store.as_ref(), &self.offices, &key(), wanted, self.clock.now()).await;
        let (address, secret) = added.expect("an address");
        (address, secret.unwrap_or_default())
    }

    /// The address as it is now.
    pub async fn now(&self, address: &Address) -> Address {
        self.store.mail_address(address.id).await.expect("read").expect("the address")
    }

    /// Why nothing goes to an address.
    pub async fn trouble(&self, address: &Address) -> Option<Trouble> {
        self.now(address).await.progress.failing.map(|(_, trouble)| trouble)
    }

    /// How much waits.
    pub async fn waiting(&self) -> u64 {
        self.store.mail_backlog().await.expect("read").iter().map(|of| of.waiting).sum()
    }

    /// A clerk's login at an office.
    pub async fn somebody(&self, code: &str) -> store::people::Person {
        let of = Membership { office: Some(office(code)), role: Role::Investigator, from: None, until: None };
        let person = person(Uuid::new_v4(), of, Language::En);
        self.store.put_person(&person).await.expect("a person");
        person
    }

    /// Records that a child is in custody, and lets three days pass: alerts are raised on the way.
    pub async fn a_breach(&self, case: &str) {
        let recorder = Recorder::new(self.store.clone() as Arc<dyn CaseStore>, book(), self.clock.clone());
        let reference = CaseRef::new(case).expect("a reference");
        for line in [opening(case), custody(case)] {
            let action = Action::read(&line).expect("an action");
            self.clock.set(action.at.last());
            recorder.record(&reference, vec![action], None, Alerts::Raised).await.expect("recorded");
        }
        let late = instant(LATE);
        while let Some(due) = self.store.next_due().await.expect("read").filter(|due| *due <= late) {
            self.clock.set(due);
            recorder.tick(&reference).await.expect("told the time");
        }
        self.clock.set(late);
    }

    /// The alert events of the log, in its order: their ids and kinds.
    pub async fn alerts(&self) -> Vec<(String, Kind)> {
        let log = self.store.log(Position(0), 10_000).await.expect("read");
        let alert =
            |stored: &store::Stored| Some((stored.event.id(&stored.case).to_string(), stored.event.fact.alert()?.1));
        log.iter().filter_map(alert).collect()
    }

    /// A round, to the end of what it begins.
    pub async fn round(&mut self) {
        self.sender.round().await.expect("a round");
        self.sender.settle().await.expect("its end");
    }

    /// Lets seconds pass, and then a round.
    pub async fn later(&mut self, seconds: i64) {
        self.clock.jump(seconds);
        self.round().await;
    }
}

/// An address of an office for all kinds of alert, in English.
pub fn wanted<'a>(code: &'a str, to: &'a str) -> Wanted<'a> {
    let choice = Choice { kinds: Kind::ALL.iter().copied().collect::<BTreeSet<_>>(), digest: None };
    Wanted { id: Uuid::new_v4(), office: code, login: "", to, language: Language::En, choice }
}

async fn post(
    store: &Arc<dyn LogStore>,
    clock: &Arc<SetClock>,
    offices: &Arc<Offices>,
    figures: &Arc<Figures>,
    ways: &Ways,
) -> Arc<Post> {
    let authorities = ways.authority.as_deref().map(Authorities::read).transpose().expect("an authority");
    let authorities = authorities.unwrap_or_default();
    let login = ways.login.map(|name| Login { name: name.to_owned(), password: "a password".to_owned() });
    let smtp = ways.smtp.as_deref().map(|url| Smtp::new(url, "kamnot@ministry.example", login, &authorities));
    let listed: Vec<Network> = ways.listed.iter().map(|network| network.parse().expect("a network")).collect();
    let outward = Outward {
        smtp: smtp.transpose().expect("a mail server"),
        webhooks: Webhooks::new(&authorities, listed).expect("webhooks"),
        key: Some(Arc::new(key())),
        installation: "test".to_owned(),
    };
    let (wall, steady) = (Arc::clone(clock) as Arc<dyn Clock>, Arc::clone(clock) as Arc<dyn SteadyClock>);
    let doubt = Arc::new(ClockDoubt::new(wall.now(), steady));
    let beside = Beside { offices: Arc::clone(offices), clock: wall, doubt, figures: Arc::clone(figures) };
    Arc::new(Post::new(Arc::clone(store), outward, beside).await.expect("a sender"))
}

/// The instant at which a digest of these minutes is due on a day.
pub fn morning(day: &str) -> Instant {
    instant(&format!("{day}T07:30:00+07:00"))
}
