//! The sender: reads the log for new alerts, puts them and the digests among what waits, and has each address told.
//!
//! Invariant: what waits is written with the cursor of the log, and the cursor goes on only so. Memory is bounded: a page of the
//! log, and a few letters for each of the addresses that are told at a time. Nothing goes out while the log's people are off,
//! as after a restore or a move: an operator confirms both at once.

mod content;
mod delivery;
mod rounds;

use std::sync::Arc;
use std::time::Duration;

use engine::alert::{Alert, Kind};
use engine::calendar::Instant;
use engine::rulebook::{Rulebook, Rulebooks};
use projections::docket::groups::is_off;
use service::clock::Clock;
use service::figures::Figures;
use service::lifecycle::Stop;
use service::offices::Offices;
use service::trouble::Trouble;
use service::watch::clock_doubt::ClockDoubt;
use store::people::mail::{About, Address, Waiting};
use store::{Fault, LogStore, Stored};

use crate::outward::Outward;
use content::Source;
use delivery::deliver;
use rounds::Rounds;

/// How many events are read at once.
const EVENTS: usize = 512;
/// Behind how many events that concern nobody the cursor is written all the same.
const UNSAVED: usize = 4096;
/// The pause between two rounds.
const PAUSE: Duration = Duration::from_secs(1);
/// How long those that are being told may take when the program stops; then they are told once more by the next.
const LEAVE_WITHIN: Duration = Duration::from_secs(5);

/// What the sender works with.
pub struct Post {
    log: Arc<dyn LogStore>,
    in_force: Arc<Rulebook>,
    books: Rulebooks,
    offices: Arc<Offices>,
    clock: Arc<dyn Clock>,
    doubt: Arc<ClockDoubt>,
    figures: Arc<Figures>,
    outward: Outward,
}

/// What a sender shares with the rest of its `serve`.
pub struct Beside {
    /// The offices.
    pub offices: Arc<Offices>,
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
    /// Whether it is in doubt; no digest is made then.
    pub doubt: Arc<ClockDoubt>,
    /// The figures.
    pub figures: Arc<Figures>,
}

/// A sender at work: what it remembers from one round to the next.
pub struct Sender {
    post: Arc<Post>,
    rounds: Rounds,
}

impl Post {
    /// The sender of a log.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn new(log: Arc<dyn LogStore>, outward: Outward, beside: Beside) -> Result<Self, Fault> {
        let in_force = log.book();
        let books = Rulebooks::new(Arc::clone(&in_force), log.rulebooks().await?);
        let Beside { offices, clock, doubt, figures } = beside;
        Ok(Self { log, in_force, books, offices, clock, doubt, figures, outward })
    }

    fn source(&self) -> Source<'_> {
        Source {
            log: self.log.as_ref(),
            books: &self.books,
            in_force: &self.in_force,
            offices: &self.offices,
            installation: &self.outward.installation,
            now: self.clock.now(),
        }
    }

    /// Sends until the stop signal; retries whatever fails.
    pub async fn run(self: &Arc<Self>, stop: &Stop) {
        let (figure, mut trouble) = (&self.figures.mail.sender, Trouble::none());
        let mut sender: Option<Sender> = None;
        while !stop.is_set() {
            figure.comes_round();
            let went = match &mut sender {
                Some(sender) => sender.round().await,
                None => Sender::new(Arc::clone(self)).await.map(|new| sender = Some(new)),
            };
            match went {
                Ok(()) => {
                    figure.is_well();
                    trouble.is_over();
                }
                Err(fault) => {
                    let reason = fault.to_string();
                    figure.is_in_trouble(&reason);
                    if trouble.is_news(reason.clone()) {
                        tracing::error!(%reason, "mail and webhooks wait until this is fixed");
                    }
                }
            }
            stop.or(tokio::time::sleep(PAUSE)).await;
        }
        if let Some(sender) = &mut sender {
            let _ = tokio::time::timeout(LEAVE_WITHIN, sender.settle()).await;
        }
        figure.rests();
    }

    /// Whether an alert event goes to an address: to those of the offices that are told of it, and an escalation to those of
    /// the offices that supervise one of them.
    fn concerns(&self, address: &Address, stored: &Stored) -> bool {
        let Some((alert, kind)) = stored.event.fact.alert() else { return false };
        // Who is told of an escalation hears how it ended.
        let kind = if alert.topic.stage.is_escalated() { Kind::Escalated } else { kind };
        !address.off
            && !alert.history
            && stored.event.recorded_at >= address.made
            && address.kinds.contains(&kind)
            && (alert.to.has(&address.office) || self.is_above(address, alert))
    }

    fn is_above(&self, address: &Address, alert: &Alert) -> bool {
        alert.topic.stage.is_escalated() && alert.to.all().any(|office| self.offices.is_under(office, &address.office))
    }

    /// The digest that is due at an address; none if there is none today, or it was made.
    fn digest_due(&self, address: &Address, now: Instant) -> Option<String> {
        let minutes = address.digest.filter(|_| !address.off && !self.doubt.stands())?;
        let (day, today) = (now.date(), now.date().to_string());
        let at = Instant::first_of(day).plus(60 * i64::from(minutes));
        let made = address.progress.digest.as_ref() == Some(&today) || address.made > at;
        (at <= now && !made && !is_off(day, self.offices.holidays())).then_some(today)
    }
}

