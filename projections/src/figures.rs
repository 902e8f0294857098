//! Figures: how many children and cases, how long each stage took, which limits were exceeded. Exact for those who see the
//! cases anyway, as fixed tables for everybody else.
//!
//! Invariant: a figure is a function of the facts of cases, the period and the instant alone. Nothing in it names a child.

pub mod child;
pub mod count;
pub mod facts;
pub mod fixed;
pub mod lengths;
pub mod numbers;
pub mod period;
pub mod report;
pub mod rules;
pub mod running;
pub mod tally;
pub mod words;
