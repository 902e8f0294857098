//! The cases of the visitor's office under a rule: those in which a limit runs or is over, or a condition fails.
//!
//! Invariant: only cases of which the office is part in the seat of the visitor's role are looked at, and the look at the
//! list is durable before it is shown.

use engine::action::OfficeCode;
use engine::rulebook::Rule;
use futures::StreamExt as _;
use projections::hindsight::Stand;
use projections::picture::Moment;
use projections::rights::{Act, Relation, allows};
use projections::snapshot::Snapshot;
use projections::timeline::Personal;
use projections::words_of_time;
use service::queries::cases::{Which, cases};
use store::Fault;
use store::people::Seen;

use crate::gate;
use crate::lao::{Html, html};
use crate::sheet::reader::{Reader, State};
use crate::sheet::state;
use crate::site::Site;
use crate::visitor::Visitor;

/// The most cases that are loaded to find those in which a condition fails, and how many at a time.
pub const MOST_LOADED: usize = 500;
const AT_A_TIME: usize = 16;
/// The most cases that are listed.
const MOST_LISTED: usize = 100;

/// The cases under a rule.
pub struct Cases {
    /// The cases, by reference.
    pub lines: Vec<Line>,
    /// How many there are.
    pub count: usize,
    /// Whether not all could be looked at.
    pub more: bool,
}

/// A case under a rule.
pub struct Line {
    /// The reference.
    pub reference: String,
    /// When the limit ends or ended; empty for a condition.
    pub ends: Html,
    /// How it stands.
    pub state: State,
    /// What is left, or by how much it is over.
    pub left: Html,
}

/// The cases of the visitor's office under `rule`; `None` for a visitor who works on none.
pub async fn cases_under(site: &Site, visitor: &Visitor, rule: &Rule) -> Result<Option<Cases>, Fault> {
    let may = allows(visitor.role(), Relation::Foreign, Act::ReadLists);
    let (Some(office), Some(seat), true) = (visitor.office(), visitor.role().seat(), may) else { return Ok(None) };
    let now = site.now();
    let which = Which { office: office.clone(), seat: Some(seat), at: now, now };
    let mut all = cases(site.log.as_ref(), &site.book, &which).await?.cases;
    all.sort_by(|one, other| one.case.cmp(&other.case));
    let reader = Reader {
        book: &site.book,
        offices: &site.offices,
        language: visitor.language,
        at: now,
        moment: Moment::Now,
        personal: Personal::LeftOut,
    };
    let (mut lines, more) = if rule.is_limit() {
        (all.iter().flat_map(|case| of_limit(case, rule, &reader)).collect(), false)
    } else {
        failing(site, visitor, all, rule, &reader).await?
    };
    let count = lines.len();
    lines.truncate(MOST_LISTED);
    let seen = Seen::List {
        list: "law".to_owned(),
        filters: format!("rule={}", rule.id),
        count: u32::try_from(count).unwrap_or(u32::MAX),
    };
    gate::note(site, visitor, seen).await?;
    Ok(Some(Cases { lines, count, more }))
}

/// The open limits of a case under the rule.
fn of_limit(case: &Snapshot, rule: &Rule, reader: &Reader<'_>) -> Vec<Line> {
    let open = case.summary.limits.iter().filter(|limit| limit.rule == rule.id && limit.is_open());
    let lines = open.map(|limit| {
        let stand = limit.breach(case.at).map_or(Stand::Running, Stand::Over);
        let mut ends = reader.end(limit.earliest);
        if let Some(latest) = limit.latest.filter(|latest| *latest != limit.earliest) {
            ends = format!("{ends} – {}", reader.end(latest));
        }
        let left = words_of_time::left(reader.book, reader.language, limit.earliest.since(case.at));
        Line { reference: case.case.to_string(), ends: html(&ends), state: state(stand, reader), left: html(&left) }
    });
    lines.collect()
}

/// The cases in which the condition fails, and whether there are more than could be loaded.
async fn failing(
    site: &Site,
    visitor: &Visitor,
    all: Vec<Snapshot>,
    rule: &Rule,
    reader: &Reader<'_>,
) -> Result<(Vec<Line>, bool), Fault> {
    let is_of = |office: &OfficeCode| visitor.office() == Some(office);
    let mut with_findings: Vec<Snapshot> = all;
    with_findings.retain(|case| case.summary.findings.iter().any(|count| *count > 0));
    let more = with_findings.len() > MOST_LOADED;
    with_findings.truncate(MOST_LOADED);
    let names = with_findings.into_iter().map(|case| case.case);
    let mut loaded = futures::stream::iter(names).map(async |case| site.log.load(&case).await).buffered(AT_A_TIME);
    let mut lines = Vec::new();
    while let Some(case) = loaded.next().await {
        let case = match case {
            Ok(case) => case,
            // A case that cannot be read is no reason to show none of the others.
            Err(Fault::Corrupt(_)) => continue,
            Err(fault) => return Err(fault),
        };
        let Some(assessment) = case.assess(reader.book, reader.at) else { continue };
        let offices = assessment.timeline.offices().into();
        let still = visitor.role().seat().and_then(|seat| seat.of(&offices)).is_some_and(is_of);
        let worst = assessment.findings.iter().filter(|found| found.rule == rule.id).map(|found| found.breach).max();
        if let (Some(breach), true) = (worst, still) {
            lines.push(Line {
                reference: case.reference().to_string(),
                ends: Html::default(),
                state: state(Stand::Fails(breach), reader),
                left: Html::default(),
            });
        }
    }
    Ok((lines, more))
}
