//! A router over a log of its own, and programs that ask it. Every answer is held against the description of the API.

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use engine::action::Action;
use engine::calendar::Instant;
use engine::decide::Alerts;
use engine::rulebook::Language;
use projections::rights::Role;
use serde_json::Value;
use service::clock::Clock;
use service::figures::Figures;
use service::intake::budget::Budget;
use service::offices::Offices;
use service::recorder::Recorder;
use service::status::{About, Status};
use service::watch::clock_doubt::ClockDoubt;
use store::LogStore as _;
use store::people::{Grant, Membership, PeopleStore as _, Person, SecondFactor};
use store::sqlite::SqliteStore;
use tempfile::TempDir;
use tests::clock::SetClock;
use tests::lines::{action, custody};
use tests::made::{self, office};
use tower::ServiceExt as _;
use uuid::Uuid;
use web::credentials::{SealingKey, csrf};
use web::remembered::Remembered;
use web::site::{Reached, Site};

use super::schema;

/// Three days into the custody of [`tests::lines::custody`].
pub const NOW: &str = "2026-03-04T08:00:00+07:00";

/// The body of a request that changes nothing.
pub const NOTHING: &str = "";

/// An opening by the investigators, which names a legal aid office too.
pub fn opening(case: &str) -> String {
    tests::lines::opening(case).replace(r#""child":"#, r#""legal_aid":"vte-legal-aid","child":"#)
}

/// A router over a log of its own.
pub struct Desk {
    _folder: TempDir,
    pub store: Arc<SqliteStore>,
    pub clock: Arc<SetClock>,
    pub site: Arc<Site>,
    pub router: Router,
}

/// An answer.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }

    /// Asserts the status; returns the body.
    #[track_caller]
    pub fn is(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self.json()
    }

    /// Asserts that it is a problem of this type.
    #[track_caller]
    pub fn is_problem(&self, status: u16, word: &str) -> Value {
        let json = self.is(status);
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(json["type"], format!("urn:kamnot:problem:{word}"), "{json}");
        assert_eq!(json["status"], status);
        json
    }
}

impl Desk {
    /// An empty log at [`NOW`].
    pub fn new() -> Self {
        Self::with(Budget { requests: 0, bytes: 0, events: 0 })
    }

