//! Takes to one address what waits for it, in its order, until something does not go out.
//!
//! Invariant: what was taken by the server is taken away after that, and not before: it goes out once more if this process dies
//! in between. Only a test is given up when it fails; that is what it is for.

use engine::rulebook::Language;
use projections::letters::Trouble;
use service::mailing::addressee;
use store::Fault;
use store::people::mail::{About, Address, Waiting, Way};

use super::Post;
use super::content::Content;

/// How many letters are read at once.
const BATCH: usize = 20;

/// How taking letters to an address ended.
pub(crate) enum Ended {
    /// Nothing waits any more.
    Emptied,
    /// Something did not go out.
    InTrouble,
}

/// Takes what waits for an address there.
///
/// # Errors
/// If the store cannot be read or written.
pub(crate) async fn deliver(post: &Post, mut address: Address) -> Result<Ended, Fault> {
    loop {
        let batch = post.log.waiting_mail(address.id, BATCH).await?;
        if batch.is_empty() {
            return Ok(Ended::Emptied);
        }
        for waiting in batch {
            // As it is now: somebody may have switched it off, removed it or renewed its key meanwhile.
            address = match post.log.mail_address(address.id).await? {
                Some(now) if !now.off => now,
                Some(_) | None => return Ok(Ended::Emptied),
            };
            let tried = attempt(post, &waiting, &address).await?;
            let is_test = waiting.about == About::Test;
            let gone = if tried.is_ok() || is_test { vec![waiting.id] } else { Vec::new() };
            note(post, &mut address, tried);
            post.log.settle_mail(&gone, address.id, &address.progress).await?;
            if tried.is_err() {
                return Ok(Ended::InTrouble);
            }
        }
    }
}

/// What became of an attempt.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Done {
    Sent,
    /// The log no longer has it, or its addressee may no longer be told.
    Moot,
}

async fn attempt(post: &Post, waiting: &Waiting, address: &Address) -> Result<Result<Done, Trouble>, Fault> {
    let Some(language) = addressee(post.log.as_ref(), address, post.clock.now()).await? else {
        return Ok(Ok(Done::Moot));
    };
    match content(post, waiting, address, language).await? {
        None => Ok(Ok(Done::Moot)),
        Some(content) => Ok(send(post, address, content).await.map(|()| Done::Sent)),
    }
}

async fn content(
    post: &Post,
    waiting: &Waiting,
    address: &Address,
    language: Language,
) -> Result<Option<Content>, Fault> {
    match post.source().content(waiting, address, language).await {
        // A damaged case holds up nobody else's mail; `kamnot check` names it.
        Err(Fault::Corrupt(_)) => {
            tracing::warn!(address = %address.id, "an alert that waits for an address cannot be read; it is left out");
            Ok(None)
        }
        content => content,
    }
}

async fn send(post: &Post, address: &Address, content: Content) -> Result<(), Trouble> {
    let Content { id, letter, event } = content;
    let now = post.clock.now();
    match &address.way {
        Way::Mail(mailbox) => {
            let smtp = post.outward.smtp.as_ref().ok_or(Trouble::NoServer)?;
            smtp.send(mailbox, address.id, id, letter, now).await
        }
        Way::Webhook { url, sealed } => {
            let key = post.outward.key.as_ref().and_then(|key| key.open(address.id, sealed)).ok_or(Trouble::NoKey)?;
            let key = String::from_utf8(key).map_err(|_| Trouble::NoKey)?;
            post.outward.webhooks.send(url, &key, event, now).await
        }
    }
}

/// Notes what became of an attempt, and says once that an address is in trouble and that it no longer is.
fn note(post: &Post, address: &mut Address, tried: Result<Done, Trouble>) {
    let tally = match address.way {
        Way::Mail(_) => &post.figures.mail.mail,
        Way::Webhook { .. } => &post.figures.mail.webhook,
    };
    let (now, id, progress) = (post.clock.now(), address.id, &mut address.progress);
    match tried {
        Ok(Done::Moot) => {}
        Ok(Done::Sent) => {
            tally.sent.add(1);
            progress.sent = Some(now);
            if progress.failing.take().is_some() {
                tracing::info!(address = %id, "mail or a webhook goes out again");
            }
        }
        Err(trouble) => {
            tally.failed.add(1);
            let before = progress.failing.map(|(_, before)| before);
            let since = progress.failing.map_or(now, |(since, _)| since);
            progress.failing = Some((since, trouble));
            if before != Some(trouble) {
                tracing::warn!(address = %id, reason = %trouble, "mail or a webhook does not go out; it waits and is tried again");
            }
        }
    }
}
