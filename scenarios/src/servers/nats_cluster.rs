//! A real NATS cluster of the test's own: three servers with JetStream, each of which can be killed, held, cut off and
//! started again.

use std::time::Duration;

use async_nats::ConnectOptions;
use async_nats::jetstream::stream::ClusterInfo;
use async_nats::jetstream::{self, Context, ContextBuilder};
use futures::TryStreamExt as _;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::nats_server::{NatsServer, free_ports};
use super::wire::Wire;

/// How long the cluster may take to agree on who leads.
const PATIENCE: Duration = Duration::from_mins(1);
/// How long a copy may stay behind while all answer.
const STALLED: Duration = Duration::from_secs(10);

/// Three servers, counted from 0; ended by their process ids when it goes out of scope.
pub struct NatsCluster {
    servers: Vec<NatsServer>,
    /// The ports on which each tells of itself.
    tell: Vec<u16>,
    /// The wires between the servers, each with who is at its ends; none where they talk directly.
    wires: Vec<([usize; 2], Wire)>,
}

impl NatsCluster {
    /// A cluster with JetStream, all three up and agreed on a leader.
    ///
    /// # Panics
    /// If nats-server isn't installed or the cluster doesn't come up.
    pub async fn start() -> Self {
        Self::with("").await
    }

    /// A cluster with these lines in the configuration of each server.
    ///
    /// # Panics
    /// If nats-server isn't installed or the cluster doesn't come up.
    pub async fn with(lines: &str) -> Self {
        let ports = free_ports(9);
        let (own, routes, tell) = (&ports[..3], &ports[3..6], &ports[6..]);
        let all = listed(routes);
        let started = |place: usize| {
            let cluster = format!("listen: \"127.0.0.1:{}\", routes: [{all}]", routes[place]);
            started(place, own[place], tell[place], &cluster, lines)
        };
        let servers = (0..3).map(started).collect();
        let mut cluster = Self { servers, tell: tell.to_vec(), wires: Vec::new() };
        cluster.agrees().await;
        cluster
    }

    /// A cluster of which a server can be cut off from the others: they reach each other over wires alone.
    ///
    /// # Panics
    /// If nats-server isn't installed or the cluster doesn't come up.
    pub async fn wired() -> Self {
        let ports = free_ports(9);
        let (own, routes, tell) = (&ports[..3], &ports[3..6], &ports[6..]);
        let mut wires = Vec::new();
        for ends in [[0, 1], [0, 2], [1, 0], [1, 2], [2, 0], [2, 1]] {
            wires.push((ends, Wire::to(routes[ends[1]]).await));
        }
        let started = |place: usize| {
            let of_this = wires.iter().filter(|([near, _], _)| *near == place).map(|(_, wire)| wire.port());
            let to_others = listed(&of_this.collect::<Vec<_>>());
            // What it tells the others of itself leads nowhere, so that nobody goes around the wires.
            let cluster =
                format!("listen: \"127.0.0.1:{}\", advertise: \"127.0.0.1:1\", routes: [{to_others}]", routes[place]);
            started(place, own[place], tell[place], &cluster, "")
        };
        let servers = (0..3).map(started).collect();
        let mut cluster = Self { servers, tell: tell.to_vec(), wires };
        cluster.agrees().await;
        cluster
    }

    /// Cuts a server off from the two others, without a connection being closed.
    ///
    /// # Panics
    /// If there are no wires.
    pub fn cut_off(&self, place: usize) {
        assert!(!self.wires.is_empty(), "the servers talk directly");
        self.wires.iter().filter(|(ends, _)| ends.contains(&place)).for_each(|(_, wire)| wire.silence());
    }

    /// Lets all talk to each other again.
    pub fn join_again(&self) {
        self.wires.iter().for_each(|(_, wire)| wire.speak());
    }

    /// Every server, separated by commas.
    pub fn urls(&self) -> String {
        self.servers.iter().map(NatsServer::url).collect::<Vec<_>>().join(",")
    }

    /// One of the servers.
    pub fn server(&self, place: usize) -> &NatsServer {
        &self.servers[place]
    }

    /// One of the servers, to be stopped, killed or started again.
    pub fn server_mut(&mut self, place: usize) -> &mut NatsServer {
        &mut self.servers[place]
    }

    /// Starts every server that doesn't run, and waits until the cluster agrees.
    ///
    /// # Panics
    /// If one doesn't come up.
    pub async fn start_again(&mut self) {
        for server in self.servers.iter_mut().filter(|server| !server.runs()) {
            server.start_again();
        }
        self.agrees().await;
    }

    /// A client that knows nothing of kamnot, on any server that runs.
    ///
    /// # Panics
    /// If none can be reached.
    pub async fn client(&self) -> Context {
        let running: Vec<String> = self.servers.iter().filter(|server| server.runs()).map(NatsServer::url).collect();
        let client = ConnectOptions::new().connection_timeout(Duration::from_secs(5)).connect(running).await;
        jetstream::new(client.expect("a connection"))
    }

