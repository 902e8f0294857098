//! An authority of the test's own, and the certificates that it signs, in files as servers and clients read them.

use std::path::PathBuf;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use tempfile::TempDir;

/// An authority with a folder of its own.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    folder: TempDir,
}

/// Until when a certificate holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// For long.
    Later,
    /// Until last year, so to speak.
    Past,
}

/// The files of a certificate and of its key.
pub struct Certificate {
    /// The certificate, PEM.
    pub certificate: PathBuf,
    /// Its key, PEM.
    pub key: PathBuf,
}

impl Default for Authority {
    fn default() -> Self {
        Self::new()
    }
}

impl Authority {
    /// One with a new key.
    ///
    /// # Panics
    /// If its files can't be written.
    pub fn new() -> Self {
        Self::named(Vec::new())
    }

    /// One whose own certificate names a host, as `openssl req -x509` makes it.
    ///
    /// # Panics
    /// If its files can't be written.
    pub fn for_host(name: &str) -> Self {
        Self::named(vec![name.to_owned()])
    }

    fn named(names: Vec<String>) -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(names).expect("names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "An authority of a test");
        let folder = tempfile::tempdir().expect("a folder");
        let own = params.self_signed(&key).expect("signed by itself");
        std::fs::write(folder.path().join("roots.pem"), own.pem()).expect("written");
        std::fs::write(folder.path().join("roots.key"), key.serialize_pem()).expect("written");
        Self { issuer: Issuer::new(params, key), folder }
    }

    /// The files of its own certificate and key.
    pub fn own(&self) -> Certificate {
        Certificate { certificate: self.roots(), key: self.folder.path().join("roots.key") }
    }

    /// The file of its own certificate.
    pub fn roots(&self) -> PathBuf {
        self.folder.path().join("roots.pem")
    }

    /// A certificate for a host or an address.
    ///
    /// # Panics
    /// If its files can't be written.
    pub fn issue(&self, name: &str, until: Until) -> Certificate {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
        params.distinguished_name.push(DnType::CommonName, name);
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(if until == Until::Later { 2200 } else { 2021 }, 1, 1);
        let signed = params.signed_by(&key, &self.issuer).expect("signed");
        let file = |ending: &str| self.folder.path().join(format!("{name}-{until:?}.{ending}"));
        let issued = Certificate { certificate: file("pem"), key: file("key") };
        std::fs::write(&issued.certificate, signed.pem()).expect("written");
        std::fs::write(&issued.key, key.serialize_pem()).expect("written");
        issued
    }
}
