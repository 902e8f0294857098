//! Every route: its method, its path, what it takes, and its page. The router is made from this table, and the tests of
//! rights read it.

use std::future::{Ready, ready};
use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef, Request, State};
use axum::http::StatusCode;
use axum::http::header::{ALLOW, CONTENT_TYPE, HeaderValue, STRICT_TRANSPORT_SECURITY};
use axum::http::request::Parts;
use axum::middleware::{self, Next};
use axum::routing::{MethodRouter, get, post};
use engine::rulebook::Language;
use projections::catalogue::Word as _;
use projections::rights::{Act, Relation, allows};

use crate::answer::{Answer, marked_as_demo, no_such_page, plain, protect};
use crate::api::guard::{Guard, asked_language};
use crate::api::openapi::Routed;
use crate::api::problem::Problem;
use crate::origin::forms;
use crate::refused::refused;
use crate::site::Site;
use crate::visitor::{OfNobody, Visitor, cookie, key_of, language};
use crate::words::api::Api;
use crate::words::login::Login;
use crate::{api, assets, gzip, pages};

/// Where the API begins.
const API: &str = "/api/";

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

impl Route {
    const fn get(path: &'static str, needs: Needs, page: fn() -> MethodRouter<Arc<Site>>) -> Self {
        Self { method: "GET", path, needs, page }
    }

    const fn post(path: &'static str, needs: Needs, page: fn() -> MethodRouter<Arc<Site>>) -> Self {
        Self { method: "POST", path, needs, page }
    }
}

/// The largest body of somebody who is not logged in, in bytes: a login form.
const BODY_OF_ANYBODY: usize = 16 * 1024;

