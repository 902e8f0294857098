//! A site with a log of its own, the people and programs that use it, and what each of them gets.

use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{CONTENT_TYPE, HOST, ORIGIN};
use axum::http::{Method, Request};
use engine::action::{Action, CaseRef};
use engine::decide::{Alerts, Verdict};
use engine::rulebook::Language;
use futures::StreamExt as _;
use projections::rights::Role;
use scenarios::people::person;
use serde_json::Value;
use service::clock::{Clock, SteadyClock};
use service::figures::Figures;
use service::lifecycle::{Stop, Stopper};
use service::offices::Offices;
use service::queries::counts::Counts;
use service::queries::dockets::Dockets;
use service::queries::quarters::Quarters;
use service::recorder::Recorder;
use service::sealing::SealingKey;
use service::status::{About, Status};
use service::watch::clock_doubt::ClockDoubt;
use store::LogStore;
use store::people::{Grant, Look, LooksOf, Membership, Person, Session};
use tests::clock::SetClock;
use tests::lines::custody;
use tests::made::{book, office};
use tower::ServiceExt as _;
use uuid::Uuid;
use web::credentials::csrf;
use web::credentials::passwords::Hashing;
use web::following::keep_following;
use web::listen::Address;
use web::live::Live;
use web::logins::Logins;
use web::remembered::Remembered;
use web::routes::router;
use web::site::{Reached, Site};

use crate::log::Log;
use crate::papers::with_legal_aid;
use crate::schema;
use crate::shown::Shown;

/// Three days into the custody of [`tests::lines::custody`].
pub const NOW: &str = "2026-03-04T08:00:00+07:00";

/// The body of a request that changes nothing.
pub const NOTHING: &str = "";

/// The host of the pages, and their origin.
pub const HERE: (&str, &str) = ("kamnot.test", "http://kamnot.test");

/// A site.
pub struct Desk {
    pub store: Arc<dyn LogStore>,
    pub clock: Arc<SetClock>,
    pub site: Arc<Site>,
    pub router: Router,
    /// Ends what goes on beside.
    _stopper: Arc<Stopper>,
}

/// Somebody who uses the pages, or a program that uses the API.
#[derive(Clone)]
pub struct Visitor {
    /// The id of the person or token.
    pub id: Uuid,
    /// The secret of the session or token.
    pub secret: String,
    /// The token of the session's forms; `None` for a program.
    pub form: Option<String>,
    /// The language that is asked for.
    pub language: Language,
}

impl Visitor {
    /// The header by which the visitor is known.
    pub fn credentials(&self) -> (&'static str, String) {
        match self.form {
            Some(_) => ("cookie", format!("kamnot={}", self.secret)),
            None => ("authorization", format!("Bearer {}", self.secret)),
        }
    }

    /// The same with another secret.
    pub fn with_secret(&self, secret: impl Into<String>) -> Self {
        Self { secret: secret.into(), ..self.clone() }
    }
}

impl Desk {
    /// A site at [`NOW`] on a log without a case.
    pub fn new(log: &Log) -> Self {
        Self::at(log, NOW)
    }

    /// A site at an instant on a log without a case.
    pub fn at(log: &Log, now: &str) -> Self {
        Self::made(log, now, Offices::of_the_program(), |_| ())
    }

    /// The same with these lines of an offices file beside the program's own.
    pub fn with_offices(log: &Log, now: &str, offices: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("offices.toml");
        std::fs::write(&file, offices).expect("a file");
        Self::made(log, now, Offices::of_the_program().with_file(&file).expect("offices"), |_| ())
    }

    /// A site at [`NOW`] that is otherwise than it would be.
    pub fn with(log: &Log, otherwise: impl FnOnce(&mut Site)) -> Self {
        Self::made(log, NOW, Offices::of_the_program(), otherwise)
    }

    fn made(log: &Log, now: &str, offices: Offices, otherwise: impl FnOnce(&mut Site)) -> Self {
        let clock = SetClock::at(tests::cases::instant(now));
        let store = Arc::clone(&log.store);
        let (wall, steady) = (Arc::clone(&clock) as Arc<dyn Clock>, Arc::clone(&clock) as Arc<dyn SteadyClock>);
        let about = About { nats: true, busy_timeout: Duration::from_secs(10), rulebook: book().digest() };
        let doubt = Arc::new(ClockDoubt::new(clock.now(), Arc::clone(&steady)));
        let figures = Arc::new(Figures::on(&steady));
        let status = Status::new(Arc::clone(&store) as _, Arc::clone(&wall), steady, doubt, figures, about);
        let mut site = Site {
            log: Arc::clone(&store) as _,
            people: Arc::clone(&store) as _,
            book: book(),
            recorder: Arc::new(Recorder::new(Arc::clone(&store) as _, book(), Arc::clone(&wall))),
            clock: wall,
            status: Arc::new(status),
            offices: Arc::new(offices),
            dockets: Dockets::default(),
            counts: Counts::default(),
            quarters: Quarters::default(),
            key: Arc::new(SealingKey::of([7; 32])),
            logins: Logins::with(Hashing::cheap()),
            reached: Reached { tls: false, origin: None },
            remembered: Remembered::default(),
            live: Live::default(),
            demo: None,
        };
        otherwise(&mut site);
        let site = Arc::new(site);
        let (stopper, stop) = Stop::pair();
        let followed = Arc::clone(&site);
        tokio::spawn(async move { keep_following(&followed, &stop).await });
        Self { store, clock, router: router(Arc::clone(&site)), site, _stopper: Arc::new(stopper) }
    }

