//! A form with a file (`multipart/form-data`, RFC 7578), as browsers send it.
//!
//! Invariant: bounded: the body by whoever read it, the parts here. What is not well-formed is no form.

use crate::fields::Fields;

/// The media type.
pub const MEDIA_TYPE: &str = "multipart/form-data";
/// The longest form with a file.
pub const LONGEST_UPLOAD: usize = 4 << 20;
/// The most parts of a form.
const MOST_PARTS: usize = 16;
/// The longest boundary that the standard allows.
const LONGEST_BOUNDARY: usize = 70;

/// A form with files.
#[derive(Default)]
pub struct Multipart<'b> {
    /// The fields that are no files.
    pub fields: Fields,
    /// The content of the first file; its name is nobody's to keep, but how it ends says what it may be.
    pub file: Option<(String, &'b [u8])>,
}

/// Reads a body; `None` if it is no such form.
pub fn read<'b>(content_type: &str, body: &'b [u8]) -> Option<Multipart<'b>> {
    let (kind, rest) = content_type.split_once(';')?;
    let boundary = rest.split(';').find_map(|parameter| parameter.trim().strip_prefix("boundary="))?;
    let boundary = boundary.trim_matches('"');
    if !kind.trim().eq_ignore_ascii_case(MEDIA_TYPE) || !(1..=LONGEST_BOUNDARY).contains(&boundary.len()) {
        return None;
    }
    let delimiter = format!("--{boundary}").into_bytes();
    let between = [b"\r\n", &delimiter[..]].concat();
    let mut rest = body.strip_prefix(&delimiter[..])?;
    let mut form = Multipart::default();
    for _ in 0..MOST_PARTS {
        if rest.starts_with(b"--") {
            return Some(form);
        }
        rest = rest.strip_prefix(b"\r\n")?;
        let head = find(rest, b"\r\n\r\n")?;
        let content = &rest[head + 4..];
        let end = find(content, &between)?;
        add(&mut form, std::str::from_utf8(&rest[..head]).ok()?, &content[..end])?;
        rest = &content[end + between.len()..];
    }
    None
}

fn add<'b>(form: &mut Multipart<'b>, head: &str, content: &'b [u8]) -> Option<()> {
    let is_it = |line: &&str| line.to_ascii_lowercase().starts_with("content-disposition:");
    let disposition = head.split("\r\n").find(is_it)?;
    let parameter = |name: &str| {
        let mark = format!(" {name}=\"");
        Some(disposition.split_once(&mark)?.1.split_once('"')?.0.to_owned())
    };
    let name = parameter("name")?;
    match parameter("filename") {
        Some(filename) if form.file.is_none() => form.file = Some((filename, content)),
        Some(_) => {}
        None => form.fields.add(name, std::str::from_utf8(content).ok()?),
    }
    Some(())
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    let first = *what.first()?;
    let mut from = 0;
    while let Some(at) = text[from..].iter().position(|byte| *byte == first) {
        if text[from + at..].starts_with(what) {
            return Some(from + at);
        }
        from += at + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIND: &str = "multipart/form-data; boundary=xyz";

    #[test]
    fn fields_and_the_file_are_read_as_browsers_send_them() {
        let body = b"--xyz\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\nabc\r\n--xyz\r\n\
            Content-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\nContent-Type: text/csv\r\n\r\n\
            case,\r\n-\xff\r\n--xyz--\r\n";
        let form = read(KIND, body).expect("a form");
        assert_eq!(form.fields.raw("csrf"), "abc");
        assert_eq!(form.file, Some(("a.csv".to_owned(), &b"case,\r\n-\xff"[..])));
    }

    #[test]
    fn what_breaks_off_or_is_no_form_is_none() {
        let whole = b"--xyz\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nabc\r\n--xyz--";
        assert!(read(KIND, whole).is_some());
        for end in 0..whole.len() - 1 {
            assert!(read(KIND, &whole[..end]).is_none(), "{end}");
        }
        for kind in ["multipart/form-data", "multipart/form-data; boundary=", "text/plain; boundary=xyz"] {
            assert!(read(kind, whole).is_none(), "{kind}");
        }
        let many = b"\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nabc\r\n--xyz".repeat(100);
        assert!(read(KIND, &[b"--xyz", &many[..], b"--"].concat()).is_none());
    }
}
