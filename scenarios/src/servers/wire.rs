//! A wire between two servers, on which silence can be made: what one says stays away from the other, and no
//! connection ends, as in a network that is parted. Afterwards what was held back arrives.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A wire to a port; cut when it goes out of scope.
pub struct Wire {
    port: u16,
    silent: watch::Sender<bool>,
    work: JoinHandle<()>,
}

impl Wire {
    /// A wire to this port, which listens on one of its own.
    ///
    /// # Panics
    /// If there is no port.
    pub async fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let own = listener.local_addr().expect("its address").port();
        let (silent, silence) = watch::channel(false);
        let work = tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(connect(near, port, silence.clone()));
            }
        });
        Self { port: own, silent, work }
    }

    /// Where it listens.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Lets nothing through any more.
    pub fn silence(&self) {
        self.silent.send_replace(true);
    }

    /// Lets everything through again, also what was held back.
    pub fn speak(&self) {
        self.silent.send_replace(false);
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.work.abort();
    }
}

async fn connect(near: TcpStream, port: u16, silence: watch::Receiver<bool>) {
    let Ok(far) = TcpStream::connect(("127.0.0.1", port)).await else { return };
    let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
    tokio::join!(carry(near_in, far_out, silence.clone()), carry(far_in, near_out, silence));
}

async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut silence: watch::Receiver<bool>) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        if silence.wait_for(|silent| !*silent).await.is_err() || to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}
