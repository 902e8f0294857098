//! The numbers of a period: exact ones of one's own office, or those of a fixed table. Both are shown in the same way.
//!
//! Invariant: writing numbers and reading them again gives the same numbers. A count that is not there is 0.

use std::collections::BTreeMap;

use engine::breach::Breach;
use engine::json::Json;
use engine::rulebook::RuleId;

use super::child::Part;
use super::count::Count;
use super::lengths::Lengths;

/// A count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cell {
    /// Children of a group.
    Children(Count, Part),
    /// Limits exceeded or conditions not met of a rule, that began in a month of the period, counted from 0.
    Breach(RuleId, usize, Breach),
    /// Actions that were recorded more than two days late.
    RecordedLate,
    /// Alerts that nobody has taken.
    Untaken,
}

/// What lengths of time are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Span {
    /// The time used at a stage: a limit's rule.
    Stage(RuleId),
    /// Indicator 4: the time in detention before judgment, of a group of children.
    HeldFor(Part),
    /// From an action until it was recorded.
    Recorded,
    /// From an alert until somebody took it.
    Taken,
}

/// How lengths of time are spread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spread {
    /// How many there are.
    pub count: i64,
    /// The rest; `None` where there are too few to show it.
    pub values: Option<Values>,
}

/// The middle and the upper end, by nearest rank, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Values {
    /// The median: half were no longer.
    pub median: i64,
    /// The 90th percentile: nine in ten were no longer.
    pub ninetieth: i64,
    /// For a stage: the median of what was allowed.
    pub allowed: i64,
    /// For a stage: median and 90th percentile of the share of the limit that was used, in percent.
    pub percent: [i64; 2],
}

/// The times that cases used at a stage, in seconds.
#[derive(Clone, Debug, Default)]
pub struct Stage {
    used: Lengths,
    allowed: Lengths,
    /// What was used of what was allowed, in percent.
    shares: Lengths,
}

/// The numbers of a period.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Numbers {
    /// The counts.
    pub counts: BTreeMap<Cell, i64>,
    /// The lengths of time.
    pub spreads: BTreeMap<Span, Spread>,
}

impl Numbers {
    /// A count.
    pub fn count(&self, cell: Cell) -> i64 {
        self.counts.get(&cell).copied().unwrap_or(0)
    }

    /// How many children of a group.
    pub fn children(&self, count: Count, part: Part) -> i64 {
        self.count(Cell::Children(count, part))
    }

    /// Adds the counts of others.
    pub fn add_counts(&mut self, others: &Self) {
        for (cell, count) in &others.counts {
            *self.counts.entry(*cell).or_default() += count;
        }
    }

    /// As JSON.
    pub fn to_json(&self) -> Json<'static> {
        let of = |word: String, rest: Vec<(&'static str, Json<'static>)>| {
            let rest = rest.into_iter().map(|(name, value)| (name.into(), value));
            Json::Object([("of".into(), Json::text(word))].into_iter().chain(rest).collect())
        };
        let counts = self.counts.iter().map(|(cell, count)| of(cell.word(), vec![("count", Json::Number(*count))]));
        let spreads = self.spreads.iter().map(|(span, spread)| of(span.word(), spread.fields()));
        Json::Object(vec![
            ("counts".into(), Json::List(counts.collect())),
            ("lengths".into(), Json::List(spreads.collect())),
        ])
    }

    /// Reads what [`Numbers::to_json`] wrote; `None` for anything else.
    pub fn read(json: &Json<'_>) -> Option<Self> {
        let mut numbers = Self::default();
        for entry in items(field(json, "counts")?)? {
            numbers.counts.insert(Cell::of_word(text(entry, "of")?)?, number(field(entry, "count")?)?);
        }
        for entry in items(field(json, "lengths")?)? {
            numbers.spreads.insert(Span::of_word(text(entry, "of")?)?, Spread::read(entry)?);
        }
        Some(numbers)
    }
}

