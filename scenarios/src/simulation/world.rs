//! The main loop of a simulated world: it moves time to the next event, lets the event happen, and waits until the processes
//! have done their work.
//!
//! Invariant: time stops at every instant at which an alert event could be due, so that a late one is noticed.

mod checks;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use engine::rulebook::Rulebook;
use service::clock::Clock as _;
use service::watch::clock_doubt::CLOCK_CONFIRMED;
use store::{Fault, LogStore as _};
use tokio::time::{advance, sleep};

use super::clock::WallClock;
use super::disk::{Armed, MachineDisk};
use super::history::{History, NatsTrouble, What};
use super::naive::Naive;
use super::nats::Nats;
use super::office::Offices;
use super::people::People;
use super::process::{Process, Surroundings, seeds};
use super::sabotage::Sabotage;
use super::{Claim, Tally, Violation};

/// A little longer than a round of watch and relay can take.
const A_LOOK: Duration = Duration::from_millis(60);
/// How soon a jump of the clock must be noticed, even if the store cannot be written at that moment.
const TO_NOTICE: Duration = Duration::from_millis(1200);
/// How long anything may take once nothing fails any more. Longer than every wait of watch and relay.
const PATIENCE: Duration = Duration::from_secs(100);
/// How many seconds after its end a process is started again.
const RESTART_AFTER: i64 = 10;

/// The world.
pub(super) struct World<'h> {
    history: &'h History,
    sabotage: Option<Sabotage>,
    with: Surroundings,
    offices: Offices,
    people: People,
    naive: Naive,
    slots: Vec<Slot>,
    /// The next of the history's faults.
    next_trouble: usize,
    /// The ends of faults, by time and number.
    endings: BTreeMap<(i64, usize), Ending>,
    /// The last faults of NATS and of the clock. The end of an earlier one does not end them.
    last: [usize; 2],
    /// How long the next power failure lasts.
    down: i64,
    /// Whether answers reach the offices.
    heard: bool,
    /// Whether every process doubts the clock, so that no alert may be raised.
    silent: bool,
    /// How many messages of the stream have been checked.
    published: usize,
    words: u32,
    tally: Tally,
}

/// A place for a process.
#[derive(Default)]
struct Slot {
    process: Option<Process>,
    up_at: i64,
}

#[derive(Clone, Copy)]
enum Ending {
    Nats,
    Clock { confirmed: bool },
    NoAnswers,
}

impl<'h> World<'h> {
    pub fn new(history: &'h History, sabotage: Option<Sabotage>, folder: &Path, book: Arc<Rulebook>) -> Self {
        let with = Surroundings {
            book: Arc::clone(&book),
            clock: WallClock::at(history.begins()),
            disk: MachineDisk::new(folder, sabotage == Some(Sabotage::StoreAcknowledgesTooEarly)),
            nats: Nats::new(history.seed, history.remembers_ids, sabotage),
            seeds: seeds(history.seed),
            steady_follows: sabotage == Some(Sabotage::ClockJumpsUnnoticed),
        };
        Self {
            history,
            sabotage,
            with,
            offices: Offices::of(history, sabotage == Some(Sabotage::OfficeBelievesTooMuch)),
            people: People::of(history.seed),
            naive: Naive::new(book),
            slots: std::iter::repeat_with(Slot::default).take(history.processes).collect(),
            next_trouble: 0,
            endings: BTreeMap::new(),
            last: [usize::MAX; 2],
            down: 0,
            heard: true,
            silent: false,
            published: 0,
            words: 0,
            tally: Tally { cases: history.cases.len(), ..Tally::default() },
        }
    }

    /// Runs until everything has happened and has been checked.
    pub async fn run(mut self) -> Result<Tally, Violation> {
        let ends = self.history.ends();
        self.start().await?;
        self.sabotage()?;
        while let Some(next) = self.next_stop().filter(|next| *next <= ends) {
            self.pass_until(next).await;
            self.happen().await?;
            self.settle().await?;
        }
        self.come_to_rest().await?;
        self.check_the_end().await?;
        self.tally.actions = self.offices.acknowledged.len();
        self.tally.alerts = self.published;
        self.tally.handled = self.naive.handled();
        self.tally.escalated = self.naive.alerts().iter().filter(|(_, ends)| ends.starts_with("escalated.")).count();
        Ok(self.tally)
    }

    fn now(&self) -> i64 {
        self.with.clock.truth()
    }

    fn running(&self) -> impl Iterator<Item = &Process> {
        self.slots.iter().filter_map(|slot| slot.process.as_ref())
    }

