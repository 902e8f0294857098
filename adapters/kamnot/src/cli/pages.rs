//! The pages beside `serve` and `demo`: how they are reached, and the threads on which they run.
//!
//! Invariant: pages have threads of their own, so that readers do not hold up the watch and the relay; passwords do not cross a
//! network unencrypted.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use service::clock::Clock;
use service::lifecycle::Stop;
use service::offices::Offices;
use service::queries::counts::Counts;
use service::queries::dockets::Dockets;
use service::queries::quarters::Quarters;
use service::recorder::Recorder;
use service::sealing::SealingKey;
use service::sealing::key_file::KeyFileFault;
use service::status::Status;
use service::succession::keep_carrying_out;
use store::LogStore;
use store::people::PeopleStore;
use tokio::task::JoinHandle;
use web::credentials::room::Room;
use web::following::keep_following;
use web::listen::{Certificate, CertificateFault, Limits, ListenFault, Listener, Proxies};
use web::live::Live;
use web::logins::Logins;
use web::refused::keep_recording;
use web::remembered::Remembered;
use web::routes::router;
use web::site::{self, Reached, Site};

use super::arguments::{Demo, WebOptions};
use super::database::pages_runtime;
use super::output::Failure;
use super::room;
use super::state_folder::secrets;

/// How often the files of the certificate are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(5);

impl From<ListenFault> for Failure {
    fn from(fault: ListenFault) -> Self {
        Self::Fault(fault.to_string())
    }
}

impl From<CertificateFault> for Failure {
    fn from(fault: CertificateFault) -> Self {
        Self::Fault(fault.to_string())
    }
}

impl From<KeyFileFault> for Failure {
    fn from(fault: KeyFileFault) -> Self {
        Self::Fault(fault.to_string())
    }
}

/// What stands behind the pages.
pub(super) struct Behind {
    /// The log, with its people.
    pub log: Arc<dyn LogStore>,
    /// Records what is entered.
    pub recorder: Arc<Recorder>,
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
    /// The status of this process.
    pub status: Arc<Status>,
    /// The offices.
    pub offices: Arc<Offices>,
    /// The demo's people.
    pub demo: Option<site::Demo>,
}

/// The pages before they are served: what they need of the machine.
pub(super) struct Pages {
    listener: Listener,
    certificate: Option<Arc<Certificate>>,
    reached: Reached,
    key: Arc<SealingKey>,
    room: Option<Room>,
}

impl Pages {
    /// Checks the options, reads the files and binds the address; `None` without `--web`.
    pub(super) fn prepare(own: &WebOptions) -> Result<Option<Self>, Failure> {
        let Some(address) = own.address else { return Ok(None) };
        let reached = reached(own, address).map_err(Failure::Refused)?;
        let certificate = own.certificate.as_deref().zip(own.key.as_deref());
        let certificate = certificate.map(|(certificate, key)| Certificate::read(certificate, key)).transpose()?;
        let certificate = certificate.map(Arc::new);
        let listener = bind(address)?.behind(Proxies::new(&own.proxies)).with_tls(certificate.clone());
        let key = Arc::new(SealingKey::read_or_make(&secrets(own.secrets.clone())?)?);
        Ok(Some(Self { listener, certificate, reached, key, room: None }))
    }

    /// The pages of the demo: for this machine alone, or with a certificate and a password for the room.
    pub(super) fn of_the_demo(address: SocketAddr, own: &Demo) -> Result<Self, Failure> {
        let certificate = own.certificate.as_deref().zip(own.key.as_deref());
        let beyond = !address.ip().to_canonical().is_loopback();
        if beyond && certificate.is_none() {
            return Err(Failure::Refused(format!(
                "the demo lets anybody in by a click, so it listens on this machine alone: give an address such as \
                 127.0.0.1:{}, not {address}; for a training room, give --web-cert, --web-key and a password for the room",
                address.port()
            )));
        }
        let room = room::of_the_demo(own, beyond)?;
        let certificate = certificate.map(|(certificate, key)| Certificate::read(certificate, key)).transpose()?;
        let certificate = certificate.map(Arc::new);
        let reached = Reached { tls: certificate.is_some(), origin: None };
        let listener = bind(address)?.with_tls(certificate.clone());
        // Nobody has a second factor there.
        Ok(Self { listener, certificate, reached, key: Arc::new(SealingKey::of([0; 32])), room })
    }