/// All of them.
pub const ROUTES: &[Route] = &[
    // Lists.
    Route::get("/", Needs::Visitor, || get(pages::overview::overview)),
    Route::get("/docket", Needs::Right(Act::ReadLists), || get(pages::docket::docket)),
    Route::get("/docket.csv", Needs::Right(Act::ReadLists), || get(pages::docket::docket_csv)),
    Route::get("/docket/handed-on", Needs::Right(Act::ReadLists), || get(pages::docket::handed_on::handed_on)),
    Route::get("/inbox", Needs::Right(Act::ReadInbox), || get(pages::inbox::inbox)),
    Route::post("/inbox", Needs::Right(Act::ReadInbox), || post(pages::inbox::act)),
    Route::get("/confirm", Needs::Right(Act::ReadUnconfirmed), || get(pages::confirm::list)),
    Route::post("/confirm", Needs::Right(Act::ReadUnconfirmed), || post(pages::confirm::confirm)),
    Route::get("/shift", Needs::Right(Act::HandOverShift), || get(pages::shift::shift)),
    Route::post("/shift", Needs::Right(Act::HandOverShift), || post(pages::shift::give)),
    Route::get("/shift/{id}", Needs::Right(Act::HandOverShift), || get(pages::shift::sheet)),
    Route::post("/shift/{id}", Needs::Right(Act::HandOverShift), || post(pages::shift::receive)),
    // Figures.
    Route::get("/figures", Needs::Right(Act::ReadFigures), || get(pages::figures::figures)),
    Route::get("/figures.csv", Needs::Right(Act::ReadExactFigures), || get(pages::figures::figures_csv)),
    Route::get("/figures.xlsx", Needs::Right(Act::ReadExactFigures), || get(pages::figures::figures_xlsx)),
    Route::get("/figures/quarters", BELOW, || get(pages::figures::quarters::quarters)),
    Route::get("/figures/quarters.csv", BELOW, || get(pages::figures::quarters::quarters_csv)),
    Route::get("/figures/quarters.xlsx", BELOW, || get(pages::figures::quarters::quarters_xlsx)),
    // The case, the law, looks, the document.
    Route::get("/cases/{reference}", Needs::Case(Act::ReadCase), || get(pages::case::case)),
    Route::get("/cases/{reference}/print", Needs::Case(Act::ReadCase), || get(pages::print::print)),
    Route::get("/law", Needs::Right(Act::ReadLaw), || get(pages::law::all)),
    Route::get("/law/{rule}", Needs::Right(Act::ReadLaw), || get(pages::law::rule)),
    Route::get("/law/article/{article}", Needs::Right(Act::ReadLaw), || get(pages::law::article)),
    Route::get("/looks", Needs::Right(Act::ReadLaw), || get(pages::looks::looks)),
    Route::get("/look", Needs::Right(Act::AskForLook), || get(pages::look::form)),
    Route::post("/look", Needs::Right(Act::AskForLook), || post(pages::look::look)),
    // Papers are entered.
    Route::get("/enter", Needs::Right(Act::EnterPapers), || get(pages::enter::choice)),
    Route::get("/enter/{action}", Needs::Right(Act::EnterPapers), || get(pages::enter::form)),
    Route::get("/enter/copy", Needs::Right(Act::EnterPapers), || get(pages::enter::copy::form)),
    Route::post("/enter/copy", Needs::Right(Act::EnterPapers), || post(pages::enter::copy::post)),
    Route::get("/enter/upload", Needs::Right(Act::EnterPapers), || get(pages::enter::upload::form)),
    Route::post("/enter/upload", Needs::Right(Act::EnterPapers), || post(pages::enter::upload::post)),
    Route::get("/enter/kept/{id}", Needs::Right(Act::EnterPapers), || get(pages::enter::kept)),
    Route::get("/enter/{action}/offline.xlsx", Needs::Right(Act::EnterPapers), || get(pages::enter::offline)),
    Route::post("/enter/{action}", Needs::Right(Act::EnterPapers), || post(pages::enter::post)),
    Route::get("/live", Needs::Right(Act::ReadInbox), || get(pages::live::line)),
    // Logins and settings.
    Route::get("/login", Needs::Nothing, || get(pages::login::form)),
    Route::post("/login", Needs::Nothing, || post(pages::login::enter)),
    Route::post("/demo", Needs::Nothing, || post(pages::login::demo)),
    Route::post("/room", Needs::Nothing, || post(pages::room::enter)),
    Route::post("/logout", Needs::Nothing, || post(pages::login::leave)),
    Route::get("/language", Needs::Nothing, || get(pages::login::switch)),
    Route::get("/begin", Needs::Member, || get(pages::begin::form)),
    Route::post("/begin", Needs::Member, || post(pages::begin::take)),
    Route::get("/as", Needs::Member, || get(pages::begin::roles)),
    Route::post("/as", Needs::Member, || post(pages::begin::act_as)),
    Route::get("/me", OWN, || get(pages::settings::form)),
    Route::post("/me/password", OWN, || post(pages::settings::password)),
    Route::post("/me/language", OWN, || post(pages::settings::language)),
    Route::post("/me/codes", OWN, || post(pages::settings::new_codes)),
    // Feeds.
    Route::get("/feeds", Needs::Right(Act::ReadFeeds), || get(pages::feeds::list)),
    Route::post("/feeds", Needs::Right(Act::MakeFeed), || post(pages::feeds::add)),
    Route::post("/feeds/{id}/revoke", Needs::Right(Act::ReadFeeds), || post(pages::feeds::revoke)),
    Route::get("/feed/{secret}/limits.ics", Needs::Nothing, || get(pages::feeds::read)),
    Route::get("/notify", Needs::Right(Act::ReadInbox), || get(pages::notify::form)),
    Route::post("/notify", Needs::Right(Act::ReadInbox), || post(pages::notify::change)),
    // Operators.
    Route::get("/health", OPERATE, || get(pages::health::health)),
    Route::post("/health/clock", OPERATE, || post(pages::health::confirm)),
    Route::get("/people", OPERATE, || get(pages::people::list)),
    Route::post("/people", OPERATE, || post(pages::people::add)),
    Route::get("/people/{id}", OPERATE, || get(pages::people::one)),
    Route::post("/people/{id}/{act}", OPERATE, || post(pages::people::act)),
    Route::get("/mail", OPERATE, || get(pages::mail::list)),
    Route::post("/mail", OPERATE, || post(pages::mail::add)),
    Route::post("/mail/{id}/{act}", OPERATE, || post(pages::mail::act)),
    Route::get("/tokens", OPERATE, || get(pages::tokens::list)),
    Route::post("/tokens", OPERATE, || post(pages::tokens::add)),
    Route::post("/tokens/{id}/revoke", OPERATE, || post(pages::tokens::revoke)),
    Route::get("/sessions", OPERATE, || get(pages::sessions::list)),
    Route::post("/sessions/end", OPERATE, || post(pages::sessions::end)),
    // Cases go from one office to another: an operator starts it, the office confirms it.
    Route::get("/office-changes", Needs::Right(Act::ReadOfficeChanges), || get(pages::office_changes::list)),
    Route::post("/office-changes", OPERATE, || post(pages::office_changes::start)),
    Route::post("/office-changes/{id}/take-back", OPERATE, || post(pages::office_changes::take_back)),
    Route::post("/office-changes/{id}/confirm", Needs::Right(Act::ConfirmOfficeChange), || {
        post(pages::office_changes::confirm)
    }),
    // The API. Each is described in `api::openapi`.
    Route::post("/api/v1/actions", Needs::Visitor, || post(api::actions::record)),
    Route::get("/api/v1/docket", Needs::Right(Act::ReadLists), || get(api::docket::docket)),
    Route::get("/api/v1/figures", Needs::Right(Act::ReadFigures), || get(api::figures::figures)),
    Route::get("/api/v1/figures/quarters", BELOW, || get(api::figures::quarters)),
    Route::get("/api/v1/alerts", Needs::Right(Act::ReadLists), || get(api::alerts::alerts)),
    Route::get("/api/v1/inbox", Needs::Right(Act::ReadInbox), || get(api::inbox::list)),
    Route::post("/api/v1/inbox", Needs::Right(Act::ReadInbox), || post(api::inbox::handle)),
    Route::get("/api/v1/unconfirmed", Needs::Right(Act::ReadUnconfirmed), || get(api::unconfirmed::unconfirmed)),
    Route::post("/api/v1/cases/{case}/actions/{id}/confirmation", Needs::Right(Act::ReadUnconfirmed), || {
        post(api::unconfirmed::confirm)
    }),
    Route::get("/api/v1/changes", Needs::Right(Act::ReadInbox), || get(api::changes::changes)),
    Route::get("/api/v1/cases/{case}", Needs::Case(Act::ReadCase), || get(api::cases::case)),
    Route::get("/api/v1/cases/{case}/timeline", Needs::Case(Act::ReadCase), || get(api::cases::entries)),
    Route::get("/api/v1/cases/{case}/assessment", Needs::Case(Act::ReadCase), || get(api::cases::assessment)),
    Route::get("/api/v1/cases/{case}/explanations", Needs::Case(Act::ReadCase), || get(api::cases::explanations)),
    Route::get("/api/v1/cases/{case}/alerts", Needs::Case(Act::ReadCase), || get(api::cases::alerts)),
    Route::get("/api/v1/cases/{case}/looks", Needs::Case(Act::ReadLooks), || get(api::cases::looks)),
    Route::post("/api/v1/cases/{case}/preview", Needs::Case(Act::ReadCase), || post(api::preview::preview)),
    Route::get("/api/v1/looks", Needs::Right(Act::ReadLaw), || get(api::looks::looks)),
    Route::get("/api/v1/rules", Needs::Right(Act::ReadLaw), || get(api::law::rules)),
    Route::get("/api/v1/rules/{rule}", Needs::Right(Act::ReadLaw), || get(api::law::rule)),
    Route::get("/api/v1/offices", Needs::Right(Act::ReadLaw), || get(api::law::offices)),
    Route::get("/api/v1/openapi.json", Needs::Nothing, || get(openapi)),
    // What pages and API need.
    Route::get("/assets/{name}", Needs::Nothing, || get(assets::asset)),
];

