//! The texts and the sentences of rules, with their placeholders.

use engine::rulebook::{LAW_05_NA_2006, RuleId};

use crate::{Refusal, accepted, changed, refused};

#[test]
fn a_missing_text_is_refused() {
    refused("[texts.done-late]", "[texts.done-late]", "[texts.done_late]")
        .on_line("[texts.done-in-time]", "[texts.done_late]")
        .says(&["done_late", "unknown key of a text", "did you mean \"done-late\"?"]);
    refused("\"action.custody_started\"", "\"action.custody_started\"", "# ")
        .on_line("\n[texts]\n", "[texts]")
        .says(&["\"action.custody_started\" is missing"]);
    refused("[texts.fact]", "lo = ", "# ").on_line("[texts.fact]", "[texts.fact]").says(&["\"lo\" is missing"]);
    for key in
        ["question.hearing", "answer.hearing.opened", "done.hearing_held", "field.closed", "word.parent", "unit.days"]
    {
        refused("\n[texts]\n", &format!("\n\"{key}\" = "), "\n# ").says(&[&format!("\"{key}\" is missing"), "add it"]);
    }
}

#[test]
fn a_text_that_is_never_shown_is_refused() {
    for (key, says) in [
        ("question.weather", "no such question or answer is under [questions]"),
        ("answer.hearing.adjourned", "no such question or answer is under [questions]"),
        ("done.case_opened", "no limit of this rulebook ends by this action"),
        ("done.nothing", "the program shows no such text"),
        ("word.mother", "the program shows no such text"),
    ] {
        let line = format!("\n\"{key}\" = {{ en = \"x\", lo = \"x\" }}\n");
        refused("\n[texts]\n", "[texts]\n", &format!("[texts]{line}")).on_line("\n[texts]\n", key).says(&[
            key,
            "unknown key of a text",
            says,
        ]);
    }
}

#[test]
fn a_placeholder_that_the_program_does_not_fill_is_refused() {
    let header = "[texts.fact]";
    refused(header, "{action}", "{deed}").on_line(header, "en = ").says(&["{deed}", "{at}, {action}, {article}"]);
    refused(header, "{action}", "{}").on_line(header, "en = ").says(&["placeholder {}"]);
    refused("\"value.yes\"", "\"yes\"", "\"yes {n}\"").on_line("\"value.yes\"", "yes").says(&["only these: none"]);
}

#[test]
fn both_languages_say_the_same_things() {
    let header = "[texts.fact]";
    let lao = LAW_05_NA_2006.split(header).nth(1).and_then(|rest| rest.split("lo = ").nth(1)).expect("the Lao text");
    let lao = lao.lines().next().expect("a line");
    refused(header, lao, &lao.replace("{at}", ""))
        .on_line(header, "lo = ")
        .says(&["in one language only: {at}", "the same placeholders in both"]);
}

#[test]
fn a_brace_without_its_other_one_is_refused() {
    let header = "[texts.fact]";
    for wrong in ["{action", "action}", "{{action}", "{action}}"] {
        refused(header, "{action}", wrong).on_line(header, "en = ").says(&["an unpaired brace"]);
    }
    let header = "[rules.court-15d]";
    for wrong in ["{limit", "limit}", "{{limit}", "{limit}}"] {
        for (behind, line) in
            [("name = ", "name = "), ("\nen = ", "en = \"The juvenile"), ("\nsentence_lo = ", "sentence_lo = ")]
        {
            let start = LAW_05_NA_2006.find(header).expect("the rule");
            let at = start + LAW_05_NA_2006[start..].find(behind).expect("the text");
            let changed = format!("{}{}", &LAW_05_NA_2006[..at], LAW_05_NA_2006[at..].replacen("{limit}", wrong, 1));
            Refusal::of(changed).on_line(header, line).says(&["rules.court-15d", "an unpaired brace"]);
        }
    }
}

#[test]
fn a_sentence_names_numbers_that_there_are() {
    let header = "[rules.court-15d]";
    for wrong in ["{weeks}", "{extension}", "{}", "{article}", "{opens}", "{at_once}", "{Limit}"] {
        refused(header, "within {limit}", &format!("within {wrong}")).on_line(header, "en = \"The juvenile").says(&[
            "rules.court-15d.en",
            &format!("found {wrong}"),
            "the name of a number of this rule, such as {limit}, or of [numbers]",
        ]);
    }
    refused("[rules.release-at-once]", "is released at once", "is released in {limit}").says(&["found {limit}"]);
    let filled =
        accepted(&changed(header, "within {limit}", "within {limit} or {adult_age} or {extension_months}").replacen(
            "ພາຍໃນ {limit} ນັບແຕ່ວັນໄດ້ຮັບຄຳສັ່ງຟ້ອງ.\"",
            "ພາຍໃນ {limit} {adult_age} {extension_months}.\"",
            1,
        ));
    let rule = RuleId::from_word("court-15d").and_then(|id| filled.rule(id)).expect("the rule");
    assert!(rule.sentence.en.contains("within 15 days or 18 or 1 month from"), "{}", rule.sentence.en);
}

#[test]
fn a_number_stands_in_both_languages() {
    let header = "[rules.court-15d]";
    refused(header, "within {limit}", "within fifteen days")
        .on_line(header, "sentence_lo = ")
        .says(&["in one language only: {limit}", "the same numbers in both"]);
    Refusal::of(changed(header, "Court's {limit}", "Court's days"))
        .on_line(header, "name = ")
        .says(&["rules.court-15d.name.lo"]);
}
