//! The main panel: the lanes of liberty, the cap, the terms of the remand, then the others by their start.

use engine::breach::Breach;
use engine::calendar::Instant;
use engine::conditions::Finding;
use engine::limits::{Deadline, Turn};
use engine::rulebook::{Period, Rule};

use super::Numbers;
use super::canvas::{Place, Tenths, number, units};
use super::choice::{Chosen, Other, Overrun, Term};
use super::held::{self, Held};
use super::scale::{Scale, lines};
use super::sheet::{Fill, Lane, Sheet};
use super::text_width::{Look, cut};

/// The line below the names of the months.
const AXIS: Tenths = units(24);

/// Draws the panel. Returns its bottom.
pub(super) fn draw(
    sheet: &mut Sheet<'_, '_>,
    scale: &Scale,
    chosen: &Chosen<'_>,
    times: &[Held],
    numbers: Numbers,
) -> Tenths {
    months(sheet, scale);
    let shows_now = scale.shows(sheet.at());
    if shows_now {
        let tag = sheet.words.now();
        sheet.now_tag(scale, AXIS + units(4), &tag);
    }
    let mut bottom = AXIS;
    if !times.is_empty() {
        bottom = liberty(sheet, scale, times);
    }
    if let Some(deadline) = chosen.cap {
        bottom = cap(sheet, scale, bottom, deadline);
    }
    if !chosen.terms.is_empty() {
        bottom = terms(sheet, scale, bottom, chosen, numbers);
    }
    // Below the tag of now, where nothing stands above.
    bottom = bottom.max(AXIS + units(26));
    for other in &chosen.others {
        bottom = match other {
            Other::Limit(periods) => limit(sheet, scale, bottom, periods),
            Other::Finding(finding) => self::finding(sheet, scale, bottom, finding),
        };
    }
    if chosen.left_out > 0 {
        let text = sheet.words.left_out(chosen.left_out);
        sheet.canvas.text(&[text], Look::Quiet, &[Place::From(scale.left, bottom + units(22))]);
        bottom += units(26);
    }
    bottom += units(22);
    for line in lines(scale, sheet.words.language) {
        let first = Instant::first_of(line.date);
        if scale.shows(first) {
            sheet.canvas.grid(scale.x(first), [AXIS, bottom]);
        }
    }
    if shows_now {
        sheet.canvas.upright(scale.x(sheet.at()), [AXIS, bottom], "now");
    }
    bottom
}

fn months(sheet: &mut Sheet<'_, '_>, scale: &Scale) {
    for line in lines(scale, sheet.words.language) {
        let x = scale.x(Instant::first_of(line.date)) + units(4);
        let look = if line.year { Look::Strong } else { Look::Plain };
        sheet.canvas.text(&[line.label], look, &[Place::From(x, units(16))]);
    }
    sheet.canvas.level([scale.left, scale.right], AXIS, "axis");
}

fn liberty(sheet: &mut Sheet<'_, '_>, scale: &Scale, times: &[Held]) -> Tenths {
    let name = sheet.words.pick("Deprived of liberty", "ຖືກຕັດອິດສະລະພາບ");
    let base = AXIS + units(26);
    sheet.canvas.text(&[name], Look::Strong, &[Place::From(scale.left, base), Place::To(scale.right, base)]);
    let lane = Lane { top: base + units(8), height: units(22) };
    held::bars(sheet, scale, lane, times);
    held::labels(sheet, scale, lane, times);
    lane.bottom()
}

