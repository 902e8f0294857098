//! What a form asks: its fields with what was typed into them, made from the table of actions.
//!
//! Invariant: every field of the action is asked once, and no other. The names are the rulebook's, as on the page of the case.

use engine::action::describe::{Field, FieldKind, Need};
use engine::action::{Action, ActionName, OfficeCode};
use engine::calendar::Instant;
use engine::case::Case;
use engine::rulebook::{Language, Rulebook};
use projections::catalogue::Word as _;
use projections::field_words;
use projections::words_of_time;
use service::offices::Offices;
use service::shown::plain_lines;

use super::names::{GIVEN, NO, NONE, NOT_ON_RECORD, YES, id_of, null_of};
use super::offices::{Group, groups, kind_of};
use super::typed::{self, Flaw, asked_whole};
use crate::dates;
use crate::fields::Fields;
use crate::lao::{Html, html};
use crate::words::entry::Entry as W;

/// A piece of a form.
pub enum Item {
    /// Fields that belong together begin: what they are.
    Open(Html),
    /// They end.
    Close,
    /// A field.
    Ask(Box<Ask>),
    /// A button that adds a group.
    More(&'static str),
}

/// A field.
pub struct Ask {
    /// Its name in the form.
    pub name: String,
    /// Its id in the page.
    pub id: String,
    /// Its label.
    pub label: Html,
    /// What may be typed.
    pub hint: Option<Html>,
    /// What is wrong.
    pub error: Option<Html>,
    /// What was typed, as it was understood.
    pub echo: Option<Html>,
    /// How it is asked.
    pub kind: Kind,
    /// A box that says there is none.
    pub null: Option<Pick>,
    /// Whether it has to be filled in.
    pub required: bool,
}

impl Ask {
    /// The ids of what describes the field.
    pub fn described(&self) -> Option<String> {
        let hint = self.hint.as_ref().map(|_| format!("{}-h", self.id));
        let error = self.error.as_ref().map(|_| format!("{}-e", self.id));
        let both: Vec<String> = hint.into_iter().chain(error).collect();
        (!both.is_empty()).then(|| both.join(" "))
    }
}

/// How a field is asked.
pub enum Kind {
    /// A line.
    Line(String),
    /// A short line.
    Short(String),
    /// A text of several lines.
    Text(String),
    /// One of these.
    One(Vec<Pick>),
    /// Any of these.
    Any(Vec<Pick>),
    /// One of many.
    From(Vec<Group>),
}

/// An answer.
pub struct Pick {
    /// Its value.
    pub value: String,
    /// Its words.
    pub label: Html,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// For whom and about what is asked.
#[derive(Clone, Copy)]
pub struct Asking<'a> {
    /// The rulebook, which names fields.
    pub book: &'a Rulebook,
    /// The offices that may be chosen.
    pub offices: &'a Offices,
    /// The office of who enters.
    pub own: Option<&'a OfficeCode>,
    /// The case, if it is known by now.
    pub case: Option<&'a Case>,
    /// What was typed.
    pub fields: &'a Fields,
    /// What is wrong with it.
    pub flaws: &'a [Flaw],
    /// The language.
    pub language: Language,
    /// The present.
    pub now: Instant,
}

impl Asking<'_> {
    /// The action's own fields.
    pub fn items(&self, name: ActionName) -> Vec<Item> {
        let mut items = Vec::new();
        self.object(name.fields(), "", &mut items);
        items
    }

    /// The error at a field.
    pub fn error(&self, name: &str) -> Option<Html> {
        self.flaws.iter().find(|flaw| flaw.field == name).map(|flaw| html(&flaw.says))
    }

    /// A date in words, if it can be read.
    pub fn echo(&self, text: &str) -> Option<Html> {
        let when = dates::read(text).ok()?;
        Some(html(&dates::echo(when, self.now, self.book, self.language)))
    }

    /// The name of a field, as it begins a line.
    pub fn label(&self, path: &str) -> String {
        // In a list the fields have the names that they have alone.
        let alone = |step: &str| !step.bytes().all(|byte| byte.is_ascii_digit());
        let steps: Vec<&str> = path.split('.').collect();
        let last = steps.iter().rposition(|step| !alone(step)).map_or(0, |place| place + 1);
        begun(&field_words::field(self.book, &steps[last..].join("."), self.language))
    }