    /// A log with one case, `A-1`: a child in custody for three days.
    pub async fn with_a_case(log: &Log) -> Self {
        let desk = Self::new(log);
        desk.hold(&[with_legal_aid("A-1"), custody("A-1")]).await;
        desk
    }

    /// Lets the status ask the store once.
    pub async fn ask_the_store(&self) {
        let (_stopper, stop) = Stop::pair();
        let _ = tokio::time::timeout(Duration::from_millis(300), self.site.status.keep_asking(&stop)).await;
    }

    /// Records the lines of a file as they happened, up to now, and lets the alerts of now be raised.
    pub async fn record(&self, lines: &str) {
        let now = self.clock.now();
        for line in lines.lines().filter(|line| !line.trim().is_empty()) {
            let action = read(line);
            if action.at.last() <= now {
                self.clock.set(action.at.last());
                self.hold_actions(vec![action]).await;
            }
        }
        self.clock.set(now);
    }

    /// Records these actions of one case now.
    pub async fn hold(&self, lines: &[String]) {
        self.hold_actions(lines.iter().map(|line| read(line)).collect()).await;
    }

    async fn hold_actions(&self, actions: Vec<Action>) {
        let case = actions[0].case.clone();
        let recorded = self.site.recorder.record(&case, actions, None, Alerts::Raised).await.expect("it is recorded");
        assert!(recorded.verdicts.iter().all(|verdict| *verdict == Verdict::Accepted), "{case}");
    }

    /// Somebody who is logged in.
    pub async fn login(&self, role: Role, code: Option<&str>, language: Language) -> Visitor {
        let membership = Membership { office: code.map(office), role, from: None, until: None };
        let person = person(Uuid::new_v4(), membership, language);
        self.store.put_person(&person).await.expect("a person");
        self.begin(&person).await
    }

    /// The same person in another session.
    pub async fn login_again(&self, who: &Visitor) -> Visitor {
        self.begin(&self.person(who).await).await
    }

    async fn begin(&self, person: &Person) -> Visitor {
        let begun = web::login::begin_session(&self.site, person, &person.memberships[0]).await;
        self.of_session(begun.expect("a session"), person.language).await
    }

    /// Whoever has the session with this secret.
    pub async fn of_session(&self, secret: String, language: Language) -> Visitor {
        let session = self.session(&secret).await.expect("the session");
        Visitor { id: session.person, secret, form: Some(csrf::token(&session.csrf)), language }
    }

    /// The session with a secret.
    pub async fn session(&self, secret: &str) -> Option<Session> {
        let key = <sha2::Sha256 as sha2::Digest>::digest(secret.as_bytes()).into();
        self.store.session(key).await.expect("a session")
    }

    /// The person who somebody is.
    pub async fn person(&self, who: &Visitor) -> Person {
        self.store.person(who.id).await.expect("a person").expect("the person")
    }

    /// A program with a token.
    pub async fn token(&self, code: &str, role: Role) -> Visitor {
        let of = Membership { office: Some(office(code)), role, from: None, until: None };
        let made =
            web::people::add_token(&*self.store, &self.site.offices, Uuid::new_v4(), "a program", of, self.site.now());
        let (token, secret) = made.await.expect("a token");
        Visitor { id: token.id, secret, form: None, language: Language::En }
    }

    /// A supervisor's look at a case that holds for an hour.
    pub async fn grant(&self, person: Uuid, code: &str, case: &str) {
        let now = self.site.now();
        let grant = Grant {
            id: Uuid::new_v4(),
            person,
            office: office(code),
            case: CaseRef::new(case).expect("a reference"),
            code: "complaint".to_owned(),
            reason: "a letter".to_owned(),
            from: now,
            until: now.plus(3600),
        };
        self.store.put_grant(&grant).await.expect("a grant");
    }

    /// The record of what somebody saw, the newest first.
    pub async fn looks(&self, who: &Visitor) -> Vec<Look> {
        self.store.looks(&LooksOf::Person(who.id), 100).await.expect("looks")
    }

