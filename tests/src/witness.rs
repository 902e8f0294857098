//! Witnesses in the process of the test: as the program answers, without a network, and away when a test says so.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use evidence::key::VerifierKey;
use evidence::policy::Policy;
use kamnot::serve::witness::pages;
use projections::letters::Trouble;
use service::clock::Clock;
use service::witness::{Folder, Witness, init};
use service::witnesses::{Answer, WitnessWay, Witnesses};
use tower::ServiceExt as _;

use crate::clock::SetClock;

/// Some witnesses, each with a folder.
pub struct Witnessing {
    folder: tempfile::TempDir,
    clock: Arc<SetClock>,
    /// The log's keys, the newest last.
    logs: Mutex<Vec<VerifierKey>>,
    keys: Vec<VerifierKey>,
    at_work: Mutex<BTreeMap<String, Router>>,
    away: Mutex<BTreeSet<usize>>,
}

impl Witnessing {
    /// So many witnesses of a log, under this clock.
    pub fn begin(log: &VerifierKey, many: usize, clock: &Arc<SetClock>) -> Arc<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let key = |n: usize| {
            let own = folder.path().join(n.to_string());
            init(&own, &format!("witness.example.org/{n}"), std::slice::from_ref(log), None).expect("a witness");
            service::witness::remembered(&own).expect("a state").witness
        };
        let keys = (0..many).map(key).collect();
        let (at_work, away) = (Mutex::default(), Mutex::default());
        let begun = Self { folder, clock: Arc::clone(clock), logs: Mutex::new(vec![log.clone()]), keys, at_work, away };
        for n in 0..many {
            begun.start(n);
        }
        Arc::new(begun)
    }

    /// Where a witness has its key and state.
    pub fn folder(&self, n: usize) -> PathBuf {
        self.folder.path().join(n.to_string())
    }

    /// The size that a witness cosigned last, as its state on disk says.
    pub fn size(&self, n: usize) -> u64 {
        let state = service::witness::remembered(&self.folder(n)).expect("a state");
        state.logs.values().next().expect("the log").size
    }

    /// Has a witness begin anew from what is on disk.
    pub fn start(&self, n: usize) {
        let mut at_work = self.at_work.lock().expect("no panic");
        // It gives back the lock.
        at_work.remove(&url(n));
        let witness = opened(&self.folder(n));
        at_work.insert(url(n), pages(witness, Arc::clone(&self.clock) as Arc<dyn Clock>));
    }

    /// Has all take another key of the log, whose fingerprint their operators confirm.
    pub fn trust(&self, log: &VerifierKey) {
        self.logs.lock().expect("no panic").push(log.clone());
        for n in 0..self.keys.len() {
            self.at_work.lock().expect("no panic").remove(&url(n));
            let mut folder = Folder::open(&self.folder(n)).expect("a state");
            folder.trust(log, Some(log.fingerprint())).expect("taken");
            drop(folder);
            self.start(n);
        }
    }

    /// Says which witnesses do not answer.
    pub fn away(&self, away: impl IntoIterator<Item = usize>) {
        *self.away.lock().expect("no panic") = away.into_iter().collect();
    }

    /// A policy in which so many of them are enough.
    pub fn policy(&self, enough: usize) -> Policy {
        let line = |(n, key): (usize, &VerifierKey)| format!("witness w{n} {key} {}\n", url(n));
        let witnesses: String = self.keys.iter().enumerate().map(line).collect();
        let names: Vec<String> = (0..self.keys.len()).map(|n| format!("w{n}")).collect();
        let names = names.join(" ");
        let line = |log: &VerifierKey| format!("log {log}\n");
        let logs: String = self.logs.lock().expect("no panic").iter().map(line).collect();
        let text = format!("{logs}{witnesses}group enough {enough} {names}\nquorum enough\n");
        Policy::from_text(text.as_bytes()).expect("a policy")
    }

    /// The witnesses as a process of the log asks them that has just begun.
    pub fn asked(self: &Arc<Self>, enough: usize) -> Witnesses {
        Witnesses::new(self.policy(enough), Arc::new(Way(Arc::clone(self))))
    }
}

fn opened(folder: &Path) -> Witness {
    Witness::of(Folder::open(folder).expect("a state"), || Err("no passphrase".to_owned())).expect("a key")
}

fn url(n: usize) -> String {
    format!("http://w{n}.example.org")
}

struct Way(Arc<Witnessing>);

#[async_trait]
impl WitnessWay for Way {
    async fn post(&self, url: &str, body: Vec<u8>) -> Result<Answer, Trouble> {
        let (start, path) = url.split_at(url.rfind('/').ok_or(Trouble::Unwritable)?);
        let of = |n: &usize| self::url(*n) == start;
        if self.0.away.lock().expect("no panic").iter().any(of) {
            return Err(Trouble::Unreachable);
        }
        let router = self.0.at_work.lock().expect("no panic").get(start).cloned().ok_or(Trouble::UnknownHost)?;
        let request = Request::post(path).body(Body::from(body)).map_err(|_| Trouble::Unwritable)?;
        let answer = router.oneshot(request).await.map_err(|_| Trouble::Dropped)?;
        let code = answer.status().as_u16();
        let body = to_bytes(answer.into_body(), usize::MAX).await.map_err(|_| Trouble::Dropped)?;
        Ok(Answer { code, body: String::from_utf8_lossy(&body).into_owned() })
    }
}
