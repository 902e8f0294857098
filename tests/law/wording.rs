//! What is said is what a person would say: of one reading where both agree, of what was done, of what is really left.

use engine::action::Action;
use engine::calendar::Instant;
use engine::case::{Case, Event, evolve};
use engine::decide::{Alerts, Command, decide};
use engine::randomness::Seed;
use engine::rulebook::{Language, RuleId, Rulebook, Rulebooks};
use projections::message::text;
use projections::timeline::{EntryLine, Why, timeline};
use tests::cases::{instant, rule};

const OPENING: &str = r#""action":"case_opened","at":"2026-02-01T08:00:00+07:00","court":"vte-juvenile-court","prosecutor":"vte-prosecutor","investigator":"vte-investigation","child":{"ref":"C1","birth_date":"2010-05-05"},"offences":[{"class":"major","penalty_months":{"min":60,"max":120},"committed_on":"2026-01-20","serious":true}]"#;
const CUSTODY: &str = r#""action":"custody_started","at":"2026-03-01T09:30:00+07:00","evidence_firm":true,"place":{"children_only":true,"sexes_separated":true}"#;
const REMAND: &str = r#""action":"remand_ordered","order":{"by":"prosecutor","number":"7"},"grounds":["elements","firm_evidence","flight"]"#;

/// What was told of a case, as it went on.
struct Spoken {
    book: Rulebook,
    case: Case,
    log: Vec<Event>,
}

impl Spoken {
    fn of_a_custody() -> Self {
        let mut spoken = Self { book: Rulebook::law_05_na_2006(), case: Case::default(), log: Vec::new() };
        spoken.when("2026-02-01T08:00:00+07:00", OPENING);
        spoken.when("2026-03-01T09:30:00+07:00", CUSTODY);
        spoken
    }

    /// The sentences of what recording an action tells, English ones.
    fn when(&mut self, clock: &str, fields: &str) -> Vec<String> {
        let line = format!(r#"{{"case":"T-1","by":"vte-investigation",{fields}}}"#);
        let action = Action::read(&line).unwrap_or_else(|refusal| panic!("{refusal:?}: {line}"));
        self.apply(Command::Record {
            actions: vec![action],
            by: None,
            clock: instant(clock),
            alerts: Alerts::Raised,
            seed: Seed([7; 32]),
        })
    }

    fn when_it_is(&mut self, clock: &str) -> Vec<String> {
        self.apply(Command::Now { clock: instant(clock), alerts: Alerts::Raised, seed: Seed([7; 32]) })
    }

    fn apply(&mut self, command: Command) -> Vec<String> {
        let events = decide(&self.case, &self.book, command).all_or_none().expect("it can be recorded");
        let mut said = Vec::new();
        for event in events {
            self.case = evolve(std::mem::take(&mut self.case), &event);
            let lao = text(self.case.reference(), &event, &self.book, Language::Lo);
            assert!(lao.is_none_or(|lao| !lao.is_ascii() && !lao.contains(['{', '}'])));
            said.extend(text(self.case.reference(), &event, &self.book, Language::En));
            self.log.push(event);
        }
        said
    }

    fn reasons(&self, rule: RuleId, at: Instant) -> Vec<String> {
        let books = Rulebooks::new(std::sync::Arc::new(self.book.clone()), []);
        let entries = timeline(&self.case, &self.log, &self.book, &books, at, Language::En, Why::Told);
        let of_rule = entries.into_iter().filter_map(|entry| match entry.what {
            EntryLine::Limit(limit) if limit.rule == rule => Some(limit.because),
            _ => None,
        });
        of_rule.flatten().collect()
    }
}

#[track_caller]
fn one_about<'s>(said: &'s [String], name: &str) -> &'s str {
    let found: Vec<&String> = said.iter().filter(|sentence| sentence.contains(name)).collect();
    assert_eq!(found.len(), 1, "{said:#?}");
    found[0]
}

