//! Numbers as tables in words, for pages, spreadsheets and the command line alike. Each table says what it counts.
//!
//! Invariant: exact numbers and those of a fixed table are shown by the same rows; a row that could be 0 is only left out where
//! the table says so.

use chrono::NaiveDate;
use engine::breach::Breach;
use engine::rulebook::{Language, RuleId, Rulebook};

use super::child::Part;
use super::count::Count;
use super::numbers::{Cell, Numbers, Span, Spread, Values};
use super::period::Period;
use super::words::Words as W;
use crate::catalogue::Word as _;
use crate::labels::Label;
use crate::{law, words_of_time};

/// A table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name in files and addresses.
    pub id: &'static str,
    /// Its title.
    pub title: String,
    /// What it counts.
    pub says: String,
    /// The headings, that of the rows first.
    pub columns: Vec<String>,
    /// The rows.
    pub rows: Vec<Row>,
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its heading.
    pub label: String,
    /// Its cells.
    pub cells: Vec<Shown>,
}

/// What a cell shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// A number.
    Number(i64),
    /// A length of time in seconds.
    Length(i64),
    /// A text.
    Text(String),
}

/// The language and the rulebook of the words.
#[derive(Clone, Copy)]
pub struct Words<'b> {
    /// The rulebook.
    pub book: &'b Rulebook,
    /// The language.
    pub language: Language,
}

/// The indicators that the log carries, each with what is counted.
const INDICATORS: [(Count, W); 6] = [
    (Count::Arrested, W::ArrestedSays),
    (Count::Detained, W::DetainedSays),
    (Count::BeforeJudgment, W::BeforeJudgmentSays),
    (Count::Sentenced, W::SentencedSays),
    (Count::Custodial, W::CustodialSays),
    (Count::Diverted, W::DivertedSays),
];