    /// The same, where each caller may use so much of the API.
    pub fn with(budget: Budget) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Arc::new(made::open(folder.path().join("log.db")));
        let clock = SetClock::at(Instant::parse(NOW).expect("an instant"));
        let wall: Arc<dyn Clock> = clock.clone();
        let doubt = Arc::new(ClockDoubt::new(wall.now(), clock.clone()));
        let about = About { nats: false, busy_timeout: std::time::Duration::ZERO, rulebook: made::book().digest() };
        let figures = Arc::new(Figures::default());
        let status = Status::new(store.clone(), wall.clone(), clock.clone(), doubt, figures, about);
        let site = Arc::new(Site {
            log: store.clone(),
            people: store.clone(),
            book: store.book(),
            recorder: Arc::new(Recorder::new(store.clone(), store.book(), wall.clone())),
            clock: wall,
            status: Arc::new(status),
            offices: Arc::new(Offices::of_the_program()),
            key: SealingKey::of([7; 32]),
            logins: web::logins::Logins::default(),
            reached: Reached { tls: false, origin: None },
            dockets: service::queries::dockets::Dockets::default(),
            remembered: Remembered::with(budget),
            demo: None,
        });
        let router = web::routes::router(Arc::clone(&site));
        Self { _folder: folder, store, clock, site, router }
    }

    /// A log with these actions, recorded now by the program.
    pub async fn holding(lines: &[String]) -> Self {
        let desk = Self::new();
        desk.hold(lines).await;
        desk
    }

    /// Records these actions of one case now.
    pub async fn hold(&self, lines: &[String]) {
        let actions: Vec<Action> = lines.iter().map(|line| Action::read(line).expect("an action")).collect();
        let case = actions[0].case.clone();
        let recorded = self.site.recorder.record(&case, actions, None, Alerts::Raised).await.expect("a record");
        assert!(recorded.verdicts.iter().all(|verdict| *verdict == engine::decide::Verdict::Accepted));
    }

    /// A log with one case, `A-1`: a child in custody for three days.
    pub async fn with_a_case() -> Self {
        Self::holding(&[opening("A-1"), custody("A-1")]).await
    }

    /// The secret of a new token.
    pub async fn token(&self, code: &str, role: Role) -> String {
        let of = Membership { office: Some(office(code)), role, from: None, until: None };
        let made = web::people::add_token(&*self.store, &self.site.offices, "a program", of, self.site.now()).await;
        made.expect("a token").1
    }

    /// The secret of a new session, and the token of its forms.
    pub async fn session(&self, code: Option<&str>, role: Role) -> (String, String) {
        let membership = Membership { office: code.map(office), role, from: None, until: None };
        let person = Person {
            id: Uuid::new_v4(),
            version: 1,
            login: Uuid::new_v4().to_string(),
            name: "a person".to_owned(),
            language: Language::En,
            memberships: vec![membership.clone()],
            password: None,
            second: SecondFactor::Printed,
            recovery: std::collections::BTreeSet::new(),
            must_change: false,
            disabled: None,
        };
        self.store.put_person(&person).await.expect("a person");
        let secret = web::login::begin_session(&self.site, &person, &membership).await.expect("a session");
        let sessions = self.store.sessions().await.expect("sessions");
        let session = sessions.iter().find(|session| session.person == person.id).expect("the session");
        (secret, csrf::token(&session.csrf))
    }

    /// A supervisor's look at a case that holds for an hour.
    pub async fn grant(&self, person: Uuid, code: &str, case: &str) {
        let now = self.site.now();
        let grant = Grant {
            person,
            office: office(code),
            case: engine::action::CaseRef::new(case).expect("a reference"),
            code: "complaint".to_owned(),
            reason: "a letter".to_owned(),
            from: now,
            until: now.plus(3600),
        };
        self.store.put_grant(&grant).await.expect("a grant");
    }

    /// The answer to a request with these headers.
    pub async fn ask(&self, method: Method, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
        let mut request = Request::builder().method(method.clone()).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.into()).expect("a request");
        let answer = self.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = answer.into_parts();
        let text = String::from_utf8(to_bytes(body, usize::MAX).await.expect("a body").to_vec()).expect("text");
        let answer = Answer { status: parts.status, headers: parts.headers, text };
        schema::is_as_described(description(&self.router).await, &method, path, &answer);
        answer
    }

    /// What a program gets.
    pub async fn get(&self, token: &str, path: &str) -> Answer {
        let bearer = format!("Bearer {token}");
        self.ask(Method::GET, path, &[(AUTHORIZATION.as_str(), &bearer), ("accept-language", "en")], NOTHING).await
    }

    /// What a person gets.
    pub async fn get_by_session(&self, secret: &str, path: &str) -> Answer {
        let cookie = format!("kamnot={secret}");
        self.ask(Method::GET, path, &[(COOKIE.as_str(), &cookie), ("accept-language", "en")], NOTHING).await
    }

    /// What becomes of actions that a program sends.
    pub async fn post(&self, token: &str, body: &str) -> Answer {
        self.post_with(token, &[], body.to_owned()).await
    }

    /// The same with further headers.
    pub async fn post_with(&self, token: &str, more: &[(&str, &str)], body: impl Into<Body>) -> Answer {
        let bearer = format!("Bearer {token}");
        let mut headers = vec![(AUTHORIZATION.as_str(), bearer.as_str()), ("accept-language", "en")];
        if more.iter().all(|(name, _)| *name != "content-type") {
            headers.push((CONTENT_TYPE.as_str(), "application/json"));
        }
        headers.extend(more);
        self.ask(Method::POST, "/api/v1/actions", &headers, body).await
    }
}

/// The description of the API, as the router gives it.
pub async fn description(router: &Router) -> &'static Value {
    static DESCRIPTION: OnceLock<Value> = OnceLock::new();
    if let Some(description) = DESCRIPTION.get() {
        return description;
    }
    let request = Request::builder().uri("/api/v1/openapi.json").body(Body::empty()).expect("a request");
    let answer = router.clone().oneshot(request).await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::OK);
    let text = to_bytes(answer.into_body(), usize::MAX).await.expect("a body");
    DESCRIPTION.get_or_init(|| serde_json::from_slice(&text).expect("JSON"))
}

/// A medical check by an office.
pub fn check(case: &str, by: &str) -> String {
    action(case, "medical_check", "2026-03-02T10:00:00+07:00", "")
        .replace("\"vte-investigation\"", &format!("\"{by}\""))
}
