//! Connections that only read, and how many of them are used at the same time.
//!
//! Invariant: what the watch and the relay ask waits for no other reader.

use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::file::{Failed, File};
use crate::Fault;

/// How many questions are read from the disk at the same time.
const READERS: usize = 4;
/// How many more of the watch and the relay.
const READERS_OF_ALERTS: usize = 2;

/// Connections that only read.
pub(super) struct Readers {
    file: Arc<File>,
    /// For all who ask.
    pub permits: Semaphore,
    /// For the watch and the relay.
    pub of_alerts: Semaphore,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    /// Of this file; none is open yet.
    pub fn of(file: Arc<File>) -> Self {
        let (permits, of_alerts) = (Semaphore::new(READERS), Semaphore::new(READERS_OF_ALERTS));
        Self { file, permits, of_alerts, idle: Mutex::default() }
    }

    /// Asks on a connection of its own, which is kept for the next question.
    pub fn ask<T>(&self, question: impl FnOnce(&Connection) -> Result<T, Failed>) -> Result<T, Fault> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => self.file.connect_to_read().map_err(|error| self.file.fault(error))?,
        };
        let answer = question(&connection).map_err(|failed| self.file.fault(failed));
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        answer
    }
}
