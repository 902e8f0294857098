//! A case in words: what its page and the document for a judge show, for one reader.
//!
//! Invariant: a pure function of the case as it is known, the instant and the reader. Personal data are in it only where the
//! reader may see them.

mod actions;
pub mod alerts;
mod findings;
mod free;
mod identity;
mod limits;
pub mod reader;

use engine::breach::Breach;
use projections::catalogue::Word;
use projections::liberty::Liberty;
use projections::picture::{Form, Medium, Numbers, Sign, picture};
use projections::snapshot::Snapshot;
use service::queries::timeline::Timeline;

pub use actions::Action;
pub use findings::{Finding, NotOnRecord};
pub use free::Free;
pub use identity::Identity;
pub use limits::{Limit, state};
use reader::Reader;

use crate::lao::{Html, html};

/// What the ids of the picture begin with.
const PICTURE: &str = "p";

/// A case in words.
pub struct Sheet<'a> {
    /// For whom.
    pub reader: Reader<'a>,
    /// The reference.
    pub reference: String,
    /// Which case it is.
    pub identity: Identity,
    /// By when the child must be free.
    pub free: Free,
    /// The picture, as SVG; `None` without a limit.
    pub picture: Option<String>,
    /// The limits, the gravest first.
    pub limits: Vec<Limit>,
    /// The conditions that fail.
    pub findings: Vec<Finding>,
    /// What is not on record.
    pub not_on_record: Vec<NotOnRecord>,
    /// The actions.
    pub actions: Vec<Action>,
    /// Whether the reader may correct them, on this page.
    pub may_correct: bool,
}

impl<'a> Sheet<'a> {
    /// The case of a timeline; `None` if it was not open at the reader's instant.
    pub fn of(timeline: &Timeline, medium: Medium, reader: Reader<'a>) -> Option<Self> {
        let case = &timeline.case;
        let assessment = case.assess(reader.book, reader.at)?;
        let snapshot = Snapshot::of_assessment(case.reference().clone(), &assessment, case.last_recorded_at()?);
        let liberty = Liberty::of(&assessment, reader.book);
        let numbers = if reader.sees_personal() { Numbers::Shown } else { Numbers::Hidden };
        let form = Form { language: reader.language, medium, prefix: PICTURE, numbers, moment: reader.moment };
        Some(Self {
            reader,
            reference: case.reference().to_string(),
            identity: Identity::of(case, &assessment, (&snapshot, &liberty), &reader),
            free: Free::of(&assessment, &liberty, &reader),
            picture: picture(&assessment, reader.book, &form),
            limits: limits::limits(&assessment, &reader),
            findings: findings::findings(&assessment, &reader),
            not_on_record: findings::not_on_record(&assessment, &reader),
            actions: actions::actions(&timeline.entries, &reader),
            may_correct: false,
        })
    }

    /// A word in the reader's language.
    pub fn t(&self, word: impl Word) -> Html {
        html(self.reader.t(word))
    }

    /// The limits that are breached so.
    pub fn breached(&self, breach: Breach) -> Vec<&Limit> {
        self.limits.iter().filter(|limit| limit.breach == Some(breach)).collect()
    }

    /// The conditions that fail so.
    pub fn failing(&self, breach: Breach) -> Vec<&Finding> {
        self.findings.iter().filter(|finding| finding.breach == breach).collect()
    }

    /// The key to the picture: each sign as SVG, and its words.
    pub fn key(&self) -> Vec<(String, Html)> {
        let signs = Sign::ALL.into_iter();
        signs.map(|sign| (sign.svg(PICTURE), html(sign.words(self.reader.language)))).collect()
    }
}