impl Cell {
    /// The word in JSON: `arrested/female`, `breach/custody-48h/0/certain`.
    pub fn word(self) -> String {
        match self {
            Self::Children(count, part) => format!("{}/{}", count.word(), part.word()),
            Self::Breach(rule, month, breach) => format!("breach/{rule}/{month}/{}", breach.word()),
            Self::RecordedLate => "recorded_late".to_owned(),
            Self::Untaken => "untaken".to_owned(),
        }
    }

    /// The cell with a word.
    pub fn of_word(word: &str) -> Option<Self> {
        match word {
            "recorded_late" => return Some(Self::RecordedLate),
            "untaken" => return Some(Self::Untaken),
            _ => {}
        }
        let (first, rest) = word.split_once('/')?;
        if first != "breach" {
            return Some(Self::Children(Count::of_word(first)?, Part::of_word(rest)?));
        }
        let (rule, rest) = rest.split_once('/')?;
        let (month, breach) = rest.split_once('/')?;
        let month = month.parse().ok().filter(|month| *month < 12)?;
        Some(Self::Breach(RuleId::from_word(rule)?, month, Breach::from_word(breach)?))
    }
}

impl Span {
    /// The word in JSON: `stage/custody-48h`, `held/all`.
    pub fn word(self) -> String {
        match self {
            Self::Stage(rule) => format!("stage/{rule}"),
            Self::HeldFor(part) => format!("held/{}", part.word()),
            Self::Recorded => "recorded".to_owned(),
            Self::Taken => "taken".to_owned(),
        }
    }

    fn of_word(word: &str) -> Option<Self> {
        match word.split_once('/') {
            Some(("stage", rule)) => RuleId::from_word(rule).map(Self::Stage),
            Some(("held", part)) => Part::of_word(part).map(Self::HeldFor),
            Some(_) => None,
            None if word == "recorded" => Some(Self::Recorded),
            None => (word == "taken").then_some(Self::Taken),
        }
    }
}

impl Stage {
    /// Adds the seconds used and allowed by a case.
    pub fn add(&mut self, lengths: [u32; 2]) {
        self.each(lengths, Lengths::add);
    }

    /// Removes those of a case that were added.
    pub fn remove(&mut self, lengths: [u32; 2]) {
        self.each(lengths, Lengths::remove);
    }

    fn each(&mut self, [used, allowed]: [u32; 2], take: fn(&mut Lengths, u32)) {
        take(&mut self.used, used);
        take(&mut self.allowed, allowed);
        // Of nothing allowed, which earlier custody used up, there is no share.
        if let Some(share) = (u64::from(used) * 100).checked_div(u64::from(allowed)) {
            take(&mut self.shares, u32::try_from(share).unwrap_or(u32::MAX));
        }
    }
}

impl Spread {
    /// Of lengths of time in seconds; nothing of none.
    pub fn of(lengths: &Lengths) -> Option<Self> {
        let [median, ninetieth] = [50, 90].map(|percent| lengths.nearest_rank(percent).map(i64::from));
        let values = Values { median: median?, ninetieth: ninetieth?, allowed: 0, percent: [0; 2] };
        Some(Self { count: i64::try_from(lengths.len()).unwrap_or(i64::MAX), values: Some(values) })
    }

    /// Of the times used and allowed at a stage.
    pub fn of_stage(stage: &Stage) -> Option<Self> {
        let mut spread = Self::of(&stage.used)?;
        if let Some(values) = &mut spread.values {
            values.allowed = stage.allowed.nearest_rank(50)?.into();
            values.percent = [50, 90].map(|percent| stage.shares.nearest_rank(percent).map_or(0, i64::from));
        }
        Some(spread)
    }

