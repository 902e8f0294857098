//! A rulebook file with a flaw is refused with its line, what was found and what was expected.

use engine::rulebook::{Flaw, LAW_05_NA_2006, Rulebook};

/// A copy of the program's rulebook with one thing changed, and the flaw that it is refused with.
struct Refusal {
    changed: String,
    flaw: Flaw,
}

/// Replaces the first `old` behind `header`.
#[track_caller]
fn changed(header: &str, old: &str, new: &str) -> String {
    let start = LAW_05_NA_2006.find(header).expect("the header is in the file");
    let (before, after) = LAW_05_NA_2006.split_at(start);
    assert!(after.contains(old), "{old} is not in the file behind {header}");
    format!("{before}{}", after.replacen(old, new, 1))
}

#[track_caller]
fn refused(header: &str, old: &str, new: &str) -> Refusal {
    let changed = changed(header, old, new);
    let flaw = Rulebook::parse(&changed).expect_err("the change is a flaw");
    Refusal { changed, flaw }
}

impl Refusal {
    /// The flaw's line is the first behind `header` that has `words`.
    #[track_caller]
    fn on_line(self, header: &str, words: &str) -> Self {
        let start = self.changed.find(header).expect("the header is in the changed file");
        let at = start + self.changed[start..].find(words).expect("the words are in the changed file");
        let line = self.changed[..at].matches('\n').count() + 1;
        assert_eq!(self.flaw.line, line, "{}", self.flaw);
        self
    }

    #[track_caller]
    fn says(self, words: &[&str]) -> Self {
        for word in words {
            assert!(self.flaw.what.contains(word), "\"{word}\" is not in: {}", self.flaw);
        }
        self
    }
}

#[test]
fn a_syntax_error_is_refused_with_its_line() {
    refused("[scope]", "adult_age = 18", "adult_age = = 18").on_line("[scope]", "= =").says(&["not TOML"]);
    refused("[rules.court-15d]", "\nlo = \"", "\nlo = ").on_line("[rules.court-15d]", "lo = ສ").says(&["not TOML"]);
    refused("[policy]", "at_once", "notice_hour = \"09:00\"\nat_once").says(&["duplicate key"]);
    assert_eq!(Rulebook::parse("").expect_err("an empty file is a flaw").line, 1);
}

#[test]
fn an_unknown_key_is_refused_wherever_it_stands() {
    for header in [
        "[scope]",
        "[policy]",
        "[readings.protective]",
        "[readings.lenient]",
        "[rules.custody-48h]",
        "[rules.custody-place]",
    ] {
        refused(header, "\n", "\nsurplus = 1\n").on_line(header, "surplus").says(&[
            "surplus",
            "unknown key",
            "expected",
        ]);
    }
    refused("id = ", "id = ", "surplus = 1\nid = ").on_line("surplus", "surplus").says(&["unknown key"]);
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
}

#[test]
fn an_unknown_rule_is_refused() {
    refused("[rules.training-centre]", "[rules.training-centre]", "[rules.training-center]")
        .on_line("[rules.hearing-defence]", "[rules.training-center]")
        .says(&["no such rule", "training-centre"]);
}

#[test]
fn a_missing_rule_is_refused() {
    let start = LAW_05_NA_2006.find("[rules.court-15d]").expect("the rule is there");
    let end = start + LAW_05_NA_2006[start..].find("\n\n").expect("the rule ends");
    let without = format!("{}{}", &LAW_05_NA_2006[..start], &LAW_05_NA_2006[end..]);
    let flaw = Rulebook::parse(&without).expect_err("a rule is missing");
    assert!(flaw.what.contains("\"court-15d\" is missing"), "{flaw}");
    assert!(without.lines().nth(flaw.line - 1).is_some_and(|line| line.starts_with("[rules.")), "{flaw}");
}

#[test]
fn a_rule_lacks_nothing_that_a_lawyer_asks_for() {
    for (key, what) in [
        ("article", "the article"),
        ("owed_by", "investigator, prosecutor, court"),
        ("limit", "a length such as \"30d\""),
        ("warn_before", "[] for none"),
        ("name", "a text"),
        ("en", "English sentence"),
        ("lo", "own Lao words"),
        ("sentence_lo", "Lao sentence"),
    ] {
        let header = "[rules.court-15d]";
        refused(header, &format!("\n{key} = "), "\n# ").on_line(header, header).says(&[
            "rules.court-15d",
            &format!("\"{key}\" is missing"),
            what,
            "add it",
        ]);
    }
    for (header, key) in [
        ("[rules.custody-48h]", "joined_by_bringing_in_within"),
        ("[rules.investigation-30d]", "extension"),
        ("[rules.remand-cap]", "major"),
        ("[rules.release-decision-24h]", "from_request"),
        ("[rules.age-of-responsibility]", "years"),
        ("[rules.three-summonses]", "count"),
        ("[rules.remand-extension-length]", "months"),
        ("[rules.release-at-once]", "limit"),
        ("[scope]", "adult_age"),
        ("[policy]", "at_once"),
        ("[policy]", "notice_hour"),
    ] {
        refused(header, &format!("\n{key} = "), "\n# ").on_line(header, header).says(&["is missing", key]);
    }
}

