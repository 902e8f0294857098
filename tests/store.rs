//! The stores: one contract for all of them, and what is the embedded one's own.

#[path = "store/contract.rs"]
mod contract;
#[path = "store/crash.rs"]
mod crash;
#[path = "store/damage.rs"]
mod damage;
#[path = "store/esrs.rs"]
mod esrs;
#[path = "store/ids.rs"]
mod ids;
#[path = "store/made.rs"]
mod made;
#[path = "store/opening.rs"]
mod opening;
#[path = "store/outbox.rs"]
mod outbox;
#[path = "store/processes.rs"]
mod processes;
#[path = "store/rooms.rs"]
mod rooms;
#[path = "store/transfer.rs"]
mod transfer;
