//! Entering papers: the choice of an action, its form with what recording would change, and what follows a record.
//!
//! Invariant: nothing is recorded that was not shown as a difference first, on the version of the case on which it is recorded.

mod choice;
pub mod copy;
pub mod count;
mod kept;
pub mod landing;
mod offline;
pub mod paper;
mod saved;
mod shown;
pub mod upload;
mod work;

pub use choice::choice;
pub use kept::kept;
pub use offline::offline;
pub use paper::{form, post};

use engine::action::ActionName;
use projections::rights::{Act, Relation, allows};

use crate::visitor::Visitor;

/// Whether a visitor may enter this action at all, in an own case.
fn may_enter(visitor: &Visitor, name: ActionName) -> bool {
    match name {
        ActionName::CaseOpened => allows(visitor.role(), Relation::Foreign, Act::OpenCase),
        name => allows(visitor.role(), Relation::Own, Act::Record(name)),
    }
}
