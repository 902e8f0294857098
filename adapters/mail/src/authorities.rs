//! The authorities by whose certificates servers are known.

use std::path::Path;
use std::sync::Arc;

use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// An option cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct OutwardFault(pub String);

/// Certificates of authorities that are trusted beside those of the system, in PEM.
#[derive(Default)]
pub struct Authorities(Vec<u8>);

impl Authorities {
    /// Reads them from a file.
    ///
    /// # Errors
    /// If it cannot be read, or contains none.
    pub fn read(file: &Path) -> Result<Self, OutwardFault> {
        let fault = |reason: String| OutwardFault(format!("{}: {reason}", file.display()));
        let pem = std::fs::read(file).map_err(|error| fault(format!("cannot be read: {error}")))?;
        let found = CertificateDer::pem_slice_iter(&pem).collect::<Result<Vec<_>, _>>();
        match found {
            Ok(found) if !found.is_empty() => Ok(Self(pem)),
            _ => Err(fault("contains no certificate; expected PEM".to_owned())),
        }
    }

    /// Each of them, DER.
    pub(crate) fn each(&self) -> impl Iterator<Item = CertificateDer<'static>> {
        CertificateDer::pem_slice_iter(&self.0).filter_map(Result::ok)
    }

    /// How webhooks are connected to: by the authorities of the system and these.
    ///
    /// # Errors
    /// If one of them is no authority.
    pub(crate) fn tls(&self) -> Result<ClientConfig, OutwardFault> {
        let mut roots = RootCertStore::empty();
        // What of the system's cannot be read is left out, as its own programs do.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        for authority in self.each() {
            roots.add(authority).map_err(|error| OutwardFault(format!("an authority cannot be used: {error}")))?;
        }
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let config = config.with_safe_default_protocol_versions().map_err(|error| OutwardFault(error.to_string()))?;
        Ok(config.with_root_certificates(roots).with_no_client_auth())
    }
}
