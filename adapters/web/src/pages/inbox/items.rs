//! The items of an inbox in words.
//!
//! Invariant: "arguable" is neither hidden nor shown as certain, and every state has a word.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use engine::action::OfficeCode;
use engine::breach::Breach;
use engine::calendar::Instant;
use engine::handling::Holding;
use engine::rulebook::{Language, RuleId};
use projections::catalogue::Word as _;
use projections::docket::groups::Days;
use projections::docket::listed::Listed;
use projections::inbox::{Done, Hands, Item, Settled, Subject};
use projections::labels::Label;
use projections::rights::Role;
use projections::words_of_time::{self as time, End};
use store::Fault;
use uuid::Uuid;

use super::{Asked, Typed};
use crate::lao::{Html, html};
use crate::own_docket::case_path;
use crate::pages::docket::rows;
use crate::site::Site;
use crate::visitor::Visitor;
use crate::words::inbox::Inbox as I;

/// The names of the people and programs of the visitor's office.
pub struct Names {
    me: Uuid,
    people: BTreeMap<Uuid, String>,
    programs: BTreeMap<Uuid, String>,
}

impl Names {
    /// Reads them.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn of(site: &Site, visitor: &Visitor) -> Result<Self, Fault> {
        let now = site.now();
        let same = |office: Option<&OfficeCode>| office == visitor.office();
        let mut people = site.people.people().await?;
        people.retain(|person| {
            let mut memberships = person.memberships.iter();
            person.disabled.is_none() && memberships.any(|of| same(of.office.as_ref()) && of.holds(now))
        });
        let mut programs = site.people.tokens().await?;
        programs.retain(|token| same(Some(&token.office)));
        Ok(Self {
            me: visitor.id,
            people: people.into_iter().map(|person| (person.id, person.name)).collect(),
            programs: programs.into_iter().map(|token| (token.id, token.name)).collect(),
        })
    }

    /// Whether this is another person of the office.
    pub fn is_colleague(&self, id: Uuid) -> bool {
        id != self.me && self.people.contains_key(&id)
    }

    fn name(&self, holding: &Holding, language: Language) -> String {
        self.of_id(holding.person, language)
    }

    /// The name of a person or program of the office; none is the office's own program.
    pub fn of_id(&self, id: Option<Uuid>, language: Language) -> String {
        let Some(id) = id else { return I::Program.of(language).to_owned() };
        if id == self.me {
            return I::You.of(language).to_owned();
        }
        let known = self.people.get(&id).or_else(|| self.programs.get(&id));
        known.cloned().unwrap_or_else(|| I::Somebody.of(language).to_owned())
    }
}

/// An item, as shown.
pub struct Shown {
    /// The name of its row.
    pub id: String,
    /// The case's reference and page.
    pub case: [String; 2],
    /// The item's key.
    pub key: String,
    /// The class of the state and its word.
    pub state: [String; 2],
    /// Whether nobody has it.
    pub is_new: bool,
    /// Where the child is.
    pub child: [Html; 2],
    /// What is left or over, and of which limit.
    pub said: [Html; 2],
    /// Who has it, had it, and where it goes.
    pub lines: Vec<Html>,
    /// What is said loudest: that it went or goes to the supervising office.
    pub strong: Option<Html>,
    /// Who else has it.
    pub both: Option<Html>,
    /// Whether it can be taken, given back or noted.
    pub may: May,
    /// The form that is open.
    pub form: Option<Form>,
    /// The id of what its buttons send.
    pub send: Uuid,
}

/// What can be done about an item.
#[derive(Clone, Copy)]
pub enum May {
    /// Take it, or hand it over.
    Take,
    /// Give it back, or hand it over.
    GiveBack,
    /// Take it too, or hand it over.
    TakeToo,
    /// Note it.
    Note,
}

/// A form, as shown.
pub struct Form {
    /// What it does.
    pub doing: &'static str,
    /// What was typed.
    pub typed: Typed,
    /// To whom it may be handed over.
    pub to: Vec<(Uuid, String, bool)>,
}

impl Form {
    /// What is wrong with a field.
    pub fn error(&self, field: &str) -> Option<I> {
        self.typed.errors.iter().find(|(name, _)| *name == field).map(|(_, error)| *error)
    }
}

/// The name of an item's row.
pub fn row_name(item: &Item) -> String {
    format!("i-{}-{}", item.case, item.key())
}

/// What the words of an inbox need.
pub struct Words<'w> {
    docket: rows::Words<'w>,
    names: &'w Names,
    /// For a supervisor, the offices that use their inbox.
    users: Option<Arc<BTreeSet<OfficeCode>>>,
}

