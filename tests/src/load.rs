//! Load: cases whose limits fall due while a test runs, recorded all the time by an office that does not give up.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use engine::action::{Action, CaseRef};
use engine::calendar::Instant;
use engine::decide::{Alerts, Verdict};
use engine::rulebook::Rulebook;
use service::clock::SystemClock;
use service::recorder::Recorder;
use store::LogStore;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// An interview may last so many seconds (Art. 59(4)).
const INTERVIEW: i64 = 90 * 60;

/// The breach that each case comes to, in the words of its subject.
pub const BREACH: &str = "breach.interview-90min";

/// A case that was recorded.
#[derive(Clone, Debug)]
pub struct Acknowledged {
    /// The case.
    pub case: CaseRef,
    /// Its actions' ids.
    pub actions: Vec<String>,
    /// The last lawful second of its interview.
    pub due: SystemTime,
    /// When its recording was asked for.
    pub asked: SystemTime,
    /// When that was acknowledged.
    pub at: SystemTime,
}

impl Acknowledged {
    /// The instant from which on its breach can be told.
    pub fn can_be_told(&self) -> SystemTime {
        self.at.max(self.due + Duration::from_secs(1))
    }
}

/// The two lines of a case whose interview may last until `due`. That nobody attends it calls for an alert at once, its
/// last lawful second for another one.
pub fn case_due_at(case: &str, due: i64) -> String {
    let at = |instant: i64| Instant::from_unix(instant);
    let (opened, began) = (at(due - INTERVIEW - 60), at(due - INTERVIEW));
    format!(
        r#"{{"case":"{case}","action":"case_opened","at":"{opened}","by":"vte-investigation","court":"vte-juvenile-court","prosecutor":"vte-prosecutor","investigator":"vte-investigation","child":{{"ref":"C1","birth_date":"2010-06-15"}},"offences":[{{"class":"major","penalty_months":{{"min":36,"max":60}},"committed_on":"2026-02-20","serious":true}}]}}
{{"case":"{case}","action":"interview_started","at":"{began}","by":"vte-investigation","attended_by":[],"dedicated_room":true}}
"#
    )
}

/// The actions on lines.
///
/// # Panics
/// If a line is none.
pub fn actions(lines: &str) -> Vec<Action> {
    lines.lines().map(|line| Action::read(line).unwrap_or_else(|flaws| panic!("{flaws:?}"))).collect()
}

/// Seconds since 1970.
///
/// # Panics
/// If the clock stands before 1970.
pub fn unix_now() -> i64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("a clock behind 1970");
    i64::try_from(now.as_secs()).expect("a clock in this age")
}

/// The office at work.
pub struct Load {
    stop: watch::Sender<bool>,
    work: JoinHandle<Vec<Acknowledged>>,
}

impl Load {
    /// Records a case every so often; the limit of each falls due within some seconds. A case that can't be recorded is
    /// sent again until it is.
    pub fn start(store: Arc<dyn LogStore>, name: &'static str, every: Duration) -> Self {
        let book = Arc::new(Rulebook::law_05_na_2006());
        let recorder = Arc::new(Recorder::new(store, book, Arc::new(SystemClock)));
        let (stop, mut stopped) = watch::channel(false);
        let work = tokio::spawn(async move {
            let mut under_way = Vec::new();
            let mut beat = tokio::time::interval(every);
            for number in 0_i64.. {
                tokio::select! {
                    biased;
                    _ = stopped.wait_for(|stop| *stop) => break,
                    _ = beat.tick() => {}
                }
                let recorder = Arc::clone(&recorder);
                under_way.push(tokio::spawn(record(recorder, format!("{name}-{number:05}"), 1 + number % 3)));
            }
            let mut acknowledged = Vec::with_capacity(under_way.len());
            for recording in under_way {
                acknowledged.push(recording.await.expect("no panic"));
            }
            acknowledged
        });
        Self { stop, work }
    }

    /// Records nothing new, and waits until all that was sent is recorded.
    ///
    /// # Panics
    /// If something isn't within a minute.
    pub async fn end(self) -> Vec<Acknowledged> {
        self.stop.send_replace(true);
        let work = tokio::time::timeout(Duration::from_mins(1), self.work).await;
        work.expect("all is recorded within a minute").expect("no panic")
    }
}

async fn record(recorder: Arc<Recorder<dyn LogStore>>, case: String, seconds: i64) -> Acknowledged {
    let asked = SystemTime::now();
    let due = unix_now() + seconds;
    let actions = actions(&case_due_at(&case, due));
    let case = CaseRef::new(&case).expect("a reference");
    loop {
        match recorder.record(&case, actions.clone(), None, Alerts::Raised).await {
            Ok(outcome) => {
                let refused = |verdict: &Verdict| matches!(verdict, Verdict::Refused(_));
                assert!(!outcome.verdicts.iter().any(refused), "{case}: {:?}", outcome.verdicts);
                break;
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(200)).await,
        }
    }
    let due = SystemTime::UNIX_EPOCH + Duration::from_secs(due.unsigned_abs());
    let actions = actions.iter().map(|action| action.id.to_string()).collect();
    Acknowledged { case, actions, due, asked, at: SystemTime::now() }
}
