//! A training room: its password stands before everything.

use std::net::IpAddr;

use axum::http::Method;
use web::credentials::room::Room;
use web::site::Demo;

use crate::desk::{Desk, FROM_HERE, NOTHING, form};
use crate::log::{Log, on_each_log};
use crate::shown::Shown;

on_each_log!(
    without_the_password_nothing_is_shown_but_its_page,
    whoever_guesses_is_slowed_down_and_keeps_nobody_else_out,
);

const PASSWORD: &str = "rice field at noon";
const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(203, 0, 113, 7));
const ELSEWHERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(198, 51, 100, 9));

async fn room(log: &Log) -> Desk {
    let room = Room::of(PASSWORD).await.expect("a room");
    Desk::with(log, |site| site.demo = Some(Demo { logins: vec!["clerk".to_owned()], room: Some(room) }))
}

async fn enter(desk: &Desk, from: IpAddr, password: &str) -> Shown {
    let headers = [&FROM_HERE[..], &[("accept-language", "en")]].concat();
    desk.ask_from(Some(from), Method::POST, "/room", &headers, form(&[("p", password)])).await
}

async fn without_the_password_nothing_is_shown_but_its_page(log: &Log) {
    let desk = room(log).await;
    let english = [("accept-language", "en")];
    for path in ["/", "/login", "/docket", "/cases/A-1", "/nowhere", "/law", "/looks"] {
        let shown = desk.ask(Method::GET, path, &english, NOTHING).await;
        shown.is_status(403).says(&["Training room", "Demonstration", "Made-up cases.", "Password of the room"]);
    }
    let clicked = [&FROM_HERE[..], &english[..]].concat();
    let demo = desk.ask(Method::POST, "/demo", &clicked, form(&[("login", "clerk")])).await;
    demo.is_status(403).says(&["Password of the room"]);
    assert!(demo.headers.get("set-cookie").is_none());
    let lao = desk.ask(Method::GET, "/", &[("accept-language", "lo")], NOTHING).await;
    lao.says(&["ຫ້ອງຝຶກອົບຮົມ", "ການສາທິດ"]);
    let style = web_style(&lao);
    desk.ask(Method::GET, &style, &[], NOTHING).await.is_status(200);
    enter(&desk, HERE, "rice field").await.is_status(403).says(&["not the password of the room"]);
    let entered = enter(&desk, HERE, PASSWORD).await;
    assert_eq!(entered.is_status(303).leads_to(), Some("/"));
    let key = entered.cookie("kamnot-room").expect("a key").to_owned();
    let with_key = format!("kamnot-room={key}");
    let login = desk.ask(Method::GET, "/login", &[("cookie", &with_key), ("accept-language", "en")], NOTHING).await;
    login.is_status(200).says(&["Log in"]);
    for wrong in ["kamnot-room=", "kamnot-room=x", "kamnot=x"] {
        desk.ask(Method::GET, "/login", &[("cookie", wrong)], NOTHING).await.is_status(403);
    }
}

/// The address of the style sheet that a page names.
fn web_style(page: &Shown) -> String {
    let (_, rest) = page.text.split_once("<link rel=\"stylesheet\" href=\"").expect("a style sheet");
    rest.split('"').next().expect("an address").to_owned()
}

async fn whoever_guesses_is_slowed_down_and_keeps_nobody_else_out(log: &Log) {
    let desk = room(log).await;
    for _ in 0..5 {
        enter(&desk, HERE, "a guess that is wrong").await.is_status(403);
    }
    let slowed = enter(&desk, HERE, PASSWORD).await;
    slowed.is_status(429).says(&["tried too often"]);
    assert!(slowed.headers.contains_key("retry-after"));
    enter(&desk, ELSEWHERE, PASSWORD).await.is_status(303);
    desk.clock.jump(61);
    enter(&desk, HERE, PASSWORD).await.is_status(303);
}
