//! The rows of a docket in words.
//!
//! Invariant: nothing personal stands in a row; "arguable" is neither hidden nor shown as certain.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use engine::action::OfficeCode;
use engine::breach::Breach;
use engine::calendar::Instant;
use engine::rulebook::{Language, Rule, RuleId, Rulebook};
use projections::catalogue::Word as _;
use projections::docket::DocketRow;
use projections::docket::groups::{Days, Group, day_of};
use projections::docket::listed::Listed;
use projections::docket::pages::Placed;
use projections::docket::silence::Silent;
use projections::labels::{self, Label};
use projections::snapshot::LimitAt;
use projections::summary::{Ended, Standing};
use projections::view::Seat;
use service::offices::{CourtKind, Offices};

use crate::lao::{Html, html};
use crate::own_docket::case_path;
use crate::words::docket::Docket as W;

mod times;

/// What the words of a docket need.
#[derive(Clone, Copy)]
pub struct Words<'w> {
    /// The rulebook.
    pub book: &'w Rulebook,
    /// The offices.
    pub offices: &'w Offices,
    /// The language.
    pub language: Language,
    /// Now.
    pub now: Instant,
    /// The days around now.
    pub days: &'w Days,
}

/// A stretch of rows under one heading.
pub struct Stretch {
    /// The heading.
    pub heading: Html,
    /// How many children the group has on all pages, in words.
    pub count: String,
    /// Whether the children are held.
    pub held: bool,
    /// The rows.
    pub rows: Vec<Row>,
}

/// A row.
pub struct Row {
    /// The reference.
    pub reference: String,
    /// The path of the case's page.
    pub path: String,
    /// Whether the child is held past a limit under both readings.
    pub is_worst: bool,
    /// Where the child is, with a word on since when.
    pub child: [Html; 2],
    /// The worst limit that has passed.
    pub passed: Option<Cell>,
    /// What stands in its place.
    pub not_passed: Html,
    /// Whether that is a good sign: the case is closed in order.
    pub in_order: bool,
    /// The limit that ends next.
    pub next: Option<Cell>,
    /// What stands in its place.
    pub not_next: Html,
    /// Who owes.
    pub owed_by: Html,
    /// When the case was last heard of.
    pub heard: [String; 2],
    /// What to do until when.
    pub ask: Option<Ask>,
    /// The last working day before a day off on which the next limit ends.
    before_off: Option<NaiveDate>,
}

/// A limit in a row.
pub struct Cell {
    /// How sure its breach is: the class of the mark, and its word.
    pub mark: Option<(&'static str, &'static str)>,
    /// How much time is left, or by how much it is over.
    pub left: Html,
    /// Whether it is set quiet, because a graver one has passed for good.
    pub quiet: bool,
    /// The rule's page and name.
    pub rule: (String, Html),
    /// The article.
    pub article: String,
    /// Its ends.
    pub small: Html,
}

/// What to do until when.
#[derive(Default)]
pub struct Ask {
    /// What is said before it.
    pub before: String,
    /// What is said loudest.
    pub strong: String,
    /// What is said behind it.
    pub then: String,
}

