//! The pages: connections, and how `serve` and `demo` begin them.

mod connections;
mod demo;
mod http2;
mod listening;
mod refusals;
mod serving;
mod tls;
