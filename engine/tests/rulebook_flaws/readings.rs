//! The questions, their answers, and the two readings.

use engine::rulebook::{LAW_05_NA_2006, Rulebook};

use crate::{Refusal, accepted, changed, changed_again, refused};

fn questions() -> Vec<String> {
    Rulebook::law_05_na_2006().questions().iter().map(|question| question.name.clone()).collect()
}

#[test]
fn an_unknown_answer_is_refused_with_the_answers_that_there_are() {
    refused("[readings.protective]", "\"counted\"", "\"included\"")
        .on_line("[readings.protective]", "included")
        .says(&["readings.protective.first_day", "found \"included\"", "counted, not_counted"]);
    refused("[readings.lenient]", "\"calendar\"", "30").on_line("[readings.lenient]", "month = 30").says(&["found 30"]);
}

#[test]
fn a_reading_answers_every_question() {
    for header in ["[readings.protective]", "[readings.lenient]"] {
        refused(header, "\nlower_cap = ", "\n# ")
            .on_line(header, header)
            .says(&["\"lower_cap\" is missing", "from_start"]);
    }
    assert!(questions().len() > 20);
    for question in questions() {
        refused("[readings.lenient]", &format!("\n{question} = "), "\n# ").says(&[&question]);
    }
}

#[test]
fn a_protective_answer_more_lenient_than_the_lenient_one_is_refused() {
    let answer_of = |reading: &str, question: &str| {
        let table = LAW_05_NA_2006.split(&format!("[readings.{reading}]\n")).nth(1).expect("the reading is there");
        let line = table.lines().find(|line| line.starts_with(&format!("{question} = "))).expect("an answer");
        line.split('"').nth(1).expect("a word").to_owned()
    };
    for question in questions() {
        let (strict, mild) = (answer_of("protective", &question), answer_of("lenient", &question));
        let line = |answer: &str| format!("\n{question} = \"{answer}\"");
        let both_mild = changed("[readings.protective]", &line(&strict), &line(&mild));
        Rulebook::parse(&both_mild).unwrap_or_else(|flaw| panic!("two equal answers are in order: {flaw}"));
        let reversed = changed_again(&both_mild, "[readings.lenient]", &line(&mild), &line(&strict));
        Refusal::of(reversed).on_line("[readings.protective]", &line("")[1..line("").len() - 2]).says(&[
            "more lenient",
            &strict,
            &mild,
            "swap the two",
        ]);
    }
}

#[test]
fn an_unknown_question_is_refused() {
    refused("[readings.protective]", "\n", "\nfirst_night = \"counted\"\n")
        .on_line("[readings.protective]", "first_night")
        .says(&["unknown key", "first_day"]);
    crate::refused_test("{ choice = \"hearings\", yes = \"always\" }").says(&[
        "fails.choice",
        "found \"hearings\"",
        "a question under [questions]",
        "did you mean \"hearing\"?",
        "check the spelling or add it",
    ]);
}

#[test]
fn a_question_that_no_rule_asks_is_refused() {
    refused("[questions]", "\n", "\nfirst_night = [\"counted\", \"not_counted\"]\n")
        .says(&["\"first_night\" is missing"]);
    let mut source = changed("[questions]", "\n", "\nfirst_night = [\"counted\", \"not_counted\"]\n");
    for header in ["[readings.protective]", "[readings.lenient]"] {
        source = changed_again(&source, header, "\n", "\nfirst_night = \"counted\"\n");
    }
    Refusal::of(source).on_line("[questions]", "first_night").says(&["no rule asks this question", "remove"]);
}

#[test]
fn a_question_that_a_procedure_or_the_counting_asks_has_to_be_there() {
    for (question, rule) in
        [("custody_from", "custody-48h"), ("age_at", "age-of-responsibility"), ("first_day", "investigation-30d")]
    {
        let mut source = LAW_05_NA_2006.to_owned();
        for header in ["[questions]", "[readings.protective]", "[readings.lenient]"] {
            source = changed_again(&source, header, &format!("\n{question} = "), "\n# ");
        }
        let header = format!("[rules.{rule}]");
        Refusal::of(source).on_line(&header, &header).says(&[
            &format!("\"{question}\""),
            "under [questions]",
            "add it",
        ]);
    }
}

#[test]
fn a_question_that_the_program_counts_by_keeps_its_answers() {
    for wrong in ["[\"not_counted\", \"counted\"]", "[\"counted\", \"not_counted\", \"half\"]", "[\"yes\", \"no\"]"] {
        refused("[questions]", "[\"counted\", \"not_counted\"]", wrong).on_line("[questions]", "first_day").says(&[
            "questions.first_day",
            "expected counted, not_counted, in this order",
            "the program counts by this question",
        ]);
    }
}

#[test]
fn a_question_has_two_to_eight_answers_that_can_be_named() {
    let answers = "[\"substantive\", \"opened\"]";
    for (wrong, says) in [
        ("[]", "an empty list"),
        ("\"substantive\"", "found 1 of them; expected two to eight"),
        ("[\"substantive\"]", "two to eight"),
        ("[\"a\", \"b\", \"c\", \"d\", \"e\", \"f\", \"g\", \"h\", \"i\"]", "found 9 of them"),
        ("[\"substantive\", \"substantive\"]", "found \"substantive\" twice"),
        ("[\"substantive\", \"Opened\"]", "found \"Opened\"; expected the name of a question or an answer"),
        ("[\"substantive\", \"opened or not\"]", "a-z, 0-9 and _"),
        ("[\"substantive\", \"choice\"]", "not \"choice\""),
        ("[\"substantive\", \"\"]", "an empty string"),
        ("[1, 2]", "found 1"),
    ] {
        refused("[questions]", answers, wrong).on_line("[questions]", "hearing = ").says(&["questions.hearing", says]);
    }
    refused("[questions]", "\n", "\n\"first night\" = [\"a\", \"b\"]\n")
        .on_line("[questions]", "first night")
        .says(&["found \"first night\"", "rename it"]);
    accepted(LAW_05_NA_2006);
}

#[test]
fn a_choice_has_a_test_for_every_answer_and_for_no_other() {
    let (header, whole) = ("[rules.court-15d]", "opened = \"always\"");
    refused(header, whole, "").on_line(header, "{ on = \"hearing_held\"").says(&[
        "\"opened\" is missing",
        "a test for every answer to \"hearing\"",
        "substantive, opened",
    ]);
    refused(header, whole, "opened = \"always\", closed = \"never\"")
        .on_line(header, "{ on = \"hearing_held\"")
        .says(&["closed", "unknown key", "choice, substantive, opened"]);
}
