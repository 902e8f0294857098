//! What a test says: every name in it is known, and everything is asked of what can answer it.

use crate::{Refusal, accepted, changed, changed_again, failing, refused, refused_test};

#[test]
fn an_unknown_test_is_refused() {
    for (test, says) in [
        ("\"sometimes\"", "found \"sometimes\"; expected a test, such as"),
        ("5", "found 5; expected a test, such as"),
        ("[\"always\"]", "found a list; expected a test, such as"),
        ("true", "found true; expected a test, such as"),
        ("{}", "found a test with nothing; expected one of yes, no, null"),
        ("{ nott = \"always\" }", "found a test with nott; expected one of"),
        ("{ unless = \"always\" }", "lenient_needs"),
    ] {
        refused_test(test).says(&["rules.interview-room.fails", says]);
    }
    refused_test("{ nott = \"always\" }").says(&["did you mean \"not\"?"]);
    refused_test("{ is = \"other\" }").says(&["found a test with is"]);
}

#[test]
fn a_test_asks_one_thing() {
    for (test, one, other) in [
        ("{ yes = \"openly\", no = \"dedicated_room\" }", "yes", "no"),
        ("{ no = \"openly\", offence = \"crime\" }", "no", "offence"),
        ("{ offence = \"crime\", penalty = \"min\", below = 36 }", "offence", "penalty"),
        ("{ all = [\"always\", \"always\"], any = [\"always\", \"always\"] }", "all", "any"),
        ("{ before = \"arrested\", term = \"under-remand\" }", "before", "term"),
        ("{ arguable_only = \"always\", lenient_needs = \"always\" }", "arguable_only", "lenient_needs"),
    ] {
        let both = format!("it asks both \"{one}\" and \"{other}\"");
        refused_test(test).says(&[&both, "expected one", "join two tests with all or any"]);
    }
    for (test, key) in [
        ("{ no = \"openly\", is = \"other\" }", "is"),
        ("{ offence = \"crime\", below = 36 }", "below"),
        ("{ penalty = \"min\", below = 36, in = \"episode\" }", "in"),
        ("{ last_of = [\"arrested\", \"released\"], is = \"arrested\", where = \"always\" }", "where"),
        ("{ before = \"arrested\", is = \"arrested\" }", "is"),
        ("{ not = \"always\", at_least = 2 }", "at_least"),
    ] {
        refused_test(test).says(&[&format!("fails.{key}"), "unknown key"]);
    }
    for (test, found) in [
        ("{ field = \"attended_by\" }", "found nothing beside the field"),
        ("{ field = \"attended_by\", has_any = \"child\", has_none = \"parent\" }", "found has_any and has_none"),
    ] {
        refused_test(test).says(&[found, "exactly one of is, is_not, has_any"]);
    }
    for test in ["{ all = [{ no = \"openly\" }] }", "{ any = [] }"] {
        refused_test(test).says(&["a list of at least two tests", "without the list"]);
    }
    refused_test("{ all = \"always\" }").says(&["found \"always\"", "a list of tests"]);
}

#[test]
fn an_unknown_field_is_refused_with_the_fields_that_the_action_has() {
    refused_test("{ no = \"dedicated_rooms\" }").says(&[
        "rules.interview-room.fails.no",
        "found \"dedicated_rooms\"",
        "expected a field of interview_started: attended_by, dedicated_room, openly, specialised",
        "did you mean \"dedicated_room\"?",
    ]);
    for (field, found) in
        [("closed", "closed"), ("place.children_only", "place.children_only"), ("at", "at"), ("", "an empty string")]
    {
        refused_test(&format!("{{ no = \"{field}\" }}")).says(&[found, "expected"]);
    }
    refused_test("{ no = 5 }").says(&["found 5", "the name of a field"]);
    let (header, old) = ("[rules.custody-place]", "{ no = \"place.sexes_separated\" }");
    for wrong in ["place.sexes", "place.", ".place", "place.children_only.x", "children_only"] {
        refused(header, old, &format!("{{ no = \"{wrong}\" }}")).on_line(header, "fails = ").says(&[
            &format!("found \"{wrong}\""),
            "a field of arrested, custody_started",
            "place.sexes_separated",
        ]);
    }
    refused("[rules.charge-told]", "fails = ", "fails = { no = \"closed\" } # ")
        .says(&["a field of interview_started, prosecution_ordered"]);
    refused("[rules.centre-visits]", "on = \"visit_refused\"", "on = \"training_centre_entered\"")
        .says(&["a field of training_centre_entered, which has none of its own"]);
}

