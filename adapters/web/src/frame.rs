//! What stands around every page: the head, the ways to go on, and how far the page can be trusted.

use engine::rulebook::Language;
use projections::catalogue::Word;
use projections::rights::{Act, Relation, Role, allows};
use projections::words_of_time;
use service::status::{self, Delivered};

use crate::credentials::csrf;
use crate::lao::{Html, html};
use crate::site::Site;
use crate::visitor::Visitor;
use crate::words::frame::Frame as W;

/// The page of second looks, to which the head leads where the office asks for them.
const CONFIRM: &str = "/confirm";

/// The pages to which the head leads, each with its path, its word and the right that it takes.
const WAYS: [(&str, W, Act); 16] = [
    ("/", W::Overview, Act::ReadInbox),
    ("/docket", W::Docket, Act::ReadLists),
    ("/inbox", W::Inbox, Act::ReadInbox),
    (CONFIRM, W::ToConfirm, Act::ReadUnconfirmed),
    ("/enter", W::Enter, Act::EnterPapers),
    ("/look", W::LookAtCase, Act::AskForLook),
    ("/figures", W::Figures, Act::ReadFigures),
    ("/health", W::Health, Act::Operate),
    ("/people", W::People, Act::Operate),
    ("/tokens", W::Tokens, Act::Operate),
    ("/feeds", W::Feeds, Act::Operate),
    ("/mail", W::Mail, Act::Operate),
    ("/sessions", W::Sessions, Act::Operate),
    ("/office-changes", W::OfficeChanges, Act::Operate),
    ("/law", W::Law, Act::ReadLaw),
    ("/looks", W::MyLooks, Act::ReadLaw),
];

/// The id of a form that is sent when the language is switched.
const FORM: &str = "paper";

/// What stands around a page.
pub struct Frame {
    /// The language.
    pub language: Language,
    /// The page's title: never anything of a case.
    pub title: String,
    /// Where the page is, to mark it in the head.
    pub here: &'static str,
    /// The ways to go on.
    pub ways: Vec<(&'static str, W)>,
    /// The name of the office for which the person acts.
    pub office: String,
    /// The role in which the person acts.
    pub role: W,
    /// The token of the page's forms.
    pub csrf: String,
    /// How far the page can be trusted.
    pub trust: Trust,
    /// Whether these are the demo's made-up cases.
    pub demo: bool,
    /// The form of the page that is sent when the language is switched, so that nothing typed is lost; else a link switches it.
    pub kept_form: Option<&'static str>,
    /// The address at which the page asks what has changed since it was made; `None` for a page that does not ask.
    pub live: Option<String>,
}

/// How far a page can be trusted.
pub struct Trust {
    /// The instant for which it is right.
    pub at: Html,
    /// The rulebook.
    pub rulebook: String,
    /// The beginning of the rulebook's digest.
    pub digest: String,
    /// The law, and that no lawyer has reviewed this.
    pub law: String,
    /// Whether the clock is in doubt.
    pub in_doubt: bool,
    /// By how much the watch is behind.
    pub behind: String,
    /// Until when alerts were delivered; `None`: this process delivers none.
    pub delivered: Option<String>,
    /// Why the page itself may be wrong: what is said first, and what it means.
    pub warnings: Vec<[&'static str; 2]>,
}

/// How many characters of a digest are shown.
const DIGEST: usize = 8;

impl Trust {
    fn of(site: &Site, language: Language) -> Self {
        let now = site.now();
        let trust = site.status.trust();
        let digest = site.book.digest().to_string();
        let digest = digest.split_once(':').map_or(&*digest, |(_, digest)| digest).chars().take(DIGEST);
        let law = site.book.title().in_language(language);
        let t = |word: W| word.of(language);
        let seconds = |seconds: i64| words_of_time::length(&site.book, language, seconds);
        Self {
            at: html(&words_of_time::instant(now, language)),
            rulebook: site.book.id().to_owned(),
            digest: digest.collect(),
            law: format!("{law}. {}", t(W::NotReviewed)),
            in_doubt: trust.clock_in_doubt,
            behind: trust.watch_behind.map_or_else(|| t(W::Unknown).to_owned(), seconds),
            delivered: match trust.delivered {
                Delivered::NotFromHere => None,
                Delivered::Unknown => Some(t(W::Unknown).to_owned()),
                Delivered::Until(at) => Some(at.time_of_day()),
            },
            warnings: warnings(trust).into_iter().map(|words| words.map(t)).collect(),
        }
    }
}

/// Why a page may be wrong.
fn warnings(trust: status::Trust) -> Vec<[W; 2]> {
    let all = [
        (trust.outdated, [W::OutdatedHead, W::OutdatedSays]),
        (trust.clock_in_doubt, [W::DoubtHead, W::DoubtSays]),
        (!trust.clock_in_doubt && trust.is_late(), [W::LateHead, W::LateSays]),
        (trust.nats_away, [W::NatsHead, W::NatsSays]),
    ];
    all.into_iter().filter(|(holds, _)| *holds).map(|(_, words)| words).collect()
}

impl Frame {
    /// The frame of a page for a visitor.
    pub fn of(site: &Site, visitor: &Visitor, here: &'static str, title: impl Into<String>) -> Self {
        let language = visitor.language;
        let asks = visitor.office().is_some_and(|office| site.offices.ask_for_second_look(office));
        let may = |path: &str, act: Act| allows(visitor.role(), Relation::Foreign, act) && (path != CONFIRM || asks);
        let office = visitor.office().map(|office| site.offices.name(office, language).to_owned());
        Self {
            language,
            title: title.into(),
            here,
            ways: WAYS
                .into_iter()
                .filter(|(path, _, act)| may(path, *act))
                .map(|(path, word, _)| (path, word))
                .collect(),
            office: office.unwrap_or_default(),
            role: role(visitor.role()),
            csrf: visitor.csrf().map(csrf::token).unwrap_or_default(),
            trust: Trust::of(site, language),
            demo: site.demo.is_some(),
            kept_form: None,
            live: None,
        }
    }

    /// The same for a page whose form is sent when the language is switched.
    #[must_use]
    pub fn keeping_the_form(self) -> Self {
        Self { kept_form: Some(FORM), ..self }
    }

    /// A word in the page's language.
    pub fn t(&self, word: impl Word) -> &'static str {
        word.of(self.language)
    }

    /// One of two texts, by the language.
    pub fn pick<T>(&self, en: T, lo: T) -> T {
        match self.language {
            Language::En => en,
            Language::Lo => lo,
        }
    }
}

/// The word for a role.
pub const fn role(role: Role) -> W {
    match role {
        Role::Clerk => W::Clerk,
        Role::Prosecutor => W::Prosecutor,
        Role::Investigator => W::Investigator,
        Role::Lawyer => W::Lawyer,
        Role::Supervisor => W::Supervisor,
        Role::Operator => W::Operator,
    }
}
