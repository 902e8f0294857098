//! A sealed case on its page, on paper and over the API.

use engine::action::CaseRef;
use engine::case::SealReason;
use engine::decide::Verdict;
use engine::rulebook::Language;
use projections::rights::Role;

use crate::desk::Desk;
use crate::log::{Log, on_each_log};
use crate::papers::{line, opening};

on_each_log!(a_sealed_case_says_so_in_the_place_of_what_was_personal,);

async fn a_sealed_case_says_so_in_the_place_of_what_was_personal(log: &Log) {
    let desk = Desk::new(log);
    let closed =
        line("A-1", "case_closed", "2026-03-03T09:00:00+07:00", "vte-investigation", r#","reason":"gone to Pakse""#);
    desk.hold(&[opening("A-1", "2026-03-01T08:00:00+07:00", "major"), closed]).await;
    let clerk = desk.login(Role::Clerk, Some("vte-juvenile-court"), Language::En).await;
    desk.get(&clerk, "/cases/A-1").await.says(&["gone to Pakse"]).does_not_say(&["Sealed on"]);
    let case = CaseRef::new("A-1").unwrap();
    assert_eq!(desk.site.recorder.seal(&case, None, SealReason::Ordered).await, Ok(Verdict::Accepted));
    for page in ["/cases/A-1", "/cases/A-1/print"] {
        let said = ["Sealed on 4 March: what was personal in this case is destroyed", "sealed"];
        desk.get(&clerk, page).await.says(&said).does_not_say(&["gone to Pakse"]);
    }
    desk.get(&clerk, "/api/v1/cases/A-1/timeline")
        .await
        .says(&["{\"withheld\":true}"])
        .does_not_say(&["gone to Pakse"]);
}