#[test]
fn a_field_is_asked_what_it_can_answer() {
    for (test, says) in [
        ("{ yes = \"attended_by\" }", "a list of words; ask it with has_any or has_none"),
        ("{ no = \"attended_by\" }", "a list of words"),
        ("{ field = \"attended_by\", is = \"parent\" }", "a list of words"),
        ("{ field = \"attended_by\", more_than = 1 }", "a list of words"),
        ("{ null = \"attended_by\" }", "is never null; ask whether it was left_out"),
        ("{ field = \"dedicated_room\", has_any = [\"parent\"] }", "is true or false; ask it with yes or no"),
        ("{ field = \"dedicated_room\", is = \"yes\" }", "is true or false"),
        ("{ field = \"dedicated_room\", more_than_half_of = \"penalty\" }", "is true or false"),
        ("{ empty = \"dedicated_room\" }", "is true or false"),
    ] {
        refused_test(test).says(&["the field ", "of interview_started", says]);
    }
    for (header, old, new, says) in [
        ("[rules.juvenile-court]", "is = \"other\"", "more_than = 1", "is one word; ask it with is or is_not"),
        ("[rules.juvenile-court]", "is = \"other\"", "has_any = [\"other\"]", "is one word"),
        ("[rules.juvenile-court]", "field = \"court_kind\", is = \"other\"", "yes = \"court_kind\"", "is one word"),
        (
            "[rules.half-penalty]",
            "{ field = \"months\", more_than_half_of",
            "{ field = \"measure\", more_than_half_of",
            "is one word",
        ),
        (
            "[rules.half-penalty]",
            "more_than_half_of = \"penalty\"",
            "is = \"12\"",
            "is a number; ask it with more_than",
        ),
        (
            "[rules.half-penalty]",
            "more_than_half_of = \"penalty\"",
            "more_than_half_of = \"months\"",
            "found \"months\"; expected one of penalty",
        ),
        ("[rules.no-ill-treatment]", "{ yes = \"confirmed\" }", "{ empty = \"kinds\" }", "a list that is never empty"),
        (
            "[rules.arrest-order]",
            "{ null = \"order\" }",
            "{ yes = \"order\" }",
            "has fields of its own; name one of them with a dot",
        ),
        ("[rules.arrest-order]", "{ null = \"order\" }", "{ null = \"order.by\" }", "is never null"),
        (
            "[rules.arrest-order]",
            "{ null = \"order\" }",
            "{ yes = \"order.number\" }",
            "has no fixed values; ask whether it was left_out",
        ),
    ] {
        refused(header, old, new)
            .on_line(header, new)
            .says(&["the field ", says].map(|word| if says.starts_with("found") { says } else { word }));
    }
}

#[test]
fn an_unknown_word_is_refused_with_the_words_that_the_field_has() {
    for wrong in ["[\"mother\"]", "\"mother\"", "[\"parent\", \"mother\"]"] {
        refused_test(&format!("{{ field = \"attended_by\", has_none = {wrong} }}")).says(&[
            "rules.interview-room.fails.has_none",
            "found \"mother\"",
            "one of parent, guardian, relative",
        ]);
    }
    refused_test("{ field = \"attended_by\", has_any = [\"gaurdian\"] }").says(&["did you mean \"guardian\"?"]);
    refused_test("{ field = \"attended_by\", has_any = [] }").says(&["an empty list"]);
    refused_test("{ field = \"attended_by\", has_any = [\"parent\", \"parent\"] }")
        .says(&["found \"parent\" twice", "remove one"]);
    refused("[rules.juvenile-court]", "is = \"other\"", "is = \"panel\"").says(&["found \"panel\"", "juvenile_panel"]);
    refused_test("{ offence = \"grave\" }").says(&["found \"grave\"", "one of minor, major, crime, serious"]);
    refused_test("{ penalty = \"mean\", below = 36 }").says(&["found \"mean\"", "one of min, max"]);
    refused_test("{ before = \"arrested\", in = \"case\" }").says(&["found \"case\"", "one of episode"]);
}

