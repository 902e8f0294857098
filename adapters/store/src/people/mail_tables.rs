//! What is asked of the tables of mail and written to them: the same in both stores.

use async_trait::async_trait;
use uuid::Uuid;

use super::kept::Kept as _;
use super::mail::{Address, MAIL_CURSOR, MailBacklog, MailStore, Progress, Waiting};
use super::mail_rows::{document, progress as written};
use super::rows::{MAIL_ADDRESSES, MAIL_WAITING};
use super::tables::{Change, TEXT, Tables, Write, all, find, text};
use crate::cell::Value;
use crate::{Fault, Position};

const UPDATE: &str = "UPDATE mail_addresses SET version = $1, document = $2 WHERE id = $3 AND version = $1 - 1";
const NOTE: &str = "UPDATE mail_addresses SET progress = $1 WHERE id = $2";

/// Puts something among what waits.
fn queue(letter: &Waiting) -> Change {
    Change::Insert(&MAIL_WAITING, letter.row())
}

/// Notes what the sender found.
fn note(address: Uuid, progress: &Progress) -> Change {
    Change::Do(NOTE, vec![Value::Text(written(progress).into()), address.into()])
}

#[async_trait]
impl<T: Tables> MailStore for T {
    async fn mail_addresses(&self) -> Result<Vec<Address>, Fault> {
        all(self, "SELECT * FROM mail_addresses ORDER BY id", Vec::new()).await
    }

    async fn mail_address(&self, id: Uuid) -> Result<Option<Address>, Fault> {
        find(self, "SELECT * FROM mail_addresses WHERE id = $1", id.into()).await
    }

    async fn put_mail_address(&self, address: &Address) -> Result<bool, Fault> {
        let change = if address.version == 1 {
            Change::Insert(&MAIL_ADDRESSES, address.row())
        } else {
            let (version, document) = (i64::from(address.version), Value::Text(document(address).into()));
            Change::Do(UPDATE, vec![version.into(), document, address.id.into()])
        };
        Ok(self.write(Write::Changes(vec![change])).await? == 1)
    }

    async fn remove_mail_address(&self, id: Uuid) -> Result<(), Fault> {
        let waiting = Change::Do("DELETE FROM mail_waiting WHERE address = $1", vec![id.into()]);
        let address = Change::Do("DELETE FROM mail_addresses WHERE id = $1", vec![id.into()]);
        self.write(Write::Changes(vec![waiting, address])).await.map(|_| ())
    }

    async fn mail_cursor(&self) -> Result<Option<Position>, Fault> {
        let cursor = text(self, TEXT, MAIL_CURSOR.into()).await?;
        Ok(cursor.and_then(|cursor| cursor.parse().ok()).map(Position))
    }

    async fn queue_mail(&self, letters: &[Waiting], cursor: Option<Position>) -> Result<(), Fault> {
        let cursor = cursor.map(|cursor| Change::Text(MAIL_CURSOR, cursor.0.to_string()));
        self.write(Write::Changes(letters.iter().map(queue).chain(cursor).collect())).await.map(|_| ())
    }

    async fn queue_digest(&self, digest: &Waiting, progress: &Progress) -> Result<(), Fault> {
        let earlier = "DELETE FROM mail_waiting WHERE address = $1 AND what = 'digest'";
        let earlier = Change::Do(earlier, vec![digest.address.into()]);
        let changes = vec![earlier, queue(digest), note(digest.address, progress)];
        self.write(Write::Changes(changes)).await.map(|_| ())
    }

    async fn waiting_mail(&self, address: Uuid, most: usize) -> Result<Vec<Waiting>, Fault> {
        let most = Value::Number(i64::try_from(most).unwrap_or(i64::MAX));
        let sql = "SELECT * FROM mail_waiting WHERE address = $1 ORDER BY place, id LIMIT $2";
        all(self, sql, vec![address.into(), most]).await
    }

    async fn mail_backlog(&self) -> Result<Vec<MailBacklog>, Fault> {
        let sql = "SELECT address, count(*), count(CASE WHEN what = 'test' THEN 1 END), min(queued) FROM mail_waiting
            GROUP BY address ORDER BY address";
        all(self, sql, Vec::new()).await
    }

    async fn settle_mail(&self, gone: &[Uuid], address: Uuid, progress: &Progress) -> Result<(), Fault> {
        let gone = gone.iter().map(|id| Change::Do("DELETE FROM mail_waiting WHERE id = $1", vec![(*id).into()]));
        self.write(Write::Changes(gone.chain([note(address, progress)]).collect())).await.map(|_| ())
    }
}
