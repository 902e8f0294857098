//! The page of a form: the form, and beside it what recording would change or what to correct first.

use std::collections::BTreeSet;

use askama::Template;
use axum::http::StatusCode;
use engine::action::ActionName;
use projections::catalogue::Word as _;
use projections::picture::Moment;

use super::choice::sticky;
use super::count;
use super::work::{Known, Ready, Work};
use crate::answer::{Answer, page};
use crate::api::cases::tag;
use crate::entry::asked::{Ask, Asking, Item, Kind, begun};
use crate::entry::difference::Difference;
use crate::entry::names::{self, CORRECTS, KEPT, MADE, OF_THE_FORM, WHY, id_of};
use crate::entry::offices::groups;
use crate::entry::typed::Flaw;
use crate::frame::Frame;
use crate::kept_forms;
use crate::lao::{Html, html};
use crate::sheet::reader::Reader;
use crate::words::entry::Entry as N;
use crate::words::frame::Frame as W;

/// What stands beside a form.
pub enum Show<'s> {
    /// Nothing yet.
    Form,
    /// That it was kept while the session had ended.
    GivenBack,
    /// What to correct.
    Flaws(Vec<Flaw>),
    /// What recording would change.
    Difference {
        /// The form.
        ready: &'s Ready,
        /// What changed since it was previewed.
        moved: Option<Moved>,
        /// What to do before it can be recorded.
        error: Option<N>,
    },
    /// That the log did not answer.
    Away,
}

/// What changed since a form was previewed.
#[derive(Clone, Copy)]
pub struct Moved {
    /// How many actions of the case were known.
    pub known: usize,
    /// Whether the rulebook changed.
    pub of_book: bool,
}

#[derive(Template)]
#[template(path = "enter/paper.html")]
struct Page {
    frame: Frame,
    heading: Html,
    about: Html,
    sheets: Html,
    /// What has to be known before anything else.
    note: Option<Html>,
    correcting: Option<Html>,
    /// For whom the form is made, sealed.
    owner: String,
    path: String,
    leave: String,
    offline: String,
    case: Ask,
    by: Ask,
    date: Ask,
    time: Ask,
    why: Option<Ask>,
    items: Vec<Item>,
    hidden: Vec<(String, String)>,
    /// The fields with what is wrong, in the order of the form.
    errors: Vec<(String, Html)>,
    away: bool,
    result: Option<Shown>,
}

impl Page {
    /// How many things are to be corrected.
    fn not_yet(&self) -> Html {
        html(&self.frame.t(N::NotYet).replace("{n}", &self.errors.len().to_string()))
    }
}

/// What recording would change, and the form that records.
struct Shown {
    understood: Html,
    difference: Difference,
    moved: Option<(Vec<Html>, bool)>,
    error: Option<Html>,
    version: Html,
    /// All that was typed, and the version.
    hidden: Vec<(String, String)>,
    copy: Option<(Html, String)>,
}

/// For whom a difference is put into words.
pub fn reader<'a>(work: &Work<'a>, ready: &Ready) -> Reader<'a> {
    Reader {
        book: &work.site.book,
        offices: &work.site.offices,
        language: work.language(),
        at: ready.foreseen.preview.at,
        moment: Moment::Now,
        personal: ready.known.personal,
    }
}

/// The page of a form.
pub fn show(work: &Work<'_>, known: Option<&Known>, what: Show<'_>) -> Answer {
    let note = matches!(what, Show::GivenBack).then_some(N::Kept);
    let (status, flaws, result) = match what {
        Show::Form | Show::GivenBack => (StatusCode::OK, Vec::new(), None),
        Show::Flaws(flaws) => (StatusCode::UNPROCESSABLE_ENTITY, flaws, None),
        Show::Away => (StatusCode::SERVICE_UNAVAILABLE, Vec::new(), None),
        Show::Difference { ready, moved, error } => {
            let status = match (moved, error) {
                (Some(_), _) => StatusCode::CONFLICT,
                (None, Some(N::MayBeRecorded)) => StatusCode::SERVICE_UNAVAILABLE,
                (None, Some(_)) => StatusCode::UNPROCESSABLE_ENTITY,
                (None, None) => StatusCode::OK,
            };
            (status, Vec::new(), Some(shown(work, ready, moved, error, ready.to_copy.clone())))
        }
    };
    let away = status == StatusCode::SERVICE_UNAVAILABLE && result.is_none();
    let made =
        Page { note: note.map(|word| html(word.of(work.language()))), ..made(work, known, &flaws, result, away) };
    page(status, &made)
}

