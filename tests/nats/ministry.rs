//! A server under the configuration that `kamnot nats config` prints, and the offices of a ministry at it.

use std::path::Path;
use std::process::{Child, Command};
use std::time::Duration;

use async_nats::{Client, ConnectOptions, Event, ServerError, jetstream};
use futures::StreamExt as _;
use scenarios::servers::nats_server::{NatsServer, binary};
use serde_json::{Value, json};
use tests::program::Desk;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

pub const OFFICES: [&str; 6] = [
    "vte-prosecutor",
    "lpb-prosecutor",
    "vte-juvenile-court",
    "vte-investigation",
    "vte-legal-aid",
    "lpb-juvenile-court",
];

/// The prosecutor in the capital supervises the one in Luang Prabang.
const SUPERVISED: &str = "[lpb-prosecutor]
kind = \"prosecutor\"
name = { en = \"Luang Prabang\", lo = \"ຫຼວງພະບາງ\" }
province = { en = \"Luang Prabang\", lo = \"ແຂວງຫຼວງພະບາງ\" }
supervised_by = \"vte-prosecutor\"
";

/// A server, and the folder with the logins.
pub struct Ministry {
    pub desk: Desk,
    pub server: NatsServer,
}

/// A client that knows nothing of kamnot, and what the server denied it.
pub struct OfficeAccess {
    pub client: Client,
    denied: UnboundedReceiver<String>,
}

impl Ministry {
    pub fn start() -> Self {
        let desk = Desk::new();
        let store = desk.path("data").display().to_string();
        desk.write("ministry.toml", SUPERVISED);
        let mut arguments =
            vec!["nats", "config", "--logins", "logins", "--store-dir", &store, "--offices", "ministry.toml"];
        arguments.extend(OFFICES.iter().flat_map(|office| ["--only", office]));
        let run =
            desk.run(&arguments).ends_with(0).complains(&["7 logins in logins, 7 of them new", "are sent unencrypted"]);
        assert!(
            OFFICES.iter().all(|office| !run.out.contains(&Self::login(&desk, office).1)),
            "no password is printed"
        );
        assert_eq!(desk.run(&arguments).ends_with(0).out, run.out, "made anew, it is the same");
        let path = desk.write("nats.conf", &run.out);
        assert!(Self::accepts(&path), "nats-server -t refuses it");
        let server = NatsServer::with(&run.out);
        Self { desk, server }
    }

    fn accepts(configuration: &Path) -> bool {
        let output = Command::new(binary()).arg("-t").arg("-c").arg(configuration).output().expect("nats-server runs");
        output.status.success()
    }

    /// User, password and the name of the subscriptions.
    fn login(desk: &Desk, office: &str) -> (String, String, String) {
        let text = std::fs::read_to_string(desk.path(&format!("logins/{office}.env"))).expect("a login");
        let value = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
            line.unwrap_or_else(|| panic!("{name}")).to_owned()
        };
        let url = value("KAMNOT_NATS");
        let (user, password) = url
            .strip_prefix("nats://")
            .and_then(|url| url.strip_suffix("@localhost:4222")?.split_once(':'))
            .expect("a URL");
        (user.to_owned(), password.to_owned(), value("KAMNOT_SUBSCRIPTION"))
    }

    /// How the names of an office's subscriptions begin.
    pub fn subscriptions(&self, office: &str) -> String {
        Self::login(&self.desk, office).2
    }

    /// The name of an office's n-th subscription.
    pub fn subscription(&self, office: &str, n: u32) -> String {
        format!("{}-{n}", self.subscriptions(office))
    }

    /// The URL with which an office's program logs in.
    pub fn url(&self, office: &str) -> String {
        let (user, password, _) = Self::login(&self.desk, office);
        self.server.url().replace("://", &format!("://{user}:{password}@"))
    }

    /// The program, in the environment that the office's login gives it.
    pub fn program(&self, office: &str, arguments: &[&str]) -> Command {
        let mut command = self.desk.command(arguments);
        command.env("KAMNOT_NATS", self.url(office)).env("KAMNOT_SUBSCRIPTION", self.subscriptions(office));
        command
    }

    /// A plain client with an office's login.
    pub async fn guest(&self, office: &str) -> OfficeAccess {
        let (user, password, _) = Self::login(&self.desk, office);
        let (tell, denied) = unbounded_channel();
        let options = ConnectOptions::with_user_and_password(user, password).event_callback(move |event| {
            let tell = tell.clone();
            async move {
                if let Event::ServerError(ServerError::Other(text)) = event {
                    let _ = tell.send(text);
                }
            }
        });
        let client = options.request_timeout(Some(Duration::from_mins(1))).connect(self.server.url()).await;
        OfficeAccess { client: client.expect("let in"), denied }
    }

    /// The stream of alerts, made by kamnot's own login.
    pub async fn with_stream(&self) -> OfficeAccess {
        let kamnot = self.guest("kamnot").await;
        let config = jetstream::stream::Config {
            name: "KAMNOT_ALERTS".to_owned(),
            subjects: vec!["kamnot.alerts.>".to_owned()],
            deny_delete: true,
            deny_purge: true,
            ..jetstream::stream::Config::default()
        };
        let jetstream = jetstream::new(kamnot.client.clone());
        jetstream.create_stream(config).await.expect("kamnot makes the stream");
        kamnot
    }

    /// As [`Ministry::with_stream`], with a message for each of the two prosecutors' places.
    pub async fn with_alerts(&self) -> OfficeAccess {
        let kamnot = self.with_stream().await;
        let jetstream = jetstream::new(kamnot.client.clone());
        for subject in [
            "kamnot.alerts.vte-prosecutor.vte-juvenile-court.vte-investigation.vte-legal-aid.breach.custody-48h",
            "kamnot.alerts.vte-prosecutor.lpb-juvenile-court.vte-investigation.none.notice.custody-48h",
            "kamnot.alerts.lpb-prosecutor.lpb-juvenile-court.lpb-investigation.none.breach.custody-48h",
            "kamnot.alerts.lpb-prosecutor.vte-juvenile-court.lpb-investigation.vte-legal-aid.arguable.custody-48h",
        ] {
            let sent = jetstream.publish(subject, "{}".into()).await.expect("sent");
            sent.await.expect("kamnot publishes alerts");
        }
        kamnot
    }
}

impl OfficeAccess {
    /// A request to the JetStream API, and its answer.
    pub async fn ask(&self, subject: &str, payload: &Value) -> Value {
        let answer = self.client.request(subject.to_owned(), payload.to_string().into()).await;
        let answer = answer.unwrap_or_else(|error| panic!("{subject}: {error}"));
        serde_json::from_slice(&answer.payload).expect("JSON")
    }

    /// The next alert of a consumer. Not as a request: it comes under its own subject, not that of the answer.
    pub async fn next(&self, consumer: &str) -> async_nats::Message {
        let inbox = self.client.new_inbox();
        let mut subscriber = self.client.subscribe(inbox.clone()).await.expect("its own inbox");
        let subject = format!("$JS.API.CONSUMER.MSG.NEXT.KAMNOT_ALERTS.{consumer}");
        self.client.publish_with_reply(subject, inbox, "".into()).await.expect("sent");
        let next = tokio::time::timeout(Duration::from_secs(20), subscriber.next()).await;
        next.expect("an alert in time").expect("a connection")
    }

    /// Asserts that the server doesn't let this be published.
    pub async fn may_not_publish(&mut self, subject: &str, payload: &str) {
        self.client
            .publish_with_reply(subject.to_owned(), "_INBOX.answer", payload.to_owned().into())
            .await
            .expect("sent");
        self.is_denied(&format!("Publish to \"{subject}\"")).await;
    }

    /// Asserts that the server doesn't let this be subscribed to.
    pub async fn may_not_subscribe(&mut self, subject: &str) {
        let _subscriber = self.client.subscribe(subject.to_owned()).await.expect("sent");
        self.is_denied(&format!("Subscription to \"{subject}\"")).await;
    }

    async fn is_denied(&mut self, what: &str) {
        self.client.flush().await.expect("a connection");
        let denied = tokio::time::timeout(Duration::from_secs(20), self.denied.recv()).await;
        let denied = denied.unwrap_or_else(|_| panic!("not denied: {what}")).expect("a connection");
        assert!(denied.contains("Permissions Violation") && denied.contains(what), "{denied} instead of {what}");
    }
}

/// The body of a request for a consumer.
pub fn consumer(name: &str, filter: &str) -> Value {
    json!({"stream_name": "KAMNOT_ALERTS", "config": {
        "name": name, "durable_name": name, "filter_subject": filter, "ack_policy": "explicit", "deliver_policy": "all"}})
}

/// Tells a program to end, and waits until it has, in order.
pub fn end(mut child: Child) {
    let told = Command::new("kill").arg("-TERM").arg(child.id().to_string()).status().expect("kill runs");
    assert!(told.success());
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}