#[test]
fn an_empty_string_is_refused() {
    for key in ["article", "owed_by", "limit", "en", "lo", "sentence_lo"] {
        let header = "[rules.court-15d]";
        refused(header, &format!("\n{key} = "), &format!("\n{key} = \"\" # "))
            .on_line(header, &format!("{key} = \"\""))
            .says(&["an empty string", "expected"]);
    }
    refused("[texts.fact]", "lo = ", "lo = \" \" # ").on_line("[texts.fact]", "lo = \" \"").says(&["an empty string"]);
}

#[test]
fn an_article_is_words_and_a_role_is_a_role() {
    refused("[rules.court-15d]", "article = \"71\"", "article = 71")
        .on_line("[rules.court-15d]", "article = 71")
        .says(&["found 71", "the article, such as"]);
    refused("[rules.court-15d]", "owed_by = \"court\"", "owed_by = \"judge\"")
        .on_line("[rules.court-15d]", "judge")
        .says(&["found \"judge\"", "investigator, prosecutor, court"]);
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
    assert_eq!(engine_questions().len(), 18);
    for question in engine_questions() {
        refused("[readings.lenient]", &format!("\n{question} = "), "\n# ").says(&[&question]);
    }
}

fn engine_questions() -> Vec<String> {
    let readings = LAW_05_NA_2006.split("[readings.lenient]\n").nth(1).expect("the reading is there");
    readings.lines().map_while(|line| line.split_once(" = ")).map(|(question, _)| question.to_owned()).collect()
}

#[test]
fn a_protective_answer_more_lenient_than_the_lenient_one_is_refused() {
    let answer_of = |reading: &str, question: &str| {
        let table = LAW_05_NA_2006.split(&format!("[readings.{reading}]\n")).nth(1).expect("the reading is there");
        let line = table.lines().find(|line| line.starts_with(&format!("{question} = "))).expect("an answer");
        line.split('"').nth(1).expect("a word").to_owned()
    };
    for question in engine_questions() {
        let (strict, mild) = (answer_of("protective", &question), answer_of("lenient", &question));
        let both_mild = changed(
            "[readings.protective]",
            &format!("\n{question} = \"{strict}\""),
            &format!("\n{question} = \"{mild}\""),
        );
        Rulebook::parse(&both_mild).unwrap_or_else(|flaw| panic!("two equal answers are in order: {flaw}"));
        let at = both_mild.find("[readings.lenient]").expect("the reading is there");
        let reversed = format!(
            "{}{}",
            &both_mild[..at],
            both_mild[at..].replacen(&format!("\n{question} = \"{mild}\""), &format!("\n{question} = \"{strict}\""), 1)
        );
        let flaw = Rulebook::parse(&reversed).expect_err("the readings are turned round");
        Refusal { changed: reversed, flaw }.on_line("[readings.protective]", &format!("\n{question} = ")[1..]).says(&[
            "more lenient",
            &strict,
            &mild,
            "swap the two",
        ]);
    }
}

#[test]
fn a_limit_in_the_wrong_unit_is_refused() {
    for (header, old, new, unit) in [
        ("[rules.interview-90min]", "\"90min\"", "\"2h\"", "90min"),
        ("[rules.custody-48h]", "\"48h\"", "\"2d\"", "48h"),
        ("[rules.court-15d]", "\"15d\"", "\"1mo\"", "30d"),
        ("[rules.remand-term]", "\"1mo\"", "\"30d\"", "1mo"),
        ("[rules.remand-cap]", "\"8mo\"", "\"240d\"", "1mo"),
        ("[policy]", "\"1h\"", "\"1d\"", "48h"),
    ] {
        refused(header, old, new).on_line(header, new).says(&["found", new, unit]);
    }
}

#[test]
fn a_limit_of_nothing_or_of_more_than_ten_years_is_refused() {
    let header = "[rules.court-15d]";
    for limit in ["0d", "3651d", "99999999999d"] {
        refused(header, "15d\"", &format!("{limit}\"")).on_line(header, limit).says(&[limit, "ten years"]);
    }
    refused("[policy]", "\"1h\"", "\"0h\"").on_line("[policy]", "0h").says(&["more than nothing"]);
    for limit in ["", "d", "-3d", "15 d", "15days", "15"] {
        refused(header, "15d\"", &format!("{limit}\"")).on_line(header, "limit = ").says(&["a length such as"]);
    }
    refused("[rules.court-15d]", "\"15d\"", "15").says(&["found 15"]);
    refused("[rules.release-at-once]", "\"at_once\"", "\"1h\"").says(&["found \"1h\"", "one of at_once"]);
}

