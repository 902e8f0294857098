//! Which case a leaf is of: it holds the hash of the case's reference.

use std::collections::HashMap;

use evidence::leaf::{Installation, StreamId};

use super::super::TreeTables;
use super::super::integrator::installation;
use super::super::own::OwnStream;
use crate::cell::Value;
use crate::{Fault, statements};

/// The names of streams; read when the first is asked for.
pub(super) struct Names {
    installation: Installation,
    all: Option<HashMap<StreamId, String>>,
}

impl Names {
    pub async fn of(log: &impl TreeTables) -> Result<Self, Fault> {
        Ok(Self { installation: installation(log).await?, all: None })
    }

    /// The stream with this name.
    pub fn stream(&self, name: &str) -> StreamId {
        StreamId::of(&self.installation, name)
    }

    /// The stream in words.
    pub async fn words(&mut self, log: &impl TreeTables, stream: StreamId) -> Result<String, Fault> {
        if self.all.is_none() {
            let cases = log.rows(statements::CASES, Vec::new()).await?;
            let cases = cases.iter().filter_map(|row| row.first().and_then(Value::as_text));
            let own = [OwnStream::Rulebook, OwnStream::Offices, OwnStream::Keys].map(OwnStream::name);
            let named = cases.map(|case| (self.stream(case), format!("case {case}")));
            let own = own.map(|name| (self.stream(name), format!("the stream {name}")));
            self.all = Some(named.chain(own).collect());
        }
        let name = self.all.as_ref().and_then(|all| all.get(&stream)).cloned();
        Ok(name.unwrap_or_else(|| "a case that the log has no more".to_owned()))
    }
}