    /// When the next event happens.
    fn next_stop(&self) -> Option<i64> {
        let trouble = self.history.troubles.get(self.next_trouble).map(|trouble| trouble.at);
        let ending = self.endings.first_key_value().map(|((at, _), _)| *at);
        let start = self.slots.iter().filter(|slot| slot.process.is_none()).map(|slot| slot.up_at).min();
        let look = self.naive.next_look(self.with.clock.now()).map(|look| look.unix() - self.with.clock.wrong_by());
        [self.offices.next(), trouble, ending, start, look].into_iter().flatten().min()
    }

    async fn pass_until(&self, next: i64) {
        if let Ok(seconds @ 1..) = u64::try_from(next - self.now()) {
            advance(Duration::from_secs(seconds)).await;
        }
    }

    /// Lets everything happen that is due: faults end, processes start, offices send, faults begin.
    async fn happen(&mut self) -> Result<(), Violation> {
        while let Some(entry) = self.endings.first_entry().filter(|entry| entry.key().0 <= self.with.clock.truth()) {
            let ((_, number), ending) = entry.remove_entry();
            self.end(number, ending).await?;
        }
        self.start().await?;
        let mut kills = Vec::new();
        while let Some(trouble) = self.history.troubles.get(self.next_trouble).filter(|next| next.at <= self.now()) {
            self.next_trouble += 1;
            self.tally.troubles += 1;
            match trouble.what {
                What::Kill { process, after_ms, down } => kills.push((process, after_ms, down)),
                what => self.begin(what).await?,
            }
        }
        self.send();
        for (process, after_ms, down) in kills {
            sleep(Duration::from_millis(after_ms)).await;
            self.kill(process % self.slots.len(), down).await;
        }
        Ok(())
    }

    fn send(&mut self) {
        let running = self.slots.iter().enumerate();
        let running = running.filter_map(|(n, slot)| Some((n, slot.process.as_ref()?.desk())));
        let running: Vec<_> = running.collect();
        self.offices.send(self.with.clock.truth(), &running);
        let desks: Vec<_> = running.into_iter().map(|(_, desk)| desk).collect();
        self.people.act(&self.naive, &desks, self.with.clock.now());
    }

    async fn begin(&mut self, what: What) -> Result<(), Violation> {
        let number = self.next_trouble;
        let now = self.now();
        match what {
            What::Disk { after, how, times } => self.with.disk.arm(after, Armed::Fails(how), times),
            What::PowerCut { after, kept, down } => {
                self.down = down;
                self.with.disk.arm(after, Armed::PowerCut { kept }, 1);
            }
            What::Kill { process, down, .. } => self.kill(process % self.slots.len(), down).await,
            What::Stop { process, down } => {
                let process = process % self.slots.len();
                if let Some(running) = self.slots[process].process.take() {
                    let fault = running.stop().await;
                    self.ended(process, down, fault).await?;
                }
            }
            What::Nats { how, lasts } => {
                self.last[0] = number;
                self.with.nats.trouble(Some(how), self.history.seed ^ number as u64);
                self.endings.insert((now + lasts, number), Ending::Nats);
            }
            What::Clock { by, lasts, confirmed } => {
                self.last[1] = number;
                self.set_clock(by).await?;
                self.endings.insert((now + lasts, number), Ending::Clock { confirmed });
            }
            What::NoAnswers { lasts } => {
                self.heard = false;
                self.endings.insert((now + lasts, number), Ending::NoAnswers);
            }
        }
        Ok(())
    }

    async fn end(&mut self, number: usize, ending: Ending) -> Result<(), Violation> {
        match ending {
            Ending::Nats if self.last[0] == number => self.with.nats.trouble(None, 0),
            Ending::Clock { confirmed: true } if self.last[1] == number => self.confirm_clock().await?,
            Ending::Clock { confirmed: false } if self.last[1] == number => self.set_clock(0).await?,
            Ending::Nats | Ending::Clock { .. } => {}
            Ending::NoAnswers => self.heard = true,
        }
        Ok(())
    }

    /// The wall clock jumps, and every process notices.
    async fn set_clock(&mut self, wrong_by: i64) -> Result<(), Violation> {
        self.silent = false;
        self.with.clock.set_wrong_by(wrong_by);
        sleep(TO_NOTICE).await;
        self.attend().await?;
        self.check_doubts()
    }

    /// A person confirms that the clock is right, repeatedly if necessary.
    async fn confirm_clock(&mut self) -> Result<(), Violation> {
        self.silent = false;
        let wrong_by = self.with.clock.wrong_by();
        for _ in 0..50 {
            if !self.running().any(|process| process.doubt.stands()) {
                break;
            }
            self.words += 1;
            if let Some(process) = self.running().next() {
                // If it cannot be written, the person confirms again.
                let _ = process.store.set_meta(CLOCK_CONFIRMED, &self.words.to_string()).await;
            }
            sleep(TO_NOTICE).await;
            self.attend().await?;
        }
        for process in self.slots.iter_mut().filter_map(|slot| slot.process.as_mut()) {
            if (process.agreed_on - wrong_by).abs() > service::watch::clock_doubt::TOLERANCE_SECONDS {
                process.agreed_on = wrong_by;
            }
        }
        self.check_doubts()
    }

