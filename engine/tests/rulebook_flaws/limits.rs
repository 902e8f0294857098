//! A time limit: how long it is, its notices, what opens it, and what discharges it.

use crate::{Refusal, accepted, changed, refused};

#[test]
fn a_limit_in_the_wrong_unit_is_refused() {
    for (header, old, new, unit) in [
        ("[rules.custody-48h]", "\"48h\"", "\"2d\"", "48h"),
        ("[rules.investigation-30d]", "\"30d\"", "\"1mo\"", "30d"),
        ("[rules.investigation-resumed-30d]", "\"30d\"", "\"1mo\"", "30d"),
        ("[rules.remand-term]", "\"1mo\"", "\"30d\"", "1mo"),
        ("[rules.remand-cap]", "\"8mo\"", "\"240d\"", "1mo"),
        ("[rules.release-decision-24h]", "\"24h\"", "\"1d\"", "48h"),
        ("[policy]", "\"1h\"", "\"1d\"", "48h"),
    ] {
        refused(header, old, new).on_line(header, new).says(&["found", new, unit]);
    }
}

#[test]
fn a_plain_limit_may_be_in_any_unit() {
    for limit in ["900min", "360h", "15d", "1mo"] {
        accepted(
            &changed("[rules.court-15d]", "\"15d\"", &format!("\"{limit}\""))
                .replace("warn_before = [\"3d\", \"1d\"]", "warn_before = []"),
        );
    }
}

#[test]
fn a_limit_of_nothing_or_of_more_than_ten_years_is_refused() {
    let header = "[rules.court-15d]";
    for limit in ["0d", "3651d", "121mo", "99999999999d"] {
        refused(header, "15d\"", &format!("{limit}\"")).on_line(header, limit).says(&[limit, "ten years"]);
    }
    refused("[policy]", "\"1h\"", "\"0h\"").on_line("[policy]", "0h").says(&["more than nothing"]);
    for limit in ["", "d", "-3d", "15 d", "15days", "15", "at_onc"] {
        refused(header, "15d\"", &format!("{limit}\"")).on_line(header, "limit = ").says(&["a length such as"]);
    }
    refused("[rules.court-15d]", "\"15d\"", "15").says(&["found 15"]);
    refused("[rules.custody-48h]", "\"48h\"", "\"at_once\"").says(&["found \"at_once\"", "a length such as"]);
}

#[test]
fn an_age_or_a_count_is_a_whole_number_in_bounds() {
    refused("[rules.three-summonses]", "count = 3", "count = 0")
        .on_line("[rules.three-summonses]", "count = 0")
        .says(&["found 0"]);
    refused("[rules.three-summonses]", "count = 3", "count = 3.5").says(&["found 3.5"]);
    refused("[rules.three-summonses]", "count = 3", "count = \"3\"").says(&["found \"3\""]);
    refused("[numbers]", "= 36", "= 100000").on_line("[numbers]", "100000").says(&["from 1 to 1200", "used by"]);
    refused("[numbers]", "= 36", "= \"36\"").on_line("[numbers]", "\"36\"").says(&["found \"36\"", "a whole number"]);
    refused("[numbers]", "= 18", "= -18").on_line("[numbers]", "-18").says(&["found -18"]);
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
    refused("[rules.remand-cap]", "\"7d\"", "\"112d\"").says(&["shorter than the limit, 4mo"]);
    refused("[rules.parents-notified]", "warn_before = []", "warn_before = [\"1h\"]").says(&["the limit, 1h"]);
}

#[test]
fn an_unknown_action_is_refused_wherever_it_stands() {
    for (header, old, new) in [
        ("[rules.court-15d]", "opens = \"prosecution_order_received\"", "opens = \"prosecution_order_recieved\""),
        ("[rules.court-15d]", "\"judgment_given\"", "\"judgement_given\""),
        ("[rules.court-15d]", "on = \"hearing_held\"", "on = \"hearing_hold\""),
        ("[rules.prosecutor-mediation-30d]", "counted_from = \"file_received\"", "counted_from = \"file_recieved\""),
        ("[rules.interview-room]", "on = \"interview_started\"", "on = \"interview_start\""),
    ] {
        let word = |text: &str| text.split('"').nth(1).expect("a word").to_owned();
        refused(header, old, new).on_line(header, &word(new)).says(&[
            &format!("found \"{}\"", word(new)),
            "expected an action",
            &format!("did you mean \"{}\"?", word(old)),
        ]);
    }
    refused("[rules.court-15d]", "\"judgment_given\"", "\"verdict\"").says(&["found \"verdict\"", "kamnot actions"]);
    refused("[rules.court-15d]", "opens = ", "opens = 5 # ").says(&["found 5", "the action that opens it"]);
    refused("[rules.court-15d]", "opens = ", "opens = [] # ").says(&["an empty list"]);
    refused("[rules.court-15d]", "opens = ", "opens = [\"file_sent\", \"file_sent\"] # ")
        .says(&["\"file_sent\" twice"]);
}