    /// The password of the training room, if there is one.
    pub(super) const fn room(&self) -> Option<&Room> {
        self.room.as_ref()
    }

    /// The key under which secrets are sealed.
    pub(super) fn key(&self) -> Arc<SealingKey> {
        Arc::clone(&self.key)
    }

    /// Where browsers on this machine reach them.
    pub(super) fn url(&self) -> String {
        format!("{}://{}/", if self.reached.tls { "https" } else { "http" }, self.listener.address())
    }

    /// Serves them until the stop signal.
    pub(super) fn serve(self, behind: Behind, stop: Stop) -> Result<JoinHandle<()>, Failure> {
        let Self { listener, certificate, reached, key, room: _ } = self;
        let Behind { log, recorder, clock, status, offices, demo } = behind;
        let (people, book, logins) = (log.clone() as Arc<dyn PeopleStore>, log.book(), Logins::default());
        let (dockets, remembered) = (Dockets::default(), Remembered::default());
        let site = Site {
            log,
            people,
            book,
            recorder,
            clock,
            status,
            offices,
            dockets,
            counts: Counts::default(),
            quarters: Quarters::default(),
            key,
            logins,
            reached,
            remembered,
            live: Live::default(),
            demo,
        };
        let site = Arc::new(site);
        let router = router(Arc::clone(&site));
        tracing::info!(address = %listener.address(), tls = certificate.is_some(), "serving the pages");
        Ok(pages_runtime()?.spawn(async move {
            let renewing = async {
                if let Some(certificate) = &certificate {
                    certificate.keep_renewed(LOOK_EVERY, &stop).await;
                }
            };
            let recording = keep_recording(&site, &stop);
            let changing = keep_carrying_out(site.log.as_ref(), &site.recorder, &site.offices, &site.status, &stop);
            let following = keep_following(&site, &stop);
            tokio::join!(listener.answer(router, &stop), renewing, recording, changing, following);
        }))
    }
}

fn bind(address: SocketAddr) -> Result<Listener, Failure> {
    // On the runtime on which it is used.
    Ok(pages_runtime()?.block_on(Listener::bind(address, Limits::PAGES))?)
}

/// How the pages are reached.
///
/// # Errors
/// What is missing, so that passwords do not cross a network unencrypted and forms from elsewhere are recognised.
fn reached(own: &WebOptions, address: SocketAddr) -> Result<Reached, String> {
    let (tls, behind) = (own.certificate.is_some(), !own.proxies.is_empty());
    let encrypted = own.origin.as_deref().map_or(tls, |origin| origin.starts_with("https://"));
    if behind && own.origin.is_none() {
        return Err("--web-behind-proxy needs --web-origin: how browsers reach the pages, such as \
                    https://kamnot.example.la"
            .to_owned());
    }
    if !address.ip().to_canonical().is_loopback() {
        if !tls && !behind {
            return Err(format!(
                "--web {address} is not on this machine alone, and passwords would cross the network unencrypted: give \
                 --web-cert and --web-key, or --web-behind-proxy with the proxy's address, or listen on 127.0.0.1"
            ));
        }
        if !encrypted {
            return Err("--web-origin must begin with https://: otherwise passwords would cross the network \
                        unencrypted"
                .to_owned());
        }
    }
    if tls && !encrypted {
        return Err("--web-origin must begin with https://, since --web-cert is given".to_owned());
    }
    Ok(Reached { tls: encrypted, origin: own.origin.clone() })
}
