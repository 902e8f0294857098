//! What stands in one column of a row: the same for both stores, whose drivers each have values of their own.

use std::borrow::Cow;

use engine::action::OfficeCode;
use engine::calendar::Instant;
use uuid::Uuid;

/// What stands in one column of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell<'r> {
    /// Nothing.
    Null,
    /// An id.
    Id(Uuid),
    /// Bytes, but not 16 of them: those are an id.
    Bytes(Cow<'r, [u8]>),
    /// A number, or an instant in seconds since 1970.
    Number(i64),
    /// A text.
    Text(Cow<'r, str>),
    /// What this program never writes, such as a text that is no UTF-8.
    Unreadable,
}

/// A cell that is kept for longer than the row that it was read from.
pub type Value = Cell<'static>;

/// A cell holds what the program never writes there.
pub(crate) struct Strange;

impl<'r> Cell<'r> {
    pub(crate) const fn text(text: &'r str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }

    pub(crate) fn into_owned(self) -> Value {
        match self {
            Self::Null => Cell::Null,
            Self::Id(id) => Cell::Id(id),
            Self::Bytes(bytes) => Cell::Bytes(Cow::Owned(bytes.into_owned())),
            Self::Number(number) => Cell::Number(number),
            Self::Text(text) => Cell::Text(Cow::Owned(text.into_owned())),
            Self::Unreadable => Cell::Unreadable,
        }
    }

    pub(crate) fn as_id(&self) -> Option<Uuid> {
        if let Self::Id(id) = self { Some(*id) } else { None }
    }

    pub(crate) fn as_bytes(&self) -> Option<&[u8]> {
        if let Self::Bytes(bytes) = self { Some(bytes) } else { None }
    }

    pub(crate) fn as_number(&self) -> Option<i64> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }

    pub(crate) fn as_instant(&self) -> Option<Instant> {
        self.as_number().map(Instant::from_unix)
    }

    pub(crate) fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    pub(crate) fn as_office(&self) -> Option<OfficeCode> {
        OfficeCode::new(self.as_text()?)
    }

    /// What `read` makes of the cell; none in an empty one.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&Self) -> Option<T>) -> Result<Option<T>, Strange> {
        match self {
            Self::Null => Ok(None),
            cell => read(cell).map(Some).ok_or(Strange),
        }
    }
}

impl From<Uuid> for Value {
    fn from(id: Uuid) -> Self {
        Self::Id(id)
    }
}

impl From<&[u8; 32]> for Value {
    fn from(bytes: &[u8; 32]) -> Self {
        Self::Bytes(bytes.to_vec().into())
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<Instant> for Value {
    fn from(at: Instant) -> Self {
        Self::Number(at.unix())
    }
}

impl From<&str> for Value {
    /// PostgreSQL holds no NUL, which may stand in what a browser sends.
    fn from(text: &str) -> Self {
        Self::Text(text.replace('\0', "\u{fffd}").into())
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, T::into)
    }
}
