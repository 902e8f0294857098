//! What a docket needs to know about a case: where the child is, and the limits that are or may become breached.
//!
//! Invariant: a summary of all actions gives the right answer for every instant from its `from` on, without the case being
//! loaded. Writing a summary and reading it again gives the same summary.

use engine::action::{ActionName, CaseRef, OfficeCode};
use engine::assess::Assessment;
use engine::breach::Breach;
use engine::calendar::Instant;
use engine::json::Json;
use engine::limits::{Done, Reckoning};
use engine::rulebook::{Role, RuleId, Rulebook};

/// Where the child of a case is, as far as the record says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Under remand (Art. 64).
    Remand,
    /// In custody or arrested (Arts 62, 63).
    Custody,
    /// Free, and the case is open.
    Free,
    /// The case is closed.
    Closed,
}

impl Standing {
    const ALL: [Self; 4] = [Self::Remand, Self::Custody, Self::Free, Self::Closed];

    /// Whether the child is held.
    pub const fn is_held(self) -> bool {
        matches!(self, Self::Remand | Self::Custody)
    }

    /// The word in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Remand => "remand",
            Self::Custody => "custody",
            Self::Free => "free",
            Self::Closed => "closed",
        }
    }
}

/// What ended a limit, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The duty was done.
    Done(Instant),
    /// The case was closed; the duty was never done.
    CaseClosed(Instant),
}

impl Ended {
    /// What ended a limit, from its discharge in an assessment.
    pub(crate) fn of(assessment: &Assessment<'_>, done: Done) -> Self {
        match assessment.timeline.entries()[done.by].name {
            ActionName::CaseClosed => Self::CaseClosed(done.at),
            _ => Self::Done(done.at),
        }
    }

    /// When the limit ended.
    pub const fn at(self) -> Instant {
        let (Self::Done(at) | Self::CaseClosed(at)) = self;
        at
    }

    /// Whether the closing of the case ended it.
    pub const fn is_by_closing(self) -> bool {
        matches!(self, Self::CaseClosed(_))
    }
}

/// A limit, unless it was discharged in time under both readings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The rule.
    pub rule: RuleId,
    /// The number of the period, from 0.
    pub period: u32,
    /// Who owes the duty.
    pub owed_by: Role,
    /// The last lawful instant of the protective reading.
    pub earliest: Instant,
    /// The last lawful instant of the lenient reading; none where it sees no limit.
    pub latest: Option<Instant>,
    /// What ended it, under the protective and the lenient reading.
    pub ended: [Option<Ended>; 2],
}

impl Limit {
    /// How sure the breach is at `at`; `None` if the limit is not breached.
    pub fn breach(&self, at: Instant) -> Option<Breach> {
        let breached = |due: Instant, ended: Option<Ended>| at > due && ended.is_none_or(|ended| ended.at() > due);
        if !breached(self.earliest, self.ended[0]) {
            return None;
        }
        let certain = self.latest.is_some_and(|latest| breached(latest, self.ended[1]));
        Some(if certain { Breach::Certain } else { Breach::Arguable })
    }

    /// Whether it is still open under the protective reading.
    pub const fn is_open(&self) -> bool {
        self.ended[0].is_none()
    }

    /// The last lawful instant of the open limit that is still to come: the protective reading's, then the lenient reading's.
    pub fn ahead(&self, at: Instant) -> Option<Instant> {
        let lenient = self.latest.filter(|_| self.ended[1].is_none());
        [Some(self.earliest), lenient].into_iter().flatten().find(|end| at <= *end)
    }

    /// The last lawful instant of the reading that decides the breach.
    pub fn passed_end(&self, breach: Breach) -> Instant {
        match breach {
            Breach::Certain => self.latest.unwrap_or(self.earliest),
            Breach::Arguable => self.earliest,
        }
    }

    /// What ended a breached limit, under the reading that decides the breach. A limit that ended under the lenient reading
    /// alone is still open under the protective one.
    pub fn ended_of(&self, breach: Breach) -> Option<Ended> {
        let [protective, lenient] = self.ended;
        protective.and_then(|ended| if breach == Breach::Certain { lenient } else { Some(ended) })
    }
}

/// What a docket needs to know about one case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The summary answers from this instant on, because all actions count from then on.
    pub from: Instant,
    /// Where the child is.
    pub standing: Standing,
    /// The limits that are or may become breached, by `earliest`.
    pub limits: Vec<Limit>,
    /// Findings: arguable, certain.
    pub findings: [u32; 2],
    /// How many fields that conditions need are not on record.
    pub not_on_record: u32,
}

