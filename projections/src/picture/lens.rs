//! The lens: a second panel where the main one is too small to show the ends of the gravest limit, twelve days around
//! them, or three days by the hour.

use chrono::{Datelike, Days, NaiveDate};
use engine::breach::Breach;
use engine::calendar::Instant;
use engine::limits::Deadline;
use engine::rulebook::{Language, Period};

use super::canvas::{Place, number};
use super::choice::Overrun;
use super::held::{self, Held, fits};
use super::scale::Scale;
use super::sheet::{Fill, Lane, Sheet, Tops};
use super::text_width::Look;
use super::{Tenths, units};
use crate::words_of_time;

/// What is closer together than this cannot be told apart in the main panel.
const TOO_CLOSE: Tenths = units(24);
const DAY: i64 = 86_400;

/// What the panel is divided into.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Division {
    Days,
    Hours,
}

/// Draws the panel below `top` if it is needed. Returns the bottom.
pub(super) fn draw(
    sheet: &mut Sheet<'_, '_>,
    main: &Scale,
    top: Tenths,
    deadline: &Deadline,
    times: &[Held],
) -> Option<Tenths> {
    let division = match sheet.words.book.rule(deadline.rule)?.length()? {
        Period::Hours(_) | Period::Minutes(_) => Division::Hours,
        Period::Days(_) | Period::Months(_) => Division::Days,
    };
    let overrun = Overrun::of(deadline, sheet.at());
    if !is_needed(main, deadline, overrun.as_ref(), division) {
        return None;
    }
    let scale = window(main, deadline, division);
    let [left, right] = scale.ends(scale.from, scale.to);
    let head = top + units(20);
    let axis = head + units(26);
    let bottom = axis + units(116);
    let [from, to] = main.ends(scale.from, scale.to).map(number);
    let [y, head_y, left_x, right_x] = [top, head, left, right].map(number);
    let lead = format!("M{from} {y}L{left_x} {head_y}M{to} {y}L{right_x} {head_y}");
    sheet.canvas.path(&lead, r#"class="axis" stroke-dasharray="2 3""#);
    sheet.canvas.level([left, right], head, "axis");
    sheet.canvas.level([left, right], axis, "axis");
    let liberty = Lane { top: axis + units(10), height: units(20) };
    if scale.shows(sheet.at()) {
        let x = scale.x(sheet.at());
        sheet.canvas.upright(x, [axis + units(2), axis + units(94)], "now");
        let text = sheet.words.now_on_its_day();
        // To the left of now is the lane of liberty.
        let tops = Tops { right: axis + units(6), left: head + units(2) };
        sheet.now_tag(&scale, tops, &text);
    }
    days(sheet, &scale, division, [head, axis, bottom]);
    held::bars(sheet, &scale, liberty, times);
    held::short_labels(sheet, &scale, liberty, times);
    let lane = Lane { top: axis + units(40), height: units(24) };
    bar(sheet, &scale, lane, deadline);
    if let Some(overrun) = overrun {
        over(sheet, &scale, Lane { top: axis + units(72), height: units(12) }, &overrun);
    }
    Some(bottom)
}

fn is_needed(main: &Scale, deadline: &Deadline, overrun: Option<&Overrun>, division: Division) -> bool {
    let [earliest, latest] = main.ends(deadline.earliest(), deadline.latest().unwrap_or(deadline.earliest()));
    let close = |from: Tenths, to: Tenths| to - from < TOO_CLOSE;
    let differ = deadline.latest().is_some_and(|latest| latest > deadline.earliest());
    let ends = differ && main.shows(deadline.earliest()) && close(earliest, latest);
    match overrun {
        Some(overrun) => {
            let [due, end] = overrun.protective.map(|at| main.x(at));
            ends || close(due, end)
        }
        None => ends || division == Division::Hours && close(main.x(deadline.protective.start), earliest),
    }
}

/// The stretch of time that the panel shows.
fn window(main: &Scale, deadline: &Deadline, division: Division) -> Scale {
    let due = deadline.earliest().date();
    let (first, days) = match division {
        Division::Days => (due.checked_sub_days(Days::new(4)).unwrap_or(due), 12),
        Division::Hours => {
            let two_before = due.checked_sub_days(Days::new(2)).unwrap_or(due);
            (deadline.protective.start.date().max(two_before), 3)
        }
    };
    let from = Instant::first_of(first);
    Scale { from, to: from.plus(days * DAY), left: main.left, right: main.right }
}

/// The days with their names, weekends shaded; by the hour also each sixth one.
fn days(sheet: &mut Sheet<'_, '_>, scale: &Scale, division: Division, [head, axis, bottom]: [Tenths; 3]) {
    let language = sheet.words.language;
    let mut day = scale.from;
    while day < scale.to {
        let next = day.plus(DAY);
        let [left, right] = scale.ends(day, next);
        let date = day.date();
        if date.weekday().num_days_from_monday() >= 5 {
            sheet.canvas.shade([left, right], [head, bottom]);
        }
        let base = axis - units(8);
        match division {
            Division::Days => {
                let text = format!("{}\u{a0}{}", words_of_time::short_weekday(date, language), date.day());
                sheet.canvas.text(&[text], Look::Plain, &[Place::Around(left.midpoint(right), base)]);
            }
            Division::Hours => {
                let texts = [words_of_time::weekday_and_day(date, language), short(date, language)];
                sheet.canvas.text(&texts, Look::Plain, &[Place::From(left + units(4), base)]);
                for hour in [6, 12, 18] {
                    sheet.canvas.grid(scale.x(day.plus(hour * 3600)), [axis, bottom]);
                }
            }
        }
        if next < scale.to {
            sheet.canvas.grid(right, [axis, bottom]);
        }
        day = next;
    }
}

fn short(date: NaiveDate, language: Language) -> String {
    format!("{}\u{a0}{}", words_of_time::short_weekday(date, language), words_of_time::short_day(date, language))
}

/// The bar with the words of its ends.
fn bar(sheet: &mut Sheet<'_, '_>, scale: &Scale, lane: Lane, deadline: &Deadline) {
    let words = sheet.words;
    let end = sheet.bar(scale, lane, deadline.protective.start, deadline, Fill::Full);
    let [left, solid] = scale.ends(deadline.protective.start, deadline.earliest());
    let name = words.name(deadline.rule);
    let until = words.with_end("to", "ຮອດ", deadline.earliest());
    let latest = deadline.latest().filter(|latest| *latest > deadline.earliest());
    let readings = match deadline.latest() {
        Some(latest) if latest == deadline.earliest() => words.pick(", both readings", ", ທັງສອງແບບ"),
        _ => String::new(),
    };
    let texts = [format!("{name}, {until}{readings}"), format!("{name}, {until}"), name];
    let base = lane.baseline();
    if let Some(text) = texts.iter().find(|text| fits(text, Look::OnBar, [left, solid])) {
        sheet.canvas.text(std::slice::from_ref(text), Look::OnBar, &[Place::From(left + units(8), base)]);
    } else {
        let places = [Place::From(end + units(8), base), Place::To(left - units(8), base)];
        sheet.canvas.text(&texts, Look::Plain, &places);
    }
    if let Some(latest) = latest {
        let end = words.end(latest);
        let text = words.pick(format!("or of {end}"), format!("ຫຼື {end}"));
        let hatched = scale.x(latest);
        if fits(&text, Look::Plain, [solid - units(10), hatched]) {
            sheet.canvas.text(&[text], Look::Plain, &[Place::Around(solid.midpoint(hatched), base)]);
        }
    }
}

/// What is over, with its marks and since when.
fn over(sheet: &mut Sheet<'_, '_>, scale: &Scale, lane: Lane, overrun: &Overrun) {
    let words = sheet.words;
    sheet.overrun(scale, lane, overrun);
    let base = lane.bottom() + units(20);
    let [arguable, _] = overrun.protective;
    let certain = overrun.lenient.map(|[due, _]| due);
    if certain != Some(arguable) {
        let text = words.with_end("arguable since", "ອາດເກີນ ແຕ່", arguable);
        let x = scale.x(arguable);
        sheet.diamond(x, lane.middle(), units(9), Breach::Arguable);
        sheet.canvas.text(&[text], Look::Plain, &[Place::To(x - units(6), base), Place::From(x - units(4), base)]);
    }
    if let Some(certain) = certain.filter(|certain| scale.shows(*certain)) {
        let text = words.with_end("certain since", "ແນ່ນອນ ແຕ່", certain);
        let x = scale.x(certain);
        sheet.diamond(x, lane.middle(), units(9), Breach::Certain);
        let places = [Place::From(x - units(4), base), Place::To(scale.right, base), Place::To(x, base)];
        sheet.canvas.text(&[text], Look::Strong, &places);
    }
}
