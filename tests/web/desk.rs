//! A site with a log of its own, people who are logged in, and what they see.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::header::{COOKIE, LOCATION};
use axum::http::{HeaderMap, Request, StatusCode};
use engine::action::{Action, OfficeCode};
use engine::decide::Alerts;
use engine::rulebook::Language;
use hyper::service::Service as _;
use hyper_util::service::TowerToHyperService;
use projections::rights::Role;
use service::clock::{Clock, SteadyClock};
use service::figures::Figures;
use service::lifecycle::Stop;
use service::offices::Offices;
use service::queries::dockets::Dockets;
use service::recorder::Recorder;
use service::status::{About, Status};
use service::watch::clock_doubt::ClockDoubt;
use store::people::{Look, LooksOf, Membership, PeopleStore as _, Person, SecondFactor, Session};
use store::sqlite::SqliteStore;
use tests::clock::SetClock;
use tests::made::{book, open};
use uuid::Uuid;
use web::credentials::SealingKey;
use web::logins::Logins;
use web::remembered::Remembered;
use web::routes::router;
use web::site::{Reached, Site};

/// A site.
pub struct Desk {
    pub store: Arc<SqliteStore>,
    pub clock: Arc<SetClock>,
    pub status: Arc<Status>,
    router: axum::Router,
    recorder: Arc<Recorder>,
    _room: tempfile::TempDir,
}

/// Somebody who is logged in.
pub struct Visitor {
    pub id: Uuid,
    cookie: String,
}

/// What somebody sees.
pub struct Shown {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Desk {
    /// A site at an instant, without a case.
    pub fn at(now: &str) -> Self {
        Self::with_offices(now, "")
    }

    /// The same with these lines of an offices file beside the program's own.
    pub fn with_offices(now: &str, offices: &str) -> Self {
        let room = tempfile::tempdir().expect("a room");
        let clock = SetClock::at(tests::cases::instant(now));
        let file = room.path().join("offices.toml");
        std::fs::write(&file, offices).expect("a file");
        let offices = Offices::of_the_program().with_file(&file).expect("offices");
        let store = Arc::new(open(room.path().join("kamnot.db")));
        let (wall, steady) = (Arc::clone(&clock) as Arc<dyn Clock>, Arc::clone(&clock) as Arc<dyn SteadyClock>);
        let recorder = Arc::new(Recorder::new(Arc::clone(&store) as _, book(), Arc::clone(&wall)));
        let about = About { nats: true, busy_timeout: Duration::from_secs(10), rulebook: book().digest() };
        let doubt = Arc::new(ClockDoubt::new(clock.now(), Arc::clone(&steady)));
        let figures = Arc::new(Figures::on(&steady));
        let status = Arc::new(Status::new(Arc::clone(&store) as _, Arc::clone(&wall), steady, doubt, figures, about));
        let site = Site {
            log: Arc::clone(&store) as _,
            people: Arc::clone(&store) as _,
            book: book(),
            recorder: Arc::clone(&recorder),
            clock: wall,
            status: Arc::clone(&status),
            offices: Arc::new(offices),
            dockets: Dockets::default(),
            key: SealingKey::read_or_make(&room.path().join("key")).expect("a key"),
            logins: Logins::default(),
            reached: Reached { tls: false, origin: None },
            remembered: Remembered::default(),
            demo: None,
        };
        Self { store, clock, status, router: router(Arc::new(site)), recorder, _room: room }
    }

    /// Lets the status ask the store once.
    pub async fn ask_the_store(&self) {
        let (_stopper, stop) = Stop::pair();
        let _ = tokio::time::timeout(Duration::from_millis(300), self.status.keep_asking(&stop)).await;
    }

    /// Records the lines of a file as they happened, up to now, and lets the alerts of now be raised.
    pub async fn record(&self, lines: &str) {
        let now = self.clock.now();
        for line in lines.lines().filter(|line| !line.trim().is_empty()) {
            let action = Action::read(line).unwrap_or_else(|flaws| panic!("{flaws:?}: {line}"));
            if action.at.last() <= now {
                self.clock.set(action.at.last());
                self.record_one(action).await;
            }
        }
        self.clock.set(now);
    }

    /// Records one line now.
    pub async fn record_now(&self, line: &str) {
        self.record_one(Action::read(line).unwrap_or_else(|flaws| panic!("{flaws:?}: {line}"))).await;
    }

    async fn record_one(&self, action: Action) {
        let case = action.case.clone();
        let recorded = self.recorder.record(&case, vec![action], None, Alerts::Raised).await.expect("it is recorded");
        assert!(recorded.verdicts.iter().all(|verdict| *verdict == engine::decide::Verdict::Accepted), "{case}");
    }

    /// Logs somebody in.
    pub async fn login(&self, role: Role, office: Option<&str>, language: Language) -> Visitor {
        let nth = self.store.people().await.expect("people").len();
        let (id, secret) = (Uuid::from_u128(nth as u128 + 1), format!("secret-{nth}"));
        let office = office.map(|code| OfficeCode::new(code).expect("a code"));
        let person = Person {
            id,
            version: 1,
            login: format!("p{}", id.simple()),
            name: "Somebody".to_owned(),
            language,
            memberships: vec![Membership { office: office.clone(), role, from: None, until: None }],
            password: Some("none".to_owned()),
            second: SecondFactor::Printed,
            recovery: std::collections::BTreeSet::new(),
            must_change: false,
            disabled: None,
        };
        self.store.put_person(&person).await.expect("a person");
        let now = self.clock.now();
        let key = <sha2::Sha256 as sha2::Digest>::digest(secret.as_bytes()).into();
        let session = Session { key, person: id, office, role, began: now, seen: now, csrf: [7; 32] };
        self.store.begin_session(&session).await.expect("a session");
        Visitor { id, cookie: format!("kamnot={secret}") }
    }

