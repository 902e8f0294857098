//! Every route: its method, its path, what it takes, and its page. The router is made from this table, and the tests of
//! rights read it.

use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRef, Request, State};
use axum::middleware::{self, Next};
use axum::routing::{MethodRouter, get, post};
use projections::rights::{Act, Relation, allows};

use crate::answer::{Answer, no_such_page, protect};
use crate::pages;
use crate::site::Site;
use crate::visitor::Visitor;

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

/// All of them.
pub const ROUTES: &[Route] = &[
    Route { method: "GET", path: "/assets/{name}", needs: Needs::Nothing, page: || get(pages::assets::asset) },
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
    Route { method: "GET", path: "/docket", needs: Needs::Right(Act::ReadLists), page: || get(pages::docket::docket) },
];

/// The router of all pages.
pub fn router(site: Arc<Site>) -> Router {
    let mut router = Router::new();
    for route in ROUTES {
        let page = (route.page)();
        router = router.route(
            route.path,
            match route.needs {
                Needs::Nothing | Needs::Case(_) => page,
                Needs::Visitor => page.layer(middleware::from_fn_with_state(Arc::clone(&site), visitors)),
                Needs::Right(act) => {
                    page.layer(middleware::from_fn_with_state(Holders { site: Arc::clone(&site), act }, holders))
                }
            },
        );
    }
    router.fallback(nothing_here).layer(middleware::map_response(protected)).with_state(site)
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
    no_such_page(crate::visitor::language(&parts, None))
}

async fn protected(mut answer: Answer) -> Answer {
    protect(answer.headers_mut());
    answer
}
