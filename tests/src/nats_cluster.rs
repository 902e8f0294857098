//! A real NATS cluster of the test's own: three servers with JetStream, each of which can be killed, held and started
//! again.

use std::time::Duration;

use async_nats::ConnectOptions;
use async_nats::jetstream::context::GetStreamErrorKind;
use async_nats::jetstream::{self, Context, ErrorCode};

use crate::nats_server::{NatsServer, free_ports};

/// How long the cluster may take to agree on who leads.
const PATIENCE: Duration = Duration::from_secs(60);

/// Three servers, counted from 0; ended by their process ids when it goes out of scope.
pub struct NatsCluster {
    servers: Vec<NatsServer>,
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
        let ports = free_ports(6);
        let (own, routes) = ports.split_at(3);
        let all = routes.iter().map(|port| format!("\"nats://127.0.0.1:{port}\"")).collect::<Vec<_>>().join(", ");
        let servers = own.iter().zip(routes).enumerate().map(|(place, (port, route))| {
            let lines = format!(
                "server_name: s{place}\njetstream {{ store_dir: DATA }}\n\
                 cluster {{ name: test, listen: \"127.0.0.1:{route}\", routes: [{all}] }}\n{lines}"
            );
            let mut server = NatsServer::on(*port, &lines);
            server.start_again();
            server
        });
        let cluster = Self { servers: servers.collect() };
        cluster.agrees().await;
        cluster
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
        let deadline = tokio::time::Instant::now() + PATIENCE;
        while tokio::time::Instant::now() < deadline {
            if let Ok(stream) = jetstream.get_stream(stream).await {
                let leader = stream.cached_info().cluster.as_ref().and_then(|cluster| cluster.leader.clone());
                if let Some(place) = leader.and_then(|name| name.strip_prefix('s')?.parse().ok()) {
                    return place;
                }
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("no server leads {stream}");
    }

    /// Waits until JetStream answers, on a connection to each server that runs.
    async fn agrees(&self) {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        for server in self.servers.iter().filter(|server| server.runs()) {
            let client = async_nats::connect(server.url()).await.expect("a connection");
            let jetstream = jetstream::new(client);
            while !answers(&jetstream).await {
                assert!(tokio::time::Instant::now() < deadline, "JetStream does not come up at {}", server.url());
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

/// Whether there is somebody who knows which streams there are.
async fn answers(jetstream: &Context) -> bool {
    match jetstream.get_stream("NONE").await.map_err(|error| error.kind()) {
        Ok(_) => true,
        Err(GetStreamErrorKind::JetStream(answer)) => answer.error_code() == ErrorCode::STREAM_NOT_FOUND,
        Err(_) => false,
    }
}