#[test]
fn a_limit_that_nothing_can_open_is_refused() {
    let (header, old) = ("[rules.prosecutor-mediation-30d]", "if = { field = \"to\", is = \"prosecutor\" }");
    for never in [
        "if = \"never\"",
        "if = { left_out = \"to\" }",
        "if = { null = \"to\" }",
        "if = { all = [{ field = \"to\", is = \"prosecutor\" }, { field = \"to\", is = \"village\" }] }",
        "if = { field = \"to\", is_not = [\"village\", \"justice_office\", \"investigator\", \"prosecutor\"] }",
        "if = { choice = \"hearing\", substantive = \"never\", opened = \"always\" }",
    ] {
        let says =
            if never.contains("null") { "is never null" } else { "this can open nothing, whatever is on record" };
        refused(header, old, never).on_line(header, "opens = ").says(&["rules.prosecutor-mediation-30d.opens", says]);
    }
}

#[test]
fn a_limit_that_nothing_can_end_is_refused() {
    let header = "[rules.court-15d]";
    refused("[rules.prosecutor-10d]", "done_by = [", "done_by = [] # ")
        .on_line("[rules.prosecutor-10d]", "done_by = ")
        .says(&["an empty list", "nothing would end the limit", "a list of the actions that discharge it"]);
    refused("[rules.prosecutor-10d]", "done_by = [", "done_by = \"case_closed\" # ")
        .says(&["found \"case_closed\"", "a list"]);
    refused("[rules.prosecutor-10d]", "done_by = [", "done_by = [5, ").says(&[
        "done_by[0]",
        "found 5",
        "{ on = …, if = … }",
    ]);
    let old = "if = { choice = \"hearing\", substantive = { yes = \"substantive\" }, opened = \"always\" }";
    for never in [
        "\"never\"",
        "{ all = [{ yes = \"closed\" }, { no = \"closed\" }] }",
        "{ choice = \"hearing\", substantive = \"never\", opened = { left_out = \"substantive\" } }",
    ] {
        refused(header, old, &format!("if = {never}"))
            .on_line(header, "{ on = \"hearing_held\"")
            .says(&["can end nothing"]);
        if never.len() < 10 {
            refused(header, old, &format!("if_opening = {never}")).says(&["if_opening", "can end nothing"]);
        }
    }
    // What the lenient reading alone accepts does end something, and so does what each reading accepts in its own way.
    for possible in [
        "{ choice = \"hearing\", substantive = \"never\", opened = \"always\" }",
        "{ choice = \"hearing\", substantive = { arguable_only = { yes = \"closed\" } }, opened = \"never\" }",
    ] {
        accepted(&changed(header, old, &format!("if = {possible}")));
    }
}

#[test]
fn what_ends_a_limit_asks_its_own_action_and_the_rest_of_the_opening_one() {
    let (header, old) = (
        "[rules.court-15d]",
        "if = { choice = \"hearing\", substantive = { yes = \"substantive\" }, opened = \"always\" }",
    );
    for case in [
        "{ before = \"arrested\" }",
        "{ last_of = [\"arrested\", \"released\"], is = \"arrested\" }",
        "{ offence = \"crime\" }",
        "{ offence = \"serious\" }",
        "{ penalty = \"min\", below = 36 }",
        "{ age_below = 18 }",
        "{ term = \"under-remand\" }",
        "{ all = [{ yes = \"closed\" }, { not = { before = \"arrested\" } }] }",
        "{ choice = \"hearing\", substantive = { offence = \"crime\" }, opened = \"always\" }",
    ] {
        refused(header, old, &format!("if = {case}")).on_line(header, "{ on = \"hearing_held\"").says(&[
            "rules.court-15d.done_by[1].if",
            "more than the action's own fields",
            "if_opening",
        ]);
        let opening = case.replace("{ yes = \"closed\" }", "\"always\"");
        let asked = "{ choice = \"hearing\", substantive = \"always\", opened = \"always\" }";
        accepted(&changed(header, old, &format!("if_opening = {{ all = [{opening}, {asked}] }}")));
    }
    let half = "{ on = \"judgment_given\", if = { field = \"months\", more_than_half_of = \"penalty\" } }";
    refused(header, "\"judgment_given\"", half).on_line(header, half).says(&["more than the action's own fields"]);
    refused(header, old, "since = \"first_arrest\"").says(&["found \"first_arrest\"", "first_deprivation"]);
    refused(header, old, "when = \"always\"").says(&["when", "unknown key", "on, if, if_opening, since"]);
}

#[test]
fn what_a_procedure_opens_is_not_asked_by_what_ends_it() {
    refused("[rules.remand-term]", "[\"released\",", "[{ on = \"released\", if_opening = { null = \"order\" } },")
        .on_line("[rules.remand-term]", "done_by = ")
        .says(&["rules.remand-term.done_by[0].if_opening", "a rule with a procedure", "remove it"]);
    let changed = changed("[rules.investigation-30d]", "\n", "\nstarts_anew_if = { before = \"file_returned\" }\n");
    Refusal::of(changed)
        .on_line("[rules.investigation-30d]", "starts_anew_if")
        .says(&["more than the action's own fields and the answers to questions"]);
}
