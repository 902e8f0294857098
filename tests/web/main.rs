//! Pages and API, against the router with a real store.

mod api;