#[test]
fn a_field_with_other_words_in_another_action_is_tested_apart() {
    let (header, old) = ("[rules.no-ill-treatment]", "on = \"ill_treatment_reported\"");
    let source = changed(header, old, "on = [\"summons_missed\", \"case_voided\"]").replacen(
        "fails = { any = [{ yes = \"confirmed\" }, { arguable_only = { left_out = \"confirmed\" } }] }",
        "fails = { null = \"reason\" }",
        1,
    );
    Refusal::of(source).on_line(header, "fails = ").says(&["the field \"reason\" of case_voided", "is never null"]);
}

#[test]
fn an_unknown_term_is_refused_and_one_that_no_rule_uses() {
    refused_test("{ term = \"under-remands\" }").says(&[
        "found \"under-remands\"",
        "a name under [terms]",
        "did you mean \"under-remand\"?",
        "check the spelling or add it",
    ]);
    refused_test("{ term = [\"under-remand\"] }").says(&["found a list", "the name of a term"]);
    refused("[terms]", "\n", "\nspare = \"always\"\n").on_line("[terms]", "spare").says(&[
        "terms.spare",
        "no rule uses this term",
        "remove",
    ]);
    let chain = changed("[terms]", "\n", "\nspare = { not = { term = \"under-remand\" } }\n");
    Refusal::of(chain).on_line("[terms]", "spare").says(&["no rule uses this term"]);
}

#[test]
fn a_flaw_in_a_term_names_the_rule_that_uses_it() {
    refused("[rules.visits-allowed]", "on = \"visit_refused\"", "on = \"hearing_held\"")
        .says(&["a field of hearing_held"]);
    let used = failing("{ term = \"no-protector-throughout\" }");
    Refusal::of(used).on_line("[terms]", "no-protector-throughout = ").says(&[
        "terms.no-protector-throughout",
        "found \"attended_throughout\"",
        "a field of interview_started",
        "(used by rules.interview-room.fails.term)",
    ]);
}

#[test]
fn a_term_does_not_stand_within_itself() {
    let use_of = |terms: &str| changed_again(&failing("{ term = \"a\" }"), "[terms]", "\n", &format!("\n{terms}\n"));
    Refusal::of(use_of("a = { not = { term = \"a\" } }")).on_line("[terms]", "a = ").says(&[
        "terms.a.not.term",
        "the term \"a\" stands within itself",
        "take it out",
        "used by rules.interview-room.fails.term",
    ]);
    Refusal::of(use_of("a = { not = { term = \"b\" } }\nb = { not = { term = \"a\" } }"))
        .on_line("[terms]", "b = ")
        .says(&["terms.b.not.term", "the term \"a\" stands within itself"]);
    accepted(&use_of(
        "a = { not = { term = \"b\" } }\nb = { any = [{ term = \"c\" }, { term = \"c\" }] }\nc = { yes = \"dedicated_room\" }",
    ));
}

#[test]
fn an_unknown_number_is_refused_and_one_that_no_rule_uses() {
    let (header, old) = ("[terms]", "minimum = { penalty = \"min\", below = \"grave_penalty_months\" }");
    refused(header, old, "minimum = { penalty = \"min\", below = \"grave_penalty\" }")
        .on_line(header, "under-three-years")
        .says(&[
            "found \"grave_penalty\"",
            "a whole number from 1 to 1200, or the name of one under [numbers]",
            "did you mean \"grave_penalty_months\"?",
        ]);
    refused_test("{ penalty = \"min\" }").says(&["\"below\" is missing", "a whole number"]);
    for (test, says) in [
        ("{ penalty = \"min\", below = 0 }", "found 0; expected a whole number from 1 to 1200"),
        ("{ penalty = \"min\", below = -3 }", "found -3"),
        ("{ age_below = 15 }", "found 15; expected 18"),
        ("{ age_below = 101 }", "found 101; expected a whole number from 1 to 100"),
        ("{ age_below = \"adult\" }", "found \"adult\""),
        ("{ before = \"summons_served\", at_least = 0 }", "found 0; expected a whole number from 1"),
        ("{ before = \"summons_served\", at_least = 2.5 }", "found 2.5"),
    ] {
        refused_test(test).says(&["rules.interview-room.fails", says]);
    }
    refused("[numbers]", "\n", "\nspare = 3\n")
        .on_line("[numbers]", "spare")
        .says(&["numbers.spare", "no rule uses this number"]);
}

