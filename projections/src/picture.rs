//! The picture of a case: deprivation of liberty, limits under both readings, what is over, extensions, and now, as SVG.
//!
//! Invariant: the same assessment in the same form gives the same bytes. The number of lanes is bounded, no two texts
//! overlap, and nothing is styled but by the classes of the style sheet.

mod canvas;
mod choice;
mod held;
mod key;
mod lanes;
mod lens;
mod scale;
mod sheet;
mod text_width;
mod words;

use chrono::{Days, NaiveDate};
use engine::assess::Assessment;
use engine::calendar::Instant;
use engine::rulebook::{Language, Rulebook};

use crate::liberty::Liberty;
use canvas::Canvas;
use choice::Overrun;
pub use key::Sign;
use scale::Scale;
use sheet::Sheet;
use words::Words;

/// Tenths of a unit of the picture.
type Tenths = i64;

/// So many whole units.
const fn units(whole: i64) -> Tenths {
    whole * 10
}

/// On what the picture is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Medium {
    /// A page, 900 units wide.
    Screen,
    /// The document on paper, 760 units wide.
    Paper,
}

/// Whether the numbers of orders, which are personal data, are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbers {
    /// They are.
    Shown,
    /// Orders are named by their day alone.
    Hidden,
}

/// What the instant of the picture is to its reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Now.
    Now,
    /// One that was asked for.
    Asked,
}

/// In which form a case is drawn.
#[derive(Clone, Copy, Debug)]
pub struct Form<'p> {
    /// The language of the words.
    pub language: Language,
    /// On what it is shown.
    pub medium: Medium,
    /// What the ids begin with: letters and digits, another for each picture of a page.
    pub prefix: &'p str,
    /// Whether the numbers of orders are shown.
    pub numbers: Numbers,
    /// What its instant is.
    pub moment: Moment,
}

/// What the picture keeps free at both sides.
const PADDING: Tenths = units(12);
/// How many days the scale goes on before the first action and behind the last end.
const BEFORE: u64 = 7;
const BEHIND: u64 = 8;
/// For how many days after the last end now is still shown in a case in which nothing runs.
const STILL_NOW: i64 = 60;
/// The cap is left to an arrow if it would make the scale this many times as long.
const TOO_LONG: i64 = 2;

/// The picture of a case; `None` if it has no limit.
pub fn picture(assessment: &Assessment<'_>, book: &Rulebook, form: &Form<'_>) -> Option<String> {
    let gravest = choice::gravest(assessment, book);
    let [first, last] = span(assessment, book)?;
    let chosen = choice::choose(assessment, book, last.since(first));
    let times = held::times(assessment);
    let width = match form.medium {
        Medium::Screen => units(900),
        Medium::Paper => units(760),
    };
    let from = first.date().checked_sub_days(Days::new(BEFORE)).unwrap_or(NaiveDate::MIN);
    let to = last.date().checked_add_days(Days::new(BEHIND)).unwrap_or(NaiveDate::MAX);
    let [from, to] = [from, to].map(Instant::first_of);
    let scale = Scale { from, to, left: PADDING, right: width - PADDING };
    let words = Words { book, language: form.language, now: assessment.at, moment: form.moment };
    let mut sheet = Sheet { canvas: Canvas::new(width, form.prefix), words, assessment };
    let mut bottom = lanes::draw(&mut sheet, &scale, &chosen, &times, form.numbers);
    if let Some(deadline) = gravest {
        bottom = lens::draw(&mut sheet, &scale, bottom, deadline, &times).unwrap_or(bottom);
    }
    let title = words.title(!times.is_empty(), first.date(), last.date());
    let mut description = vec![Liberty::of(assessment, book).sentence(form.language)];
    description.extend(gravest.map(|deadline| words.ended(deadline)));
    description.push(match form.medium {
        Medium::Screen => words.pick("The table “Limits” below says the same.", "ຕາຕະລາງ “ກຳນົດເວລາ” ຂ້າງລຸ່ມ ບອກສິ່ງດຽວກັນ."),
        Medium::Paper => words.pick("The sections below say the same.", "ພາກຂ້າງລຸ່ມ ບອກສິ່ງດຽວກັນ."),
    });
    Some(sheet.canvas.finish(bottom + units(6), &title, &description.join(" ")))
}

/// The first action and the last end that the scale must show; `None` without a limit.
fn span(assessment: &Assessment<'_>, book: &Rulebook) -> Option<[Instant; 2]> {
    let at = assessment.at;
    let entries = assessment.timeline.entries();
    let first = entries.iter().map(|entry| entry.first).min()?;
    if assessment.deadlines.is_empty() {
        return None;
    }
    let mut last = entries.iter().map(|entry| entry.first).max().unwrap_or(first);
    let mut running = assessment.timeline.episodes().iter().any(|episode| episode.end.is_none());
    let mut caps = Vec::new();
    for deadline in &assessment.deadlines {
        let overrun = Overrun::of(deadline, at);
        let open = deadline.protective.done.is_none();
        running |= open;
        if !open && overrun.is_none() {
            continue;
        }
        let end = deadline.latest().unwrap_or(deadline.earliest());
        if book.rule(deadline.rule).is_some_and(engine::rulebook::Rule::is_remand_cap) && overrun.is_none() {
            caps.push(end);
        } else {
            last = last.max(end);
        }
        last = overrun.map_or(last, |overrun| last.max(overrun.protective[1]));
    }
    if running || at.since(last) <= STILL_NOW * 86_400 {
        last = last.max(at);
    }
    let length = last.since(first).max(1);
    let shown = caps.into_iter().filter(|end| end.since(first) <= TOO_LONG * length).max();
    Some([first, shown.map_or(last, |end| last.max(end))])
}

#[cfg(test)]
mod tests;
