//! The program `kamnot`: the command line, and `serve`, which puts together what runs.

pub mod cli;
pub mod serve;