    /// What somebody sees at a path.
    pub async fn get(&self, who: &Visitor, path: &str) -> Shown {
        let request = Request::get(path).header(COOKIE, &who.cookie).body(Body::empty()).expect("a request");
        let answer = TowerToHyperService::new(self.router.clone()).call(request).await.expect("an answer");
        let (parts, body) = answer.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.expect("a body");
        let text = String::from_utf8(bytes.to_vec()).expect("text");
        Shown { status: parts.status, headers: parts.headers, text }
    }

    /// The record of what somebody saw, the newest first.
    pub async fn looks(&self, who: &Visitor) -> Vec<Look> {
        self.store.looks(&LooksOf::Person(who.id), 100).await.expect("looks")
    }
}

impl Shown {
    /// The text without marks, with single spaces.
    pub fn words(&self) -> String {
        let mut out = String::new();
        let mut inside = false;
        for letter in self.text.replace("&#34;", "\"").replace("&#39;", "'").replace("&amp;", "&").chars() {
            match letter {
                '<' => inside = true,
                '>' => {
                    inside = false;
                    out.push(' ');
                }
                letter if !inside => out.push(if letter == '\u{a0}' { ' ' } else { letter }),
                _ => {}
            }
        }
        out.split_whitespace().collect::<Vec<_>>().join(" ").replace(" ,", ",").replace(" .", ".").replace(" :", ":")
    }

    /// Asserts that these words stand in the page.
    #[track_caller]
    pub fn says(&self, words: &[&str]) -> &Self {
        let all = self.words();
        for words in words {
            assert!(all.contains(words), "{words:?} is not in: {all}");
        }
        self
    }

    /// Asserts that none of these words stands in the page, marks included.
    #[track_caller]
    pub fn does_not_say(&self, words: &[&str]) -> &Self {
        for words in words {
            assert!(!self.text.contains(words), "{words:?} is in: {}", self.text);
        }
        self
    }

    /// The references of the rows, in their order.
    pub fn cases(&self) -> Vec<String> {
        let rows = self.text.split("<th role=\"rowheader\" scope=\"row\"><a href=\"").skip(1);
        rows.filter_map(|row| Some(row.split_once('>')?.1.split_once('<')?.0.to_owned())).collect()
    }

    /// The addresses of the links whose words begin so.
    pub fn links(&self, words: &str) -> Vec<String> {
        let links = self.text.split("<a ").skip(1).filter_map(|link| {
            let (marks, rest) = link.split_once('>')?;
            let address = marks.split_once("href=\"")?.1.split_once('"')?.0;
            rest.starts_with(words).then(|| address.replace("&#38;", "&").replace("&amp;", "&"))
        });
        links.collect()
    }

    /// Where the answer leads to.
    pub fn leads_to(&self) -> Option<&str> {
        self.headers.get(LOCATION).and_then(|location| location.to_str().ok())
    }
}

/// Writes what is shown to a folder, for a look with the eyes, if `KAMNOT_SHOWN` names one.
pub fn keep(name: &str, shown: &Shown) {
    if let Some(folder) = std::env::var_os("KAMNOT_SHOWN") {
        let text = shown.text.replace("/assets/style.css", "assets/style.css");
        std::fs::write(Path::new(&folder).join(name), text).expect("a file");
    }
}

/// The line that opens a case of Vientiane Capital.
pub fn opening(case: &str, at: &str, class: &str) -> String {
    format!(
        r#"{{"case":"{case}","action":"case_opened","at":"{at}","by":"vte-investigation","court":"vte-juvenile-court","prosecutor":"vte-prosecutor","investigator":"vte-investigation","legal_aid":"vte-legal-aid","child":{{"ref":"C-{case}","birth_date":"2009-11-02","sex":"m"}},"offences":[{{"class":"{class}","penalty_months":{{"min":36,"max":72}},"committed_on":"2025-12-04","serious":true}}]}}"#
    )
}

/// A line of a case.
pub fn line(case: &str, action: &str, at: &str, by: &str, more: &str) -> String {
    format!(r#"{{"case":"{case}","action":"{action}","at":"{at}","by":"{by}"{more}}}"#)
}

/// The lines of a case whose child is in remand since an order, after a custody of which the parents were told.
pub fn in_remand(case: &str, custody: &str, order: &str) -> String {
    let investigator = "vte-investigation";
    [
        opening(case, custody, "major"),
        line(case, "custody_started", custody, investigator, r#","evidence_firm":true"#),
        line(case, "parents_notified", custody, investigator, ""),
        line(
            case,
            "remand_ordered",
            order,
            "vte-juvenile-court",
            r#","order":{"by":"juvenile_court","number":"5/2026"},"grounds":["elements","firm_evidence","tampering"],"necessary":true"#,
        ),
    ]
    .join("\n")
}
