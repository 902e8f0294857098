//! The file as a whole: its syntax, its keys, its size, its dates.

use std::fmt::Write as _;

use engine::rulebook::{LAW_05_NA_2006, Rulebook};

use crate::{Refusal, accepted, changed, refused};

/// The rulebook that came with the program before there was a language of rules.
const BEFORE_THE_LANGUAGE: &str = include_str!("../../../tests/fixtures/first-rulebook.toml");

#[test]
fn a_syntax_error_is_refused_with_its_line() {
    refused("[numbers]", "adult_age = 18", "adult_age = = 18").on_line("[numbers]", "= =").says(&["not TOML"]);
    refused("[rules.court-15d]", "\nlo = \"", "\nlo = ").on_line("[rules.court-15d]", "lo = ສ").says(&["not TOML"]);
    refused("[policy]", "at_once", "notice_hour = \"09:00\"\nat_once").says(&["duplicate key"]);
    refused("[rules.court-15d]", "[rules.court-15d]", "[rules.custody-48h]").says(&["duplicate key"]);
    assert_eq!(Rulebook::parse("").expect_err("an empty file is a flaw").line, 1);
}

#[test]
fn what_is_nested_a_thousand_deep_is_refused_with_its_line() {
    for nested in [
        format!("{}{}", "[".repeat(1000), "]".repeat(1000)),
        format!("{}1{}", "{ a = ".repeat(1000), " }".repeat(1000)),
        format!("{{ a{} = 1 }}", ".a".repeat(1000)),
    ] {
        refused("[policy]", "\n", &format!("\ndeep = {nested}\n")).on_line("[policy]", "deep = ").says(&[
            "stand in each other too deeply",
            "expected a few",
            "simplify",
        ]);
    }
    for key in [format!("[numbers{}]\n", ".a".repeat(1000)), format!("a{} = 1\n", ".a".repeat(1000))] {
        let flaw = Rulebook::parse(&format!("{key}{LAW_05_NA_2006}")).expect_err("it is nested too deeply");
        assert_eq!(flaw.line, 1);
        assert!(flaw.what.contains("too deeply"), "{flaw}");
    }
}

#[test]
fn a_file_longer_than_two_mebibytes_is_refused() {
    let filled_up_to =
        |length: usize| format!("{LAW_05_NA_2006}\n#{}\n", "#".repeat(length - LAW_05_NA_2006.len() - 3));
    let longest = filled_up_to(2 << 20);
    assert_eq!(longest.len(), 2 << 20);
    accepted(&longest);
    Refusal::of(filled_up_to((2 << 20) + 1)).says(&["found 2097153 bytes", "expected at most 2097152"]);
}

#[test]
fn a_rulebook_from_before_the_language_of_rules_is_refused_with_what_to_do() {
    Refusal::of(BEFORE_THE_LANGUAGE.to_owned()).on_line("[scope]", "[scope]").says(&[
        "scope: ",
        "before the language of rules",
        "[numbers], [questions] and [terms]",
        "copy of the program's own rulebook",
    ]);
}

#[test]
fn an_unknown_key_is_refused_wherever_it_stands() {
    for header in
        ["[policy]", "[readings.protective]", "[readings.lenient]", "[rules.custody-48h]", "[rules.custody-place]"]
    {
        refused(header, "\n", "\nsurplus = 1\n").on_line(header, "surplus").says(&[
            "surplus",
            "unknown key",
            "expected",
        ]);
    }
    refused("id = ", "id = ", "surplus = 1\nid = ").on_line("surplus", "surplus").says(&["unknown key"]);
    refused("[numbers]", "\n", "\nsurplus = 1\n").on_line("[numbers]", "surplus").says(&["no rule uses this number"]);
    refused("[texts.fact]", "\n", "\nfr = \"fait\"\n").on_line("[texts.fact]", "fr =").says(&["fr", "en, lo"]);
    refused("title = ", "{ en", "{ fr = \"loi\", en").on_line("title", "fr =").says(&["title.fr"]);
    refused("[readings.lenient]", "[readings.lenient]", "[readings.middle]\n[readings.lenient]")
        .on_line("[readings.middle]", "middle")
        .says(&["unknown key"]);
    refused("[rules.diversion-first]", "{ article = \"66(3)\",", "{ number = 1, article = \"66(3)\",")
        .on_line("[rules.diversion-first]", "number = 1")
        .says(&["law[0].number"]);
    refused("[rules.custody-place]", "\n", "\nwarn_before = []\n").says(&["warn_before", "unknown key"]);
    refused("[rules.custody-place]", "\n", "\nlimit = \"48h\"\n").says(&["limit", "unknown key"]);
    refused("[rules.court-15d]", "warn_before", "warn_befor").says(&["unknown key", "did you mean \"warn_before\"?"]);
    refused("[policy]", "[policy]", "[policy2]\n[policy]").on_line("[policy2]", "policy2").says(&["unknown key"]);
}