impl Words<'_> {
    /// The tables of a period.
    pub fn tables(self, numbers: &Numbers, period: Period) -> Vec<Table> {
        vec![
            self.counts("cases", [W::Cases, W::CasesSay], &[Count::Opened, Count::Open], numbers),
            self.stages(numbers),
            self.breaches(numbers, period),
            self.delays(numbers),
            self.counts("hearings", [W::Hearings, W::HearingsSay], &[Count::Hearing, Count::Heard], numbers),
            self.indicators(numbers),
            self.groups(numbers),
            Table { rows: Vec::new(), ..self.table("not-carried", [W::NotCarried, W::NotCarriedSay], &[]) },
        ]
    }

    /// The corrections to the quarters before.
    pub fn corrections(self, corrections: &Numbers) -> Table {
        let of = |(cell, count): (&Cell, &i64)| {
            let label = match cell {
                Cell::Children(count, _) => self.t(count.words()),
                Cell::Breach(rule, _, breach) => format!("{}: {}", self.rule(*rule), self.sure(*breach)),
                Cell::RecordedLate => self.t(W::RecordedLate),
                Cell::Untaken => self.t(W::Untaken),
            };
            Row { label, cells: vec![Shown::Number(*count)] }
        };
        let rows = corrections.counts.iter().filter(|(_, count)| **count != 0).map(of).collect();
        Table { rows, ..self.table("corrections", [W::Corrections, W::CorrectionsSay], &[W::OfWhat, W::Change]) }
    }

    /// Offices with the day on which each was last heard from.
    pub fn last_heard(self, offices: &[(String, Option<NaiveDate>)]) -> Table {
        let row = |(name, day): &(String, Option<NaiveDate>)| {
            let day = day.map_or_else(|| self.t(W::Never), |day| words_of_time::day_and_year(day, self.language));
            Row { label: name.clone(), cells: vec![Shown::Text(day)] }
        };
        let rows = offices.iter().map(row).collect();
        Table { rows, ..self.table("last-heard", [W::LastHeard, W::LastHeardSays], &[W::Office, W::LastHeard]) }
    }

    /// Whose figures these are, of when, and as of which day.
    pub fn about(self, scope: &str, period: Period, day: NaiveDate) -> String {
        let day = words_of_time::day_and_year(day, self.language);
        W::Scope.filled(self.language, &[("scope", scope), ("period", &self.period(period)), ("day", &day)])
    }

    /// What a cell shows, in words.
    pub fn text(self, shown: &Shown) -> String {
        match shown {
            Shown::Number(number) => number.to_string(),
            Shown::Length(seconds) => words_of_time::length(self.book, self.language, *seconds),
            Shown::Text(text) => text.clone(),
        }
    }

    /// A period in words.
    pub fn period(self, period: Period) -> String {
        match (period, self.language) {
            (Period::Year(year), _) => year.to_string(),
            (Period::Quarter(_), language) => {
                let [from, until] = [period.first(), period.last()].map(|day| words_of_time::month(day, language));
                format!("{from}–{until} {}", &period.to_string()[..4])
            }
        }
    }

    /// The name of a rule with its article.
    pub fn rule(self, rule: RuleId) -> String {
        let article = Label::Article.of(self.language);
        format!("{}, {article}\u{a0}{}", self.book.name(&rule, self.language), self.book.article(&rule))
    }

    fn t(self, word: W) -> String {
        word.of(self.language).to_owned()
    }

    fn sure(self, breach: Breach) -> String {
        self.t(if breach == Breach::Certain { W::Certain } else { W::Arguable })
    }

    fn table(self, id: &'static str, [title, says]: [W; 2], columns: &[W]) -> Table {
        let columns = columns.iter().map(|column| self.t(*column)).collect();
        Table { id, title: self.t(title), says: self.t(says), columns, rows: Vec::new() }
    }

    fn counts(self, id: &'static str, about: [W; 2], counts: &[Count], numbers: &Numbers) -> Table {
        let row = |count: &Count| Row {
            label: self.t(count.words()),
            cells: vec![Shown::Number(numbers.children(*count, Part::All))],
        };
        Table { rows: counts.iter().map(row).collect(), ..self.table(id, about, &[W::OfWhat, W::Number]) }
    }

    fn stages(self, numbers: &Numbers) -> Table {
        // In the order of the rulebook, which is that of a case.
        let rules = self.book.rules().iter().filter(|rule| rule.is_limit());
        let rows = rules.filter_map(|rule| {
            let spread = numbers.spreads.get(&Span::Stage(rule.id))?;
            let mut cells = self.spread(Some(*spread));
            cells.insert(1, Shown::Text(law::lengths(self.book, rule, self.language)));
            let percent = |of: fn(&Values) -> i64| {
                spread.values.as_ref().map_or_else(|| Shown::Text(String::new()), |values| Shown::Number(of(values)))
            };
            cells.extend([percent(|values| values.percent[0]), percent(|values| values.percent[1])]);
            Some(Row { label: self.rule(rule.id), cells })
        });
        let columns = [W::Stage, W::Times, W::Limit, W::Median, W::Ninetieth, W::MedianShare, W::NinetiethShare];
        Table { rows: rows.collect(), ..self.table("stages", [W::Stages, W::StagesSay], &columns) }
    }

    fn breaches(self, numbers: &Numbers, period: Period) -> Table {
        let mut rows = Vec::new();
        for rule in self.book.rules() {
            for month in 0..period.months() {
                let of = |breach| numbers.count(Cell::Breach(rule.id, month, breach));
                let [certain, arguable] = [of(Breach::Certain), of(Breach::Arguable)];
                if certain + arguable == 0 {
                    continue;
                }
                let day = period.month(month);
                let month = words_of_time::month(day, self.language).to_owned();
                let cells = vec![Shown::Text(month), Shown::Number(certain), Shown::Number(arguable)];
                rows.push(Row { label: self.rule(rule.id), cells });
            }
        }
        let columns = [W::Rule, W::Month, W::Certain, W::Arguable];
        Table { rows, ..self.table("breaches", [W::Breaches, W::BreachesSay], &columns) }
    }

    fn delays(self, numbers: &Numbers) -> Table {
        let spread = |word, span| {
            let spread = numbers.spreads.get(&span).copied();
            Row { label: self.t(word), cells: self.spread(spread) }
        };
        let count = |word, cell| {
            let none = || Shown::Text(String::new());
            Row { label: self.t(word), cells: vec![Shown::Number(numbers.count(cell)), none(), none()] }
        };
        let rows = vec![
            spread(W::Recorded, Span::Recorded),
            count(W::RecordedLate, Cell::RecordedLate),
            spread(W::Taken, Span::Taken),
            count(W::Untaken, Cell::Untaken),
        ];
        let columns = [W::OfWhat, W::Number, W::Median, W::Ninetieth];
        Table { rows, ..self.table("delays", [W::Delays, W::DelaysSay], &columns) }
    }

    fn indicators(self, numbers: &Numbers) -> Table {
        let mut rows: Vec<Row> = Vec::new();
        for (count, says) in INDICATORS {
            let cells = vec![
                Shown::Text(self.t(says)),
                Shown::Number(numbers.children(count, Part::All)),
                Shown::Text(String::new()),
                Shown::Text(String::new()),
            ];
            rows.push(Row { label: self.t(count.words()), cells });
            if count == Count::BeforeJudgment {
                let mut cells = self.spread(numbers.spreads.get(&Span::HeldFor(Part::All)).copied());
                cells.insert(0, Shown::Text(self.t(W::HeldForSays)));
                rows.push(Row { label: self.t(W::HeldFor), cells });
            }
        }
        let columns = [W::Indicator, W::Definition, W::Number, W::Median, W::Ninetieth];
        Table { rows, ..self.table("indicators", [W::Indicators, W::IndicatorsSay], &columns) }
    }

    fn groups(self, numbers: &Numbers) -> Table {
        let row = |part: &Part| {
            let mut cells: Vec<Shown> =
                INDICATORS.iter().map(|(count, _)| Shown::Number(numbers.children(*count, *part))).collect();
            let held = numbers.spreads.get(&Span::HeldFor(*part)).copied();
            cells.insert(3, self.spread(held).swap_remove(1));
            Row { label: self.t(part.words()), cells }
        };
        // Most logs have no sealed case.
        let none = |part: Part| INDICATORS.iter().all(|(count, _)| numbers.children(*count, part) == 0);
        let rows = Part::ALL.iter().filter(|part| !(part.is_of_sealed() && none(**part))).map(row).collect();
        let mut columns = vec![self.t(W::Group)];
        columns.extend(INDICATORS.iter().map(|(count, _)| self.t(count.words())));
        columns.insert(4, self.t(W::HeldForMedian));
        Table { columns, rows, ..self.table("groups", [W::Groups, W::GroupsSay], &[]) }
    }

    /// How many, the median and the 90th percentile.
    fn spread(self, spread: Option<Spread>) -> Vec<Shown> {
        let empty = || Shown::Text(String::new());
        match spread {
            None => vec![Shown::Number(0), empty(), empty()],
            Some(Spread { values: None, .. }) => vec![Shown::Text(self.t(W::TooFew)), empty(), empty()],
            Some(Spread { count, values: Some(values) }) => {
                vec![Shown::Number(count), Shown::Length(values.median), Shown::Length(values.ninetieth)]
            }
        }
    }
}
