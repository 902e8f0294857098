//! The pages about mail and webhooks: what operators set, and what those who are addressed choose.

use engine::alert::Kind;
use engine::rulebook::Language;
use projections::letters::Trouble;
use projections::rights::Role;
use store::people::mail::{Address, Progress, Way};
use uuid::Uuid;

use crate::desk::{Desk, Visitor};
use crate::log::{Log, on_each_log};

on_each_log!(
    an_operator_sets_addresses_and_a_webhooks_key_is_shown_once,
    an_address_that_may_not_be_is_refused_with_its_field,
    whoever_is_addressed_chooses_what_comes_and_nobody_else,
    what_does_not_go_out_is_seen_on_the_pages_of_operators,
);

const COURT: &str = "vte-juvenile-court";

fn fields<'f>(id: &'f str, to: &'f str, login: &'f str) -> Vec<(&'f str, &'f str)> {
    vec![("id", id), ("office", COURT), ("to", to), ("login", login), ("language", "en"), ("kind", "breach")]
}

async fn addresses(desk: &Desk) -> Vec<Address> {
    desk.store.mail_addresses().await.expect("addresses")
}

/// What an operator adds with the page's own form.
async fn add(desk: &Desk, operator: &Visitor, to: &str, login: &str) -> crate::shown::Shown {
    let id = desk.get(operator, "/mail").await.hidden("id").expect("an id").to_owned();
    desk.submit(operator, "/mail", &fields(&id, to, login)).await
}

async fn an_operator_sets_addresses_and_a_webhooks_key_is_shown_once(log: &Log) {
    let desk = Desk::new(log);
    let operator = desk.login(Role::Operator, None, Language::En).await;
    assert_eq!(add(&desk, &operator, "court@example.la", "").await.is_status(303).leads_to(), Some("/mail"));
    let shown = add(&desk, &operator, "https://example.la/hook", "").await;
    let key = shown.is_status(200).text.split("translate=\"no\">").nth(1).expect("a key")[..64].to_owned();
    assert!(key.bytes().all(|digit| digit.is_ascii_hexdigit()), "{key}");
    let list = desk.get(&operator, "/mail").await;
    list.says(&["court@example.la", "https://example.la/hook"]).does_not_say(&[&key]);
    let webhook = addresses(&desk).await.into_iter().find(|address| matches!(address.way, Way::Webhook { .. }));
    let webhook = webhook.expect("the webhook");
    let Way::Webhook { sealed, .. } = &webhook.way else { panic!("a webhook") };
    assert!(!String::from_utf8_lossy(sealed).contains(&key));
    assert_eq!(desk.site.key.open(webhook.id, sealed).as_deref(), Some(key.as_bytes()));
    let act = async |act: &str| desk.submit(&operator, &format!("/mail/{}/{act}", webhook.id), &[]).await;
    act("key").await.is_status(200).does_not_say(&[&key]);
    act("disable").await.is_status(303);
    assert!(desk.store.mail_address(webhook.id).await.expect("read").expect("there").off);
    act("test").await.is_status(422).says(&["The address is switched off."]);
    act("enable").await.is_status(303);
    act("test").await.is_status(303);
    assert_eq!(desk.store.mail_backlog().await.expect("read")[0].tests, 1);
    act("remove").await.is_status(303);
    assert_eq!((addresses(&desk).await.len(), desk.store.mail_backlog().await.expect("read").len()), (1, 0));
    act("remove").await.is_status(303);
    act("test").await.is_status(404);
    act("sell").await.is_status(404);
}

