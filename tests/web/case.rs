//! The page of a case.

use engine::rulebook::Language;
use projections::rights::Role;

use crate::desk::Desk;
use crate::log::{Log, on_each_log};

on_each_log!(the_picture_of_another_instant_names_it);

async fn the_picture_of_another_instant_names_it(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let clerk = desk.login(Role::Clerk, Some("vte-juvenile-court"), Language::En).await;
    for page in ["/cases/A-1", "/cases/A-1/print"] {
        desk.get(&clerk, page).await.says(&["now: 4 Mar, 08:00"]);
        let asked = desk.get(&clerk, &format!("{page}?at=2026-03-07T08:00:00%2B07:00")).await;
        asked.says(&["on 7 March 2026, 08:00"]).does_not_say(&["now: "]);
    }
}