/// What a person's own settings take.
const OWN: Needs = Needs::Right(Act::ReadLaw);
/// What the operators' pages take.
const OPERATE: Needs = Needs::Right(Act::Operate);
/// What the fixed figures take.
const BELOW: Needs = Needs::Right(Act::ReadFiguresBelow);

/// The router of all pages.
pub fn router(site: Arc<Site>) -> Router {
    let mut router = Router::new();
    for route in ROUTES {
        let page = (route.page)();
        if route.path.starts_with(API) && route.needs != Needs::Nothing {
            let act = if let Needs::Right(act) = route.needs { Some(act) } else { None };
            let guard = Guard { site: Arc::clone(&site), act };
            router =
                router.route(route.path, page.route_layer(middleware::from_fn_with_state(guard, api::guard::guard)));
            continue;
        }
        let page = match route.needs {
            Needs::Nothing => page.layer(DefaultBodyLimit::max(BODY_OF_ANYBODY)),
            Needs::Member | Needs::Case(_) => page,
            Needs::Visitor => page.route_layer(middleware::from_fn_with_state(Arc::clone(&site), visitors)),
            Needs::Right(act) => {
                page.route_layer(middleware::from_fn_with_state(Holders { site: Arc::clone(&site), act }, holders))
            }
        };
        let page = match route.needs {
            OPERATE | Needs::Member | OWN | Needs::Nothing if route.method == "POST" => page.layer(
                middleware::from_fn_with_state(Ends { site: Arc::clone(&site), all: route.needs == OPERATE }, ends),
            ),
            _ => page,
        };
        let page = match route.method {
            "POST" => page.route_layer(middleware::from_fn_with_state(Arc::clone(&site), forms)),
            _ => page,
        };
        router = router.route(route.path, page);
    }
    let router = router.layer(middleware::from_fn_with_state(Arc::clone(&site), nobodys));
    let router = router.fallback(nothing_here);
    let router = router.layer(middleware::from_fn_with_state(Arc::clone(&site), pages::room::closed));
    let router = router.layer(middleware::map_response_with_state(Arc::clone(&site), protected));
    router.layer(middleware::from_fn(gzip::compress)).with_state(site)
}