impl Sender {
    /// A sender that begins where the log says that the last one was.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn new(post: Arc<Post>) -> Result<Self, Fault> {
        let read = post.log.mail_cursor().await?.unwrap_or_default();
        Ok(Self { post, rounds: Rounds::from(read) })
    }

    /// One round: what is new is put among what waits, and the addresses whose turn it is are told beside it.
    ///
    /// # Errors
    /// If the store cannot be read or written.
    pub async fn round(&mut self) -> Result<(), Fault> {
        let post = Arc::clone(&self.post);
        while let Some(ended) = self.ended() {
            ended?;
        }
        let mut addresses = post.log.mail_addresses().await?;
        self.rounds.keep(&addresses);
        if addresses.is_empty() || !post.log.people_are_on().await? {
            post.figures.mail.waiting.set((0, 0));
            return Ok(());
        }
        if self.rounds.unsaved == 0
            && let Some(kept) = post.log.mail_cursor().await?
        {
            // With the first address it begins at the end of the log.
            self.rounds.read = self.rounds.read.max(kept);
        }
        self.read_on(&addresses).await?;
        self.make_digests(&mut addresses).await?;
        let backlog = post.log.mail_backlog().await?;
        let failing = addresses.iter().filter(|address| !address.off && address.progress.failing.is_some()).count();
        post.figures.mail.waiting.set((backlog.iter().map(|of| of.waiting).sum(), failing as u64));
        let now = post.clock.now();
        for of in &backlog {
            let Some(address) = addresses.iter().find(|address| address.id == of.address) else {
                // It was removed while something was put among what waits.
                if post.log.mail_address(of.address).await?.is_none() {
                    post.log.remove_mail_address(of.address).await?;
                }
                continue;
            };
            if self.rounds.is_due(address, of, now) {
                let (post, told) = (Arc::clone(&post), address.clone());
                self.rounds.tell(address, async move { deliver(&post, told).await });
            }
        }
        Ok(())
    }

    /// Waits until nobody is being told any more.
    ///
    /// # Errors
    /// If the store failed for one of them.
    pub async fn settle(&mut self) -> Result<(), Fault> {
        let clock = Arc::clone(&self.post.clock);
        while let Some(ended) = self.rounds.one_ends(|| clock.now()).await {
            ended?;
        }
        Ok(())
    }

    /// One of those that have been told meanwhile.
    fn ended(&mut self) -> Option<Result<(), Fault>> {
        let clock = Arc::clone(&self.post.clock);
        self.rounds.one_has_ended(clock.now())
    }

    /// Puts what the log says that is new among what waits.
    async fn read_on(&mut self, addresses: &[Address]) -> Result<(), Fault> {
        let post = Arc::clone(&self.post);
        loop {
            let page = post.log.log(self.rounds.read, EVENTS).await?;
            let Some(last) = page.last().map(|last| last.position) else { break };
            let mut letters = Vec::new();
            for stored in &page {
                let concerned = addresses.iter().filter(|address| post.concerns(address, stored));
                letters.extend(concerned.map(|address| letter(address, stored)));
            }
            self.rounds.unsaved += page.len();
            if !letters.is_empty() || self.rounds.unsaved >= UNSAVED {
                post.log.queue_mail(&letters, Some(last)).await?;
                self.rounds.unsaved = 0;
            }
            self.rounds.read = last;
        }
        // Whatever is chosen from now on counts for what comes from now on, also after a restart.
        if self.rounds.unsaved > 0 {
            post.log.queue_mail(&[], Some(self.rounds.read)).await?;
            self.rounds.unsaved = 0;
        }
        Ok(())
    }

    /// Puts the digests that are due among what waits. Whoever is being told just now has the progress in hand, and waits.
    async fn make_digests(&self, addresses: &mut [Address]) -> Result<(), Fault> {
        let now = self.post.clock.now();
        for address in addresses.iter_mut().filter(|address| !self.rounds.is_busy(address.id)) {
            let Some(day) = self.post.digest_due(address, now) else { continue };
            address.progress.digest = Some(day.clone());
            let key = format!("digest {day}");
            let digest = Waiting::new(address.id, self.rounds.read.0, &key, About::Digest(day), now);
            self.post.log.queue_digest(&digest, &address.progress).await?;
        }
        Ok(())
    }
}

/// An alert event, as it waits for an address.
fn letter(address: &Address, stored: &Stored) -> Waiting {
    let Stored { position, case, version, event } = stored;
    let about = About::Alert(case.clone(), *version);
    Waiting::new(address.id, position.0, &event.id(case).to_string(), about, event.recorded_at)
}
