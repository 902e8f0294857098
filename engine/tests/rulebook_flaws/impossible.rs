//! A condition that can never fail is refused, and one that can is not.

use crate::{Refusal, accepted, changed, failing, refused, refused_test};

#[test]
fn a_condition_that_can_never_fail_is_refused() {
    for never in [
        "\"never\"",
        "{ not = \"always\" }",
        "{ all = [{ yes = \"openly\" }, { no = \"openly\" }] }",
        "{ all = [{ left_out = \"openly\" }, { no = \"openly\" }] }",
        "{ all = [{ field = \"attended_by\", has_any = [\"parent\", \"guardian\"] }, { field = \"attended_by\", has_none = [\"guardian\", \"parent\"] }] }",
        "{ all = [{ empty = \"attended_by\" }, { field = \"attended_by\", has_any = \"child\" }] }",
        "{ all = [{ offence = \"minor\" }, { offence = \"crime\" }] }",
        "{ not = { any = [{ offence = \"minor\" }, { offence = \"major\" }, { offence = \"crime\" }] } }",
        "{ all = [{ offence = \"serious\" }, { not = { offence = \"serious\" } }] }",
        "{ all = [{ penalty = \"min\", below = 12 }, { not = { penalty = \"min\", below = 36 } }] }",
        "{ all = [{ age_below = 18 }, { not = { age_below = 18 } }] }",
        "{ all = [{ before = \"charge_told\" }, { not = { before = \"charge_told\" } }] }",
        "{ all = [{ term = \"under-remand\" }, { not = { term = \"under-remand\" } }] }",
        "{ all = [{ last_of = [\"arrested\", \"released\"], is = \"arrested\" }, { last_of = [\"arrested\", \"released\"], is = \"released\" }] }",
        "{ choice = \"hearing\", substantive = \"never\", opened = \"always\" }",
        "{ all = [{ choice = \"hearing\", substantive = { no = \"openly\" }, opened = \"always\" }, { yes = \"openly\" }] }",
        "{ arguable_only = { all = [{ yes = \"openly\" }, { no = \"openly\" }] } }",
        "{ any = [\"never\", { all = [{ yes = \"openly\" }, { no = \"openly\" }] }] }",
        "{ not = { action = \"interview_started\" } }",
    ] {
        refused_test(never).says(&[
            "rules.interview-room.fails",
            "this can never fail, whatever is on record",
            "correct or remove it",
        ]);
    }
    let court = |test: &str| {
        changed(
            "[rules.juvenile-court]",
            "fails = { field = \"court_kind\", is = \"other\" }",
            &format!("fails = {test}"),
        )
    };
    for never in [
        "{ all = [{ field = \"court_kind\", is = \"other\" }, { field = \"court_kind\", is_not = \"other\" }] }",
        "{ all = [{ field = \"court_kind\", is = \"other\" }, { field = \"court_kind\", is = \"juvenile_panel\" }] }",
        "{ field = \"court_kind\", is_not = [\"juvenile_court\", \"juvenile_panel\", \"other\"] }",
        "{ all = [{ action = \"prosecution_ordered\" }, { no = \"closed\" }] }",
        "{ not = { action = [\"prosecution_ordered\", \"hearing_held\"] } }",
    ] {
        Refusal::of(court(never)).on_line("[rules.juvenile-court]", "fails = ").says(&["this can never fail"]);
    }
    for (header, old, never) in [
        (
            "[rules.half-penalty]",
            "more_than_half_of = \"penalty\" }",
            "more_than = 12 }, { not = { field = \"months\", more_than = 6 } }",
        ),
        (
            "[rules.training-centre]",
            "{ field = \"served_in\", is_not = \"training_centre\" }",
            "{ left_out = \"measure\" }",
        ),
    ] {
        refused(header, old, never).on_line(header, "fails = ").says(&["this can never fail"]);
    }
}

