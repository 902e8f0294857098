//! The password of a training room: from a file, or asked for on the terminal; never an option, which others could read.

use web::credentials::room::{Room, RoomFault};

use super::arguments::Demo;
use super::database::run as block_on;
use super::output::Failure;
use super::typed::secret;

impl From<RoomFault> for Failure {
    fn from(fault: RoomFault) -> Self {
        Self::Refused(fault.to_string())
    }
}

/// The room of a demo that listens `beyond` this machine, or whose password stands in a file.
pub(super) fn of_the_demo(own: &Demo, beyond: bool) -> Result<Option<Room>, Failure> {
    let password = match &own.room_password {
        Some(file) => Room::password_of(file)?,
        None if beyond => asked()?,
        None => return Ok(None),
    };
    Ok(Some(block_on(async { Ok(Room::of(&password).await?) })?))
}

/// The password, asked for on the terminal.
fn asked() -> Result<String, Failure> {
    let typed = secret("Password for the room, at least 8 characters: ").map_err(Failure::Fault)?;
    let typed = typed.ok_or_else(|| {
        Failure::Refused(
            "beyond this machine the demo needs a password for the room: name a file with --room-password, or start it on a \
             terminal, where it is asked for"
                .to_owned(),
        )
    })?;
    Ok(typed.trim().to_owned())
}
