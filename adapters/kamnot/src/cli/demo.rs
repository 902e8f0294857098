//! `kamnot demo`: made-up cases on a clock that runs by itself, printed or as pages.
//!
//! Invariant: the demo records, watches and publishes with the same code as `import` and `serve`; only its clock is its
//! own.

mod clock;
mod served;
mod stage;
mod story;

use std::sync::Arc;

use engine::action::OfficeCode;
use engine::calendar::Instant;
use engine::case::{Event, Fact};
use engine::decide::Alerts;
use engine::rulebook::{Rulebook, Rulebooks};
use nats::Servers;
use projections::docket::{self, DocketRow};
use projections::timeline::{EntryLine, Why, timeline};
use projections::view::Seat;
use service::broker::BrokerFault;
use service::clock::Clock as _;
use service::recorder::Recorder;
use service::relay::{Connected, Relay, RelayFault};
use store::sqlite::{Options, SqliteStore};
use store::{CaseStore as _, DueCase, LogStore as _, Position, WorkShare};

use super::arguments::{Common, Demo};
use super::database::run as block_on;
use super::docket::docket_table;
use super::lists::Words;
use super::output::{Completion, Failure, offices, print_out, rulebook};
use super::pages::Pages;
use super::timeline::{draw, heading};
use clock::DemoClock;
use stage::Stage;
use story::{Child, Step, Story};

/// No case of the demo needs more steps; more would be an endless loop.
const MOST_STEPS: usize = 10_000;

/// `kamnot demo`
pub(super) fn run(common: &Common, own: &Demo) -> Result<Completion, Failure> {
    let pages = own.web.map(|address| Pages::of_the_demo(address, own)).transpose()?;
    let story = Story::read()?;
    let book = Arc::new(rulebook(common)?);
    let offices = offices(common)?;
    let servers = own.nats.as_deref().map(str::parse::<Servers>).transpose();
    let servers = servers.map_err(|fault| Failure::Fault(fault.to_string()))?;
    let failed = |error| Failure::Fault(format!("cannot create the demo's temporary folder: {error}"));
    let folder = tempfile::tempdir().map_err(failed)?;
    let options = Options { create: true, ..Options::default() };
    let log = Arc::new(SqliteStore::open(folder.path().join("demo.db"), Arc::clone(&book), &options)?);
    if let Some(pages) = pages {
        return served::serve(story, &log, pages, servers, offices, common.lang);
    }
    let words = Words { book: &book, offices: &offices, lang: common.lang };
    block_on(async {
        let mut play = Play::new(&story, &log, &book);
        let relay = servers.map(|servers| {
            let installation = log.installation().to_string();
            let broker = Arc::new(servers);
            Relay::new(log.clone(), Arc::clone(&book), Arc::clone(&play.clock) as _, broker, installation)
        });
        let mut connected = match &relay {
            Some(relay) => Some(relay.connect().await.map_err(|fault| nats_failure(&fault))?),
            None => None,
        };
        let mut stage = Stage::new(words);
        stage.opening(&story)?;
        while let Some(step) = play.step().await? {
            stage.show(&step)?;
            publish(relay.as_ref(), &mut connected).await?;
        }
        stage.closing(play.told, own.nats.as_deref())?;
        print_out(&play.docket(words, stage.paint()).await?)?;
        print_out(&play.timeline(&story.children[0], words, stage.paint()).await?)?;
        stage.what_next(&story)?;
        Ok(Completion::Done)
    })
}

fn nats_failure(fault: &RelayFault) -> Failure {
    Failure::Fault(format!("{fault}; without --nats the demo needs no server"))
}

/// Publishes the backlog.
async fn publish<'r>(relay: Option<&'r Relay>, connected: &mut Option<Connected<'r>>) -> Result<(), Failure> {
    let (Some(relay), Some(connected)) = (relay, connected) else { return Ok(()) };
    let mut after = Position(0);
    loop {
        match connected.tick(after).await {
            Ok(None) => return Ok(()),
            Ok(Some(last)) => after = last,
            // An alert of an earlier demo, or of another one running at the same time.
            Err(RelayFault::Broker(BrokerFault::MovedOn(_))) => {
                *connected = relay.connect().await.map_err(|fault| nats_failure(&fault))?;
                after = Position(0);
            }
            Err(fault) => return Err(nats_failure(&fault)),
        }
    }
}

/// The state of the demo.
struct Play {
    store: Arc<SqliteStore>,
    book: Arc<Rulebook>,
    clock: Arc<DemoClock>,
    recorder: Recorder,
    /// The actions still to be recorded, the last one first.
    to_come: Vec<Step>,
    end: Instant,
    /// How many alerts were raised, settled or withdrawn.
    told: usize,
    /// The last certain breach of a limit on liberty, and the court of the case.
    worst: Option<(Instant, OfficeCode)>,
    steps: usize,
}