#[test]
fn a_condition_that_is_never_tested_is_refused() {
    let (header, old) = ("[rules.bail-unless-necessary]", "tested_if = { field = \"kind\", is = \"provisional\" }");
    for never in ["\"never\"", "{ left_out = \"kind\" }", "{ all = [{ yes = \"bail\" }, { no = \"bail\" }] }"] {
        refused(header, old, &format!("tested_if = {never}"))
            .on_line(header, "tested_if = ")
            .says(&["rules.bail-unless-necessary.tested_if", "the rule is never tested, whatever is on record"]);
    }
    for never in ["{ no = \"bail\" }", "{ left_out = \"bail\" }", "{ yes = \"bail_necessary\" }"] {
        refused(header, old, &format!("tested_if = {never}"))
            .on_line(header, "fails = ")
            .says(&["rules.bail-unless-necessary.fails", "this can never fail where the rule is tested"]);
    }
    accepted(&changed(header, old, "tested_if = { lenient_needs = { no = \"bail\" } }"));
}

#[test]
fn a_condition_that_some_record_fails_is_not_refused() {
    let list = "field = \"attended_by\"";
    for possible in [
        "\"always\"".to_owned(),
        "{ yes = \"openly\" }".to_owned(),
        "{ left_out = \"openly\" }".to_owned(),
        "{ not = { left_out = \"openly\" } }".to_owned(),
        // Two words of one list, and a third that is not in it.
        format!("{{ all = [{{ {list}, has_any = \"parent\" }}, {{ {list}, has_any = \"lawyer\" }}, {{ {list}, has_none = \"child\" }}] }}"),
        format!("{{ all = [{{ {list}, has_any = [\"parent\", \"lawyer\"] }}, {{ {list}, has_none = \"parent\" }}] }}"),
        format!("{{ all = [{{ not = {{ empty = \"attended_by\" }} }}, {{ {list}, has_none = [\"parent\", \"guardian\"] }}] }}"),
        format!("{{ {list}, has_none = [\"parent\", \"guardian\", \"relative\", \"protector\", \"lawyer\", \"friend\", \"social_worker\", \"child\", \"interpreter\"] }}"),
        "{ all = [{ not = { offence = \"minor\" } }, { not = { offence = \"crime\" } }] }".to_owned(),
        "{ all = [{ not = { penalty = \"min\", below = 12 } }, { penalty = \"min\", below = 13 }] }".to_owned(),
        "{ all = [{ before = \"charge_told\" }, { not = { before = \"rights_told\" } }] }".to_owned(),
        "{ all = [{ before = \"charge_told\" }, { not = { before = \"charge_told\", in = \"episode\" } }] }".to_owned(),
        "{ all = [{ before = \"summons_served\", at_least = 2 }, { not = { before = \"summons_served\", at_least = 3 } }] }".to_owned(),
        "{ not = { last_of = [\"arrested\", \"released\"], is = [\"arrested\", \"released\"] } }".to_owned(),
        "{ choice = \"hearing\", substantive = \"always\", opened = \"never\" }".to_owned(),
        "{ lenient_needs = \"never\" }".to_owned(),
    ] {
        accepted(&failing(&possible));
    }
    // Words that two tests exclude leave a third one.
    let (header, old) = ("[rules.arrest-order]", "{ null = \"order\" },");
    accepted(&changed(
        "[rules.centre-visits]",
        "fails = ",
        "fails = { all = [{ field = \"visitor\", is_not = \"parent\" }, { field = \"visitor\", is_not = \"guardian\" }, { not = { left_out = \"visitor\" } }] } # ",
    ));
    accepted(&changed(
        header,
        old,
        "{ not = { null = \"order\" } }, { field = \"order.by\", is_not = \"prosecutor\" },",
    ));
    accepted(&changed(
        "[rules.half-penalty]",
        "more_than_half_of = \"penalty\" }",
        "more_than = 6 }, { not = { field = \"months\", more_than = 7 } }",
    ));
    accepted(&changed(
        "[rules.juvenile-court]",
        "fails = ",
        "fails = { all = [{ action = \"hearing_held\" }, { no = \"closed\" }] } # ",
    ));
    accepted(&changed("[rules.juvenile-court]", "fails = ", "fails = { left_out = \"closed\" } # "));
}