    /// Which server leads a stream.
    ///
    /// # Panics
    /// If none does within a minute.
    pub async fn leader(&self, stream: &str) -> usize {
        let jetstream = self.client().await;
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if let Some(place) = leader(&jetstream, stream).await {
                return place;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("no server leads {stream}");
    }

    /// Waits until one of these servers leads a stream, as each of them says: from then on it takes messages again.
    ///
    /// # Panics
    /// If none does within a minute.
    pub async fn answers_by(&self, places: &[usize], stream: &str) {
        let deadline = Instant::now() + PATIENCE;
        for place in places {
            let client = ConnectOptions::new().retry_on_initial_connect().connect(self.servers[*place].url()).await;
            let client = client.expect("a client");
            let jetstream = ContextBuilder::new().timeout(Duration::from_millis(500)).build(client);
            while !leader(&jetstream, stream).await.is_some_and(|leader| places.contains(&leader)) {
                assert!(Instant::now() < deadline, "none of {places:?} leads {stream}");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }

    /// Waits until JetStream answers, on a connection to each server that runs, and every copy of every stream and of
    /// every subscription is there and has all: before that a server more that fails is a second fault at once, which three
    /// servers don't survive. A server whose copy stays behind for good, as happens before 2.10, is started again with
    /// nothing, which is what its operator would do: the others have all.
    ///
    /// # Panics
    /// If it doesn't within a minute, or within one from the last server that was started again.
    pub async fn agrees(&mut self) {
        let mut begun = Instant::now();
        let running: Vec<usize> = (0..3).filter(|place| self.servers[*place].runs()).collect();
        // What each holds, and since when.
        let mut held = [(0, begun); 3];
        self.look(&running, &mut held).await;
        loop {
            // With alerts under way none ever holds what another has by now; each must hold what all had at the look before.
            let of = held.map(|(last, _)| last).into_iter().max().unwrap_or(0);
            self.look(&running, &mut held).await;
            for place in running.iter().copied() {
                let (last, since) = held[place];
                if last < of && since.elapsed() > STALLED {
                    println!("server {place} stays behind at {last} of {of} and is started again with nothing");
                    self.servers[place].kill();
                    self.servers[place].lose_data();
                    self.servers[place].start_again();
                    begun = Instant::now();
                    held[place] = (0, begun);
                }
            }
            if running.iter().all(|place| held[*place].0 >= of) && self.count_as_whole(&running).await {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "JetStream does not come up, or copies are behind: {held:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Notes what each of these servers holds by now.
    async fn look(&self, places: &[usize], held: &mut [(u64, Instant); 3]) {
        for place in places.iter().copied() {
            let asked = tokio::time::timeout(Duration::from_secs(1), last_sequence(self.tell[place])).await;
            if let Ok(Some(last)) = asked
                && last > held[place].0
            {
                held[place] = (last, Instant::now());
            }
        }
    }

    /// Whether on each of these servers JetStream answers, and all counts as whole.
    async fn count_as_whole(&self, places: &[usize]) -> bool {
        for place in places {
            let Ok(client) = async_nats::connect(self.servers[*place].url()).await else { return false };
            if !counts_as_whole(&jetstream::new(client)).await {
                return false;
            }
        }
        true
    }
}

/// The last sequence that a server's own copies of streams hold, as its page for operators says.
async fn last_sequence(port: u16) -> Option<u64> {
    let mut page = TcpStream::connect(("127.0.0.1", port)).await.ok()?;
    page.write_all(b"GET /jsz?accounts=true&streams=true HTTP/1.0\r\n\r\n").await.ok()?;
    let mut answer = String::new();
    page.read_to_string(&mut answer).await.ok()?;
    let told: Value = serde_json::from_str(answer.split_once("\r\n\r\n")?.1).ok()?;
    let accounts = told["account_details"].as_array().map_or(&[][..], Vec::as_slice);
    let streams = accounts.iter().filter_map(|account| account["stream_detail"].as_array()).flatten();
    Some(streams.filter_map(|stream| stream["state"]["last_seq"].as_u64()).max().unwrap_or(0))
}

/// A server of the cluster, started.
fn started(place: usize, port: u16, tell: u16, cluster: &str, lines: &str) -> NatsServer {
    let mut server = NatsServer::on(
        port,
        &format!(
            "server_name: s{place}\nhttp: \"127.0.0.1:{tell}\"\njetstream {{ store_dir: DATA }}\n\
             cluster {{ name: test, {cluster} }}\n{lines}"
        ),
    );
    server.start_again();
    server
}

fn listed(ports: &[u16]) -> String {
    ports.iter().map(|port| format!("\"nats://127.0.0.1:{port}\"")).collect::<Vec<_>>().join(", ")
}

/// Who leads a stream, as far as somebody says.
async fn leader(jetstream: &Context, stream: &str) -> Option<usize> {
    let stream = jetstream.get_stream(stream).await.ok()?;
    let leader = stream.cached_info().cluster.as_ref()?.leader.clone()?;
    leader.strip_prefix('s')?.parse().ok()
}

/// Whether JetStream answers, and every copy of every stream and of every subscription is there and has all, as far as who
/// leads it knows.
async fn counts_as_whole(jetstream: &Context) -> bool {
    let whole = |cluster: Option<&ClusterInfo>| {
        cluster.is_some_and(|cluster| {
            cluster.leader.is_some() && cluster.replicas.iter().all(|copy| copy.current && !copy.offline)
        })
    };
    let Ok(names) = jetstream.stream_names().try_collect::<Vec<_>>().await else { return false };
    for name in names {
        let Ok(stream) = jetstream.get_stream(&name).await else { return false };
        let Ok(consumers) = stream.consumers().try_collect::<Vec<_>>().await else { return false };
        let of_consumers = consumers.iter().map(|consumer| consumer.cluster.as_ref());
        if !of_consumers.chain([stream.cached_info().cluster.as_ref()]).all(whole) {
            return false;
        }
    }
    true
}
