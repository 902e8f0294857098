//! The chart of the time used at each stage against its limit, as its template draws it.
//!
//! Invariant: it shows the stages of the table below it, in the same order, with the same numbers in words.

use projections::catalogue::Word as _;
use projections::figures::numbers::{Numbers, Span};
use projections::figures::report::{Shown, Words};
use projections::law;

use crate::words::figures::Figures as F;

/// Where 0 and 100 percent of a limit are, and the most that is drawn in its place.
const NOTHING: i64 = 40;
const WHOLE: i64 = 360;
const MOST: i64 = 200;
/// Where what is off the scale is drawn.
const OFF: i64 = 822;
/// Where the first stage begins, and how far the next is below it.
const FIRST: i64 = 34;
const APART: i64 = 66;

/// A chart.
pub struct Chart {
    /// Its height.
    pub height: i64,
    /// How far the lines of the shares reach down.
    pub foot: i64,
    /// The lines of the shares, each with what is written over it; the limit itself apart.
    pub shares: Vec<(i64, String)>,
    /// Where the limit is.
    pub limit: i64,
    /// The stages.
    pub stages: Vec<Stage>,
}

/// A stage of a chart.
pub struct Stage {
    /// Its name.
    pub name: String,
    /// Its numbers in words.
    pub says: String,
    /// Where its name, its numbers and its marks stand, from the top.
    pub down: [i64; 3],
    /// Where the median and the 90th percentile are; `None`: off the scale.
    pub marks: [Option<i64>; 2],
    /// Where the line between them begins and ends.
    pub line: [i64; 2],
}

impl Chart {
    /// Of the stages that have their lengths shown; `None` of none.
    pub fn of(numbers: &Numbers, words: Words<'_>) -> Option<Self> {
        let limits = words.book.rules().iter().filter(|rule| rule.is_limit());
        let mut top = FIRST;
        let mut stages = Vec::new();
        for rule in limits {
            let Some(spread) = numbers.spreads.get(&Span::Stage(rule.id)) else { continue };
            let Some(values) = spread.values else { continue };
            let marks = values.percent.map(|percent| (percent <= MOST).then(|| place(percent)));
            let length = |seconds| words.text(&Shown::Length(seconds));
            let [percent, share] = values.percent.map(|percent| percent.to_string());
            let numbers = [
                ("times", spread.count.to_string()),
                ("limit", law::lengths(words.book, rule, words.language)),
                ("median", length(values.median)),
                ("percent", percent),
                ("ninetieth", length(values.ninetieth)),
                ("share", share),
            ];
            let numbers: Vec<(&str, &str)> = numbers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            stages.push(Stage {
                name: words.rule(rule.id),
                says: F::ChartRow.filled(words.language, &numbers),
                down: [top + 14, top + 32, top + 50],
                marks,
                line: marks.map(|mark| mark.unwrap_or(OFF)),
            });
            top += APART;
        }
        let shares = [0, 50, 150, 200].map(|percent| (place(percent), format!("{percent} %")));
        (!stages.is_empty()).then(|| Self {
            height: top + 8,
            foot: top,
            shares: shares.to_vec(),
            limit: place(100),
            stages,
        })
    }
}

const fn place(percent: i64) -> i64 {
    NOTHING + WHOLE * percent / 100
}
