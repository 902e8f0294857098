//! The watch, the relay and the subscriber against a real nats-server.

mod access;
mod actions;
mod clock;
mod cluster;
mod daily;
mod delivery;
mod fence;
mod inbox;
mod midnight;
mod ministry;
mod moved;
mod outage;
mod permissions;
mod proof;
mod recipe;
mod reconcile;
mod restored;
mod settings;
mod stream;
mod subscriber;
mod world;
