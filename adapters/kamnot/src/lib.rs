//! The program `kamnot`: the command line, and `serve`, which assembles the services.

pub mod cli;
pub mod serve;