impl Summary {
    /// The summary of an assessment. It answers from the last of the counted actions on.
    pub fn of(assessment: &Assessment<'_>) -> Self {
        let timeline = &assessment.timeline;
        let from = timeline.entries().iter().map(|entry| entry.first).max().unwrap_or(assessment.at);
        let count = |breach| assessment.findings.iter().filter(|finding| finding.breach == breach).count();
        let limits = assessment.deadlines.iter().filter_map(|deadline| {
            let in_time = |reckoning: &Reckoning| reckoning.done.is_some_and(|done| done.at <= reckoning.due);
            let over = in_time(&deadline.protective);
            let ended = [Some(&deadline.protective), deadline.lenient.as_ref()]
                .map(|reading| reading?.done.map(|done| Ended::of(assessment, done)));
            (!over).then_some(Limit {
                rule: deadline.rule,
                period: deadline.period,
                owed_by: deadline.owed_by,
                earliest: deadline.earliest(),
                latest: deadline.latest(),
                ended,
            })
        });
        Self {
            from,
            standing: standing(assessment),
            limits: limits.collect(),
            findings: [Breach::Arguable, Breach::Certain]
                .map(|breach| u32::try_from(count(breach)).unwrap_or(u32::MAX)),
            not_on_record: u32::try_from(assessment.not_on_record.len()).unwrap_or(u32::MAX),
        }
    }

    /// The surest breach among limits and findings at `at`.
    pub fn worst(&self, at: Instant) -> Option<Breach> {
        let [arguable, certain] = self.findings;
        let found = [(arguable, Breach::Arguable), (certain, Breach::Certain)];
        let found = found.into_iter().filter(|(count, _)| *count > 0).map(|(_, breach)| breach);
        self.limits.iter().filter_map(|limit| limit.breach(at)).chain(found).max()
    }

    /// The open limits.
    pub fn open(&self) -> impl Iterator<Item = &Limit> {
        self.limits.iter().filter(|limit| limit.is_open())
    }

    /// The limit that ends next at `at`, with its end: under the protective reading; if no limit runs under it, under the
    /// lenient reading.
    pub fn ends_next(&self, at: Instant, book: &Rulebook) -> Option<(&Limit, Instant)> {
        let ahead = self.open().filter_map(|limit| Some((limit, limit.ahead(at)?)));
        ahead.min_by_key(|(limit, end)| {
            let order = (*end, !book.is_on_detention(limit.rule), limit.rule, limit.period);
            (limit.breach(at).is_some(), order)
        })
    }

    /// The worst limit that has passed at `at`. Open limits come before done ones, limits on the detention of a child who is
    /// still held before others, certain before arguable, then the one that has been over longest.
    pub fn worst_passed(&self, at: Instant, book: &Rulebook) -> Option<(&Limit, Breach)> {
        let passed = self.limits.iter().filter_map(|limit| Some((limit, limit.breach(at)?)));
        passed.min_by_key(|(limit, breach)| {
            let holds = limit.is_open() && self.standing.is_held() && book.is_on_detention(limit.rule);
            let order = (limit.passed_end(*breach), limit.rule, limit.period);
            (!limit.is_open(), !holds, std::cmp::Reverse(*breach), order)
        })
    }

    /// The summary as one JSON document.
    pub fn to_json(&self) -> String {
        self.to_json_with(&Beside::default())
    }

    /// The same with the offices that are named beside it.
    pub fn to_json_with(&self, beside: &Beside<'_>) -> String {
        let limits = self.limits.iter().map(|limit| {
            Json::List(vec![
                Json::text(limit.rule.word()),
                Json::Number(limit.period.into()),
                Json::text(limit.owed_by.word()),
                Json::Number(limit.earliest.unix()),
                instant(limit.latest),
                ended(limit.ended[0]),
                ended(limit.ended[1]),
            ])
        });
        let mut pairs = vec![
            ("findings".into(), Json::List(self.findings.iter().map(|&count| Json::Number(count.into())).collect())),
            ("from".into(), Json::Number(self.from.unix())),
            ("limits".into(), Json::List(limits.collect())),
            ("not_on_record".into(), Json::Number(self.not_on_record.into())),
            ("standing".into(), Json::text(self.standing.word())),
        ];
        for (key, offices) in [(ESCALATED, &beside.escalated), (FORMER, &beside.former)] {
            if !offices.is_empty() {
                let codes = offices.iter().map(|office| Json::text(office.as_str()));
                pairs.push((key.into(), Json::List(codes.collect())));
            }
        }
        let mut out = String::with_capacity(128 + 96 * self.limits.len());
        Json::Object(pairs).write(&mut out);
        out
    }