    /// `kill -9`. When the last process is killed, nothing is cleaned up.
    async fn kill(&mut self, process: usize, down: i64) {
        let Some(running) = self.slots[process].process.take() else { return };
        self.tally.ends += 1;
        if self.running().next().is_none() {
            self.with.disk.freeze();
        }
        running.kill().await;
        self.slots[process].up_at = self.now() + down;
        self.people.lose().await;
        self.offices.lose(process, self.now()).await;
    }

    /// A process has ended by itself, or because it was told to.
    async fn ended(&mut self, process: usize, down: i64, fault: Option<Fault>) -> Result<(), Violation> {
        self.tally.ends += 1;
        self.slots[process].up_at = self.now() + down;
        self.people.lose().await;
        self.offices.lose(process, self.now()).await;
        match fault {
            Some(Fault::Restart(_)) | None => Ok(()),
            Some(fault) => Err(Violation::new(Claim::ProcessesGoOn, fault.to_string())),
        }
    }

    /// Starts the processes that are due to start.
    async fn start(&mut self) -> Result<(), Violation> {
        let now = self.now();
        for slot in 0..self.slots.len() {
            if self.slots[slot].process.is_some() || self.slots[slot].up_at > now {
                continue;
            }
            self.silent = false;
            self.with.disk.power_on();
            let started = Process::start(&self.with);
            let process = started.map_err(|fault| Violation::new(Claim::ProcessesGoOn, fault.to_string()))?;
            self.check_nothing_lost(&process).await?;
            self.slots[slot].process = Some(process);
        }
        Ok(())
    }

    /// Checks which processes have ended, what they have recorded and what they have published.
    async fn attend(&mut self) -> Result<(), Violation> {
        if self.with.disk.is_off() {
            for process in 0..self.slots.len() {
                if let Some(running) = self.slots[process].process.take() {
                    running.kill().await;
                    self.tally.ends += 1;
                    self.slots[process].up_at = self.now() + self.down;
                    self.people.lose().await;
                    self.offices.lose(process, self.now()).await;
                }
            }
        }
        for process in 0..self.slots.len() {
            if let Some(ended) = self.slots[process].process.take_if(|running| running.has_ended()) {
                let fault = ended.ended().await;
                self.ended(process, RESTART_AFTER, fault).await?;
            }
        }
        self.offices.hear(self.now(), self.heard);
        self.check_the_disk()?;
        if self.running().next().is_none() {
            // There is no process to ask what the log holds.
            return Ok(());
        }
        self.read_log().await?;
        self.check_the_stream()
    }

    /// Waits until the processes have nothing left to do.
    async fn settle(&mut self) -> Result<(), Violation> {
        let mut waited = Duration::ZERO;
        loop {
            sleep(A_LOOK).await;
            waited += A_LOOK;
            self.attend().await?;
            let watched = self.running().any(|process| !process.doubt.stands());
            let late = if watched { self.naive.late(self.with.clock.now()) } else { Vec::new() };
            let relayed = self.running().next().is_some() && self.with.nats.is_well();
            let unpublished = relayed && self.published < self.naive.alerts().len();
            let unanswered = self.running().next().is_some() && self.offices.wait_for_answers();
            if late.is_empty() && !unpublished && !unanswered {
                break;
            }
            if waited > PATIENCE {
                let missing: Vec<String> =
                    late.into_iter().map(|(case, what)| format!("case {case}: {what}")).collect();
                let (published, told) = (self.published, self.naive.alerts().len());
                return Err(Violation::new(
                    Claim::NothingIsLate,
                    format!(
                        "at {}, {published} of {told} alerts published; missing from the log: {}",
                        self.with.clock.now(),
                        missing.join("\n")
                    ),
                ));
            }
        }
        self.silent = self.nothing_may_be_told().await;
        Ok(())
    }

    /// Ends all faults, and lets the processes finish.
    async fn come_to_rest(&mut self) -> Result<(), Violation> {
        self.endings.clear();
        self.with.disk.disarm();
        self.with.nats.trouble(None::<NatsTrouble>, 0);
        self.heard = true;
        for slot in &mut self.slots {
            slot.up_at = 0;
        }
        self.start().await?;
        self.set_clock(0).await?;
        self.confirm_clock().await?;
        self.settle().await?;
        // A case takes as many rounds as the longest chain of actions that need each other.
        for _ in 0..200 {
            let Some(next) = self.offices.next() else { break };
            self.pass_until(next).await;
            self.happen().await?;
            self.settle().await?;
        }
        self.settle().await
    }
}