fn cap(sheet: &mut Sheet<'_, '_>, scale: &Scale, above: Tenths, deadline: &Deadline) -> Tenths {
    let words = sheet.words;
    let changed = deadline.protective.turns.iter().rev().find_map(|turn| match turn {
        Turn::CapChanged { months, .. } => Some(Period::Months(*months)),
        _ => None,
    });
    let amount = words.amount(changed.unwrap_or(deadline.protective.period));
    let mut bottom = above + units(22);
    let name = words.name_and_article(deadline.rule);
    let texts = [format!("{name}: {amount}"), name];
    sheet.canvas.text(&texts, Look::Strong, &[Place::From(scale.left, bottom)]);
    let lane = Lane { top: bottom + units(10), height: units(20) };
    sheet.bar(scale, lane, deadline.protective.start, deadline, fill(&[deadline]));
    bottom = lane.bottom();
    if let Some(overrun) = Overrun::of(deadline, sheet.at()) {
        let below = Lane { top: bottom + units(4), height: units(7) };
        let end = sheet.overrun(scale, below, &overrun);
        let [due, ..] = overrun.protective.map(|at| scale.x(at));
        let certain = overrun.lenient.map(|[lenient, _]| scale.x(lenient));
        let breach = if certain.is_some() { Breach::Certain } else { Breach::Arguable };
        sheet.diamond(certain.unwrap_or(due), lane.middle(), units(9), breach);
        let base = bottom + units(16);
        let places = [Place::To(due - units(16), base), Place::From(end + units(16), base)];
        sheet.canvas.text(&[words.over(&overrun)], Look::Plain, &places);
        bottom += units(20);
    }
    bottom
}