    /// Reads a summary that [`Summary::to_json`] wrote; `None` for any other text.
    pub fn read(text: &str) -> Option<Self> {
        let Ok(Json::Object(pairs)) = Json::read(text) else { return None };
        let field = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value);
        let Json::List(findings) = field("findings")? else { return None };
        let Json::List(limits) = field("limits")? else { return None };
        let Json::Text(standing) = field("standing")? else { return None };
        Some(Self {
            from: read_instant(field("from")?)?,
            standing: Standing::ALL.into_iter().find(|known| known.word() == standing)?,
            limits: limits.iter().map(read_limit).collect::<Option<_>>()?,
            findings: [count(findings.first()?)?, count(findings.get(1)?)?],
            not_on_record: count(field("not_on_record")?)?,
        })
    }
}

/// The offices that a case's document names beside its summary, each list where there are any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Beside<'o> {
    /// Those that have handed the case on.
    pub former: Vec<&'o OfficeCode>,
    /// Those whose duty was escalated and is still owed.
    pub escalated: Vec<&'o OfficeCode>,
}

/// The keys of these offices. The stores look for them.
pub(crate) const FORMER: &str = "former";
pub(crate) const ESCALATED: &str = "escalated";

/// The offices that a document which [`Summary::to_json_with`] wrote names under a key.
pub(crate) fn beside(document: &str, key: &str) -> Vec<OfficeCode> {
    let Ok(Json::Object(pairs)) = Json::read(document) else { return Vec::new() };
    let Some((_, Json::List(codes))) = pairs.into_iter().find(|(name, _)| name == key) else { return Vec::new() };
    let code = |code| if let Json::Text(code) = code { OfficeCode::new(&code) } else { None };
    codes.into_iter().filter_map(code).collect()
}

fn instant<'a>(instant: Option<Instant>) -> Json<'a> {
    instant.map_or(Json::Null, |instant| Json::Number(instant.unix()))
}

/// What ended a limit: an instant if the duty was done, the instant in a list if the case was closed.
fn ended<'a>(ended: Option<Ended>) -> Json<'a> {
    match ended {
        None => Json::Null,
        Some(Ended::Done(at)) => Json::Number(at.unix()),
        Some(Ended::CaseClosed(at)) => Json::List(vec![Json::Number(at.unix())]),
    }
}

fn read_ended(json: &Json<'_>) -> Option<Ended> {
    match json {
        Json::List(at) => Some(Ended::CaseClosed(read_instant(at.first()?)?)),
        at => Some(Ended::Done(read_instant(at)?)),
    }
}

fn read_instant(json: &Json<'_>) -> Option<Instant> {
    if let Json::Number(seconds) = json { Some(Instant::from_unix(*seconds)) } else { None }
}

fn count(json: &Json<'_>) -> Option<u32> {
    if let Json::Number(number) = json { u32::try_from(*number).ok() } else { None }
}

fn read_limit(json: &Json<'_>) -> Option<Limit> {
    let Json::List(items) = json else { return None };
    let [Json::Text(rule), period, Json::Text(owed_by), earliest, latest, protective, lenient] = items.as_slice()
    else {
        return None;
    };
    let maybe = |json: &Json<'_>| if *json == Json::Null { Some(None) } else { read_instant(json).map(Some) };
    let ended = |json: &Json<'_>| if *json == Json::Null { Some(None) } else { read_ended(json).map(Some) };
    Some(Limit {
        rule: RuleId::from_word(rule)?,
        period: count(period)?,
        owed_by: Role::from_word(owed_by)?,
        earliest: read_instant(earliest)?,
        latest: maybe(latest)?,
        ended: [ended(protective)?, ended(lenient)?],
    })
}

/// Where the child is, from the last episode and from whether the case is closed.
fn standing(assessment: &Assessment<'_>) -> Standing {
    let timeline = &assessment.timeline;
    let entries = timeline.entries();
    if let Some(episode) = timeline.episodes().last().filter(|episode| episode.end.is_none()) {
        let remand = entries[episode.taking..].iter().any(|entry| entry.name == ActionName::RemandOrdered);
        return if remand { Standing::Remand } else { Standing::Custody };
    }
    let closed = entries.iter().any(|entry| entry.name == ActionName::CaseClosed);
    if closed { Standing::Closed } else { Standing::Free }
}

/// A case's reference as JSON.
pub(crate) fn reference(case: &CaseRef) -> Json<'_> {
    Json::text(case.as_str())
}
