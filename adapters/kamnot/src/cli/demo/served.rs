//! `kamnot demo --web`: the cases as pages, on a day on which a child is held too long, with a login for each role.
//!
//! Invariant: the pages are those of `serve`, and so is the watch behind them. Only the clock, the people and the cases are
//! the demo's.

use std::sync::Arc;
use std::time::Duration;

use engine::action::OfficeCode;
use engine::calendar::Instant;
use engine::rulebook::Language;
use nats::Servers;
use projections::rights::Role;
use projections::words_of_time;
use service::clock::{SteadyClock, SystemSteadyClock};
use service::figures::Figures;
use service::offices::Offices;
use store::LogStore as _;
use store::people::{Membership, PeopleStore as _, Person, Put, SecondFactor};
use store::sqlite::SqliteStore;
use uuid::Uuid;
use web::site;

use super::Play;
use super::clock::GoingClock;
use super::story::Story;
use crate::cli::database::run as block_on;
use crate::cli::output::{Completion, Failure, print_out};
use crate::cli::pages::Pages;
use crate::cli::serve::Running;
use crate::serve::OfficeRequests;

/// The people, in the order in which they are offered: login, name, role, office.
const PEOPLE: [(&str, &str, Role, Option<&str>); 6] = [
    ("clerk", "Bounmy", Role::Clerk, Some("vte-juvenile-court")),
    ("prosecutor", "Khamla", Role::Prosecutor, Some("vte-prosecutor")),
    ("investigator", "Somsak", Role::Investigator, Some("vte-investigation")),
    ("lawyer", "Noy", Role::Lawyer, Some("vte-legal-aid")),
    ("supervisor", "Vilay", Role::Supervisor, Some("vte-juvenile-court")),
    ("operator", "Phet", Role::Operator, None),
];

/// How long a call of the store may wait for a lock.
const WAIT: Duration = Duration::from_secs(10);
/// How often a checkpoint of the log's tree is made.
const CHECKPOINT_EVERY: Duration = Duration::from_mins(1);

/// Records the story up to its day, and serves the pages until the stop signal.
pub(super) fn serve(
    story: Story,
    log: &Arc<SqliteStore>,
    pages: Pages,
    nats: Option<Servers>,
    offices: Offices,
    language: Language,
) -> Result<Completion, Failure> {
    let (at, story) = (story.today.at, story.until_today());
    block_on(async {
        let mut play = Play::new(&story, log, &log.book());
        while play.step().await?.is_some() {}
        for (login, name, role, office) in PEOPLE {
            let put = log.put_person(&person(login, name, role, office, language)).await?;
            if put != Put::Written {
                return Err(Failure::Fault(format!("the demo's {login} could not be kept: {put:?}")));
            }
        }
        Ok(())
    })?;
    print_out(&what_to_look_at(&pages.url(), at))?;
    let steady: Arc<dyn SteadyClock> = Arc::new(SystemSteadyClock::start());
    let logins = PEOPLE.iter().map(|(login, ..)| (*login).to_owned()).collect();
    let running = Running {
        store: log.clone(),
        clock: Arc::new(GoingClock::from(at, Arc::clone(&steady))),
        figures: Arc::new(Figures::on(&steady)),
        steady,
        wait: WAIT,
        nats,
        daily: None,
        requests: OfficeRequests::Ignored,
        offices: Arc::new(offices),
        known: None,
        demo: Some(site::Demo { logins, room: pages.room().cloned() }),
        mail: None,
        checkpoint_every: CHECKPOINT_EVERY,
        signer: None,
    };
    running.run(None, Some(pages))
}

fn person(login: &str, name: &str, role: Role, office: Option<&str>, language: Language) -> Person {
    let membership = Membership { office: office.and_then(OfficeCode::new), role, from: None, until: None };
    Person {
        id: Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("urn:kamnot:demo:{login}").as_bytes()),
        version: 1,
        login: login.to_owned(),
        name: name.to_owned(),
        language,
        memberships: vec![membership],
        password: None,
        second: SecondFactor::None,
        recovery: std::collections::BTreeSet::new(),
        must_change: false,
        disabled: None,
    }
}

fn what_to_look_at(url: &str, at: Instant) -> String {
    // A terminal breaks no line by itself where words should stay together.
    let at = words_of_time::instant(at, Language::En).replace('\u{a0}', " ");
    format!(
        "\nThe demo's pages: {url}\n\n\
         Log in by a click, as a clerk, prosecutor, investigator, lawyer, supervisor or operator. All cases are made up,\n\
         and everything that you do there is gone when you stop it (Ctrl-C).\n\n\
         It is {at}, and the clock goes on. What to look at:\n\
         \x20 VTE-2026-0002  a boy who should have been free since the night before: why, and since when\n\
         \x20 VTE-2026-0038  a girl in custody whose 48 hours end at 08:13, while you watch; nobody told her parents\n\
         \x20 VTE-2026-0027  a boy held too long by one reading of the law, and not by the other\n\n"
    )
}
