//! The pages: as a browser asks them, in process with a log in a file or a database and a clock set by hand; and connections,
//! logins and how `serve` and `demo` begin them, with the program itself.

mod api;
mod browser;
mod case;
mod commands;
mod connections;
mod demo;
mod desk;
mod docket;
mod entry;
mod failing;
mod figures;
mod floods;
mod http2;
mod inbox;
mod input;
mod listening;
mod live;
mod log;
mod looks;
mod overview;
mod papers;
mod people;
mod privacy;
mod refusals;
mod rights;
mod schema;
mod serving;
mod sessions;
mod shown;
mod tls;
mod two_servers;
