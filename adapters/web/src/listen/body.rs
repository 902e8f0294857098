//! The body of a request, within its limits of size and time.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use axum::body::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::time::Sleep;

use super::Limits;
use super::refused::Refused;

/// How many times its limit a refused body is read on and thrown away: a client that still sends does not read the answer.
const THROWN_AWAY: u64 = 8;

/// The body of a request. It fails when it is too large or too late, and remembers why.
#[derive(Clone)]
pub(super) struct Bounded(Arc<Mutex<Arriving>>);

struct Arriving {
    incoming: Incoming,
    /// How many bytes may still come.
    left: u64,
    deadline: Pin<Box<Sleep>>,
    refused: Option<Refused>,
}

impl Bounded {
    /// The body of a request whose head has just come.
    pub(super) fn new(incoming: Incoming, limits: &Limits) -> Self {
        let deadline = Box::pin(tokio::time::sleep(limits.body_within));
        // What its head announces is known at once.
        let refused = (incoming.size_hint().lower() > limits.body).then_some(Refused::TooLarge);
        Self(Arc::new(Mutex::new(Arriving { incoming, left: limits.body, deadline, refused })))
    }

    /// Why it was refused, if it was.
    pub(super) fn refused(&self) -> Option<Refused> {
        self.arriving().refused
    }

    /// Reads what nobody read, so that the answer is not lost because the client still sends.
    pub(super) async fn throw_away(&self, limits: &Limits) {
        if self.refused() == Some(Refused::TooLarge) {
            self.arriving().left = limits.body.saturating_mul(THROWN_AWAY);
        }
        std::future::poll_fn(|cx| {
            loop {
                match ready!(self.arriving().poll(cx)) {
                    Some(Ok(_)) => {}
                    Some(Err(_)) | None => return Poll::Ready(()),
                }
            }
        })
        .await;
    }

    fn arriving(&self) -> MutexGuard<'_, Arriving> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Arriving {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if self.deadline.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Some(Err(self.refuse(Refused::TooLate))));
        }
        let Some(frame) = ready!(Pin::new(&mut self.incoming).poll_frame(cx)) else { return Poll::Ready(None) };
        let frame = frame.map_err(io::Error::other)?;
        let length = frame.data_ref().map_or(0, |data| u64::try_from(data.len()).unwrap_or(u64::MAX));
        match self.left.checked_sub(length) {
            Some(left) => self.left = left,
            None => return Poll::Ready(Some(Err(self.refuse(Refused::TooLarge)))),
        }
        Poll::Ready(Some(Ok(frame)))
    }

    /// The first reason stands.
    fn refuse(&mut self, why: Refused) -> io::Error {
        let why = *self.refused.get_or_insert(why);
        io::Error::other(why.in_a_word())
    }
}

impl Body for Bounded {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        self.arriving().poll(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.arriving().incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.arriving().incoming.size_hint()
    }
}
