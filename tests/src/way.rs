//! A way to a server that can be cut: bytes vanish, nobody is told.
//!
//! Invariant: what was lost is lost. A connection that lost bytes stays silent for ever, also when the way is open
//! again, as behind a firewall that has forgotten it; new connections then get through.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// After how long a server takes a silent client for gone.
const FINDS_OUT: Duration = Duration::from_secs(10);

/// A port that stands for another one.
pub struct Way {
    port: u16,
    state: Arc<State>,
    accepting: JoinHandle<()>,
}

struct State {
    cut: watch::Sender<bool>,
    /// Counts up when all connections are closed.
    closed: watch::Sender<u64>,
    /// The way is cut by what is sent next that holds these bytes; they don't arrive.
    trap: Mutex<Option<Vec<u8>>>,
}

impl Way {
    /// An open way to a port of this machine.
    ///
    /// # Panics
    /// If there is no free port.
    pub async fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let own = listener.local_addr().expect("its address").port();
        let (cut, closed) = (watch::Sender::new(false), watch::Sender::new(0));
        let state = Arc::new(State { cut, closed, trap: Mutex::new(None) });
        let accepting = tokio::spawn({
            let state = Arc::clone(&state);
            async move {
                while let Ok((client, _)) = listener.accept().await {
                    tokio::spawn(carry(client, port, Arc::clone(&state)));
                }
            }
        });
        Self { port: own, state, accepting }
    }

    /// The port to connect to.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The same address by this way: the port behind the last colon is ours.
    ///
    /// # Panics
    /// If the address has no port.
    pub fn instead_of(&self, url: &str, port: u16) -> String {
        let port = format!(":{port}");
        assert!(url.contains(&port), "{url} has no {port}");
        url.replacen(&port, &format!(":{}", self.port), 1)
    }

    /// From now on everything vanishes, in both directions.
    pub fn cut(&self) {
        self.state.cut.send_replace(true);
    }

    /// Opens the way for new connections.
    pub fn heal(&self) {
        self.state.cut.send_replace(false);
    }

    /// Closes every connection.
    pub fn close_all(&self) {
        self.state.closed.send_modify(|count| *count += 1);
    }

    /// Cuts the way as soon as a client sends these bytes, which no longer arrive.
    pub fn cut_before(&self, bytes: &[u8]) {
        *self.state.trap.lock().unwrap_or_else(PoisonError::into_inner) = Some(bytes.to_owned());
    }

    /// Waits until it is cut.
    ///
    /// # Panics
    /// Never: the way itself keeps the channel open.
    pub async fn is_cut(&self) {
        self.state.cut.subscribe().wait_for(|cut| *cut).await.expect("the way is there");
    }
}

impl Drop for Way {
    fn drop(&mut self) {
        self.accepting.abort();
        self.close_all();
    }
}

impl State {
    /// Whether these bytes spring the trap; then the way is cut.
    fn springs(&self, bytes: &[u8]) -> bool {
        let mut trap = self.trap.lock().unwrap_or_else(PoisonError::into_inner);
        let springs = trap.as_ref().is_some_and(|trap| bytes.windows(trap.len()).any(|some| some == trap));
        if springs {
            *trap = None;
            self.cut.send_replace(true);
        }
        springs
    }
}

/// Carries one connection until it is closed.
async fn carry(client: TcpStream, port: u16, state: Arc<State>) {
    let mut closed = state.closed.subscribe();
    let carried = async {
        let (from_client, to_client) = client.into_split();
        let lost = AtomicBool::new(*state.cut.borrow());
        if lost.load(Ordering::SeqCst) {
            forward(from_client, None, &lost, &state).await;
            return;
        }
        let Ok(server) = TcpStream::connect(("127.0.0.1", port)).await else { return };
        let (from_server, to_server) = server.into_split();
        let from_client = forward(from_client, Some(to_server), &lost, &state);
        let from_server = forward(from_server, Some(to_client), &lost, &state);
        tokio::pin!(from_client, from_server);
        tokio::select! {
            () = &mut from_client => {
                if lost.load(Ordering::SeqCst) {
                    // The end of the connection is lost too: the server finds out by itself.
                    let _ = tokio::time::timeout(FINDS_OUT, from_server).await;
                }
            }
            () = &mut from_server => {
                if lost.load(Ordering::SeqCst) {
                    from_client.await;
                }
            }
        }
    };
    tokio::select! {
        () = carried => {}
        _ = closed.changed() => {}
    }
}

/// Carries one direction until its sender closes it; from what is lost first on into nothing.
async fn forward(mut from: OwnedReadHalf, mut to: Option<OwnedWriteHalf>, lost: &AtomicBool, state: &State) {
    let mut bytes = vec![0; 16 * 1024];
    loop {
        let count = from.read(&mut bytes).await.unwrap_or(0);
        if state.springs(&bytes[..count]) || *state.cut.borrow() {
            lost.store(true, Ordering::SeqCst);
        }
        if count == 0 {
            return;
        }
        if !lost.load(Ordering::SeqCst)
            && let Some(to) = &mut to
            && to.write_all(&bytes[..count]).await.is_err()
        {
            return;
        }
    }
}