fn terms(sheet: &mut Sheet<'_, '_>, scale: &Scale, above: Tenths, chosen: &Chosen<'_>, numbers: Numbers) -> Tenths {
    let base = above + units(22);
    let (Some(first), Some(last)) = (chosen.terms.first(), chosen.terms.last()) else { return above };
    let name = sheet.words.name_and_article(first.deadline.rule);
    let extensions = sheet.words.extensions(last.deadline.period as usize);
    let texts = [format!("{name}{extensions}"), name];
    sheet.canvas.text(&texts, Look::Strong, &[Place::From(scale.left, base)]);
    let mut lane = Lane { top: base + units(10), height: units(14) };
    let fill = fill(&[last.deadline]);
    let mut bottom = lane.bottom();
    for term in &chosen.terms {
        self::term(sheet, scale, lane, term, fill, numbers);
        bottom = lane.bottom();
        lane.top += units(21);
    }
    let end = chosen.cap.map(|cap| (cap, cap.latest().unwrap_or(cap.earliest())));
    if let Some((_, end)) = end.filter(|(_, end)| scale.shows(*end)) {
        let [x, left, right] = [0, -units(4), units(4)].map(|beside| number(scale.x(end) + beside));
        let [top, foot] = [above - units(17), bottom + units(4)].map(number);
        sheet.canvas.path(&format!("M{x} {top}V{foot}M{left} {foot}H{right}"), r#"class="cap""#);
        bottom += units(4);
    }
    bottom
}

fn term(sheet: &mut Sheet<'_, '_>, scale: &Scale, lane: Lane, term: &Term<'_>, fill: Fill, numbers: Numbers) {
    let words = sheet.words;
    let deadline = term.deadline;
    let mut end = sheet.bar(scale, lane, term.start, deadline, fill);
    end = end.max(over_in_lane(sheet, scale, lane, deadline));
    if deadline.period > 0 {
        let entry = &sheet.assessment.timeline.entries()[deadline.opened_by];
        let x = scale.x(entry.first);
        let number = entry.action.order_number().filter(|_| numbers == Numbers::Shown);
        let mut order = words.order(number, entry.action.at);
        let on_it = sheet.assessment.findings.iter().filter(|finding| finding.action == deadline.opened_by);
        let place = if let Some(breach) = on_it.clone().map(|finding| finding.breach).max() {
            let is_past = |finding: &Finding| words.book.rule(finding.rule).is_some_and(Rule::is_extension_past_cap);
            if on_it.clone().any(is_past) {
                order += &words.pick(", past the cap", ", ເກີນເວລາສູງສຸດ");
            }
            sheet.diamond(x, lane.middle(), units(8), breach);
            Place::To(x - units(14), lane.baseline())
        } else {
            sheet.extension(x, lane);
            Place::To(x - units(9), lane.baseline())
        };
        sheet.canvas.text(&[order], Look::Quiet, &[place]);
    }
    let until = words.until(&words.ends(deadline));
    sheet.canvas.text(&[until], Look::Quiet, &[Place::From(end + units(6), lane.baseline())]);
}

/// What is over of a limit, on its own lane, with the mark behind it. Returns where that ends.
fn over_in_lane(sheet: &mut Sheet<'_, '_>, scale: &Scale, lane: Lane, deadline: &Deadline) -> Tenths {
    let Some(overrun) = Overrun::of(deadline, sheet.at()) else { return 0 };
    let end = sheet.overrun(scale, Lane { top: lane.top + units(4), height: units(7) }, &overrun);
    let breach = if overrun.lenient.is_some() { Breach::Certain } else { Breach::Arguable };
    sheet.diamond(end + units(9), lane.middle(), units(7), breach);
    end + units(16)
}

/// A limit with its extensions, on one lane.
fn limit(sheet: &mut Sheet<'_, '_>, scale: &Scale, above: Tenths, periods: &[&Deadline]) -> Tenths {
    let (Some(first), Some(last)) = (periods.first(), periods.last()) else { return above };
    let words = sheet.words;
    let name = words.name_and_article(first.rule);
    let extensions = words.extensions(periods.len() - 1);
    let standing = words.standing(sheet.assessment, periods);
    let texts = [format!("{name}{extensions}: {standing}"), format!("{name}: {standing}"), name];
    let start = first.protective.start;
    let lane = label(sheet, scale, above, scale.x(start) - units(8), &texts);
    sheet.bar(scale, lane, start, last, fill(periods));
    for deadline in periods {
        over_in_lane(sheet, scale, lane, deadline);
    }
    for extended in &periods[1..] {
        let at = sheet.assessment.timeline.entries()[extended.opened_by].first;
        sheet.extension(scale.x(at), lane);
    }
    lane.bottom()
}

fn finding(sheet: &mut Sheet<'_, '_>, scale: &Scale, above: Tenths, finding: &Finding) -> Tenths {
    let words = sheet.words;
    let name = words.name_and_article(finding.rule);
    let texts = [format!("{name}: {}", words.not_met(finding.breach)), name];
    let x = scale.x(sheet.assessment.timeline.entries()[finding.action].first);
    let lane = Lane { top: above + units(12), height: units(14) };
    let [left, right] = [Place::To(x - units(14), lane.baseline()), Place::From(x + units(14), lane.baseline())];
    let places = if x > sheet.canvas.width / 2 { [left, right] } else { [right, left] };
    let room = scale.right - scale.left - units(40);
    let short = cut(&texts[1], Look::Plain, room / 2);
    let texts = [texts, [short.clone(), String::new()]].concat();
    sheet.canvas.text(&texts, Look::Plain, &places);
    sheet.diamond(x, lane.middle(), units(7), finding.breach);
    lane.bottom()
}

/// The label of a lane: beside a bar that starts past the middle, else above it. Returns the bar's lane.
fn label(sheet: &mut Sheet<'_, '_>, scale: &Scale, above: Tenths, bar: Tenths, texts: &[String]) -> Lane {
    let lane = Lane { top: above + units(12), height: units(14) };
    if bar > sheet.canvas.width / 2 && sheet.canvas.text(texts, Look::Plain, &[Place::To(bar, lane.baseline())]) {
        return lane;
    }
    let base = above + units(22);
    let short = texts.last().map(|text| cut(text, Look::Plain, scale.right - scale.left));
    let texts: Vec<String> = texts.iter().cloned().chain(short).collect();
    sheet.canvas.text(&texts, Look::Plain, &[Place::From(scale.left, base)]);
    Lane { top: base + units(10), height: units(14) }
}

/// Pale where the last period was done in time under the protective reading, and none is breached.
fn fill(periods: &[&Deadline]) -> Fill {
    let settled =
        periods.last().is_some_and(|last| last.protective.done.is_some_and(|done| done.at <= last.earliest()));
    if settled { Fill::Pale } else { Fill::Full }
}