    /// The answer to a request with these headers. One of the API is held against its description.
    pub async fn ask(&self, method: Method, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Shown {
        self.ask_from(None, method, path, headers, body).await
    }

    /// The same from an address.
    pub async fn ask_from(
        &self,
        address: Option<IpAddr>,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Shown {
        let mut request = Request::builder().method(method.clone()).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(body.into()).expect("a request");
        request.extensions_mut().extend(
            address
                .map(|address| {
                    let mut known = axum::http::Extensions::new();
                    known.insert(Address(address));
                    known
                })
                .unwrap_or_default(),
        );
        let answer = self.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = answer.into_parts();
        let bytes = if parts.headers.get(CONTENT_TYPE).is_some_and(|kind| kind == "text/event-stream") {
            // It goes on for as long as somebody reads it.
            body.into_data_stream().next().await.expect("its beginning").expect("bytes").to_vec()
        } else {
            to_bytes(body, usize::MAX).await.expect("a body").to_vec()
        };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let shown = Shown { status: parts.status, headers: parts.headers, text, bytes };
        if path.starts_with("/api/") {
            schema::is_as_described(description(&self.router).await, &method, path, &shown);
        }
        shown
    }

    /// The same, of a visitor.
    pub async fn ask_as(
        &self,
        who: &Visitor,
        method: Method,
        path: &str,
        more: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Shown {
        let (name, value) = who.credentials();
        let mut headers = vec![(name, value.as_str()), ("accept-language", who.language.word())];
        headers.retain(|(name, _)| more.iter().all(|(other, _)| other != name));
        headers.extend(more);
        self.ask(method, path, &headers, body).await
    }

    /// What somebody sees at a path.
    pub async fn get(&self, who: &Visitor, path: &str) -> Shown {
        self.ask_as(who, Method::GET, path, &[], NOTHING).await
    }

    /// What becomes of a form that somebody sends from our own page.
    pub async fn submit(&self, who: &Visitor, path: &str, fields: &[(&str, &str)]) -> Shown {
        let token = who.form.as_deref().map(|token| ("csrf", token));
        let fields: Vec<(&str, &str)> = fields.iter().copied().chain(token).collect();
        self.ask_as(who, Method::POST, path, &FROM_HERE, form(&fields)).await
    }

    /// What becomes of actions that a person or program sends.
    pub async fn post(&self, who: &Visitor, body: &str) -> Shown {
        self.post_with(who, &[], body.to_owned()).await
    }

    /// The same with further headers.
    pub async fn post_with(&self, who: &Visitor, more: &[(&str, &str)], body: impl Into<Body>) -> Shown {
        self.send_to(who, "/api/v1/actions", more, body).await
    }

    /// Sends a body in JSON to an address of the API.
    pub async fn send_to(&self, who: &Visitor, path: &str, more: &[(&str, &str)], body: impl Into<Body>) -> Shown {
        let mut headers = more.to_vec();
        if more.iter().all(|(name, _)| *name != "content-type") {
            headers.push((CONTENT_TYPE.as_str(), "application/json"));
        }
        if let Some(token) = &who.form {
            headers.extend([(HOST.as_str(), HERE.0), (ORIGIN.as_str(), HERE.1), ("x-csrf-token", token)]);
        }
        self.ask_as(who, Method::POST, path, &headers, body).await
    }
}

/// The headers of a form of our own pages.
pub const FROM_HERE: [(&str, &str); 3] =
    [("host", HERE.0), ("origin", HERE.1), ("content-type", "application/x-www-form-urlencoded")];

/// The fields of a form as a browser sends them.
pub fn form(fields: &[(&str, &str)]) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    let one = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    let text = |text: &str| text.bytes().map(one).collect::<String>();
    fields.iter().map(|(name, value)| format!("{}={}", text(name), text(value))).collect::<Vec<_>>().join("&")
}

fn read(line: &str) -> Action {
    Action::read(line).unwrap_or_else(|flaws| panic!("{flaws:?}: {line}"))
}

/// The description of the API, as the router gives it.
pub async fn description(router: &Router) -> &'static Value {
    static DESCRIPTION: OnceLock<Value> = OnceLock::new();
    if let Some(description) = DESCRIPTION.get() {
        return description;
    }
    let request = Request::builder().uri("/api/v1/openapi.json").body(Body::empty()).expect("a request");
    let answer = router.clone().oneshot(request).await.expect("an answer");
    assert_eq!(answer.status().as_u16(), 200);
    let text = to_bytes(answer.into_body(), usize::MAX).await.expect("a body");
    DESCRIPTION.get_or_init(|| serde_json::from_slice(&text).expect("JSON"))
}
