//! What every rule has: its name, its article, its words, who owes the duty, its dates, its procedure.

use engine::rulebook::LAW_05_NA_2006;

use crate::{Refusal, accepted, changed, changed_again, refused};

/// The table of a rule, from its header to the empty line behind it.
fn table(header: &str) -> &'static str {
    let start = LAW_05_NA_2006.find(header).expect("the rule is there");
    let end = start + LAW_05_NA_2006[start..].find("\n\n").expect("the rule ends") + 1;
    &LAW_05_NA_2006[start..end]
}

#[test]
fn a_rules_name_has_the_allowed_form() {
    let long = "a".repeat(41);
    for wrong in ["Court", "\"court 15\"", "\"a:b:c\"", "\":a\"", "\"\"", "\"ສານ\"", &long] {
        refused("[rules.court-15d]", "[rules.court-15d]", &format!("[rules.{wrong}]"))
            .on_line("# The law sets no limit for the judgment itself.", &format!("[rules.{wrong}]"))
            .says(&[
                &format!("found \"{}\"", wrong.trim_matches('"')),
                "the name of a rule: 1 to 40 of a-z, 0-9, - and _",
            ]);
    }
    refused("[rules.interview-90min]", "[rules.interview-90min]", "[rules]\ncourt = 5\n[rules.interview-90min]")
        .on_line("[rules]", "court = 5")
        .says(&["rules.court", "found 5", "expected a table"]);
}

#[test]
fn a_rule_of_another_name_and_a_rule_left_out_are_no_flaws() {
    accepted(&changed("[rules.training-centre]", "[rules.training-centre]", "[rules.training-center]"));
    accepted(&LAW_05_NA_2006.replacen(table("[rules.hearing-closed]"), "", 1));
}

#[test]
fn a_rule_lacks_nothing_that_a_lawyer_asks_for() {
    for (key, what) in [
        ("article", "the article"),
        ("owed_by", "investigator, prosecutor, court"),
        ("limit", "a length such as \"30d\""),
        ("warn_before", "[] for none"),
        ("opens", "the action that opens it"),
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
        ("[rules.remand-term]", "done_by"),
        ("[rules.remand-cap]", "major"),
        ("[rules.remand-cap]", "crime"),
        ("[rules.release-decision-24h]", "from_request"),
        ("[rules.release-decision-24h]", "opens"),
        ("[rules.age-of-responsibility]", "years"),
        ("[rules.three-summonses]", "count"),
        ("[rules.three-summonses]", "on"),
        ("[rules.release-at-once]", "limit"),
        ("[rules.interview-room]", "fails"),
        ("[rules.interview-room]", "on"),
        ("[rules.brought-in-with-parents]", "owed_by"),
        ("[numbers]", "adult_age"),
        ("[policy]", "at_once"),
        ("[policy]", "notice_hour"),
    ] {
        refused(header, &format!("\n{key} = "), "\n# ").on_line(header, header).says(&["is missing", key, "add it"]);
    }
    for table in ["numbers", "policy", "questions", "terms", "texts"] {
        let without = LAW_05_NA_2006.replacen(&format!("\n[{table}]\n"), "\n[policy2]\n", 1);
        Refusal::of(without).says(&["policy2", "unknown key"]);
    }
}