impl<'w> Words<'w> {
    /// For a visitor at an instant.
    pub fn new(site: &'w Site, visitor: &Visitor, days: &'w Days, now: Instant, names: &'w Names) -> Self {
        let (book, offices, language) = (&*site.book, &site.offices, visitor.language);
        let users = (visitor.role() == Role::Supervisor).then(|| site.recorder.inboxes().known());
        Self { docket: rows::Words { book, offices, language, now, days }, names, users }
    }

    fn t(&self, word: I) -> &'static str {
        word.of(self.docket.language)
    }

    fn say(&self, word: I, values: &[(&str, &str)]) -> String {
        word.filled(self.docket.language, values)
    }

    fn at(&self, at: Instant) -> String {
        let language = self.docket.language;
        format!("{} {}", time::day(at.date(), language), time::time_of_day(at))
    }

    fn left(&self, end: Instant) -> String {
        time::left(self.docket.book, self.docket.language, end.since(self.docket.now))
    }

    fn length(&self, seconds: i64) -> String {
        time::length(self.docket.book, self.docket.language, seconds)
    }

    fn ago(&self, at: Instant) -> String {
        time::ago(self.docket.book, self.docket.language, self.docket.now.since(at))
    }

    /// An item, with its form where the address asks for it.
    pub fn item(&self, item: &Item, listed: &Listed, asked: &Asked, typed: &Typed) -> Shown {
        let open = asked.case == item.case.as_str() && asked.key == item.key();
        let mine =
            item.holdings.iter().any(|holding| holding.person == Some(self.names.me) && holding.lasts(self.docket.now));
        let may = match (&item.subject, item.hands) {
            (Subject::Findings { .. }, _) => May::Note,
            (Subject::Limit { .. }, Hands::Taken) if mine => May::GiveBack,
            (Subject::Limit { .. }, Hands::Taken) => May::TakeToo,
            (Subject::Limit { .. }, Hands::Nobody | Hands::Lapsed(_)) => May::Take,
        };
        Shown {
            id: row_name(item),
            case: [item.case.to_string(), case_path(&item.case)],
            key: item.key(),
            state: self.state(item),
            is_new: item.hands != Hands::Taken,
            child: self.docket.child(listed),
            said: [html(&self.how_much(&item.subject)), html(&self.of_what(item))],
            lines: self.lines(item).iter().map(|line| html(line)).collect(),
            strong: self.goes_up(item).map(|said| html(&said)),
            both: self.both(item).map(|said| html(&said)),
            may,
            form: if open { self.form(asked, typed) } else { None },
            send: Uuid::new_v4(),
        }
    }

    fn state(&self, item: &Item) -> [String; 2] {
        let (class, word) = match (&item.subject, item.hands) {
            (_, Hands::Taken) => ("run", self.t(I::Taken).to_owned()),
            (_, Hands::Lapsed(at)) => ("today", self.say(I::Lapsed, &[("ago", &self.ago(at))])),
            (Subject::Findings { .. }, Hands::Nobody) => ("run", self.t(I::Findings).to_owned()),
            (Subject::Limit { breach: Some(Breach::Certain), .. }, _) => ("certain", self.t(I::Certain).to_owned()),
            (Subject::Limit { breach: Some(Breach::Arguable), .. }, _) => ("arguable", self.t(I::Arguable).to_owned()),
            (Subject::Limit { earliest, .. }, _) if earliest.date() == self.docket.days.today => {
                ("today", self.t(I::EndsToday).to_owned())
            }
            (Subject::Limit { .. }, _) => ("run", self.t(I::Runs).to_owned()),
        };
        [class.to_owned(), word]
    }

    /// How much is left, or by how much it is over.
    fn how_much(&self, subject: &Subject) -> String {
        match subject {
            Subject::Limit { earliest, latest, breach, .. } => match (breach, latest) {
                (Some(Breach::Certain), Some(latest)) if latest != earliest => {
                    format!("{}; {} {}", self.left(*earliest), self.left(*latest), self.t(I::ByLenient))
                }
                (Some(Breach::Arguable), _) => format!("{} {}", self.left(*earliest), self.t(I::ByProtective)),
                (Some(Breach::Certain), _) => self.left(*earliest),
                (None, _) => format!("{}, {}", self.left(*earliest), End::of(*earliest).words(self.docket.language)),
            },
            Subject::Findings { found, missing } => {
                let count = |n: usize, one: I, many: I| match n {
                    0 => None,
                    1 => Some(self.t(one).to_owned()),
                    n => Some(self.say(many, &[("n", &n.to_string())])),
                };
                let parts =
                    [count(*found, I::FoundOne, I::FoundCount), count(*missing, I::MissingOne, I::MissingCount)];
                parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
            }
        }
    }

    fn of_what(&self, item: &Item) -> String {
        let language = self.docket.language;
        let owes = format!("{} {}", self.t(I::OwedBy), self.docket.offices.name(&item.owed_by, language));
        match item.subject {
            Subject::Limit { rule, .. } => format!("{}, {owes}", self.rule(rule)),
            Subject::Findings { .. } => owes,
        }
    }

    fn rule(&self, rule: RuleId) -> String {
        let book = self.docket.book;
        let language = self.docket.language;
        format!("{}, {}\u{a0}{}", book.name(&rule, language), Label::Article.of(language), book.article(&rule))
    }

    fn lines(&self, item: &Item) -> Vec<String> {
        let (now, language) = (self.docket.now, self.docket.language);
        let mut lines = Vec::new();
        if self.users.as_ref().is_some_and(|users| !users.contains(&item.owed_by)) {
            lines.push(self.t(I::OwesUnread).to_owned());
        }
        if item.hands == Hands::Nobody && matches!(item.subject, Subject::Limit { .. }) {
            let mut said = self.say(I::Raised, &[("at", &self.at(item.raised_at))]);
            let seconds = now.since(item.raised_at);
            if seconds >= 60 {
                said = format!("{said} {}", self.say(I::TakenByNobody, &[("length", &self.length(seconds))]));
            }
            lines.push(said);
        }
        for holding in &item.holdings {
            let (who, since) = (self.names.name(holding, language), self.at(holding.since));
            lines.push(match &holding.promise {
                None => self.say(I::Noted, &[("who", &who), ("since", &since)]),
                Some(promise) => {
                    let word = if holding.lasts(now) { I::Holds } else { I::LapsedSays };
                    let until = self.at(promise.until);
                    let what = promise.what.words().unwrap_or(Label::Withheld.of(language));
                    self.say(word, &[("who", &who), ("since", &since), ("until", &until), ("what", what)])
                }
            });
        }
        lines
    }

    fn goes_up(&self, item: &Item) -> Option<String> {
        if let Some(at) = item.escalated {
            return Some(self.say(I::Escalated, &[("at", &self.at(at))]));
        }
        let at = item.escalates_at.filter(|_| item.hands != Hands::Taken)?;
        Some(self.say(I::GoesUp, &[("at", &self.at(at)), ("ago", &self.ago(at))]))
    }

    /// That several people have it.
    fn both(&self, item: &Item) -> Option<String> {
        let lasting: Vec<&Holding> = item.holdings.iter().filter(|holding| holding.lasts(self.docket.now)).collect();
        if lasting.len() < 2 {
            return None;
        }
        let and = match self.docket.language {
            Language::En => " and ",
            Language::Lo => " ແລະ ",
        };
        let who: Vec<String> = lasting.iter().map(|holding| self.names.name(holding, self.docket.language)).collect();
        let times: Vec<String> = lasting.iter().map(|holding| time::time_of_day(holding.since)).collect();
        let mut who = who.join(and);
        if let Some(first) = who.get(..1).map(str::to_uppercase) {
            who.replace_range(..1, &first);
        }
        Some(self.say(I::Both, &[("who", &who), ("times", &times.join(and))]))
    }

    fn form(&self, asked: &Asked, typed: &Typed) -> Option<Form> {
        let doing = match asked.form.as_str() {
            "takes" => "takes",
            "hands_over" => "hands_over",
            _ => return None,
        };
        let colleagues = self.names.people.iter().filter(|(id, _)| self.names.is_colleague(**id));
        let to = colleagues.map(|(id, name)| (*id, name.clone(), typed.to == id.to_string()));
        Some(Form { doing, typed: typed.clone(), to: to.collect() })
    }

    /// What was done late: the case, the limit, and what was done when.
    pub fn settled(&self, settled: &Settled, listed: &Listed) -> [Html; 3] {
        let language = self.docket.language;
        let (name, at) = settled.by;
        let done = self.docket.book.text(&format!("action.{name}")).in_language(language);
        let said = format!("{}: {done}, {}", self.rule(settled.alert.topic.rule), time::when(at, language));
        let tag = match settled.done {
            Done::InTime => I::DoneInTime,
            Done::Late => I::DoneLate,
        };
        [html(listed.case.as_str()), html(&said), html(self.t(tag))]
    }
}