async fn an_address_that_may_not_be_is_refused_with_its_field(log: &Log) {
    let desk = Desk::new(log);
    let operator = desk.login(Role::Operator, None, Language::En).await;
    let clerk = desk.login(Role::Clerk, Some(COURT), Language::En).await;
    let login = desk.person(&clerk).await.login;
    let id = Uuid::new_v4().to_string();
    for ((name, value), field) in [
        (("to", "nobody"), "#to"),
        (("to", "http://example.la"), "#to"),
        (("to", "https://u:p@example.la"), "#to"),
        (("to", "a@b.la\r\nBcc: c@d.la"), "#to"),
        (("login", "nobody"), "#login"),
        (("office", "nowhere"), "#office"),
        (("office", "vte-prosecutor"), "#login"),
        (("kind", "gossip"), "#to"),
        (("digest", "25:00"), "#to"),
    ] {
        let fields = [fields(&id, "clerk@example.la", &login), vec![(name, value)]].concat();
        let shown = desk.submit(&operator, "/mail", &fields).await;
        shown.is_status(422).says(&["Error: ", "Nothing was changed"]);
        assert!(shown.text.contains(&format!("href=\"{field}\"")), "{name} {value}");
    }
    assert_eq!(addresses(&desk).await, []);
    // Sent twice it is made once.
    let fields = fields(&id, "clerk@example.la", &login);
    for _ in 0..2 {
        desk.submit(&operator, "/mail", &fields).await.is_status(303);
    }
    assert_eq!(addresses(&desk).await.len(), 1);
}

async fn whoever_is_addressed_chooses_what_comes_and_nobody_else(log: &Log) {
    let desk = Desk::new(log);
    let operator = desk.login(Role::Operator, None, Language::En).await;
    let clerk = desk.login(Role::Clerk, Some(COURT), Language::En).await;
    let colleague = desk.login(Role::Clerk, Some(COURT), Language::En).await;
    let stranger = desk.login(Role::Clerk, Some("psl-juvenile-court"), Language::En).await;
    add(&desk, &operator, "clerk@example.la", &desk.person(&clerk).await.login).await.is_status(303);
    add(&desk, &operator, "court@example.la", "").await.is_status(303);
    desk.get(&clerk, "/notify").await.says(&["clerk@example.la", "court@example.la"]);
    desk.get(&colleague, "/notify").await.says(&["court@example.la"]).does_not_say(&["clerk@example.la"]);
    desk.get(&stranger, "/notify").await.does_not_say(&["clerk@example.la", "court@example.la"]);
    let own = addresses(&desk).await.into_iter().find(|address| address.person.is_some()).expect("the clerk's");
    let id = own.id.to_string();
    let chosen = [("id", &*id), ("doing", "choose"), ("kind", "notice"), ("kind", "escalated"), ("digest", "7:30")];
    for other in [&colleague, &stranger] {
        desk.submit(other, "/notify", &chosen).await.is_status(422);
    }
    assert_eq!(desk.store.mail_address(own.id).await.expect("read").as_ref(), Some(&own));
    let saved = desk.submit(&clerk, "/notify", &chosen).await;
    assert_eq!(saved.is_status(303).leads_to(), Some("/notify?saved=yes"));
    let found = desk.store.mail_address(own.id).await.expect("read").expect("there");
    assert_eq!((found.kinds, found.digest), ([Kind::Notice, Kind::Escalated].into(), Some(450)));
    assert_eq!(found.way, own.way);
    let tested = desk.submit(&clerk, "/notify", &[("id", &*id), ("doing", "test")]).await;
    assert_eq!(tested.is_status(303).leads_to(), Some("/notify?test=yes"));
    assert_eq!(desk.store.mail_backlog().await.expect("read").len(), 1);
}

async fn what_does_not_go_out_is_seen_on_the_pages_of_operators(log: &Log) {
    let desk = Desk::new(log);
    let operator = desk.login(Role::Operator, None, Language::En).await;
    desk.get(&operator, "/health").await.says(&["Mail and webhooks", "No address is set."]);
    add(&desk, &operator, "court@example.la", "").await.is_status(303);
    desk.get(&operator, "/health").await.says(&["Addresses that fail: 0"]).does_not_say(&["court@example.la"]);
    let id = addresses(&desk).await[0].id;
    let failing = Some((desk.site.now(), Trouble::Refused(550)));
    let progress = Progress { failing, ..Progress::default() };
    desk.store.settle_mail(&[], id, &progress).await.expect("noted");
    desk.get(&operator, "/health").await.says(&["Addresses that fail: 1", "In trouble"]);
    desk.get(&operator, "/mail").await.says(&["refused with code 550"]);
}
