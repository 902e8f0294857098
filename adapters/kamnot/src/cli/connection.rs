//! How a command reaches NATS: the same options for each that does.
//!
//! Invariant: neither help nor errors repeat what the URL says, since it may hold a password.

use std::path::PathBuf;

use clap::Args;
use nats::{Access, NatsFault, Servers};

/// The heading of these options in the help.
pub(super) const NATS: &str = "NATS";

/// Where NATS is, who we are there, and whom we trust.
// The demo takes an URL alone, and none from the environment: made-up alerts must not get to the offices' own servers.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = NATS)]
pub(super) struct NatsOptions {
    /// The NATS server or servers of a cluster, nats://HOST:PORT or tls://HOST:PORT, separated by commas; a user as in
    /// nats://USER:PASSWORD@HOST:PORT
    #[arg(long = "nats", id = "nats", value_name = "URL", env = "KAMNOT_NATS", hide_env_values = true)]
    url: Option<String>,
    /// Who we are at NATS: a file of credentials as `nsc generate creds` writes it
    #[arg(long = "nats-creds", value_name = "FILE", env = "KAMNOT_NATS_CREDS")]
    credentials: Option<PathBuf>,
    /// Talk to NATS over TLS only; tls:// in the URL means the same
    #[arg(long = "nats-tls", requires = "nats")]
    tls: bool,
    /// Root certificates (PEM) by which NATS is trusted, instead of the machine's; means --nats-tls
    #[arg(long = "nats-ca", value_name = "FILE", requires = "nats")]
    roots: Option<PathBuf>,
    /// Our own certificate (PEM), where NATS asks for one; means --nats-tls
    #[arg(long = "nats-cert", id = "nats-cert", value_name = "FILE", requires_all = ["nats", "nats-key"])]
    certificate: Option<PathBuf>,
    /// The private key of our own certificate (PEM)
    #[arg(long = "nats-key", id = "nats-key", value_name = "FILE", requires = "nats-cert")]
    key: Option<PathBuf>,
}

impl NatsOptions {
    /// The servers and how they are entered; none without --nats.
    pub(super) fn servers(&self) -> Result<Option<Servers>, NatsFault> {
        let Some(url) = &self.url else {
            let where_to = "--nats-creds says who we are at NATS, but not where it is: give --nats too";
            return if self.credentials.is_some() { Err(NatsFault::Own(where_to.to_owned())) } else { Ok(None) };
        };
        let access = Access {
            credentials: self.credentials.clone(),
            tls: self.tls,
            roots: self.roots.clone(),
            certificate: self.certificate.clone().zip(self.key.clone()),
        };
        Ok(Some(url.parse::<Servers>()?.entered_with(access)))
    }
}
