//! The pages: connections, and how `serve` and `demo` begin them.

mod connections;
mod http2;
mod listening;
mod tls;
