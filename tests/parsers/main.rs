//! Every parser of what comes from outside, on inputs that were sound until somebody or something changed them.
//!
//! An entry of `fixtures/corpus` is mutated: bytes, words and quoted texts are cut out, doubled and swapped, numbers changed,
//! brackets nested, texts made long. Whatever comes of it: no parser panics; what it takes means the same when it is written
//! and read again; what it refuses, it refuses with a place, and repeats nothing of a child and no password; and what it says
//! is no longer than what it read, but for its own words.

mod actions;
mod addresses;
mod bounds;
mod corpus;
mod events;
mod mutation;
mod requests;
mod settings;
mod tables;
