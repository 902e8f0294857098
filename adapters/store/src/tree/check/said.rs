//! What a check says, up to a bound.

/// How much is said one by one.
const MOST: usize = 1000;

/// What was found.
#[derive(Default)]
pub(super) struct Said {
    found: Vec<String>,
    more: usize,
}

impl Said {
    pub fn add(&mut self, found: String) {
        if self.found.len() < MOST {
            self.found.push(found);
        } else {
            self.more += 1;
        }
    }

    /// Says what is wrong with the tree's own rows.
    pub fn of_tree(&mut self, found: impl std::fmt::Display) {
        self.add(format!("the log's tree: {found}"));
    }

    pub fn into_all(mut self) -> Vec<String> {
        if self.more > 0 {
            self.found.push(format!("{} more contradict the tree", self.more));
        }
        self.found
    }
}
