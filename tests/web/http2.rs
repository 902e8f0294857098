//! HTTP/2 by hand: frames as they stand in RFC 9113, heads without a table of their own.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use crate::listening::{Listening, SHORT, eventually};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
const REFUSED_STREAM: u32 = 7;

/// A frame.
pub struct Frame {
    kind: u8,
    stream: u32,
    payload: Vec<u8>,
}

/// A frame in bytes.
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("short").to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// A field of a head whose name stands in the static table.
fn named(index: u8, value: &str) -> Vec<u8> {
    [&[index, u8::try_from(value.len()).expect("short")], value.as_bytes()].concat()
}

/// The head of `GET path`.
fn get(path: &str) -> Vec<u8> {
    [vec![0x82, 0x86], named(0x04, path), named(0x01, "kamnot")].concat()
}

/// What a client sends first.
pub fn hello() -> Vec<u8> {
    [PREFACE, &frame(SETTINGS, 0, 0, &[])].concat()
}

/// A request without a body.
pub fn request(stream: u32, path: &str) -> Vec<u8> {
    frame(HEADERS, END_STREAM | END_HEADERS, stream, &get(path))
}

/// The next frame; `None` at the end.
fn next(stream: &mut impl std::io::Read) -> Option<Frame> {
    let mut head = [0; 9];
    stream.read_exact(&mut head).ok()?;
    let length = usize::from(head[0]) << 16 | usize::from(head[1]) << 8 | usize::from(head[2]);
    let mut payload = vec![0; length];
    stream.read_exact(&mut payload).ok()?;
    let id = u32::from_be_bytes(head[5..].try_into().expect("four bytes"));
    Some(Frame { kind: head[3], stream: id, payload })
}

/// The bodies of a stream, until it ends.
pub fn body(stream: &mut impl std::io::Read, of: u32) -> String {
    let mut text = Vec::new();
    while let Some(frame) = next(stream) {
        assert_ne!(frame.kind, GOAWAY, "{:?}", frame.payload);
        if (frame.kind, frame.stream) == (DATA, of) {
            text.extend(frame.payload);
            if text.ends_with(b"hello") {
                break;
            }
        }
    }
    String::from_utf8(text).expect("UTF-8")
}

fn connect(listening: &Listening) -> TcpStream {
    let mut stream = listening.connect();
    stream.write_all(&hello()).expect("sent");
    stream
}

#[test]
fn requests_over_http_2_are_answered_side_by_side() {
    let listening = Listening::start(SHORT);
    let mut stream = connect(&listening);
    stream.write_all(&[request(1, "/slow"), request(3, "/")].concat()).expect("sent");
    assert_eq!(body(&mut stream, 3), "hello");
}

#[test]
fn more_requests_than_may_be_open_are_refused_and_harm_nobody() {
    let listening = Listening::start(web::listen::Limits { streams: 4, ..SHORT });
    let mut stream = connect(&listening);
    // What the server allows is heard first: whoever sends more before may only be refused.
    let settings = next(&mut stream).expect("settings");
    let allowed = settings.payload.chunks(6).find(|setting| setting[..2] == [0, 3]).expect("a limit of streams");
    assert_eq!((settings.kind, allowed), (SETTINGS, &[0, 3, 0, 0, 0, 4][..]));
    for nth in 0..40 {
        let _ = stream.write_all(&request(2 * nth + 1, "/slow"));
    }
    let refused = std::iter::from_fn(|| next(&mut stream)).any(|frame| {
        let code = |at: usize| u32::from_be_bytes(frame.payload[at..at + 4].try_into().expect("a code"));
        frame.kind == RST_STREAM && code(0) == REFUSED_STREAM || frame.kind == GOAWAY
    });
    assert!(refused, "some are refused, or the connection is");
    assert!(listening.ask("GET / HTTP/1.1\r\nHost: k\r\nConnection: close\r\n\r\n").ends_with("hello"));
}

#[test]
fn whoever_begins_and_cancels_without_end_is_sent_away() {
    let listening = Listening::start(SHORT);
    let mut stream = connect(&listening);
    let cancelled = |id: u32| [request(id, "/forever"), frame(RST_STREAM, 0, id, &8_u32.to_be_bytes())].concat();
    let many: Vec<u8> = (0..5_000).flat_map(|nth| cancelled(2 * nth + 1)).collect();
    let _ = stream.write_all(&many);
    assert!(std::iter::from_fn(|| next(&mut stream)).any(|frame| frame.kind == GOAWAY));
    assert!(listening.ask("GET / HTTP/1.1\r\nHost: k\r\nConnection: close\r\n\r\n").ends_with("hello"));
}

#[test]
fn a_head_of_many_fields_is_refused_and_an_idle_connection_ends() {
    let listening = Listening::start(SHORT);
    let mut stream = connect(&listening);
    let fields = [
        get("/"),
        named(0x0f, "").repeat(0),
        [&[0x00][..], &named(1, "x")[..], &named(0, &"y".repeat(120))[1..]].concat().repeat(200),
    ]
    .concat();
    for part in frame(HEADERS, END_STREAM | END_HEADERS, 1, &fields[..16_000.min(fields.len())]).chunks(4_096) {
        let _ = stream.write_all(part);
    }
    let said: Vec<Frame> = std::iter::from_fn(|| next(&mut stream)).collect();
    assert!(!said.iter().any(|frame| frame.kind == DATA && frame.payload == b"hello"), "it is not answered as a page");
    let mut idle = connect(&listening);
    eventually("it ends", || next(&mut idle).is_none());
    let mut nothing = Vec::new();
    assert_eq!(idle.read_to_end(&mut nothing).unwrap_or_default(), 0);
}
