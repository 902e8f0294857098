//! Another law needs another file and no other program: it is read, a case is assessed under it, explained, and alerted to.

use std::fmt::Write as _;

use engine::action::{Action, ActionName};
use engine::alert::{About, Kind};
use engine::assess::{Assessment, assess};
use engine::breach::Breach;
use engine::calendar::Instant;
use engine::case::{Case, Event, Fact};
use engine::decide::{Alerts, Command, decide};
use engine::explain;
use engine::randomness::Seed;
use engine::rulebook::{LAW_05_NA_2006, Language, Period, Role, RuleId, Rulebook};

/// What is the other law's own.
const OWN: &str = include_str!("custody-time-limits.toml");

/// The other law's own file, with the texts of the program behind it: those that are not about a question, nor about an
/// action that ends no limit of this law.
fn source() -> String {
    const ENDS: [&str; 5] =
        ["hearing_held", "judgment_given", "prosecution_order_received", "released", "remand_extended"];
    let texts = LAW_05_NA_2006.split("\n[texts]\n").nth(1).expect("the texts stand last");
    let foreign = |line: &&str| {
        let key = line.split('"').nth(1).filter(|_| line.starts_with('"')).unwrap_or_default();
        let ends = key.strip_prefix("done.").is_some_and(|action| !ENDS.contains(&action));
        key.starts_with("question.") || key.starts_with("answer.") || ends
    };
    let mut source = OWN.to_owned();
    for line in texts.lines().filter(|line| !foreign(line)) {
        writeln!(source, "{line}").expect("a text");
    }
    // The first law has no limit that this ends.
    let done = r#""done.prosecution_order_received" = { en = "the case was sent for trial", lo = "ໄດ້ສົ່ງຄະດີໃຫ້ສານ" }"#;
    source.replacen("\n[texts]\n", &format!("\n[texts]\n{done}\n"), 1)
}

fn book() -> Rulebook {
    Rulebook::parse(&source()).unwrap_or_else(|flaw| panic!("{flaw}"))
}

fn id(name: &str) -> RuleId {
    RuleId::from_word(name).expect("the name of a rule")
}

fn at(text: &str) -> Instant {
    Instant::parse(&format!("{text}+07:00")).expect("an instant")
}

