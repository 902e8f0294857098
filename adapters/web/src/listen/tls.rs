//! TLS: the certificate and its key, renewed while connections go on.
//!
//! Invariant: a key that everybody on the machine may read is not used. A pair that cannot be used leaves the old one in place.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use service::lifecycle::Stop;
use store::private_file::{self, Readers};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{self, ServerConfig};
use tokio_rustls::server::TlsStream;

/// A certificate cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {reason}", .file.display())]
pub struct CertificateFault {
    file: PathBuf,
    reason: String,
}

/// A certificate with its key, as the files had them when they were last in order.
pub struct Certificate {
    files: Files,
    pair: Arc<Pair>,
    acceptor: TlsAcceptor,
}

/// Where a certificate and its key lie.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Files {
    certificate: PathBuf,
    key: PathBuf,
}

/// What the files hold.
#[derive(PartialEq, Eq)]
struct Contents {
    certificate: Vec<u8>,
    key: Vec<u8>,
}

/// The pair that new connections get.
#[derive(Debug)]
struct Pair(RwLock<Arc<CertifiedKey>>);

impl ResolvesServerCert for Pair {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl Certificate {
    /// Reads a certificate, with those of its authorities behind it, and its key, both PEM.
    ///
    /// # Errors
    /// If a file cannot be read, others may read the key, or the two do not belong together.
    pub fn read(certificate: &Path, key: &Path) -> Result<Self, CertificateFault> {
        let files = Files { certificate: certificate.to_owned(), key: key.to_owned() };
        let provider = Arc::new(ring::default_provider());
        let pair = files.contents().and_then(|contents| files.pair(&contents, &provider))?;
        let pair = Arc::new(Pair(RwLock::new(Arc::new(pair))));
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config = config.map_err(|error| files.certificate_fault(error.to_string()))?.with_no_client_auth();
        let mut config = config.with_cert_resolver(Arc::clone(&pair) as _);
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Self { files, pair, acceptor: TlsAcceptor::from(Arc::new(config)) })
    }

    /// The handshake of a connection.
    pub(super) async fn accept(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        self.acceptor.accept(stream).await
    }

    /// Looks at the files every so often until the stop signal, and uses what was renewed for new connections.
    pub async fn keep_renewed(&self, every: Duration, stop: &Stop) {
        let provider = ring::default_provider();
        let mut used = self.files.contents().ok();
        let mut failed: Option<CertificateFault> = None;
        let mut warned = None;
        while stop.or(tokio::time::sleep(every)).await.is_some() {
            let files = self.files.clone();
            let Ok(contents) = tokio::task::spawn_blocking(move || files.contents()).await else { continue };
            if contents.as_ref().ok() == used.as_ref() && used.is_some() {
                (failed, warned) = (None, None);
                continue;
            }
            let renewed = contents.and_then(|contents| Ok((self.files.pair(&contents, &provider)?, contents)));
            match renewed {
                Ok((pair, contents)) => {
                    *self.pair.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(pair);
                    (used, failed, warned) = (Some(contents), None, None);
                    tracing::info!("the certificate of the pages was renewed");
                }
                // The first time the files may be in the middle of being replaced.
                Err(fault) if failed.as_ref() == Some(&fault) && warned.as_ref() != Some(&fault) => {
                    tracing::warn!(%fault, "the certificate of the pages cannot be renewed; the old one is still used");
                    warned = Some(fault);
                }
                Err(fault) => failed = Some(fault),
            }
        }
    }
}

impl Files {
    fn contents(&self) -> Result<Contents, CertificateFault> {
        let certificate = std::fs::read(&self.certificate)
            .map_err(|error| self.certificate_fault(format!("cannot be read: {error}")))?;
        let key = private_file::read(&self.key, Readers::OwnerAndGroup).map_err(|reason| self.key_fault(reason))?;
        Ok(Contents { certificate, key })
    }

    fn pair(&self, contents: &Contents, provider: &CryptoProvider) -> Result<CertifiedKey, CertificateFault> {
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&contents.certificate).collect();
        let chain = chain.map_err(|error| self.certificate_fault(format!("is not PEM: {error}")))?;
        if chain.is_empty() {
            return Err(self.certificate_fault("contains no certificate; expected PEM".to_owned()));
        }
        let key = PrivateKeyDer::from_pem_slice(&contents.key)
            .map_err(|error| self.key_fault(format!("contains no private key; expected PEM: {error}")))?;
        CertifiedKey::from_der(chain, key, provider).map_err(|error| match error {
            rustls::Error::InconsistentKeys(_) => {
                self.key_fault(format!("is not the key of the certificate in {}", self.certificate.display()))
            }
            error => self.certificate_fault(format!("cannot be used: {error}")),
        })
    }

    fn certificate_fault(&self, reason: String) -> CertificateFault {
        CertificateFault { file: self.certificate.clone(), reason }
    }

    fn key_fault(&self, reason: String) -> CertificateFault {
        CertificateFault { file: self.key.clone(), reason }
    }
}
