//! The streams as the leaves tell them, and each leaf against its event.

use std::collections::BTreeMap;

use engine::calendar::Instant;
use evidence::hash::Hash;
use evidence::leaf::{EventLeaf, Leaf, StreamId};
use evidence::tree::{Frontier, Node};

use super::super::{Entry, TreeTables};
use super::{Names, Said};
use crate::Fault;

/// What the leaves so far give; some 100 bytes a stream.
#[derive(Default)]
pub(super) struct Chain {
    frontier: Frontier,
    heads: BTreeMap<StreamId, (u32, Hash)>,
    /// The nodes that the last leaf made complete.
    completed: Vec<(Node, Hash)>,
    /// How many events of cases the log does not have any more.
    pub missing: i64,
}

impl Chain {
    /// Holds the leaf of an event against what stands at its place. Once before [`Chain::go_on`].
    pub async fn hold(
        &mut self,
        said: &mut Said,
        names: &mut Names,
        log: &impl TreeTables,
        (index, place): (u64, i64),
        leaf: &EventLeaf,
        found: Option<&Entry>,
    ) -> Result<(), Fault> {
        let before = self.heads.get(&leaf.stream);
        let follows = before.map_or((1, None), |(version, head)| (version + 1, Some(*head)));
        if follows != (leaf.version, leaf.prev) {
            said.of_tree(format!("leaf {index} does not follow the one before it in its stream"));
        }
        let what = differs(names, leaf, found);
        if what.is_empty() {
            return Ok(());
        }
        self.missing += i64::from(found.is_none() && place > 0);
        let stream = names.words(log, leaf.stream).await?;
        let at =
            i64::try_from(leaf.recorded_at).map_or_else(|_| "?".to_owned(), |at| Instant::from_unix(at).to_string());
        let version = leaf.version;
        let place = if place > 0 { format!(", position {place}") } else { String::new() };
        said.add(format!(
            "{stream}, event {version} of its stream{place}, which the tree holds as recorded at {at} (leaf {index}): {what}"
        ));
        Ok(())
    }

    /// Takes in the next leaf.
    pub fn go_on(&mut self, leaf: &Leaf) {
        let hash = leaf.hash();
        if let Leaf::Event(event) = leaf {
            self.heads.insert(event.stream, (event.version, hash));
        }
        self.completed = self.frontier.extend([hash]);
    }

    pub fn size(&self) -> u64 {
        self.frontier.size()
    }

    pub fn root(&self) -> Hash {
        self.frontier.root()
    }

    pub fn completed(&self) -> &[(Node, Hash)] {
        &self.completed
    }

    /// The heads of all streams.
    pub fn heads(&self) -> BTreeMap<StreamId, Hash> {
        self.heads.iter().map(|(stream, (_, head))| (*stream, *head)).collect()
    }
}

/// In which way an event is not the one of the leaf; empty where it is.
fn differs(names: &Names, leaf: &EventLeaf, found: Option<&Entry>) -> String {
    let Some(found) = found else { return "it is missing in the log".to_owned() };
    let stream = found.case.as_deref().map(|name| names.stream(name));
    if stream.is_some_and(|stream| stream != leaf.stream) {
        return "an event of another case stands in its place".to_owned();
    }
    let mut what = Vec::new();
    if found.version != leaf.version {
        what.push(format!("in its place stands event {}", found.version));
    }
    if found.recorded_at != Some(leaf.recorded_at) {
        what.push("it says another time of recording".to_owned());
    }
    if found.format != leaf.format {
        what.push(format!("it is of format {}, in the tree of format {}", found.format, leaf.format));
    }
    if found.payload != leaf.payload {
        what.push("its content was altered since it was recorded".to_owned());
    }
    what.join("; ")
}
