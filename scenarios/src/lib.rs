//! Material for checking the program: worked cases, made-up cases, a simulated world, and the demo's story.
//!
//! Only tests depend on this crate. Nothing in it is about a real child: references and office codes are made up, and there
//! are no names. The worked cases (`cases/`) state what the rules give. They are written from `docs/rulebook.md`, never
//! from the program's output. The demo's story is in `demo/`.

pub mod crowded;
pub mod generator;
pub mod simulation;
pub mod worked;