    fn fields(&self) -> Vec<(&'static str, Json<'static>)> {
        let value = |of: fn(&Values) -> i64| self.values.as_ref().map_or(Json::Null, |values| Json::Number(of(values)));
        vec![
            ("count", Json::Number(self.count)),
            ("median_seconds", value(|values| values.median)),
            ("ninetieth_seconds", value(|values| values.ninetieth)),
            ("allowed_seconds", value(|values| values.allowed)),
            ("median_percent", value(|values| values.percent[0])),
            ("ninetieth_percent", value(|values| values.percent[1])),
        ]
    }

    fn read(json: &Json<'_>) -> Option<Self> {
        let get = |name| field(json, name).and_then(number);
        let values = || {
            Some(Values {
                median: get("median_seconds")?,
                ninetieth: get("ninetieth_seconds")?,
                allowed: get("allowed_seconds")?,
                percent: [get("median_percent")?, get("ninetieth_percent")?],
            })
        };
        Some(Self { count: get("count")?, values: values() })
    }
}

/// The value of an object's field.
pub(super) fn field<'j>(json: &'j Json<'j>, name: &str) -> Option<&'j Json<'j>> {
    let Json::Object(pairs) = json else { return None };
    pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value)
}

/// The text of an object's field.
pub(super) fn text<'j>(json: &'j Json<'j>, name: &str) -> Option<&'j str> {
    if let Json::Text(text) = field(json, name)? { Some(text) } else { None }
}

/// The items of a list.
pub(super) fn items<'j>(json: &'j Json<'j>) -> Option<&'j [Json<'j>]> {
    if let Json::List(items) = json { Some(items) } else { None }
}

pub(super) fn number(json: &Json<'_>) -> Option<i64> {
    if let Json::Number(number) = json { Some(*number) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stage(lengths: &[[u32; 2]]) -> Stage {
        let mut stage = Stage::default();
        for used_and_allowed in lengths {
            stage.add(*used_and_allowed);
        }
        stage
    }

    #[test]
    fn percentiles_are_those_of_the_nearest_rank() {
        let of = |lengths: &[u32]| {
            let values = Spread::of(&lengths.iter().copied().collect()).and_then(|spread| spread.values).expect("some");
            (values.median, values.ninetieth)
        };
        assert_eq!(of(&[7]), (7, 7));
        assert_eq!(of(&[2, 1]), (1, 2));
        assert_eq!(of(&[3, 1, 2]), (2, 3));
        assert_eq!(of(&[10, 9, 8, 7, 6, 5, 4, 3, 2, 1]), (5, 9));
        assert_eq!(Spread::of(&Lengths::default()), None);
    }

    #[test]
    fn the_share_of_a_limit_is_that_of_each_case() {
        let spread = Spread::of_stage(&stage(&[[50, 100], [30, 20], [0, 0]])).expect("some");
        let values = spread.values.expect("some");
        assert_eq!((spread.count, values.median, values.allowed, values.percent), (3, 30, 20, [50, 150]));
    }

    #[test]
    fn numbers_are_read_as_they_were_written() {
        let rule = RuleId::from_word("custody-duties:rights_told").expect("a name");
        let mut numbers = Numbers::default();
        for count in Count::ALL {
            for part in Part::ALL {
                numbers.counts.insert(Cell::Children(count, part), count as i64 * 100 + part as i64);
            }
        }
        numbers.counts.insert(Cell::Breach(rule, 11, Breach::Certain), -5);
        numbers.counts.insert(Cell::Untaken, 3);
        numbers.counts.insert(Cell::RecordedLate, 4);
        numbers.spreads.insert(Span::Stage(rule), Spread::of_stage(&stage(&[[5, 10]])).expect("some"));
        numbers.spreads.insert(Span::HeldFor(Part::Age17), Spread { count: 15, values: None });
        numbers.spreads.extend([Span::Recorded, Span::Taken].map(|span| (span, Spread { count: 5, values: None })));
        let mut text = String::new();
        numbers.to_json().write(&mut text);
        assert_eq!(Numbers::read(&Json::read(&text).expect("JSON")), Some(numbers));
    }
}
