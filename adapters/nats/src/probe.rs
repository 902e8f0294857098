//! Tests whether an office is reached: sends a marked message to the office's test subject, and checks that the
//! office's login can read its alerts.
//!
//! Invariant: the test adds nothing to the stream of alerts and changes nothing there.

use std::time::Duration;

use engine::action::OfficeCode;
use futures::StreamExt as _;
use projections::subjects::test_of;
use serde_json::{Value, json};
use service::clock::{SteadyClock as _, SystemSteadyClock};
use uuid::Uuid;

use super::permissions::subscription;
use super::published::PublishedStream;
use super::{Link, NatsFault, STREAM, Servers};

/// How long a test message may take.
const ARRIVES_WITHIN: Duration = Duration::from_secs(5);

/// A test of one office.
pub struct Probe<'p> {
    /// Where NATS is, and kamnot's own login.
    pub kamnot: &'p Servers,
    /// The office's login and the prefix of its subscriptions' names; without it kamnot's own login receives the
    /// message.
    pub login: Option<&'p (Servers, String)>,
    /// The office.
    pub office: &'p OfficeCode,
}

/// What was proved so far. The first failure ends the test.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proved {
    /// The last sequence of the stream of alerts; inner `None`: there is no stream yet.
    pub stream: Option<Option<u64>>,
    /// After how long the message arrived.
    pub arrived: Option<Duration>,
    /// How many alerts wait for the office in its first subscription; inner `None`: it has none yet.
    pub waiting: Option<Option<u64>>,
}

/// The steps of the test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// To log in as the office and subscribe to the message.
    Listen,
    /// To log in as kamnot and look up the stream.
    Look,
    /// To send the message.
    Send,
    /// To receive it.
    Receive,
    /// To read the office's subscription with its login.
    Read,
}

impl Probe<'_> {
    /// Runs all steps, in order.
    ///
    /// # Errors
    /// The step that failed and why, with what was proved before.
    pub async fn run(&self) -> Result<Proved, (Proved, Attempt, NatsFault)> {
        let mut proved = Proved::default();
        let mut at = Attempt::Listen;
        match Box::pin(self.tried(&mut proved, &mut at)).await {
            Ok(()) => Ok(proved),
            Err(fault) => Err((proved, at, fault)),
        }
    }

    async fn tried(&self, proved: &mut Proved, at: &mut Attempt) -> Result<(), NatsFault> {
        let subject = test_of(self.office);
        let receiver = Link::open(self.login.map_or(self.kamnot, |(servers, _)| servers)).await?;
        let client = receiver.jetstream().client();
        let listening = async {
            let subscriber = client.subscribe(subject.clone()).await.map_err(|error| receiver.lost(error))?;
            // The server answers in order: after the flush a denial has arrived too.
            client.flush().await.map_err(|error| receiver.lost(error))?;
            Ok(subscriber)
        };
        let mut subscriber = receiver.run(listening).await?;
        *at = Attempt::Look;
        let published = PublishedStream::open(self.kamnot).await?;
        proved.stream = Some(published.last_sequence().await?);
        *at = Attempt::Send;
        let (id, sent) = (Uuid::new_v4(), SystemSteadyClock::start());
        published.tell(subject, id, message(self.office, id)).await?;
        *at = Attempt::Receive;
        let is_it = |body: &[u8]| serde_json::from_slice::<Value>(body).is_ok_and(|body| body["id"] == id.to_string());
        let receiving = async {
            while let Some(message) = subscriber.next().await {
                if is_it(&message.payload) {
                    return Ok(());
                }
            }
            Err(receiver.lost("the subscription ended"))
        };
        let arrived = tokio::time::timeout(ARRIVES_WITHIN, receiver.run(receiving)).await;
        arrived.unwrap_or_else(|_| Err(receiver.lost("the message did not arrive within five seconds")))?;
        proved.arrived = Some(sent.running());
        *at = Attempt::Read;
        if let Some((_, name)) = self.login {
            proved.waiting = Some(waiting(&receiver, &subscription(name, 1)).await?);
        }
        Ok(())
    }
}

/// A test message, which cannot be mistaken for an alert.
fn message(office: &OfficeCode, id: Uuid) -> String {
    let message = json!({
        "specversion": "1.0", "id": id.to_string(), "source": "/kamnot/test", "type": "la.kamnot.test.v1",
        "subject": office.as_str(), "datacontenttype": "application/json",
        "data": { "test": true, "office": office.as_str() }
    });
    message.to_string()
}

/// How many alerts wait in a subscription; `None` if it was never opened.
async fn waiting(link: &Link, name: &str) -> Result<Option<u64>, NatsFault> {
    const NOT_FOUND: u64 = 404;
    let question = format!("CONSUMER.INFO.{STREAM}.{name}");
    let answer = link.run(link.ask(&question)).await?;
    match (answer["num_pending"].as_u64(), answer["error"]["code"].as_u64()) {
        (Some(waiting), _) => Ok(Some(waiting)),
        (None, Some(NOT_FOUND)) => Ok(None),
        _ => Err(link
            .answer("read the office's subscription", answer["error"]["description"].as_str().unwrap_or("no answer"))),
    }
}
