//! Every route: its method, its path, what it takes, and its page. The router is made from this table, and the tests of
//! rights read it.

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef, Request, State};
use axum::http::header::{HeaderValue, STRICT_TRANSPORT_SECURITY};
use axum::middleware::{self, Next};
use axum::routing::{MethodRouter, get, post};
use projections::rights::{Act, Relation, allows};

use crate::answer::{Answer, no_such_page, protect};
use crate::origin::forms;
use crate::refused::refused;
use crate::site::Site;
use crate::visitor::{OfNobody, Visitor};
use crate::{assets, gzip, pages};

/// What a route takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nothing: anybody sees it.
    Nothing,
    /// A visitor, in whatever role.
    Visitor,
    /// A person, who may still have to set a password or a second factor; the page asks for it.
    Member,
    /// A visitor whose role allows this, whatever the case.
    Right(Act),
    /// A visitor who may do this in the case of the path; the page asks the gate.
    Case(Act),
}

/// A route.
pub struct Route {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The path, with its parameters in braces.
    pub path: &'static str,
    /// What it takes.
    pub needs: Needs,
    /// Its page.
    page: fn() -> MethodRouter<Arc<Site>>,
}

/// The largest body of somebody who is not logged in, in bytes: a login form.
const BODY_OF_ANYBODY: usize = 16 * 1024;

/// All of them.
pub const ROUTES: &[Route] = &[
    // The case, the law, looks, the document.
    Route {
        method: "GET",
        path: "/cases/{reference}",
        needs: Needs::Case(Act::ReadCase),
        page: || get(pages::case::case),
    },
    Route {
        method: "GET",
        path: "/cases/{reference}/print",
        needs: Needs::Case(Act::ReadCase),
        page: || get(pages::print::print),
    },
    Route { method: "GET", path: "/law", needs: Needs::Right(Act::ReadLaw), page: || get(pages::law::all) },
    Route { method: "GET", path: "/law/{rule}", needs: Needs::Right(Act::ReadLaw), page: || get(pages::law::rule) },
    Route {
        method: "GET",
        path: "/law/article/{article}",
        needs: Needs::Right(Act::ReadLaw),
        page: || get(pages::law::article),
    },
    Route { method: "GET", path: "/looks", needs: Needs::Right(Act::ReadLaw), page: || get(pages::looks::looks) },
    Route { method: "GET", path: "/look", needs: Needs::Right(Act::AskForLook), page: || get(pages::look::form) },
    Route { method: "POST", path: "/look", needs: Needs::Right(Act::AskForLook), page: || post(pages::look::look) },
    Route { method: "GET", path: "/assets/{name}", needs: Needs::Nothing, page: || get(assets::asset) },
    Route { method: "GET", path: "/", needs: Needs::Visitor, page: || get(pages::overview::overview) },
    Route { method: "GET", path: "/docket", needs: Needs::Right(Act::ReadLists), page: || get(pages::docket::docket) },
    // Logins and settings.
    Route { method: "GET", path: "/login", needs: Needs::Nothing, page: || get(pages::login::form) },
    Route { method: "POST", path: "/login", needs: Needs::Nothing, page: || post(pages::login::enter) },
    Route { method: "POST", path: "/demo", needs: Needs::Nothing, page: || post(pages::login::demo) },
    Route { method: "POST", path: "/logout", needs: Needs::Nothing, page: || post(pages::login::leave) },
    Route { method: "GET", path: "/language", needs: Needs::Nothing, page: || get(pages::login::switch) },
    Route { method: "GET", path: "/begin", needs: Needs::Member, page: || get(pages::begin::form) },
    Route { method: "POST", path: "/begin", needs: Needs::Member, page: || post(pages::begin::take) },
    Route { method: "GET", path: "/as", needs: Needs::Member, page: || get(pages::begin::roles) },
    Route { method: "POST", path: "/as", needs: Needs::Member, page: || post(pages::begin::act_as) },
    Route { method: "GET", path: "/me", needs: OWN, page: || get(pages::settings::form) },
    Route { method: "POST", path: "/me/password", needs: OWN, page: || post(pages::settings::password) },
    Route { method: "POST", path: "/me/language", needs: OWN, page: || post(pages::settings::language) },
    Route { method: "POST", path: "/me/codes", needs: OWN, page: || post(pages::settings::new_codes) },
    // Operators.
    Route { method: "GET", path: "/health", needs: OPERATE, page: || get(pages::health::health) },
    Route { method: "POST", path: "/health/clock", needs: OPERATE, page: || post(pages::health::confirm) },
    Route { method: "GET", path: "/people", needs: OPERATE, page: || get(pages::people::list) },
    Route { method: "POST", path: "/people", needs: OPERATE, page: || post(pages::people::add) },
    Route { method: "GET", path: "/people/{id}", needs: OPERATE, page: || get(pages::people::one) },
    Route { method: "POST", path: "/people/{id}/{act}", needs: OPERATE, page: || post(pages::people::act) },
    Route { method: "GET", path: "/tokens", needs: OPERATE, page: || get(pages::tokens::list) },
    Route { method: "POST", path: "/tokens", needs: OPERATE, page: || post(pages::tokens::add) },
    Route { method: "POST", path: "/tokens/{id}/revoke", needs: OPERATE, page: || post(pages::tokens::revoke) },
    Route { method: "GET", path: "/sessions", needs: OPERATE, page: || get(pages::sessions::list) },
    Route { method: "POST", path: "/sessions/end", needs: OPERATE, page: || post(pages::sessions::end) },
    Route {
        method: "GET",
        path: "/docket.csv",
        needs: Needs::Right(Act::ReadLists),
        page: || get(pages::docket::docket_csv),
    },
    Route {
        method: "GET",
        path: "/docket/handed-on",
        needs: Needs::Right(Act::ReadLists),
        page: || get(pages::docket::handed_on::handed_on),
    },
    Route {
        method: "GET",
        path: "/figures",
        needs: Needs::Right(Act::ReadFigures),
        page: || get(pages::figures::figures),
    },
];