#[test]
fn an_empty_string_is_refused() {
    for key in ["article", "owed_by", "limit", "en", "lo", "sentence_lo", "opens"] {
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
    refused("[rules.court-15d]", "owed_by = \"court\"", "owed_by = \"cuort\"").says(&["did you mean \"court\"?"]);
    refused("[rules.court-15d]", "owed_by = \"court\"", "owed_by = true")
        .says(&["found true", "investigator, prosecutor"]);
}

#[test]
fn a_list_of_who_owes_a_duty_ends_with_a_role() {
    let (header, old) =
        ("[rules.juvenile-court]", "[{ if = { action = \"hearing_held\" }, role = \"court\" }, \"prosecutor\"]");
    let court = "{ if = { action = \"hearing_held\" }, role = \"court\" }";
    for (wrong, says) in [
        (format!("[{court}]"), "no role at the end of the list"),
        ("[]".to_owned(), "no role at the end of the list"),
        (format!("[\"prosecutor\", {court}]"), "as the last entry one of investigator, prosecutor, court"),
        (format!("[\"court\", {court}, \"prosecutor\"]"), "the last entry alone is a plain role"),
        (format!("[{court}, \"judge\"]"), "found \"judge\""),
        ("[{ if = { action = \"hearing_held\" }, role = \"judge\" }, \"court\"]".to_owned(), "found \"judge\""),
        ("[{ if = { action = \"hearing_held\" } }, \"court\"]".to_owned(), "\"role\" is missing"),
        ("[{ role = \"court\" }, \"court\"]".to_owned(), "\"if\" is missing"),
        ("[{ if = \"never\", role = \"court\" }, \"court\"]".to_owned(), "no case comes under this entry"),
        (
            "[{ if = { action = \"judgment_given\" }, role = \"court\" }, \"court\"]".to_owned(),
            "found \"judgment_given\"",
        ),
        (
            "[{ if = { yes = \"bail\" }, role = \"court\" }, \"court\"]".to_owned(),
            "found \"bail\"; expected a field of",
        ),
    ] {
        refused(header, old, &wrong).on_line(header, "owed_by = ").says(&["rules.juvenile-court.owed_by", says]);
    }
}

#[test]
fn a_rule_does_not_end_before_it_begins() {
    let header = "[rules.court-15d]";
    refused(header, "\n", "\nfrom = 2020-01-02\nuntil = 2020-01-01\n").on_line(header, "until = ").says(&[
        "rules.court-15d.until",
        "found 2020-01-01",
        "not before \"from\", 2020-01-02",
        "correct one of them",
    ]);
    accepted(&changed(header, "\n", "\nfrom = 2020-01-01\nuntil = 2020-01-01\n"));
    refused(header, "\n", "\nfrom = \"2020-01-01\"\n").on_line(header, "from = ").says(&["a day of the calendar"]);
    refused(header, "\n", "\nafter_eighteen = false\n")
        .on_line(header, "after_eighteen")
        .says(&["found false", "true"]);
}

#[test]
fn a_procedure_is_one_that_the_program_has_and_fits_the_kind_of_rule() {
    refused("[rules.custody-48h]", "\"custody\"", "\"custodial\"").on_line("[rules.custody-48h]", "procedure = ").says(
        &["found \"custodial\"", "one of custody, investigation,", "three_summonses", "did you mean \"custody\"?"],
    );
    refused("[rules.custody-48h]", "\n", "\non = \"arrested\"\n").on_line("[rules.custody-48h]", "on = ").says(&[
        "the procedure \"custody\" counts a time limit",
        "no \"on\"",
        "remove it",
    ]);
    refused("[rules.three-summonses]", "\"brought_in\"", "[\"brought_in\", \"arrested\"]")
        .on_line("[rules.three-summonses]", "on = ")
        .says(&["found \"arrested\"", "expected brought_in", "\"three_summonses\""]);
    refused("[rules.three-summonses]", "\n", "\nfails = \"always\"\n").says(&["fails", "unknown key"]);
    refused("[rules.custody-48h]", "\n", "\nopens = \"arrested\"\n").says(&["opens", "unknown key"]);
}

#[test]
fn a_procedure_counts_one_rule() {
    for header in [
        "[rules.custody-48h]",
        "[rules.investigation-resumed-30d]",
        "[rules.remand-cap]",
        "[rules.release-decision-24h]",
    ] {
        let again = table(header).replacen(header, "[rules.again]", 1);
        let twice = changed(header, table(header), &format!("{}\n{again}", table(header)));
        Refusal::of(twice).on_line("[rules.again]", "procedure = ").says(&[
            "rules.again.procedure",
            "second rule of this procedure",
            &format!("after {}", header.trim_matches(['[', ']'])),
            "expected one",
        ]);
    }
}

#[test]
fn a_rule_is_arguable_for_actions_on_which_it_is_tested() {
    let (header, old) = ("[rules.remand-order]", "arguable_only = [\"remand_extended\"]");
    refused(header, old, "arguable_only = [\"arrested\"]")
        .on_line(header, "arguable_only = ")
        .says(&["found \"arrested\"", "tested on remand_ordered, remand_extended alone"]);
    refused(header, old, "arguable_only = [\"remand_extendet\"]").says(&["did you mean \"remand_extended\"?"]);
    refused(header, old, "arguable_only = false").on_line(header, "arguable_only = ").says(&["found false"]);
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
    refused("[numbers]", "extension_months = 1", "extension_months = 2")
        .on_line("[rules.remand-extension-length]", "fails = ")
        .says(&["more than 2 months", "rules.remand-term.extension, 1mo", "correct one of the two"]);
    refused("[rules.age-of-responsibility]", "years = 15", "years = 19")
        .on_line("[rules.age-of-responsibility]", "years = 19")
        .says(&["found 19", "no more than numbers.adult_age, 18"]);
    accepted(&changed_again(
        &changed("[numbers]", "= 1 ", "= 2 "),
        "[rules.remand-term]",
        "extension = \"1mo\"",
        "extension = \"2mo\"",
    ));
}