#[test]
fn the_first_unknown_key_is_that_of_the_file() {
    let two = changed("[rules.court-15d]", "\n", "\nzz = 1\naa = 1\n");
    Refusal::of(two).on_line("[rules.court-15d]", "zz = ").says(&["rules.court-15d.zz"]);
}

#[test]
fn a_value_of_the_wrong_kind_is_refused() {
    refused("[rules.court-15d]", "{ en = \"Court's {limit}\"", "\"Court's 15 days\" # ").says(&["expected a table"]);
    refused("[rules.diversion-first]", "{ article = \"66(3)\"", "5, { article = \"66(3)\"")
        .on_line("[rules.diversion-first]", "5, {")
        .says(&["law[0]", "found 5", "a table"]);
    refused("[rules.interview-room]", "\nsentence_lo", "\nlaw = true\nsentence_lo")
        .on_line("[rules.interview-room]", "law = true")
        .says(&["found true", "a list of"]);
    refused("title = ", "title = ", "title = 5 # ").on_line("title = 5", "title = 5").says(&["found 5", "a table"]);
    refused("[policy]", "notice_hour = ", "notice_hour = 07:30:00 # ").says(&["found 07:30:00", "a time of day"]);
}

#[test]
fn what_a_flaw_repeats_of_the_file_is_short_and_on_one_line() {
    let long = "\\n\\u0000".repeat(10_000) + &"ກ".repeat(10_000);
    for changed in [
        changed("[rules.court-15d]", "limit = \"15d\"", &format!("limit = \"{long}\"")),
        changed("[rules.court-15d]", "[rules.court-15d]", &format!("[rules.\"{long}\"]")),
        changed("[rules.court-15d]", "limit = ", &format!("\"{long}\" = 1\nlimit = ")),
        failing_with(&long),
    ] {
        let said = Refusal::of(changed).flaw.to_string();
        assert!(said.len() < 4_000 && !said.contains(['\n', '\0']), "{} bytes", said.len());
    }
}

fn failing_with(text: &str) -> String {
    crate::failing(&format!("{{ no = \"{text}\" }}"))
}

#[test]
fn a_bad_date_or_hour_is_refused() {
    for wrong in ["\"2007-03-27\"", "2007-03-27T00:00:00Z", "20070327"] {
        refused("in_force_from", "2007-03-27", wrong)
            .on_line("in_force_from", "in_force_from")
            .says(&["a day of the calendar"]);
    }
    refused("in_force_from", "2007-03-27", "2007-02-30").on_line("in_force_from", "in_force_from");
    refused("in_force_from", "in_force_from = ", "# ").says(&["\"in_force_from\" is missing"]);
    for wrong in ["24:00", "08:60", "8:00", "08.00", "morning", "+8:00"] {
        refused("[policy]", "08:00", wrong).on_line("[policy]", wrong).says(&["a time of day"]);
    }
}

#[test]
fn a_law_does_not_end_before_it_begins() {
    let header = "in_force_from";
    refused(header, "2007-03-27", "2007-03-27\nin_force_until = 2007-03-26")
        .on_line(header, "in_force_until = ")
        .says(&["found 2007-03-26", "not before in_force_from, 2007-03-27"]);
    let ended = changed(header, "2007-03-27", "2007-03-27\nin_force_until = 2024-01-01");
    let (_, until) = accepted(&ended).in_force();
    assert_eq!(until.map(|day| day.to_string()).as_deref(), Some("2024-01-01"));
}

#[test]
fn an_id_is_plain() {
    for wrong in ["Law 05", "../law", "ກົດໝາຍ"] {
        refused("id = ", "law-05-na-2006", wrong).on_line("id = ", wrong).says(&["a-z, 0-9"]);
    }
}

#[test]
fn rules_that_ask_more_than_anybody_can_read_are_refused_at_once() {
    let mut terms = String::new();
    for k in 0..12 {
        let next = format!("{{ term = \"t{}\" }}", k + 1);
        writeln!(terms, "t{k} = {{ all = [{next}, {next}, {next}, {next}] }}").expect("a text");
    }
    terms += "t12 = { no = \"dedicated_room\" }\n";
    let source = crate::changed_again(&crate::failing("{ term = \"t0\" }"), "[terms]", "\n", &format!("\n{terms}"));
    Refusal::of(source).says(&["more than 1000 tests", "simplify", "used by rules.interview-room.fails.term"]);
    let mut deep = "{ no = \"dedicated_room\" }".to_owned();
    for _ in 0..40 {
        deep = format!("{{ not = {deep} }}");
    }
    crate::refused_test(&deep).says(&["more than 40 deep", "simplify"]);
}