/// What a person's own settings take.
const OWN: Needs = Needs::Right(Act::ReadLaw);
/// What the operators' pages take.
const OPERATE: Needs = Needs::Right(Act::Operate);

/// The router of all pages.
pub fn router(site: Arc<Site>) -> Router {
    let mut router = Router::new();
    for route in ROUTES {
        let page = (route.page)();
        let page = match route.needs {
            Needs::Nothing => page.layer(DefaultBodyLimit::max(BODY_OF_ANYBODY)),
            Needs::Member | Needs::Case(_) => page,
            Needs::Visitor => page.layer(middleware::from_fn_with_state(Arc::clone(&site), visitors)),
            Needs::Right(act) => {
                page.layer(middleware::from_fn_with_state(Holders { site: Arc::clone(&site), act }, holders))
            }
        };
        let page = match route.method {
            "POST" => page.layer(middleware::from_fn_with_state(Arc::clone(&site), forms)),
            _ => page,
        };
        router = router.route(route.path, page);
    }
    let router = router.layer(middleware::from_fn_with_state(Arc::clone(&site), nobodys));
    let router = router.fallback(nothing_here).layer(middleware::map_response_with_state(Arc::clone(&site), protected));
    router.layer(middleware::from_fn(gzip::compress)).with_state(site)
}

/// The state of [`holders`].
#[derive(Clone)]
struct Holders {
    site: Arc<Site>,
    act: Act,
}

impl FromRef<Holders> for Arc<Site> {
    fn from_ref(holders: &Holders) -> Self {
        Self::clone(&holders.site)
    }
}

/// Lets visitors through.
async fn visitors(_: Visitor, request: Request, next: Next) -> Answer {
    next.run(request).await
}

/// Lets visitors through whose role allows the act.
async fn holders(
    State(Holders { site, act }): State<Holders>,
    visitor: Visitor,
    request: Request,
    next: Next,
) -> Answer {
    // The relation does not count for an act without a case.
    if allows(visitor.role(), Relation::Foreign, act) {
        return next.run(request).await;
    }
    let (parts, _) = request.into_parts();
    refused(&site, &parts, Some(&visitor), no_such_page(visitor.language)).await
}

/// Counts the requests of nobody for what takes a login.
async fn nobodys(State(site): State<Arc<Site>>, request: Request, next: Next) -> Answer {
    let (parts, body) = request.into_parts();
    let answer = next.run(Request::from_parts(parts.clone(), body)).await;
    let of_nobody = answer.extensions().get::<OfNobody>().is_some();
    if of_nobody { refused(&site, &parts, None, answer).await } else { answer }
}

async fn nothing_here(request: Request) -> Answer {
    let (parts, _) = request.into_parts();
    no_such_page(crate::visitor::language(&parts, None))
}

async fn protected(State(site): State<Arc<Site>>, mut answer: Answer) -> Answer {
    protect(answer.headers_mut());
    if site.reached.tls {
        // Whoever came over TLS once never comes without it again.
        answer.headers_mut().insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    answer
}