#[test]
fn a_tested_action_is_one_of_those_on_which_the_rule_is_tested() {
    refused_test("{ action = \"interview_ended\" }").says(&[
        "found \"interview_ended\"",
        "tested on interview_started alone",
        "name one of those, or add it there",
    ]);
    refused_test("{ action = \"interview\" }").says(&["found \"interview\"", "expected an action"]);
    refused_test("{ before = [\"arrested\", \"arested\"] }").says(&["fails.before[1]", "did you mean \"arrested\"?"]);
}

#[test]
fn what_was_before_is_asked_by_its_own_fields() {
    for case in [
        "{ before = \"arrested\" }",
        "{ offence = \"crime\" }",
        "{ age_below = 18 }",
        "{ term = \"under-three-years\" }",
        "{ choice = \"hearing\", substantive = \"always\", opened = { no = \"settled\" } }",
        "{ arguable_only = { no = \"settled\" } }",
        "{ all = [{ no = \"settled\" }, { offence = \"serious\" }] }",
    ] {
        refused_test(&format!("{{ not = {{ before = \"mediation_ended\", where = {case} }} }}")).says(&[
            "fails.not.where",
            "more than the earlier action's own fields",
            "ask the rest beside \"before\"",
        ]);
    }
    refused_test("{ before = \"judgment_given\", where = { field = \"months\", more_than_half_of = \"penalty\" } }")
        .says(&["fails.where"]);
    refused_test("{ before = \"mediation_ended\", where = { no = \"dedicated_room\" } }")
        .says(&["a field of mediation_ended"]);
    for never in ["\"never\"", "{ left_out = \"settled\" }", "{ all = [{ yes = \"settled\" }, { no = \"settled\" }] }"]
    {
        refused_test(&format!("{{ before = \"mediation_ended\", where = {never} }}"))
            .says(&["no such action can ever be so"]);
    }
}

#[test]
fn a_level_is_that_of_a_mediation() {
    for (test, says) in [
        ("{ before = \"referred_to_mediation\", level = \"village\" }", "found a level of referred_to_mediation"),
        (
            "{ before = [\"mediation_ended\", \"arrested\"], level = \"village\" }",
            "only mediation_ended has one; name it alone",
        ),
        ("{ before = \"mediation_ended\", level = \"town\" }", "found \"town\"; expected one of village"),
        ("{ before = \"mediation_ended\", level_certain = true }", "without a level"),
        ("{ before = \"mediation_ended\", level = \"village\", level_certain = false }", "found false; expected true"),
    ] {
        refused_test(test).says(&["rules.interview-room.fails", says]);
    }
}

#[test]
fn an_episode_is_asked_for_one_such_action() {
    for at_least in ["1", "3", "\"adult_age\""] {
        refused_test(&format!(
            "{{ not = {{ before = \"summons_served\", in = \"episode\", at_least = {at_least} }} }}"
        ))
        .says(&[
            "fails.not.at_least",
            "in = \"episode\" asks for one such action",
            "leave one of the two out",
        ]);
    }
}

#[test]
fn the_last_of_some_actions_is_one_of_them() {
    for (test, says) in [
        (
            "{ last_of = [\"arrested\", \"released\"], is = \"custody_started\" }",
            "found \"custody_started\"; expected actions out of last_of: arrested, released",
        ),
        ("{ last_of = [\"arrested\", \"released\"], is = [\"arrested\", \"file_sent\"] }", "found \"file_sent\""),
        (
            "{ last_of = [\"arrested\", \"released\"] }",
            "\"is\" is missing; expected one or more of the actions of last_of",
        ),
        ("{ last_of = [\"arrested\", \"relesed\"], is = \"arrested\" }", "did you mean \"released\"?"),
    ] {
        refused_test(test).says(&["rules.interview-room.fails", says]);
    }
}