#[test]
fn a_notice_says_what_is_really_left_and_no_reading_where_both_agree() {
    let mut spoken = Spoken::of_a_custody();
    let said = spoken.when_it_is("2026-03-02T21:30:00+07:00");
    let notice = one_about(&said, "Custody of at most 48 hours");
    assert_eq!(
        notice,
        "T-1: \"Custody of at most 48 hours\" (Art. 62) ends at 2026-03-03 09:30, 12 hours after this notice. Owed by: \
         investigation organisation (vte-investigation)."
    );
    // The watch was away: the notice of two hours comes with forty seconds left.
    let said = spoken.when_it_is("2026-03-03T09:29:20+07:00");
    assert!(one_about(&said, "Custody").contains("ends at 2026-03-03 09:30, 40 seconds after this notice"), "{said:?}");
}

#[test]
fn a_breach_under_both_readings_names_its_instant_once() {
    let mut spoken = Spoken::of_a_custody();
    let said = spoken.when_it_is("2026-03-03T09:30:01+07:00");
    let breach = one_about(&said, "Custody");
    assert!(breach.contains("under both readings, since 2026-03-03 09:30."), "{breach}");
    assert_eq!(breach.matches("2026-03-03").count(), 1, "{breach}");
}

#[test]
fn a_notice_under_two_readings_names_both_ends() {
    let mut spoken = Spoken::of_a_custody();
    spoken.when("2026-03-02T10:00:00+07:00", &format!(r#""at":"2026-03-02T10:00:00+07:00",{REMAND}"#));
    let said = spoken.when_it_is("2026-03-29T08:00:00+07:00");
    let notice = one_about(&said, "Remand of 1 month");
    assert!(notice.contains("ends at 2026-03-30 23:59 under the protective reading"), "{notice}");
    assert!(notice.contains("under the lenient one at 2026-04-02 23:59"), "{notice}");
}

#[test]
fn what_settles_a_limit_is_said_as_what_was_done() {
    let mut spoken = Spoken::of_a_custody();
    spoken.when_it_is("2026-03-03T09:30:01+07:00");
    let said = spoken.when("2026-03-03T12:30:00+07:00", &format!(r#""at":"2026-03-03T12:30:00+07:00",{REMAND}"#));
    let settled = one_about(&said, "the child was remanded on 2026-03-03 12:30");
    assert!(settled.contains("3 hours after the limit of \"Custody of at most 48 hours\" (Art. 62)"), "{settled}");
    let said = spoken.when("2026-03-05T09:30:00+07:00", r#""action":"case_closed","at":"2026-03-05T09:30:00+07:00""#);
    let closed = one_about(&said, "Parents told at once");
    assert!(closed.contains("the case was closed on 2026-03-05 09:30"), "{closed}");
    assert!(closed.contains("under the protective reading 3 days 23 hours after the limit"), "{closed}");
}

#[test]
fn at_once_is_said_to_be_policy_and_not_law() {
    let mut spoken = Spoken::of_a_custody();
    let said = spoken.when_it_is("2026-03-01T10:30:01+07:00");
    let told = one_about(&said, "Parents told at once");
    assert!(told.contains("1 hour is this program's policy, not law"), "{told}");
}

#[test]
fn both_readings_are_reckoned_once_where_they_agree_and_apart_where_they_do_not() {
    let mut spoken = Spoken::of_a_custody();
    spoken.when("2026-03-02T10:00:00+07:00", &format!(r#""at":"2026-03-02T10:00:00+07:00",{REMAND}"#));
    let at = instant("2026-03-20T00:00:00+07:00");
    let custody = spoken.reasons(rule("custody-48h"), at).join("\n");
    assert!(
        custody.contains("Both readings agree.") && custody.contains("It was in time: the child was remanded"),
        "{custody}"
    );
    assert_eq!(custody.matches("Counted from").count(), 1, "{custody}");
    assert!(!custody.contains("protective"), "{custody}");
    let remand = spoken.reasons(rule("remand-term"), at).join("\n");
    assert_eq!(remand.matches("Counted").count(), 2, "{remand}");
    assert!(!remand.contains("Both readings agree"), "{remand}");
}

#[test]
fn every_sentence_that_names_an_end_has_words_for_what_can_end_it() {
    let book = Rulebook::law_05_na_2006();
    for rule in book.rules().iter().filter(|rule| rule.is_limit()) {
        assert!(!rule.discharged_by().is_empty(), "{}", rule.id);
        for action in rule.discharged_by().iter() {
            let done = book.known_text(&format!("done.{action}"));
            assert!(done.is_some_and(|done| !done.lo.is_ascii()), "{}: {action}", rule.id);
        }
    }
}
