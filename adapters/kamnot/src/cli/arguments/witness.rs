//! The options of `witness`, and those of a log that has witnesses.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use evidence::hash::Hash;
use evidence::key::{KeyError, VerifierKey};

use super::address;
use super::evidence::{PROOF, fingerprint};

/// Which witnesses cosign the log's checkpoints, and how they are reached
#[derive(Clone, Debug, Args)]
pub(in crate::cli) struct PolicyOptions {
    /// The witnesses that cosign the log's checkpoints, with their addresses, and how many of them are enough (C2SP tlog-policy)
    #[arg(long, value_name = "FILE", env = "KAMNOT_POLICY", help_heading = PROOF)]
    pub policy: Option<PathBuf>,
    /// Certificates of authorities (PEM) that are trusted beside the system's, for witnesses at https
    #[arg(long, value_name = "FILE", env = "KAMNOT_WITNESS_AUTHORITY", requires = "policy",
        help_heading = PROOF)]
    pub witness_authority: Option<PathBuf>,
}

/// Be a witness for logs of other offices: cosign their checkpoints, if each continues the one before
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kamnot witness init witness --name justice.example.org/witness --log-vkey 'kamnot.example.org/vte+1f0c93aa+AQ…'
  kamnot witness run witness --listen 0.0.0.0:8027
  kamnot witness sign witness stick/checkpoint -o stick/cosigned
  kamnot witness show witness
  kamnot witness trust witness 'kamnot.example.org/vte+77ab01c2+AQ…' --fingerprint '77ab 01c2 …'

A witness remembers of each log the checkpoint that it cosigned last, in its folder. Never put that folder back from a backup: it
would cosign two versions of a log. A witness that lost its state is given up, and another one is made, with a new key.")]
pub(in crate::cli) struct Witness {
    /// The file with the passphrase of the witness's key, on its first line [default: it is asked for on the terminal]
    #[arg(long, global = true, value_name = "FILE", env = "KAMNOT_WITNESS_PASSPHRASE")]
    pub witness_passphrase: Option<PathBuf>,
    #[command(subcommand)]
    pub command: WitnessCommand,
}

/// The subcommands of `witness`.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum WitnessCommand {
    /// Make a witness in a new folder: its key, and a state in which nothing was cosigned yet
    Init {
        /// The folder
        folder: PathBuf,
        /// The witness's name for the world: a domain of yours and a word, such as justice.example.org/witness
        #[arg(long, value_name = "NAME")]
        name: String,
        /// The key of a log's checkpoints, as `kamnot key show` prints it and the log's operator says on another way; may be
        /// given again
        #[arg(long = "log-vkey", value_name = "VKEY")]
        logs: Vec<VerifierKey>,
        /// Use no passphrase: the folder alone signs, as a service has to that starts by itself
        #[arg(long)]
        no_passphrase: bool,
    },
    /// Cosign over HTTP, until stopped (SIGTERM, Ctrl-C)
    Run {
        /// The folder
        folder: PathBuf,
        /// Answer at this address
        #[arg(long, value_name = "ADDRESS:PORT", env = "KAMNOT_WITNESS_LISTEN", value_parser = address)]
        listen: SocketAddr,
        /// The key of one more log; may be given again
        #[arg(long = "log-vkey", value_name = "VKEY")]
        logs: Vec<VerifierKey>,
    },
    /// Cosign a checkpoint from a file, which `kamnot checkpoint --for-witness` wrote
    Sign {
        /// The folder
        folder: PathBuf,
        /// The file
        file: PathBuf,
        /// The file to write, for `kamnot checkpoint --cosigned`; none of that name may exist
        #[arg(long, short, value_name = "FILE")]
        output: PathBuf,
    },
    /// Take one more log, or the new key of a known one
    Trust {
        /// The folder
        folder: PathBuf,
        /// The key of the log's checkpoints
        #[arg(value_parser = boxed)]
        key: Box<VerifierKey>,
        /// The fingerprint of the new key of a known log, as its operator says on another way: 64 digits, in groups or not
        #[arg(long, value_name = "DIGITS", value_parser = fingerprint)]
        fingerprint: Option<Hash>,
    },
    /// Print the witness's key with its fingerprint, and what it cosigned last of each log
    Show {
        /// The folder
        folder: PathBuf,
    },
}

fn boxed(text: &str) -> Result<Box<VerifierKey>, KeyError> {
    text.parse().map(Box::new)
}
