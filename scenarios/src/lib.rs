//! Material to check the program with: worked cases, made-up cases, a simulated world, the
//! demo's story, a store in memory, people for pages, and servers for tests.
//!
//! Only tests depend on this crate. Nothing in it is about a real child: references and office codes are made up, and there
//! are no names. The worked cases (`cases/`) state what the rules give. They are written from `docs/rulebook.md`, never
//! from the program's output. The demo's story is in `demo/`.

pub mod crowded;
pub mod generator;
pub mod memory;
pub mod people;
pub mod servers;
pub mod simulation;
pub mod worked;
