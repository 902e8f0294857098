//! What stands around every page: the head, the ways to go on, and how far the page can be trusted.

use engine::rulebook::Language;
use projections::catalogue::Word;
use projections::rights::{Act, Relation, Role, allows};

use crate::answer::code;
use crate::credentials::csrf;
use crate::site::Site;
use crate::visitor::Visitor;
use crate::words::frame::Frame as W;

/// The pages to which the head leads, each with its path, its word and the right that it takes.
const WAYS: [(&str, W, Act); 7] = [
    ("/", W::Overview, Act::ReadLists),
    ("/docket", W::Docket, Act::ReadLists),
    ("/figures", W::Figures, Act::ReadFigures),
    ("/law", W::Law, Act::ReadLaw),
    ("/health", W::Health, Act::Operate),
    ("/people", W::People, Act::Operate),
    ("/tokens", W::Tokens, Act::Operate),
];

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
}

/// How far a page can be trusted.
pub struct Trust {
    /// The instant for which it is right.
    pub at: String,
    /// The rulebook.
    pub rulebook: String,
    /// The beginning of the rulebook's digest.
    pub digest: String,
    /// Whether the clock is in doubt.
    pub in_doubt: bool,
}

impl Frame {
    /// The frame of a page for a visitor.
    pub fn of(site: &Site, visitor: &Visitor, here: &'static str, title: impl Into<String>) -> Self {
        let language = visitor.language;
        let may = |act: Act| allows(visitor.role(), Relation::Foreign, act);
        let office = visitor.office().map(|office| site.offices.name(office, language).to_owned());
        Self {
            language,
            title: title.into(),
            here,
            ways: WAYS.into_iter().filter(|(_, _, act)| may(*act)).map(|(path, word, _)| (path, word)).collect(),
            office: office.unwrap_or_default(),
            role: role(visitor.role()),
            csrf: visitor.csrf().map(csrf::token).unwrap_or_default(),
            trust: Trust {
                at: site.now().to_string(),
                rulebook: site.book.id().to_owned(),
                digest: site.book.digest().to_string(),
                in_doubt: site.status.clock_in_doubt(),
            },
            demo: site.demo.is_some(),
        }
    }

    /// A word in the page's language.
    pub fn t(&self, word: impl Word) -> &'static str {
        word.of(self.language)
    }

    /// The language's code in HTML.
    pub const fn code(&self) -> &'static str {
        code(self.language)
    }

    /// The code of the other language.
    pub const fn other(&self) -> &'static str {
        match self.language {
            Language::En => "lo",
            Language::Lo => "en",
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