fn made(work: &Work<'_>, known: Option<&Known>, flaws: &[Flaw], result: Option<Shown>, away: bool) -> Page {
    let (site, language) = (work.site, work.language());
    let t = |word: N| html(word.of(language));
    let what = begun(site.book.text(&format!("action.{}", work.name)).in_language(language));
    let asking = Asking {
        book: &site.book,
        offices: &site.offices,
        own: work.visitor.office(),
        case: known.map(|known| &*known.case),
        fields: &work.fields,
        flaws,
        language,
        now: site.now(),
    };
    let line = |name: &str, label: N, hint: Option<N>| Ask {
        name: name.to_owned(),
        id: id_of(name),
        label: t(label),
        hint: hint.map(t),
        error: asking.error(name),
        echo: None,
        kind: Kind::Short(service::shown::plain(work.fields.raw(name)).into_owned()),
        null: None,
        required: true,
    };
    let corrected = known.and_then(|known| work.corrected(&known.case));
    let correcting = corrected.map(|action| {
        let when = projections::words_of_time::when(action.at, language);
        html(&N::CorrectSays.of(language).replace("{when}", &when))
    });
    let is_correction = !work.fields.text(CORRECTS).is_empty();
    let heading = if is_correction { N::Correcting.of(language).replace("{action}", &what) } else { what };
    let has_errors = !flaws.is_empty() || away;
    let title = if has_errors { format!("{}: {heading}", N::Error.of(language)) } else { heading.clone() };
    let typed_case = work.fields.text(names::CASE);
    let case_hint = match work.name {
        ActionName::CaseOpened => N::NewCaseHint,
        _ if typed_case.is_empty() || has_errors || result.is_some() => N::CaseHint,
        _ => N::CaseSticks,
    };
    let items = asking.items(work.name);
    let typed_by = (work.fields.text(names::BY), language);
    let by = groups(&site.offices, asking.case, work.visitor.office(), None, typed_by);
    let date = Ask { echo: whole_date(work, &asking), ..line(names::DATE, N::Date, Some(N::DateHint)) };
    let why = is_correction
        .then(|| Ask { kind: Kind::Text(work.fields.raw(WHY).to_owned()), ..line(WHY, N::Why, Some(N::WhyHint)) });
    Page {
        frame: Frame::of(site, work.visitor, "/enter", title).keeping_the_form(),
        heading: html(&heading),
        about: html(&about(work)),
        sheets: html(&count::said(count::of(work.parts, site), language)),
        note: None,
        correcting,
        owner: kept_forms::owner(site, work.visitor),
        path: format!("/enter/{}", work.name),
        leave: format!("/enter{}", sticky(&work.fields)),
        offline: format!("/enter/{}/offline.xlsx{}", work.name, sticky(&work.fields)),
        case: line(names::CASE, N::Case, Some(case_hint)),
        by: Ask { kind: Kind::From(by), ..line(names::BY, N::By, None) },
        date,
        time: line(names::TIME, N::Time, Some(N::TimeHint)),
        why,
        errors: errors(flaws, &asking, &items),
        items,
        hidden: kept(work, &[names::ID, CORRECTS, MADE, KEPT]),
        away,
        result,
    }
}

/// The date in words, with its time.
fn whole_date(work: &Work<'_>, asking: &Asking<'_>) -> Option<Html> {
    let when = crate::entry::typed::when(&work.fields, work.language()).ok()??;
    Some(html(&crate::dates::echo(when, asking.now, asking.book, asking.language)))
}

/// The articles that the action is about, and how to enter.
fn about(work: &Work<'_>) -> String {
    let (book, language) = (&work.site.book, work.language());
    let rules =
        book.rules().iter().filter(|rule| rule.tested_on().has(work.name) || rule.discharged_by().has(work.name));
    let all: Vec<&str> = rules.flat_map(|rule| book.article(&rule.id).split(", ")).collect();
    let number = |article: &str| article.split('(').next().and_then(|number| number.parse::<u32>().ok());
    let articles: BTreeSet<(Option<u32>, &str)> = all.into_iter().map(|article| (number(article), article)).collect();
    let articles: Vec<&str> = articles.into_iter().map(|(_, article)| article).collect();
    let asks = N::Asks.of(language);
    if articles.is_empty() {
        return asks.to_owned();
    }
    let article = projections::labels::Label::Article.of(language);
    format!("{article}\u{a0}{}. {asks}", articles.join(", "))
}

