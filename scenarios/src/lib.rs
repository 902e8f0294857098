//! Material to check the program with: worked cases, made-up cases, a simulated world, the
//! demo's story, a store in memory, and servers for tests.
//!
//! Nothing depends on this crate but tests, and nothing in it is about a real child: references and office codes are
//! made up, and there are no names. The worked cases (`cases/`) state what the law's rules give and are written from
//! the page of the rules, never from the program's output. The demo's story lies in `demo/`.

pub mod crowded;
pub mod generator;
pub mod memory;
pub mod servers;
pub mod simulation;
pub mod worked;
