//! The names of cells in a part of a workbook, such as `B7` or `A1:XFD1048576`: the attributes `r` and `ref` of its
//! tags.

/// The longest name is `XFD1048576`.
const MOST: (usize, usize) = (3, 7);

/// Checks the names while the part is read, piece by piece.
#[derive(Default)]
pub(super) struct Names {
    in_tag: bool,
    place: Place,
}

#[derive(Clone, Copy, Default)]
enum Place {
    #[default]
    Elsewhere,
    /// After white space, where an attribute may begin, and so many letters of `ref`.
    Name(usize),
    /// After `r` or `ref`.
    Named,
    /// After the equals sign.
    Equals,
    /// Inside the value that ends with this mark, after so many letters and digits.
    Value(u8, usize, usize),
    /// Inside the value of another attribute, which ends with this mark.
    Other(u8),
}

impl Names {
    /// Whether every name in the piece is at most as long as the longest cell name.
    pub(super) fn are_of_cells(&mut self, piece: &[u8]) -> bool {
        piece.iter().all(|byte| self.is_short(*byte))
    }

    fn is_short(&mut self, byte: u8) -> bool {
        if !self.in_tag {
            self.in_tag = byte == b'<';
            self.place = Place::Elsewhere;
            return true;
        }
        let space = byte.is_ascii_whitespace();
        self.place = match self.place {
            Place::Value(mark, _, _) | Place::Other(mark) if byte == mark => Place::Elsewhere,
            Place::Other(mark) => Place::Other(mark),
            Place::Value(mark, _, _) if byte == b':' => Place::Value(mark, 0, 0),
            Place::Value(mark, letters, digits) if byte.is_ascii_digit() => Place::Value(mark, letters, digits + 1),
            Place::Value(mark, letters, digits) => Place::Value(mark, letters + 1, digits),
            Place::Name(1 | 3) | Place::Named if byte == b'=' => Place::Equals,
            Place::Name(1 | 3) | Place::Named if space => Place::Named,
            Place::Name(read) if b"ref".get(read) == Some(&byte) => Place::Name(read + 1),
            Place::Equals if space => Place::Equals,
            Place::Equals if matches!(byte, b'"' | b'\'') => Place::Value(byte, 0, 0),
            Place::Named if byte == b'r' => Place::Name(1),
            _ if space => Place::Name(0),
            _ if matches!(byte, b'"' | b'\'') => Place::Other(byte),
            _ => Place::Elsewhere,
        };
        self.in_tag = byte != b'>' || matches!(self.place, Place::Value(..) | Place::Other(_));
        !matches!(self.place, Place::Value(_, letters, digits) if letters > MOST.0 || digits > MOST.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_as_long_as_that_of_the_last_cell() {
        let good = |part: &str| {
            let mut names = Names::default();
            let (a, b) = part.as_bytes().split_at(part.len() / 2);
            names.are_of_cells(a) && names.are_of_cells(b)
        };
        for part in [
            "<c r=\"XFD1048576\" t=\"inlineStr\"><is><t> r=\"no attribute\"</t></is></c>",
            "<row r='1' spans=\"1:18\" customFormat=\"1\"/>",
            "<dimension ref=\"A1:XFD1048576\"/><mergeCell ref=\"A1\"/>",
            "<sheet name=\"anything\" r:id=\"rId12345678\" other = \"AAAAAAAAAA\"/>",
            "<a sqref=\"A1:B2 C3:D4 E5:F6\" refs=\"AAAAAAAA\" r>",
        ] {
            assert!(good(part), "{part}");
        }
        for part in [
            "<c r=\"AAAA1\">",
            "<c\nt='s'\tr = 'A12345678'>",
            "<row r=\"4294967296\">",
            "<dimension ref=\"A1:AAAA1\"/>",
            "<c t=\">\" r=\"AAAAA\">",
        ] {
            assert!(!good(part), "{part}");
        }
    }
}