impl Words<'_> {
    /// The cases of a page, under their headings.
    pub fn stretches(self, cases: &[Placed], counts: &BTreeMap<Group, usize>) -> Vec<Stretch> {
        let mut stretches = Vec::new();
        for placed in cases.chunk_by(|a, b| a.group == b.group) {
            let group = placed[0].group;
            let mut rows: Vec<Row> = placed.iter().map(|placed| self.row(&placed.case, group)).collect();
            self.note_days_off(&mut rows);
            let count = counts.get(&group).copied().unwrap_or(rows.len());
            let held = group.is_held();
            stretches.push(Stretch { heading: html(&self.heading(group)), count: self.children(count), held, rows });
        }
        stretches
    }

    fn t(self, word: W) -> &'static str {
        word.of(self.language)
    }

    fn pick<T>(self, en: T, lo: T) -> T {
        match self.language {
            Language::En => en,
            Language::Lo => lo,
        }
    }

    /// `(2 children)`
    fn children(self, count: usize) -> String {
        let children = if count == 1 { "child" } else { "children" };
        self.pick(format!("({count} {children})"), format!("(ເດັກ {count} ຄົນ)"))
    }

    fn heading(self, group: Group) -> String {
        let word = match group {
            Group::HeldCertain => W::GroupHeldCertain,
            Group::HeldArguable => W::GroupHeldArguable,
            Group::HeldToday => W::GroupHeldToday,
            Group::HeldTomorrow => W::GroupHeldTomorrow,
            Group::HeldBeforeWork => return self.before(self.days.working_after_tomorrow),
            Group::HeldLater => W::GroupHeldLater,
            Group::HeldWithout => W::GroupHeldWithout,
            Group::Over => W::GroupOver,
            Group::Soon => W::GroupSoon,
            Group::Later => W::GroupLater,
            Group::Without => W::GroupWithout,
            Group::Closed => W::GroupClosed,
        };
        self.t(word).to_owned()
    }

    fn row(self, case: &Listed, group: Group) -> Row {
        let row = DocketRow::of(case.at(self.now), self.book);
        let closed = row.standing == Standing::Closed;
        let not_passed = if closed { W::InOrder } else { W::Nothing };
        let not_next = if row.worst.is_some() && !closed { W::NothingElseRuns } else { W::NothingRuns };
        let before_off = row
            .next
            .as_ref()
            .filter(|_| group.is_near())
            .and_then(|next| self.days.last_working_before(day_of(next.end), self.offices.holidays()));
        Row {
            reference: case.case.to_string(),
            path: case_path(&case.case),
            is_worst: group == Group::HeldCertain,
            child: self.child(case),
            passed: row.worst.as_ref().map(|worst| self.passed(worst)),
            not_passed: html(self.t(not_passed)),
            in_order: closed && row.worst.is_none(),
            next: row.next.as_ref().map(|next| self.next(next, &row, group)),
            not_next: html(self.t(not_next)),
            owed_by: html(&self.owed_by(&row)),
            heard: self.heard(case.last_recorded),
            ask: row.next.as_ref().and_then(|next| self.extension(next, case, group)),
            before_off,
        }
    }

    /// Where the child is.
    pub fn child(self, case: &Listed) -> [Html; 2] {
        let (word, more) = match (case.summary.standing, case.held) {
            (Standing::Remand, held) => {
                let day = held.map(|held| held.day(self.days.today));
                let day = day.map(|day| self.pick(format!("day\u{a0}{day}"), format!("ມື້ທີ\u{a0}{day}")));
                (W::InRemand, day)
            }
            (Standing::Custody, held) => (W::InCustody, held.map(|held| self.since(held.since, held.by_date))),
            (Standing::Free, _) => (W::NotHeld, None),
            (Standing::Closed, _) => {
                let settled = case.closed.is_some_and(|closed| closed.by_mediation);
                (W::CaseClosed, settled.then(|| self.t(W::ByMediation).to_owned()))
            }
        };
        [html(self.t(word)), html(&more.unwrap_or_default())]
    }

    fn passed(self, limit: &LimitAt) -> Cell {
        let certain = limit.breach == Some(Breach::Certain);
        let mark = if certain { ("certain", self.t(W::Certain)) } else { ("arguable", self.t(W::Arguable)) };
        let until = limit.ended.map_or(self.now, Ended::at);
        let mut said: Vec<String> = Vec::new();
        if limit.latest.is_none() && limit.ended.is_none() {
            said.push(self.t(W::LookForPaper).to_owned());
        } else if certain {
            said.push(format!("{} {}", self.left(limit.left), self.t(W::ByLenient)));
            let ends = [Some(limit.earliest), limit.latest].into_iter().flatten().map(|end| self.end(end));
            let mut ends: Vec<String> = ends.collect();
            ends.dedup();
            said.push(format!("{} {}", self.t(W::Ended), ends.join(" – ")));
        } else {
            said.push(format!("{}: {}", self.t(W::ProtectiveEnd), self.end(limit.earliest)));
        }
        said.extend(limit.ended.map(|ended| match ended {
            Ended::Done(at) => format!("{} {}", self.t(W::DoneLate), self.day(at.date())),
            Ended::CaseClosed(_) => self.t(W::EndedByClosing).to_owned(),
        }));
        Cell {
            mark: Some(mark),
            left: html(&self.left(limit.earliest.since(until))),
            quiet: false,
            small: html(&said.join("; ")),
            ..self.cell(limit)
        }
    }

    fn next(self, limit: &LimitAt, row: &DocketRow, group: Group) -> Cell {
        let rule = |rule: RuleId, is: fn(&Rule) -> bool| self.book.rule(rule).is_some_and(is);
        let worst = row.worst.as_ref().filter(|worst| worst.ended.is_none() && worst.breach == Some(Breach::Certain));
        let past_the_cap = limit.period > 0
            && rule(limit.rule, Rule::is_remand_term)
            && worst.is_some_and(|worst| rule(worst.rule, Rule::is_remand_cap));
        let ends = if limit.breach.is_some() {
            format!("{}: {}", self.t(W::LenientEnd), self.end_near(limit.end))
        } else {
            self.ends(limit)
        };
        let small = if past_the_cap { format!("{}; {ends}", self.t(W::PastTheCap)) } else { ends };
        Cell { quiet: group == Group::HeldCertain, small: html(&small), ..self.cell(limit) }
    }

    fn cell(self, limit: &LimitAt) -> Cell {
        Cell {
            mark: None,
            left: html(&self.left(limit.left)),
            quiet: false,
            rule: (format!("/law#{}", limit.rule), html(self.book.name(&limit.rule, self.language))),
            article: format!("{}\u{a0}{}", Label::Article.of(self.language), limit.article),
            small: html(""),
        }
    }

    /// Who owes what has passed and what ends next.
    fn owed_by(self, row: &DocketRow) -> String {
        let worst = row.worst.as_ref().filter(|worst| worst.ended.is_none());
        let mut owing: Vec<&str> = Vec::new();
        for limit in worst.into_iter().chain(&row.next) {
            let office = self.office(&limit.owed_by, row);
            if !owing.contains(&office) {
                owing.push(office);
            }
        }
        if owing.is_empty() { "–".to_owned() } else { owing.join(", ") }
    }

    fn office(self, code: &OfficeCode, row: &DocketRow) -> &'static str {
        let seat = Seat::ALL.into_iter().find(|seat| seat.of(&row.offices) == Some(code)).unwrap_or(Seat::Court);
        let court = self.offices.get(code).and_then(|office| office.court);
        let label = match (seat, court) {
            (Seat::Court, Some(CourtKind::JuvenileCourt)) => Label::JuvenileCourt,
            _ => labels::seat(seat),
        };
        label.of(self.language)
    }

    /// Until when an extension may be ordered.
    fn extension(self, next: &LimitAt, case: &Listed, group: Group) -> Option<Ask> {
        let extends = self.book.rule(next.rule).is_some_and(Rule::is_remand_term);
        if !extends || next.breach.is_some() || !group.is_near() {
            return None;
        }
        if case.extensions_left == Some(0) {
            return Some(Ask { strong: self.t(W::NoExtensionLeft).to_owned(), ..Ask::default() });
        }
        let day = day_of(next.earliest);
        let strong = format!("{}: {}.", self.t(W::LastDayToExtend), self.day_near(day));
        let then = case.extensions_left.map(|left| {
            let extensions = if left == 1 { "extension" } else { "extensions" };
            self.pick(
                format!("The longest remand still leaves {left} {extensions} (both by the protective reading)."),
                format!("ຍັງຕໍ່ໄດ້ {left} ຄັ້ງ ພາຍໃນເວລາສູງສຸດ (ທັງສອງຕາມແບບປົກປ້ອງເດັກ)."),
            )
        });
        Some(Ask { strong, then: then.unwrap_or_default(), ..Ask::default() })
    }

    /// Behind the last of rows whose limits end on days off: the last working day before them.
    fn note_days_off(self, rows: &mut [Row]) {
        let mut from = 0;
        while from < rows.len() {
            let day = rows[from].before_off;
            let mut to = from + 1;
            // What is to be done in a row parts it from the next one.
            while to < rows.len() && rows[to].before_off == day && rows[to - 1].ask.is_none() {
                to += 1;
            }
            if let Some(day) = day {
                let Ask { before, strong, then } = self.day_off(day, to - from);
                let last = &mut rows[to - 1].ask;
                *last = Some(match last.take() {
                    None => Ask { before, strong, then },
                    Some(ask) => Ask { then: format!("{} {before} {strong}{then}", ask.then), ..ask },
                });
            }
            from = to;
        }
    }

    fn day_off(self, day: NaiveDate, many: usize) -> Ask {
        let word = match many {
            1 => W::OneOnDayOff,
            2 => W::BothOnDaysOff,
            _ => W::AllOnDaysOff,
        };
        let before = format!("{}: {}", self.t(word), self.t(W::LastWorkingDay));
        Ask { before, strong: self.day_near(day), then: ".".to_owned() }
    }

    /// The silent offices in sentences, each with the cases of held children.
    pub fn silence(self, silent: &[Silent]) -> Vec<(Html, Vec<(String, String)>)> {
        let one = |silent: &Silent| {
            let days = self.now.since(silent.since) / 86_400;
            let (office, held) = (self.offices.name(&silent.office, self.language), silent.cases.len());
            let children = if held == 1 { "child" } else { "children" };
            let said = self.pick(
                format!("{office}: nothing for {days} days on {held} {children} held"),
                format!("{office}: ບໍ່ມີຂ່າວ {days} ວັນ ກ່ຽວກັບເດັກຖືກກັກ {held} ຄົນ"),
            );
            let cases = silent.cases.iter().take(MOST_NAMED).map(|case| (case_path(case), case.to_string()));
            (html(&said), cases.collect())
        };
        silent.iter().map(one).collect()
    }
}

/// How many cases are named of a silent office.
const MOST_NAMED: usize = 5;
