//! The lane of liberty: since when the child is or was held, and how.

use engine::action::ActionName;
use engine::assess::Assessment;
use engine::calendar::Instant;

use super::canvas::{Place, Tenths, units};
use super::scale::Scale;
use super::sheet::{Lane, Sheet};
use super::text_width::{Look, text_width};
use super::words::Words;

/// A time in which the child is or was held.
pub(super) struct Held {
    from: Instant,
    by: ActionName,
    remand: Option<Instant>,
    to: Instant,
    goes_on: bool,
}

/// When the child was held until the instant of the assessment.
pub(super) fn times(assessment: &Assessment<'_>) -> Vec<Held> {
    let entries = assessment.timeline.entries();
    let times = assessment.timeline.episodes().iter().map(|episode| {
        let end = episode.end.map(|end| entries[end].first);
        let of_episode = &entries[episode.taking..episode.end.unwrap_or(entries.len())];
        Held {
            from: entries[episode.begin].first,
            by: entries[episode.begin].name,
            remand: of_episode.iter().find(|entry| entry.name == ActionName::RemandOrdered).map(|entry| entry.first),
            to: end.unwrap_or(assessment.at),
            goes_on: end.is_none(),
        }
    });
    times.collect()
}

/// The bars: custody grey, remand black.
pub(super) fn bars(sheet: &mut Sheet<'_, '_>, scale: &Scale, lane: Lane, times: &[Held]) {
    for held in times {
        let remand = held.remand.unwrap_or(held.to).min(held.to);
        sheet.canvas.rect(scale.ends(held.from, remand), lane.top, lane.height, "lib2");
        sheet.canvas.rect(scale.ends(remand, held.to), lane.top, lane.height, "lib");
    }
}

/// The words of each time, the last first: on its bar where they have room, else beside it.
pub(super) fn labels(sheet: &mut Sheet<'_, '_>, scale: &Scale, lane: Lane, times: &[Held]) {
    for held in times.iter().rev() {
        let [from, to] = scale.ends(held.from, held.to);
        let remand = held.remand.map_or(from, |remand| scale.x(remand));
        let texts = held.words(sheet.words);
        let base = lane.baseline();
        let on_bar = [remand, from].into_iter().find_map(|left| {
            let text = texts.iter().find(|text| fits(text, Look::OnDark, [left, to]))?;
            Some((text.clone(), Place::From(left + units(7), base)))
        });
        if let Some((text, place)) = on_bar {
            sheet.canvas.text(&[text], Look::OnDark, &[place]);
        } else {
            let places = [Place::From(to + units(6), base), Place::To(from - units(6), base)];
            sheet.canvas.text(&texts, Look::Plain, &places);
        }
    }
}

/// Whether a text has room on a bar.
pub(super) fn fits(text: &str, look: Look, [left, right]: [Tenths; 2]) -> bool {
    text_width(text, look) + units(14) <= right - left
}

impl Held {
    /// What is said of it, the longest first.
    fn words(&self, words: Words<'_>) -> Vec<String> {
        let days = self.to.date().signed_duration_since(self.from.date()).num_days() + 1;
        let from = words.day(self.from.date());
        if !self.goes_on {
            let to = words.day(self.to.date());
            let time = words.pick(format!("held {from} to {to}"), format!("ຖືກກັກ {from} ຫາ {to}"));
            let many = if days == 1 { "1\u{a0}day".to_owned() } else { format!("{days}\u{a0}days") };
            let many = words.pick(many, format!("{days}\u{a0}ວັນ"));
            return vec![format!("{time}: {many}"), many];
        }
        let day = words.pick(format!("day\u{a0}{days}"), format!("ມື້ທີ\u{a0}{days}"));
        let begin = match self.by {
            ActionName::BroughtIn => words.pick(format!("brought in {from}"), format!("ຖືກພາຕົວ {from}")),
            ActionName::Arrested => words.pick(format!("arrested {from}"), format!("ຖືກຈັບຕົວ {from}")),
            _ => words.pick(format!("in custody since {from}"), format!("ຖືກກັກຕົວ ແຕ່ {from}")),
        };
        let Some(remand) = self.remand.map(|remand| words.day(remand.date())) else {
            return vec![format!("{begin}: {day}"), day];
        };
        let remand = words.pick(format!("in remand since {remand}"), format!("ຖືກກັກຂັງພາງ ແຕ່ {remand}"));
        if self.by == ActionName::RemandOrdered {
            return vec![format!("{remand}: {day}"), day];
        }
        vec![format!("{remand}, {begin}: {day}"), format!("{remand}: {day}"), day]
    }
}
