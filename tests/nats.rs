//! The watch, the relay and the subscriber against a real nats-server.

#[path = "nats/access.rs"]
mod access;
#[path = "nats/actions.rs"]
mod actions;
#[path = "nats/clock.rs"]
mod clock;
#[path = "nats/cluster.rs"]
mod cluster;
#[path = "nats/daily.rs"]
mod daily;
#[path = "nats/delivery.rs"]
mod delivery;
#[path = "nats/fence.rs"]
mod fence;
#[path = "nats/midnight.rs"]
mod midnight;
#[path = "nats/ministry.rs"]
mod ministry;
#[path = "nats/moved.rs"]
mod moved;
#[path = "nats/outage.rs"]
mod outage;
#[path = "nats/permissions.rs"]
mod permissions;
#[path = "nats/recipe.rs"]
mod recipe;
#[path = "nats/reconcile.rs"]
mod reconcile;
#[path = "nats/restored.rs"]
mod restored;
#[path = "nats/settings.rs"]
mod settings;
#[path = "nats/stream.rs"]
mod stream;
#[path = "nats/subscriber.rs"]
mod subscriber;
#[path = "nats/world.rs"]
mod world;
