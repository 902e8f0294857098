//! The pages: connections, logins, people, what is refused to whom, and how `serve` and `demo` begin them.

mod connections;
mod demo;
mod http2;
mod listening;
mod people;
mod refusals;
mod serving;
mod tls;
