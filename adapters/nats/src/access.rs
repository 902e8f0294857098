//! Authentication and trust towards NATS: files of credentials and certificates.
//!
//! Invariant: the files are read again for each connection, so renewed ones take effect without a restart. None of
//! their content gets into a fault or a log.

use std::fs;
use std::path::{Path, PathBuf};

use async_nats::ConnectOptions;
use async_nats::rustls::pki_types::pem::PemObject as _;
use async_nats::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use async_nats::rustls::{ClientConfig, RootCertStore};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use engine::calendar::Instant;
use serde::Deserialize;

use super::NatsFault;

const CREDENTIALS: &str = "a user's credentials as written by `nsc generate creds` (a JWT and a seed, each between \
                           BEGIN and END)";
const ROOTS: &str = "root certificates, PEM (BEGIN CERTIFICATE)";
const CHAIN: &str = "a client certificate, PEM (BEGIN CERTIFICATE), ours first, then those that it was signed with";
const KEY: &str = "the private key of the client certificate, PEM, not encrypted (BEGIN PRIVATE KEY)";

/// Authentication and trust, beside the user in the URL.
#[derive(Clone, Debug, Default)]
pub struct Access {
    /// A file with a user's JWT and seed.
    pub credentials: Option<PathBuf>,
    /// TLS is required, whatever the URL says.
    pub tls: bool,
    /// A file of root certificates to trust instead of the machine's. It implies TLS.
    pub roots: Option<PathBuf>,
    /// The files of our own certificate and of its key. They imply TLS.
    pub certificate: Option<(PathBuf, PathBuf)>,
}

impl Access {
    /// Checks the files and puts them into the options of a connection.
    pub(super) fn apply(&self, mut options: ConnectOptions) -> Result<ConnectOptions, NatsFault> {
        if self.tls || self.roots.is_some() || self.certificate.is_some() {
            options = options.require_tls(true);
        }
        if let Some(file) = &self.credentials {
            // The client's own error text may quote the file.
            options = options
                .credentials(&text(file, CREDENTIALS)?)
                .map_err(|_| wrong(file, "it contains something else", CREDENTIALS))?;
        }
        if let Some(file) = &self.roots {
            check_roots(file)?;
            options = options.add_root_certificates(file.clone());
        }
        if let Some((certificate, key)) = &self.certificate {
            check_own(certificate, key)?;
            options = options.add_client_certificate(certificate.clone(), key.clone());
        }
        Ok(options)
    }

    /// The file of credentials and when they expired, if they have expired: a server says only that it refuses them.
    pub(super) fn expired(&self, now: Instant) -> Option<(String, Instant)> {
        let file = self.credentials.as_ref()?;
        let end = expiry(&fs::read_to_string(file).ok()?)?;
        (end <= now).then(|| (file.display().to_string(), end))
    }
}

/// When the user's JWT expires, if it does.
fn expiry(credentials: &str) -> Option<Instant> {
    #[derive(Deserialize)]
    struct Claims {
        exp: i64,
    }
    let jwt = credentials.lines().map(str::trim).find(|line| line.matches('.').count() == 2)?;
    let claims = URL_SAFE_NO_PAD.decode(jwt.split('.').nth(1)?).ok()?;
    let Claims { exp } = serde_json::from_slice(&claims).ok()?;
    (exp > 0).then(|| Instant::from_unix(exp))
}

fn check_roots(file: &Path) -> Result<(), NatsFault> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(file, ROOTS)? {
        roots.add(certificate).map_err(|_| wrong(file, "a certificate in it cannot be read", ROOTS))?;
    }
    Ok(())
}

fn check_own(certificate: &Path, key: &Path) -> Result<(), NatsFault> {
    let chain = certificates(certificate, CHAIN)?;
    let read = PrivateKeyDer::from_pem_slice(text(key, KEY)?.as_bytes());
    let read = read.map_err(|_| wrong(key, "it does not contain such a key", KEY))?;
    let client = ClientConfig::builder().with_root_certificates(RootCertStore::empty());
    let found = || format!("it does not match the certificate in {}", certificate.display());
    client.with_client_auth_cert(chain, read).map(|_| ()).map_err(|_| wrong(key, &found(), KEY))
}

fn certificates(file: &Path, expected: &'static str) -> Result<Vec<CertificateDer<'static>>, NatsFault> {
    let text = text(file, expected)?;
    let read = CertificateDer::pem_slice_iter(text.as_bytes()).collect::<Result<Vec<_>, _>>();
    match read {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        Ok(_) => Err(wrong(file, "it contains no certificate", expected)),
        Err(_) => Err(wrong(file, "it is not a PEM file, or is truncated", expected)),
    }
}

fn text(file: &Path, expected: &'static str) -> Result<String, NatsFault> {
    fs::read_to_string(file).map_err(|error| wrong(file, &format!("it cannot be read ({error})"), expected))
}

fn wrong(file: &Path, found: &str, expected: &'static str) -> NatsFault {
    NatsFault::File { file: file.display().to_string(), found: found.to_owned(), expected }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_credentials_is_read_from_the_users_jwt() {
        let jwt = |claims: &str| format!("-----BEGIN\ne30.{}.c2ln\n------END\n", URL_SAFE_NO_PAD.encode(claims));
        assert_eq!(expiry(&jwt(r#"{"exp":1700000000,"sub":"U"}"#)), Some(Instant::from_unix(1_700_000_000)));
        assert_eq!(expiry(&jwt(r#"{"sub":"U"}"#)), None);
        assert_eq!(expiry("SUAIO3FHUX5PNV2LQIIP7TZ3N4L7TX3W53MQGEIVYFIGA635OZCKEYHFLM"), None);
    }
}