/// The result of one step of the clock.
struct Happened {
    /// The clock.
    at: Instant,
    /// The action that was recorded; `None` if only time passed.
    step: Option<Step>,
    /// The events, with their cases.
    events: Vec<(engine::action::CaseRef, Event)>,
}

impl Play {
    fn new(story: &Story, log: &Arc<SqliteStore>, book: &Arc<Rulebook>) -> Self {
        let clock = Arc::new(DemoClock::new(story.start));
        let recorder = Recorder::new(log.clone(), Arc::clone(book), Arc::clone(&clock) as _);
        let mut to_come = story.steps.clone();
        to_come.reverse();
        Self {
            store: Arc::clone(log),
            book: Arc::clone(book),
            clock,
            recorder,
            to_come,
            end: story.end,
            told: 0,
            worst: None,
            steps: 0,
        }
    }

    /// Moves the clock to the next action or due limit, whichever comes first, and processes it.
    async fn step(&mut self) -> Result<Option<Happened>, Failure> {
        loop {
            self.steps += 1;
            if self.steps > MOST_STEPS {
                return Err(Failure::Fault(
                    "the demo's clock does not advance; this is a fault of the program".to_owned(),
                ));
            }
            let next_action = self.to_come.last().map(|step| step.recorded_at);
            let next_due = self.store.next_due().await?.filter(|due| next_action.is_none_or(|action| *due <= action));
            let Some(next) = next_due.or(next_action).filter(|next| *next <= self.end) else { return Ok(None) };
            self.clock.set(next.max(self.clock.now()));
            let happened = if next_due.is_some() { self.let_time_pass(next).await? } else { self.record().await? };
            let Some(happened) = happened else { continue };
            self.note(&happened);
            return Ok(Some(happened));
        }
    }

    async fn let_time_pass(&self, at: Instant) -> Result<Option<Happened>, Failure> {
        let mut events = Vec::new();
        for DueCase { case, .. } in self.store.due(at, MOST_STEPS, WorkShare::ALL).await? {
            events.extend(self.recorder.tick(&case).await?.into_iter().map(|event| (case.clone(), event)));
        }
        Ok((!events.is_empty()).then_some(Happened { at, step: None, events }))
    }

    async fn record(&mut self) -> Result<Option<Happened>, Failure> {
        let Some(step) = self.to_come.pop() else { return Ok(None) };
        let case = step.action.case.clone();
        let recorded = self.recorder.record(&case, vec![step.action.clone()], None, Alerts::Raised).await?;
        let events = recorded.events.into_iter().map(|event| (case.clone(), event)).collect();
        Ok(Some(Happened { at: step.recorded_at, step: Some(step), events }))
    }

    fn note(&mut self, happened: &Happened) {
        for (_, event) in &happened.events {
            if !matches!(event.fact, Fact::ActionRecorded(_)) {
                self.told += 1;
            }
            if let Fact::AlertRaised(alert) = &event.fact
                && alert.topic.stage == engine::alert::Stage::Breach
                && self.book.is_on_liberty(alert.topic.rule)
            {
                self.worst = Some((happened.at, alert.to.court.clone()));
            }
        }
    }

    /// The docket of the court with the last breach of a limit on liberty, as of that instant.
    async fn docket(&self, words: Words<'_>, paint: super::paint::Paint) -> Result<String, Failure> {
        let Some((at, court)) = &self.worst else { return Ok(String::new()) };
        let mut rows = Vec::new();
        for view in self.store.docket(court, Some(Seat::Court)).await? {
            let case = self.store.load(&view.case).await?;
            rows.extend(DocketRow::of_case(&case, &self.book, *at));
        }
        docket::sort(&mut rows);
        Ok(docket_table(&rows, rows.len(), court, *at, words, paint))
    }

    /// The timeline of one case, without the alerts, which were shown already.
    async fn timeline(&self, child: &Child, words: Words<'_>, paint: super::paint::Paint) -> Result<String, Failure> {
        let case = self.store.load(&child.case).await?;
        let log: Vec<Event> = self.store.stream(&child.case).await?.into_iter().map(|stored| stored.event).collect();
        let books = Rulebooks::new(Arc::clone(&self.book), []);
        let mut entries = timeline(&case, &log, &self.book, &books, self.end, words.lang, Why::LeftOut);
        entries.retain(|entry| !matches!(entry.what, EntryLine::Alert { .. }));
        Ok(format!("\n{}{}", heading(&case, &child.title, words, paint), draw(&entries, self.end, words, paint)))
    }
}