/// Each flaw with the id of its field and its label, in the order of the form; those of no field at the end.
fn errors(flaws: &[Flaw], asking: &Asking<'_>, items: &[Item]) -> Vec<(String, Html)> {
    let common =
        [(names::CASE, N::Case), (names::BY, N::By), (names::DATE, N::Date), (names::TIME, N::Time), (WHY, N::Why)];
    let own = items.iter().filter_map(|item| if let Item::Ask(ask) = item { Some(ask.name.as_str()) } else { None });
    let order: Vec<&str> = common.iter().map(|(name, _)| *name).chain(own).collect();
    // A flaw of a whole object is shown at its first field.
    let place = |flaw: &Flaw| {
        order.iter().position(|name| *name == flaw.field).or_else(|| {
            let within = format!("{}.", flaw.field);
            order.iter().position(|name| !flaw.field.is_empty() && name.starts_with(&within))
        })
    };
    let mut sorted: Vec<(Option<usize>, &Flaw)> = flaws.iter().map(|flaw| (place(flaw), flaw)).collect();
    sorted.sort_by_key(|(place, _)| place.unwrap_or(usize::MAX));
    let said = |(place, flaw): (Option<usize>, &Flaw)| {
        let Some(name) = place.map(|place| order[place]) else { return ("main".to_owned(), html(&flaw.says)) };
        let label =
            common.iter().find(|(common, _)| *common == name).map(|(_, word)| word.of(asking.language).to_owned());
        let label = label.unwrap_or_else(|| asking.label(&flaw.field));
        (id_of(name), html(&format!("{label}: {}", flaw.says)))
    };
    sorted.into_iter().map(said).collect()
}

/// What was typed under these names.
fn kept(work: &Work<'_>, of: &[&str]) -> Vec<(String, String)> {
    let pairs = work.fields.pairs().filter(|(name, value)| of.contains(name) && !value.is_empty());
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn shown(
    work: &Work<'_>,
    ready: &Ready,
    moved: Option<Moved>,
    error: Option<N>,
    to_copy: Option<(String, String, usize)>,
) -> Shown {
    let language = work.language();
    let reader = reader(work, ready);
    let case = &ready.known.case;
    let action = &ready.actions[ready.actions.len() - 1];
    let when = crate::dates::echo(action.at, work.site.now(), reader.book, language);
    let (name, of_case, by) = (begun(reader.action(action.name)), N::Case.of(language), reader.office(&action.by));
    let understood = format!("{name}, {by}, {of_case} {}, {when}", action.case);
    let mut hidden: Vec<(String, String)> = work
        .fields
        .pairs()
        .filter(|(name, _)| !OF_THE_FORM.contains(name))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    if ready.known.is_own {
        hidden.push((names::VERSION.to_owned(), tag(case, reader.book).trim_matches('"').to_owned()));
        hidden.push((names::KNOWN.to_owned(), case.recorded().len().to_string()));
    }
    let version = if case.version() == 0 {
        html(N::NewOne.of(language))
    } else {
        html(&N::OnVersion.of(language).replace("{n}", &case.recorded().len().to_string()))
    };
    let changed = moved.map(|moved| {
        let since = case.recorded().iter().skip(moved.known);
        let lines = since.map(|recorded| {
            let values = [
                ("action", begun(reader.action(recorded.action.name))),
                ("when", reader.when(recorded.action.at)),
                ("recorded", reader.instant(recorded.recorded_at)),
                ("office", reader.office(&recorded.recorded_by)),
            ];
            html(&reader.say(N::ByWhom, &values.each_ref().map(|(name, value)| (*name, value.as_str()))))
        });
        (lines.collect(), moved.of_book)
    });
    Shown {
        understood: html(&understood),
        difference: Difference::of(&ready.foreseen, work.site.alerts(), &reader),
        moved: changed,
        error: error.map(|word| html(word.of(language))),
        version,
        hidden,
        copy: to_copy.filter(|copy| copy.2 > 0).map(|(from, to, n)| {
            let offer = N::CopyOffer.of(language).replace("{n}", &n.to_string()).replace("{to}", &to);
            (html(&offer), format!("/enter/copy?from={from}&to={to}"))
        }),
    }
}
