//! Who looked at a case, for those who may know it.

use engine::calendar::Instant;
use engine::rulebook::Language;
use projections::catalogue::Word as _;
use projections::rights::{Act, Role};
use projections::words_of_time;
use store::Fault;
use store::people::{Grant, Look, LooksOf};

use crate::frame::role;
use crate::gate::Opened;
use crate::lao::{Html, html};
use crate::pages::looks::reason;
use crate::site::Site;
use crate::visitor::Visitor;
use crate::words::case::Case as C;

/// How many looks are read, to find the first one after an alert, and how many are listed.
const MOST_READ: usize = 500;
const MOST_LISTED: usize = 20;

/// The looks at a case.
pub struct Looked {
    /// When each was, the newest first.
    at: Vec<Instant>,
    lines: Vec<Line>,
}

/// A look.
pub struct Line {
    /// When.
    pub when: Html,
    /// Who: in which role, for which office, and with which reason.
    pub who: Html,
}

impl Looked {
    /// The first look at the case since an instant.
    pub fn first_after(&self, since: Instant) -> Option<Instant> {
        self.at.iter().copied().filter(|at| *at >= since).min()
    }

    /// The newest looks as lines.
    pub fn into_lines(self) -> Vec<Line> {
        self.lines
    }
}

/// Who looked at the case; `None` where the visitor may not know.
pub async fn looked(site: &Site, visitor: &Visitor, opened: &Opened) -> Result<Option<Looked>, Fault> {
    if !opened.allows(visitor, Act::ReadLooks) {
        return Ok(None);
    }
    let case = opened.case.reference();
    let looks = site.people.looks(&LooksOf::Case(case.clone()), MOST_READ).await?;
    let grants = site.people.grants(case).await?;
    let shows_words = opened.allows(visitor, Act::ReadPersonal);
    let lines = looks.iter().take(MOST_LISTED).map(|look| {
        let grant = grants.iter().find(|grant| is_under(look, grant));
        line(site, look, grant, shows_words, visitor.language)
    });
    Ok(Some(Looked { at: looks.iter().map(|look| look.at).collect(), lines: lines.collect() }))
}

/// Whether a look was made under a supervisor's grant.
fn is_under(look: &Look, grant: &Grant) -> bool {
    look.role == Some(Role::Supervisor)
        && look.who == Some(grant.person)
        && grant.from <= look.at
        && look.at <= grant.until
}

fn line(site: &Site, look: &Look, grant: Option<&Grant>, shows_words: bool, language: Language) -> Line {
    let now = site.now();
    let time = words_of_time::time_of_day(look.at);
    let day = if now.since(look.at) < 2 * 86_400 {
        words_of_time::days_from_today(look.at.date(), now.date(), language)
    } else {
        words_of_time::day(look.at.date(), language)
    };
    let role = look.role.map_or_else(|| C::Program.of(language), |of| role(of).of(language));
    let mut who = match &look.office {
        Some(office) => format!("{role}, {}", site.offices.name(office, language)),
        None => role.to_owned(),
    };
    if let Some(grant) = grant {
        let mut said = reason(&grant.code, language).to_owned();
        if shows_words {
            said = format!("{said}: {}", grant.reason);
        }
        let until =
            format!("{} {}", words_of_time::day(grant.until.date(), language), words_of_time::time_of_day(grant.until));
        let with = C::WithReason.of(language).replace("{until}", &until).replace("{reason}", &said);
        who = format!("{who}, {with}");
    }
    Line { when: html(&format!("{day} {time}")), who: html(&who) }
}