/// The actions of a case: what happened, when, and with which fields.
fn actions(class: &str, more: &[(&str, &str, &str)]) -> Vec<Action> {
    let offences = format!(
        r#""offences":[{{"class":"{class}","penalty_months":{{"min":6,"max":60}},"committed_on":"2025-12-20","serious":true}}]"#
    );
    let opening = format!(
        r#""court":"c","prosecutor":"p","investigator":"i","child":{{"ref":"1","birth_date":"2010-01-01"}},{offences}"#
    );
    let opened = ("case_opened", "2026-01-05T09:00:00", opening.as_str());
    let line = |(name, at, fields): &(&str, &str, &str)| {
        let comma = if fields.is_empty() { "" } else { "," };
        format!(r#"{{"case":"E-1","action":"{name}","at":"{at}+07:00","by":"p"{comma}{fields}}}"#)
    };
    let lines = std::iter::once(&opened).chain(more).map(line);
    lines.map(|line| Action::read(&line).unwrap_or_else(|flaws| panic!("{flaws:?}: {line}"))).collect()
}

const REMANDED: (&str, &str, &str) =
    ("remand_ordered", "2026-01-06T10:00:00", r#""order":{"by":"juvenile_court","number":"1"}"#);

/// A case committed late, after an extension that the court didn't order.
fn committed_late() -> Vec<Action> {
    actions(
        "major",
        &[
            REMANDED,
            ("remand_extended", "2026-03-10T10:00:00", r#""order":{"by":"prosecutor","number":"2"}"#),
            ("prosecution_order_received", "2026-03-20T10:00:00", ""),
            ("hearing_held", "2026-07-01T10:00:00", r#""substantive":false"#),
        ],
    )
}

/// The last lawful instants of a rule under both readings, and how sure its breach is.
fn stands(assessment: &Assessment<'_>, rule: &str) -> Option<(String, Option<String>, Option<Breach>)> {
    let deadline = assessment.deadlines.iter().find(|deadline| deadline.rule == id(rule))?;
    let latest = deadline.latest().map(|latest| latest.to_string());
    Some((deadline.earliest().to_string(), latest, deadline.breach(assessment.at)))
}

fn end_of(date: &str) -> String {
    format!("{date}T23:59:59+07:00")
}

#[test]
fn another_law_loads_with_its_own_rules_questions_and_words() {
    let book = book();
    assert_eq!(book.id(), "custody-time-limits-1987");
    let rules: Vec<(&str, Option<Period>)> = book.rules().iter().map(|rule| (rule.id.word(), rule.length())).collect();
    let limits = [("summary-trial-56d", 56), ("first-instance-70d", 70), ("committed-112d", 112), ("sent-182d", 182)];
    let limits = limits.map(|(name, days)| (name, Some(Period::Days(days))));
    assert_eq!(rules[..4], limits);
    assert_eq!(rules[4..], [("extension-by-court", None), ("extension-good-cause", None)]);
    let questions: Vec<&str> = book.questions().iter().map(|question| question.name.as_str()).collect();
    assert_eq!(questions, ["first_day", "unknown_time", "start_of_trial", "extended_by", "good_cause"]);
    let rule = book.rule(id("committed-112d")).expect("a rule");
    assert_eq!(rule.name.en, "Custody from committal to trial of 112 days");
    assert_eq!(rule.may_owe(), [Role::Court, Role::Prosecutor]);
    assert_eq!((rule.article.as_str(), rule.law[0].article.as_str()), ("reg. 5(3)", "reg. 5(3)"));
    assert!(book.is_on_liberty(rule.id) && book.is_on_detention(rule.id) && !book.is_policy(rule.id));
    assert!(book.bears_on(rule, "start_of_trial") && !book.bears_on(rule, "extended_by"));
    assert!(book.article_in_full("64", Language::En).is_empty(), "the text of the other law is not at hand");
}

#[test]
fn rules_that_the_other_law_does_not_have_are_not_missed() {
    let book = book();
    let whole = Rulebook::law_05_na_2006();
    for rule in whole.rules() {
        assert_eq!(book.rule(rule.id), None);
        assert_eq!((book.name(&rule.id, Language::En), book.article(&rule.id)), (rule.id.word(), rule.id.word()));
        assert!(!book.is_on_liberty(rule.id));
    }
    // Nearly every rule of the first law has something to say about these.
    let actions = actions(
        "crime",
        &[
            ("investigation_opened", "2026-01-05T10:00:00", ""),
            ("arrested", "2026-01-05T11:00:00", r#""order":null,"necessary":false"#),
            ("interview_started", "2026-01-05T12:00:00", r#""attended_by":[],"dedicated_room":false"#),
            REMANDED,
            ("release_requested", "2026-01-07T10:00:00", r#""requested_by":"parent""#),
            ("file_received", "2026-01-08T10:00:00", ""),
            ("investigation_extended", "2026-01-09T10:00:00", r#""agreed_by":null"#),
        ],
    );
    let at = at("2026-01-20T09:00:00");
    assert!(
        assess(actions.iter(), &whole, at).is_some_and(|known| known.findings.len() > 5 && known.deadlines.len() > 5)
    );
    let assessment = assess(actions.iter(), &book, at).expect("an opened case");
    assert_eq!((assessment.findings.len(), assessment.not_on_record.len()), (0, 0));
    assert_eq!(
        assessment.deadlines.iter().map(|deadline| deadline.rule).collect::<Vec<_>>(),
        [id("first-instance-70d")]
    );
}

#[test]
fn a_case_is_assessed_under_the_other_law() {
    let (book, actions) = (book(), committed_late());
    let assessed = |instant| assess(actions.iter(), &book, at(instant)).expect("an opened case");

    // Seventy days from the sixth of January, that day not counted: the seventeenth of March is the last.
    let last_day = assessed("2026-03-17T23:59:59");
    assert_eq!(stands(&last_day, "first-instance-70d"), Some((end_of("2026-03-17"), Some(end_of("2026-03-17")), None)));
    // The court didn't order the extension: for the lenient reading alone it ends the limit.
    let next_day = assessed("2026-03-18T00:00:00");
    assert_eq!(stands(&next_day, "first-instance-70d").and_then(|(.., breach)| breach), Some(Breach::Arguable));
    assert_eq!(next_day.deadlines.len(), 1);
    let findings: Vec<_> =
        next_day.findings.iter().map(|finding| (finding.rule, finding.breach, finding.owed_by)).collect();
    assert_eq!(findings, [(id("extension-by-court"), Breach::Certain, Role::Prosecutor)]);
    let missing: Vec<_> = next_day.not_on_record.iter().map(|missing| (missing.rule, missing.field)).collect();
    assert_eq!(missing, [(id("extension-good-cause"), "grounds")]);

    // A hundred and twelve days from the committal. The hearing of the first of July didn't hear the substance.
    let after = assessed("2026-07-11T00:00:00");
    assert_eq!(
        stands(&after, "committed-112d"),
        Some((end_of("2026-07-10"), Some(end_of("2026-07-10")), Some(Breach::Arguable)))
    );
    let committed = after.deadlines.iter().find(|deadline| deadline.rule == id("committed-112d")).expect("it runs");
    assert_eq!(committed.owed_by, Role::Court, "the defendant is under eighteen");
    assert_eq!(stands(&after, "sent-182d"), None);
    assert_eq!(stands(&after, "summary-trial-56d"), None);
}

#[test]
fn each_limit_is_that_of_its_class() {
    let book = book();
    let minor = actions("minor", &[REMANDED]);
    let assessment = assess(minor.iter(), &book, at("2026-03-04T00:00:00")).expect("an opened case");
    let summary = (end_of("2026-03-03"), Some(end_of("2026-03-03")), Some(Breach::Certain));
    assert_eq!(stands(&assessment, "summary-trial-56d"), Some(summary));
    assert_eq!(assessment.deadlines.len(), 1);

    let sent = ("prosecution_order_received", "2026-01-20T10:00:00", "");
    let crime = actions("crime", &[REMANDED, sent]);
    let assessment = assess(crime.iter(), &book, at("2026-07-08T00:00:00")).expect("an opened case");
    // The custody before the sending counts: a hundred and eighty-two days from the remand.
    let whole = (end_of("2026-07-07"), Some(end_of("2026-07-07")), Some(Breach::Certain));
    assert_eq!(stands(&assessment, "sent-182d"), Some(whole));
    assert_eq!(stands(&assessment, "first-instance-70d").and_then(|(.., breach)| breach), None);

    // Without custody there is no custody time limit.
    let released = ("released", "2026-01-07T10:00:00", r#""kind":"provisional""#);
    let free = actions("crime", &[REMANDED, released, sent]);
    let assessment = assess(free.iter(), &book, at("2026-12-01T00:00:00")).expect("an opened case");
    assert_eq!(stands(&assessment, "sent-182d"), None);
    assert!(assessment.deadlines.iter().all(|deadline| deadline.breach(assessment.at).is_none()));
}

#[test]
fn the_other_law_is_explained_in_both_languages() {
    let (book, actions) = (book(), committed_late());
    let mut said = String::new();
    for instant in ["2026-02-01T09:00:00", "2026-03-18T00:00:00", "2026-07-11T09:00:00"] {
        let assessment = assess(actions.iter(), &book, at(instant)).expect("an opened case");
        let limits =
            assessment.deadlines.iter().map(|limit| (limit.rule, explain::deadline(&assessment, limit, &book)));
        let findings = assessment.findings.iter().map(|finding| (finding.rule, finding.action));
        let missing = assessment.not_on_record.iter().map(|missing| (missing.rule, missing.action));
        let found =
            findings.chain(missing).map(|(rule, entry)| (rule, explain::finding(&assessment, rule, entry, &book)));
        for (rule, steps) in limits.chain(found) {
            assert!(!steps.is_empty(), "{rule}");
            for (step, language) in
                steps.iter().flat_map(|step| Language::ALL.iter().map(move |language| (step, *language)))
            {
                let sentence = step.sentence(&book, rule, language);
                let unknown =
                    sentence == "?" || sentence.contains(" ?") || sentence.contains("?,") || sentence.contains("?.");
                assert!(!unknown && !sentence.contains(['{', '}']) && sentence.len() > 8, "{}: {sentence}", step.key());
                // A question ends with its mark, and nothing else has one.
                assert_eq!(sentence.contains('?'), step.key() == "question", "{}: {sentence}", step.key());
                writeln!(said, "{sentence}").expect("a text");
            }
        }
    }
    for sentence in [
        "The limit of Art. reg. 4(2) appears exceeded on the recorded facts under the protective reading alone: it ended at \
         2026-03-17 23:59; under the lenient one it ends at 2026-03-17 23:59.",
        "The law leaves open: Which extension ends the limit that ran before it? Protective reading: one that the court \
         ordered. Lenient reading: any with a written order.",
        "Under the protective reading it was late: the case was sent for trial, 2026-03-20 10:00, 2 days 10 hours after the limit.",
        "Art. s. 22(3): A custody time limit is extended by the court alone.",
        "On record: who ordered: prosecutor.",
        "Not on record, which is not the same as \"no\": the grounds.",
        "What Art. s. 22(3) asks appears not met on the recorded facts under both readings.",
        "ມາດຕາ s. 22(3): ກຳນົດເວລາກັກຂັງ ຕໍ່ໄດ້ໂດຍສານເທົ່ານັ້ນ.",
    ] {
        assert!(said.contains(sentence), "{sentence}\nis not in\n{said}");
    }
}

/// What becomes of a case whose actions are recorded as they happen, and of the time after them: all events.
fn told(book: &Rulebook, actions: Vec<Action>, instants: &[&str]) -> Vec<Event> {
    let mut events: Vec<Event> = Vec::new();
    for action in actions {
        let clock = action.at.last();
        let command =
            Command::Record { actions: vec![action], by: None, clock, alerts: Alerts::Raised, seed: Seed([7; 32]) };
        events.extend(
            decide(&Case::fold(&events), book, command).all_or_none().unwrap_or_else(|refused| panic!("{refused}")),
        );
    }
    for instant in instants {
        let command = Command::Now { clock: at(instant), alerts: Alerts::Raised, seed: Seed([7; 32]) };
        events.extend(
            decide(&Case::fold(&events), book, command).all_or_none().unwrap_or_else(|refused| panic!("{refused}")),
        );
    }
    events
}

#[test]
fn alerts_are_raised_under_the_other_law() {
    let book = book();
    let events = told(&book, committed_late(), &["2026-07-11T00:00:00", "2026-08-01T00:00:00"]);
    assert!(events.iter().all(|event| event.rulebook == book.digest()));
    let alerts: Vec<(&str, Kind)> = events
        .iter()
        .filter_map(|event| event.fact.alert())
        .map(|(alert, kind)| {
            assert!(book.rule(alert.topic.rule).is_some());
            (book.name(&alert.topic.rule, Language::En), kind)
        })
        .collect();
    let by_court = "Extension by the court";
    let (before, after) = ("Custody before the trial court of 70 days", "Custody from committal to trial of 112 days");
    for wanted in [
        (by_court, Kind::Breach),
        ("Good and sufficient cause of an extension", Kind::Notice),
        (before, Kind::Arguable),
        (before, Kind::Settled),
        (after, Kind::Notice),
        (after, Kind::Arguable),
    ] {
        assert!(alerts.contains(&wanted), "{wanted:?} is not in {alerts:?}");
    }
    let raised = events.iter().find_map(|event| match &event.fact {
        Fact::AlertRaised(alert)
            if alert.topic.rule == id("committed-112d") && alert.topic.stage.kind() == Kind::Arguable =>
        {
            Some(alert)
        }
        _ => None,
    });
    let raised = raised.expect("the breach is alerted to");
    assert_eq!(
        (raised.action, raised.owed_by, raised.to.court.as_str()),
        (ActionName::ProsecutionOrderReceived, Role::Court, "c")
    );
    assert!(matches!(raised.about, About::Limit { earliest, .. } if earliest.to_string() == end_of("2026-07-10")));
    for step in &raised.because {
        assert!(!step.sentence(&book, raised.topic.rule, Language::Lo).starts_with('?'));
    }
}

#[test]
fn a_case_calls_for_the_next_alert_when_the_other_law_says() {
    let book = book();
    let events = told(&book, actions("minor", &[REMANDED]), &[]);
    assert!(events.iter().all(|event| event.fact.alert().is_none_or(|(_, kind)| kind != Kind::Breach)));
    let due = Case::fold(&events).next_due(&book).expect("a notice is to come");
    // Seven days before the third of March, at the hour of the policy.
    assert_eq!(due.to_string(), "2026-02-24T08:00:00+07:00");
}

#[test]
fn the_other_law_holds_from_its_first_day() {
    let later = source().replacen("in_force_from = 1987-04-01", "in_force_from = 2026-02-01", 1);
    let book = Rulebook::parse(&later).unwrap_or_else(|flaw| panic!("{flaw}"));
    let actions = committed_late();
    let assessment = assess(actions.iter(), &book, at("2026-07-11T00:00:00")).expect("an opened case");
    assert_eq!(stands(&assessment, "first-instance-70d"), None, "it was opened before");
    assert!(stands(&assessment, "committed-112d").is_some());
}
