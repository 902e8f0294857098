//! Readers of pages and of the API: connections of HTTP/1.1 that are kept, at a steady rate or as fast as they are answered.
//!
//! Invariant: every answer is 200 and read to its end; otherwise there is no figure. At a steady rate an answer's time counts
//! from the instant at which its request was due, so that a slow answer does not hide the wait of those behind it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::setting::{Failure, count};

/// A request without a body: its target and the lines of its head.
pub fn request(target: &str, head: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n{head}\r\n\r\n")
}

/// A connection that is kept.
pub struct Connection(BufReader<TcpStream>);

impl Connection {
    /// Connects.
    pub async fn to(address: SocketAddr) -> Result<Self, Failure> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self(BufReader::with_capacity(64 * 1024, stream)))
    }

    /// Asks, and reads the answer's body.
    pub async fn ask(&mut self, request: &str) -> Result<Vec<u8>, Failure> {
        self.0.write_all(request.as_bytes()).await?;
        let (mut line, mut length) = (String::new(), None);
        self.0.read_line(&mut line).await?;
        if !line.starts_with("HTTP/1.1 200") {
            let asked = request.lines().next().unwrap_or_default();
            return Err(format!("{asked}: answered {}", line.trim()).into());
        }
        loop {
            line.clear();
            self.0.read_line(&mut line).await?;
            match line.trim_end().split_once(':') {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    length = Some(value.trim().parse()?);
                }
                Some(_) => {}
                None => break,
            }
        }
        let mut body = vec![0; length.ok_or("an answer without a length")?];
        self.0.read_exact(&mut body).await?;
        Ok(body)
    }
}

/// The time of each answer in milliseconds, by the place of its request.
pub type Times = Vec<(usize, f64)>;

/// Asks for these in turn, so many a second, from now on, over so many connections. Each connection asks in its own name: the
/// requests are those of the connections one after the other.
pub async fn steadily(
    address: SocketAddr,
    requests: Vec<String>,
    (connections, a_second): (usize, usize),
    lasting: Duration,
) -> Result<Times, Failure> {
    let (requests, begin) = (Arc::new(requests), Instant::now());
    let mut asking = JoinSet::new();
    for connection in 0..connections {
        let requests = Arc::clone(&requests);
        asking.spawn(async move {
            let (mut open, mut times) = (Connection::to(address).await?, Times::new());
            for turn in (connection..).step_by(connections) {
                let due = begin + Duration::from_secs(1).mul_f64(count(turn) / count(a_second));
                if due >= begin + lasting {
                    break;
                }
                tokio::time::sleep_until(due).await;
                let place = turn % requests.len();
                open.ask(&requests[place]).await?;
                times.push((place, due.elapsed().as_secs_f64() * 1e3));
            }
            Ok::<_, Failure>(times)
        });
    }
    let mut all = Times::new();
    while let Some(times) = asking.join_next().await {
        all.extend(times??);
    }
    Ok(all)
}

/// How many answers a second, each connection asking its own request again as soon as it is answered.
pub async fn as_fast_as_answered(
    address: SocketAddr,
    requests: Vec<String>,
    lasting: Duration,
) -> Result<f64, Failure> {
    let begin = Instant::now();
    let mut asking = JoinSet::new();
    for request in requests {
        asking.spawn(async move {
            let (mut open, mut answers) = (Connection::to(address).await?, 0_usize);
            while begin.elapsed() < lasting {
                open.ask(&request).await?;
                answers += 1;
            }
            Ok::<_, Failure>(answers)
        });
    }
    let mut answers = 0;
    while let Some(more) = asking.join_next().await {
        answers += more??;
    }
    Ok(count(answers) / begin.elapsed().as_secs_f64())
}
