//! Mail and webhooks, with a real mail server and receivers over HTTPS, on both stores.

mod digests;
mod killed;
mod mails;
mod process;
mod receiver;
mod webhooks;
mod world;