#[test]
fn an_age_or_a_count_is_a_whole_number_in_bounds() {
    refused("[rules.three-summonses]", "count = 3", "count = 0")
        .on_line("[rules.three-summonses]", "count")
        .says(&["found 0"]);
    refused("[rules.three-summonses]", "count = 3", "count = 3.5").says(&["found 3.5"]);
    refused("[rules.three-summonses]", "count = 3", "count = \"3\"").says(&["found \"3\""]);
    refused("[scope]", "= 36", "= 100000").on_line("[scope]", "100000").says(&["from 1 to 1200"]);
    refused("[scope]", "= 18", "= -18").on_line("[scope]", "-18").says(&["found -18"]);
}

#[test]
fn a_lead_that_is_not_before_the_limit_is_refused() {
    let header = "[rules.custody-48h]";
    let leads = "[\"12h\", \"2h\"]";
    for (wrong, says) in [
        ("[\"48h\", \"2h\"]", "shorter than the limit, 48h"),
        ("[\"2d\"]", "shorter than the limit, 48h"),
        ("[\"2h\", \"12h\"]", "longest lead first"),
        ("[\"2h\", \"2h\"]", "none twice"),
        ("[\"2h\", \"120min\"]", "none twice"),
        ("[\"soon\"]", "a length such as"),
        ("[\"0h\"]", "more than nothing"),
        ("[2]", "found 2"),
        ("\"12h\"", "a list of leads"),
    ] {
        refused(header, leads, wrong).on_line(header, "warn_before").says(&["rules.custody-48h.warn_before", says]);
    }
    refused("[rules.remand-term]", "\"7d\"", "\"28d\"").says(&["shorter than the limit, 1mo"]);
    refused("[rules.remand-cap]", "\"7d\"", "\"1mo\"").says(&["in days, hours or minutes"]);
    refused("[rules.parents-notified]", "warn_before = []", "warn_before = [\"1h\"]").says(&["the limit, 1h"]);
}

#[test]
fn numbers_that_contradict_each_other_are_refused() {
    refused("[rules.remand-cap]", "\"4mo\"", "\"9mo\"").on_line("[rules.remand-cap]", "9mo").says(&[
        "9mo",
        "8mo",
        "longer than the cap for a crime",
    ]);
    refused("[rules.release-decision-24h]", "\"48h\"", "\"23h\"")
        .on_line("[rules.release-decision-24h]", "23h")
        .says(&["found 23h", "24h"]);
    refused("[rules.remand-extension-length]", "months = 1", "months = 2")
        .on_line("[rules.remand-extension-length]", "months = 2")
        .says(&["found 2", "rules.remand-term.extension, 1mo"]);
    refused("[rules.age-of-responsibility]", "years = 15", "years = 19")
        .on_line("[rules.age-of-responsibility]", "years = 19")
        .says(&["found 19", "18"]);
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
    let until = Rulebook::parse(&ended).unwrap_or_else(|flaw| panic!("{flaw}")).in_force_until;
    assert_eq!(until.map(|day| day.to_string()).as_deref(), Some("2024-01-01"));
}

#[test]
fn an_id_is_plain() {
    for wrong in ["Law 05", "../law", "ກົດໝາຍ"] {
        refused("id = ", "law-05-na-2006", wrong).on_line("id = ", wrong).says(&["a-z, 0-9"]);
    }
}

#[test]
fn a_missing_text_is_refused() {
    refused("[texts.done-late]", "[texts.done-late]", "[texts.done_late]")
        .on_line("[texts.done-in-time]", "[texts.done_late]")
        .says(&["done_late", "unknown key of a text"]);
    refused("\"action.custody_started\"", "\"action.custody_started\"", "# ")
        .on_line("\n[texts]\n", "[texts]")
        .says(&["\"action.custody_started\" is missing"]);
    refused("[texts.fact]", "lo = ", "# ").on_line("[texts.fact]", "[texts.fact]").says(&["\"lo\" is missing"]);
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
}

#[test]
fn a_value_of_the_wrong_kind_is_refused() {
    refused("[rules.court-15d]", "{ en = \"Court's 15 days\"", "\"Court's 15 days\" # ").says(&["expected a table"]);
    refused("[rules.diversion-first]", "{ article = \"66(3)\"", "5, { article = \"66(3)\"")
        .on_line("[rules.diversion-first]", "5, {")
        .says(&["law[0]", "found 5", "a table"]);
    refused("[rules.custody-place]", "\nsentence_lo", "\nlaw = true\nsentence_lo")
        .on_line("[rules.custody-place]", "law = true")
        .says(&["found true", "a list of"]);
    refused("title = ", "title = ", "title = 5 # ").on_line("title = 5", "title = 5").says(&["found 5", "a table"]);
}
