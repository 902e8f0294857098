//! Every route: its method, its path, what it takes, and its page. The router is made from this table, and the tests of
//! rights read it.

use std::future::{Ready, ready};
use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef, Request, State};
use axum::middleware::{self, Next};
use axum::routing::{MethodRouter, get, post};
use engine::rulebook::Language;
use projections::rights::{Act, Relation, allows};

use crate::answer::{Answer, no_such_page, protect};
use crate::api;
use crate::api::guard::{Guard, asked_language};
use crate::api::openapi::Routed;
use crate::api::problem::Problem;
use crate::site::Site;
use crate::visitor::Visitor;
use crate::words::api::Api;
use crate::{assets, gzip, pages};

/// Where the API begins.
const API: &str = "/api/";

/// What a route takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nothing: anybody sees it.
    Nothing,
    /// A visitor, in whatever role.
    Visitor,
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
    // The API. Each is described in `api::openapi`.
    Route { method: "POST", path: "/api/v1/actions", needs: Needs::Visitor, page: || post(api::actions::record) },
    Route {
        method: "GET",
        path: "/api/v1/docket",
        needs: Needs::Right(Act::ReadLists),
        page: || get(api::docket::docket),
    },
    Route {
        method: "GET",
        path: "/api/v1/figures",
        needs: Needs::Right(Act::ReadFigures),
        page: || get(api::docket::figures),
    },
    Route {
        method: "GET",
        path: "/api/v1/alerts",
        needs: Needs::Right(Act::ReadLists),
        page: || get(api::alerts::alerts),
    },
    Route {
        method: "GET",
        path: "/api/v1/cases/{case}",
        needs: Needs::Case(Act::ReadCase),
        page: || get(api::cases::case),
    },
    Route {
        method: "GET",
        path: "/api/v1/cases/{case}/timeline",
        needs: Needs::Case(Act::ReadCase),
        page: || get(api::cases::entries),
    },
    Route {
        method: "GET",
        path: "/api/v1/cases/{case}/assessment",
        needs: Needs::Case(Act::ReadCase),
        page: || get(api::cases::assessment),
    },
    Route {
        method: "GET",
        path: "/api/v1/cases/{case}/explanations",
        needs: Needs::Case(Act::ReadCase),
        page: || get(api::cases::explanations),
    },
    Route {
        method: "GET",
        path: "/api/v1/cases/{case}/alerts",
        needs: Needs::Case(Act::ReadCase),
        page: || get(api::cases::alerts),
    },
    Route {
        method: "GET",
        path: "/api/v1/cases/{case}/looks",
        needs: Needs::Case(Act::ReadLooks),
        page: || get(api::cases::looks),
    },
    Route { method: "GET", path: "/api/v1/looks", needs: Needs::Right(Act::ReadLaw), page: || get(api::looks::looks) },
    Route { method: "GET", path: "/api/v1/rules", needs: Needs::Right(Act::ReadLaw), page: || get(api::law::rules) },
    Route {
        method: "GET",
        path: "/api/v1/rules/{rule}",
        needs: Needs::Right(Act::ReadLaw),
        page: || get(api::law::rule),
    },
    Route {
        method: "GET",
        path: "/api/v1/offices",
        needs: Needs::Right(Act::ReadLaw),
        page: || get(api::law::offices),
    },
    Route { method: "GET", path: "/api/v1/openapi.json", needs: Needs::Nothing, page: || get(openapi) },
    // Pages.
    Route { method: "GET", path: "/assets/{name}", needs: Needs::Nothing, page: || get(assets::asset) },
    Route { method: "GET", path: "/docket", needs: Needs::Right(Act::ReadLists), page: || get(pages::docket::docket) },
];

/// The router of all pages.
pub fn router(site: Arc<Site>) -> Router {
    let mut router = Router::new();
    for route in ROUTES {
        let page = (route.page)();
        if route.path.starts_with(API) && route.needs != Needs::Nothing {
            let act = if let Needs::Right(act) = route.needs { Some(act) } else { None };
            let guard = Guard { site: Arc::clone(&site), act };
            router = router.route(route.path, page.layer(middleware::from_fn_with_state(guard, api::guard::guard)));
            continue;
        }
        router = router.route(
            route.path,
            match route.needs {
                Needs::Nothing => page.layer(DefaultBodyLimit::max(BODY_OF_ANYBODY)),
                Needs::Case(_) => page,
                Needs::Visitor => page.layer(middleware::from_fn_with_state(Arc::clone(&site), visitors)),
                Needs::Right(act) => {
                    page.layer(middleware::from_fn_with_state(Holders { site: Arc::clone(&site), act }, holders))
                }
            },
        );
    }
    let router = router.fallback(nothing_here).layer(middleware::map_response(protected));
    router.layer(middleware::from_fn(gzip::compress)).with_state(site)
}

/// The description of the API. No `async fn`: its type would depend on the table, and the table on its type.
fn openapi() -> Ready<Answer> {
    let routes = ROUTES.iter().filter(|route| route.path.starts_with(API));
    let routed =
        |route: &Route| Routed { method: route.method, path: route.path, public: route.needs == Needs::Nothing };
    ready(api::openapi::answer(&routes.map(routed).collect::<Vec<_>>()))
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
async fn holders(State(Holders { act, .. }): State<Holders>, visitor: Visitor, request: Request, next: Next) -> Answer {
    // The relation does not count for an act without a case.
    if allows(visitor.role(), Relation::Foreign, act) {
        return next.run(request).await;
    }
    no_such_page(visitor.language)
}

async fn nothing_here(request: Request) -> Answer {
    let (parts, _) = request.into_parts();
    if parts.uri.path().starts_with(API) {
        return Problem::of(Api::NotFound).answer(asked_language(&parts).unwrap_or(Language::Lo));
    }
    no_such_page(crate::visitor::language(&parts, None))
}

async fn protected(mut answer: Answer) -> Answer {
    protect(answer.headers_mut());
    answer
}