    fn t(&self, word: W) -> &'static str {
        word.of(self.language)
    }

    fn object(&self, fields: &'static [Field], within: &str, items: &mut Vec<Item>) {
        for field in fields {
            let path = format!("{within}{}", field.name);
            match field.kind {
                FieldKind::Object(inner) => {
                    items.push(Item::Open(html(&self.label(&path))));
                    if asked_whole(field, inner) {
                        items.push(Item::Ask(Box::new(self.whole(field, &path))));
                    }
                    self.object(inner, &format!("{path}."), items);
                    items.push(Item::Close);
                }
                FieldKind::Objects(inner) => {
                    for nth in 0..typed::groups(self.fields, &path) {
                        let legend = self.t(W::OffenceNth).replace("{n}", &(nth + 1).to_string());
                        items.push(Item::Open(html(&legend)));
                        self.object(inner, &format!("{path}.{nth}."), items);
                        items.push(Item::Close);
                    }
                    items.push(Item::More(field.name));
                }
                _ => items.push(Item::Ask(Box::new(self.ask(field, &path)))),
            }
        }
    }

    /// Whether there is an object at all.
    fn whole(&self, field: &Field, path: &str) -> Ask {
        let mut picks = vec![(GIVEN, self.t(W::ThereIsOne).to_owned())];
        picks.extend(field.null(self.language).map(|null| (NONE, begun(null))));
        picks.push((NOT_ON_RECORD, self.t(W::NotOnRecord).to_owned()));
        let picks = picks.into_iter().map(|(value, label)| self.pick(path, value, &label)).collect();
        Ask { label: html(self.t(W::IsThereOne)), ..self.made(path, Kind::One(picks), None, None) }
    }

    fn pick(&self, path: &str, value: &str, label: &str) -> Pick {
        let chosen = self.fields.all(path).iter().any(|chosen| chosen == value);
        Pick { value: value.to_owned(), label: html(label), chosen }
    }

    fn made(&self, path: &str, kind: Kind, hint: Option<Html>, null: Option<Pick>) -> Ask {
        Ask {
            name: path.to_owned(),
            id: id_of(path),
            label: html(&self.label(path)),
            hint,
            error: self.error(path),
            echo: None,
            kind,
            null,
            required: false,
        }
    }

    fn ask(&self, field: &'static Field, path: &str) -> Ask {
        let typed = plain_lines(self.fields.raw(path));
        let optional = field.need != Need::Required;
        let null = field.null(self.language).map(|null| self.pick(&null_of(path), YES, &begun(null)));
        let hint = |word: W| Some(html(self.t(word)));
        // Where the name says it all, nothing is said twice.
        let meaning = || Some(begun(field.meaning(self.language))).filter(|says| *says != self.label(path));
        match field.kind {
            FieldKind::Flag => self.made(path, Kind::One(self.yes_or_no(path, optional)), None, None),
            FieldKind::Word(words) => {
                let mut picks = self.of_words(words, path);
                picks.extend(field.null(self.language).map(|null| self.pick(path, NONE, &begun(null))));
                picks.extend(optional.then(|| self.pick(path, NOT_ON_RECORD, self.t(W::NotOnRecord))));
                self.made(path, Kind::One(picks), None, None)
            }
            FieldKind::Words(words) => {
                let mut picks = self.of_words(words, path);
                picks.extend(field.may_be_empty().then(|| self.pick(path, NONE, self.t(W::NoneOfThese))));
                picks.extend(optional.then(|| self.pick(path, NOT_ON_RECORD, self.t(W::NotOnRecord))));
                self.made(path, Kind::Any(picks), None, None)
            }
            FieldKind::Day | FieldKind::When => {
                let echo = self.echo(&typed);
                Ask { echo, ..self.made(path, Kind::Short(typed), hint(W::DateHint), null) }
            }
            FieldKind::Count(_) if optional => self.made(path, Kind::Short(typed), hint(W::OptionalHint), null),
            FieldKind::Count(_) => self.made(path, Kind::Short(typed), None, null),
            FieldKind::Office => {
                let kind = Kind::From(groups(self.offices, None, self.own, kind_of(field), (&typed, self.language)));
                Ask { required: !optional, ..self.made(path, kind, None, None) }
            }
            FieldKind::Offence => match self.case {
                Some(case) => self.made(path, Kind::One(self.offences(case, path)), None, None),
                None => self.made(path, Kind::Short(typed), hint(W::NameCaseFirst), None),
            },
            FieldKind::Id => match self.case {
                Some(case) => self.made(path, Kind::One(self.actions(case, path)), None, None),
                None => self.made(path, Kind::Line(typed), hint(W::NameCaseFirst), None),
            },
            FieldKind::Text if field.name == "reason" => self.made(path, Kind::Text(typed), None, null),
            _ => self.made(path, Kind::Line(typed), meaning().map(|says| html(&says)), null),
        }
    }

    fn yes_or_no(&self, path: &str, optional: bool) -> Vec<Pick> {
        let mut picks = vec![self.pick(path, YES, self.t(W::Yes)), self.pick(path, NO, self.t(W::No))];
        picks.extend(optional.then(|| self.pick(path, NOT_ON_RECORD, self.t(W::NotOnRecord))));
        picks
    }

    fn of_words(&self, words: &[&str], path: &str) -> Vec<Pick> {
        let named = |word: &&str| self.pick(path, word, &begun(&field_words::word(self.book, word, self.language)));
        words.iter().map(named).collect()
    }

    /// The offences of a case: those of the opening by their places, those added by the ids of their actions.
    fn offences(&self, case: &Case, path: &str) -> Vec<Pick> {
        let opening = case.actions().find(|action| action.name == ActionName::CaseOpened);
        let of_opening = opening.into_iter().flat_map(Action::offences).enumerate();
        let added = case.withdrawable().filter_map(|action| Some((action.id.to_string(), action.added_offence()?)));
        let all = of_opening.map(|(nth, offence)| (nth.to_string(), offence)).chain(added);
        let named = |(nth, (value, offence)): (usize, (String, engine::action::Offence))| {
            let class = field_words::word(self.book, offence.class.word(), self.language);
            let day = words_of_time::day_and_year(offence.committed_on, self.language);
            let label = self.t(W::OffenceOf).replace("{n}", &(nth + 1).to_string());
            self.pick(path, &value, &label.replace("{what}", &format!("{class}, {day}")))
        };
        all.enumerate().map(named).collect()
    }

    /// The actions of a case that may be withdrawn, the last recorded first.
    fn actions(&self, case: &Case, path: &str) -> Vec<Pick> {
        let named = |action: &Action| {
            let what = self.book.text(&format!("action.{}", action.name)).in_language(self.language);
            let label = format!("{}, {}", begun(what), words_of_time::when(action.at, self.language));
            self.pick(path, &action.id.to_string(), &label)
        };
        case.withdrawable().rev().map(named).collect()
    }
}

/// A name as it begins a line: with a capital, where the script has them.
pub fn begun(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
