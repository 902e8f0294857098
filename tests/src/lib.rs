//! What the tests share: cases, the program under test, and ways to break all that.

pub mod cases;
pub mod children;
pub mod clock;
pub mod each_log;
pub mod earlier;
pub mod first_log;
pub mod lines;
pub mod load;
pub mod made;
pub mod personal;
pub mod program;
pub mod recipes;
pub mod reckoning;
pub mod serving;
pub mod skipped;
pub mod wait;
pub mod way;
pub mod witness;
pub mod workbook;
