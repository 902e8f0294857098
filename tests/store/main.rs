//! The embedded store: what is its own. What every store must do is in `contract`.

mod altered;
mod bring_over;
mod checkpoints;
mod crash;
mod damage;
mod disclosures;
mod disk;
mod heavy;
mod opening;
mod processes;
mod rooms;
mod transfer;