/// The description of the API. No `async fn`: its type would depend on the table, and the table on its type.
fn openapi() -> Ready<Answer> {
    let of_the_api = ROUTES.iter().filter(|route| route.path.starts_with(API));
    let routed =
        |route: &Route| Routed { method: route.method, path: route.path, public: route.needs == Needs::Nothing };
    ready(api::openapi::answer(&of_the_api.map(routed).collect::<Vec<_>>()))
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

/// The state of [`ends`].
#[derive(Clone)]
struct Ends {
    site: Arc<Site>,
    /// Whether the right of others may end, and not that of the request's own session alone.
    all: bool,
}

/// Has open streams ask whether their right still holds, behind a form that may have ended it.
async fn ends(State(Ends { site, all }): State<Ends>, request: Request, next: Next) -> Answer {
    let (parts, body) = request.into_parts();
    let session = cookie(&parts, site.cookie()).map(key_of);
    let answer = next.run(Request::from_parts(parts, body)).await;
    if all || session.is_some() {
        site.live.look_again(session.filter(|_| !all));
    }
    answer
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

/// Counts the requests of nobody for what takes a login, and says in words what the framework refuses.
async fn nobodys(State(site): State<Arc<Site>>, request: Request, next: Next) -> Answer {
    let (parts, body) = request.into_parts();
    let answer = next.run(Request::from_parts(parts.clone(), body)).await;
    let answer = in_words(answer, &parts);
    let of_nobody = answer.extensions().get::<OfNobody>().is_some();
    if of_nobody { refused(&site, &parts, None, answer).await } else { answer }
}

/// Words for what the framework refuses by itself: another method than a route takes, whoever asks, or an address that cannot
/// be read.
fn in_words(answer: Answer, parts: &Parts) -> Answer {
    let (status, of_the_api) = (answer.status(), parts.uri.path().starts_with(API));
    if status == StatusCode::METHOD_NOT_ALLOWED && of_the_api {
        return Problem::instead(answer, asked_language(parts).unwrap_or(Language::Lo));
    }
    let language = language(parts, None);
    if status == StatusCode::METHOD_NOT_ALLOWED {
        let mut page = plain(status, language, [Api::WrongMethod.of(language), Login::LoadAgain.of(language)]);
        page.headers_mut().extend(answer.headers().get(ALLOW).map(|allow| (ALLOW, allow.clone())));
        return page;
    }
    let is_ours = answer.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if of_the_api || is_ours || status != StatusCode::BAD_REQUEST { answer } else { no_such_page(language) }
}

async fn nothing_here(request: Request) -> Answer {
    let (parts, _) = request.into_parts();
    if parts.uri.path().starts_with(API) {
        return Problem::of(Api::NotFound).answer(asked_language(&parts).unwrap_or(Language::Lo));
    }
    no_such_page(language(&parts, None))
}

async fn protected(State(site): State<Arc<Site>>, answer: Answer) -> Answer {
    let mut answer = if site.demo.is_some() { marked_as_demo(answer) } else { answer };
    protect(answer.headers_mut());
    if site.reached.tls {
        // Whoever came over TLS once never comes without it again.
        answer.headers_mut().insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    answer
}
