//! Looking after a running installation: what it tells about itself, its backups, and what it never tells.

mod backup;
mod damage;
mod evidence_file;
mod http;
mod moves;
mod privacy;
mod proof;
mod sealing;
mod slow;
mod status;
mod witness;
mod witness_of_others;
mod world;
