//! How many sheets were entered in this session today. The count stands in a cookie of the session and says nothing of a case.

use axum::http::header::{HeaderValue, SET_COOKIE};
use axum::http::request::Parts;
use chrono::NaiveDate;
use engine::rulebook::Language;
use projections::catalogue::Word as _;

use crate::answer::Answer;
use crate::site::Site;
use crate::visitor::{cookie, key_of};
use crate::words::entry::Entry as W;

/// The cookie.
const COOKIE: &str = "kamnot-sheets";

/// How many were entered.
pub fn of(parts: &Parts, site: &Site) -> u32 {
    let Some((name, count)) = cookie(parts, COOKIE).and_then(|value| value.rsplit_once('.')) else { return 0 };
    if name == of_session(parts, site) { count.parse().unwrap_or(0) } else { 0 }
}

/// Counts `more` sheets.
pub fn add(answer: &mut Answer, parts: &Parts, site: &Site, more: u32) {
    let count = of(parts, site).saturating_add(more);
    let secure = if site.reached.tls { "; Secure" } else { "" };
    let value = format!("{COOKIE}={}.{count}; Path=/enter; HttpOnly; SameSite=Lax{secure}", of_session(parts, site));
    if let Ok(cookie) = HeaderValue::from_str(&value) {
        answer.headers_mut().append(SET_COOKIE, cookie);
    }
}

/// The words for so many.
pub fn said(count: u32, language: Language) -> String {
    if count == 1 {
        return W::SheetOne.of(language).to_owned();
    }
    let words = W::SheetOf.of(language).replace("{next}", &count.saturating_add(1).to_string());
    words.replace("{n}", &count.to_string())
}

/// What names this session and this day: another person of the same browser begins anew.
fn of_session(parts: &Parts, site: &Site) -> String {
    let [a, b, c, d, ..] = key_of(cookie(parts, site.cookie()).unwrap_or_default());
    let session = u32::from_be_bytes([a, b, c, d]);
    let today: NaiveDate = site.now().date();
    format!("{today}.{session:08x}")
}
