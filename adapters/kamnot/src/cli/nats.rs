//! `kamnot nats config`: the server's configuration and the logins. `kamnot nats test`.

mod test;

use std::fmt::Write as _;

use engine::action::OfficeCode;
use nats::logins::Logins;
use nats::permissions::{OfficeAccess, Plan};
use service::files::shown;
use service::offices::{OfficeKind, Offices};

use super::arguments::{Common, Nats, NatsCommand, NatsConfig};
use super::output::{Completion, Failure, offices, plural, print_out};

/// `kamnot nats`
pub(super) fn run(common: &Common, own: &Nats) -> Result<Completion, Failure> {
    match &own.command {
        NatsCommand::Config(own) => config(common, own),
        NatsCommand::Test(own) => test::run(common, own),
    }
}

/// `kamnot nats config`
fn config(common: &Common, own: &NatsConfig) -> Result<Completion, Failure> {
    let offices = offices(common)?;
    let chosen = chosen(&offices, own)?;
    let kamnot = OfficeCode::new("kamnot")
        .ok_or_else(|| Failure::Fault("kamnot is not an office code (a fault of the program)".to_owned()))?;
    let scheme = if own.tls_cert.is_some() { "tls" } else { "nats" };
    let logins = Logins::open(&own.logins, scheme, &own.server)?;
    let (mut made, mut elsewhere) = (0, 0);
    let mut login = |office: &OfficeCode| {
        let login = logins.of(office)?;
        made += usize::from(login.new);
        elsewhere += usize::from(login.elsewhere);
        Ok::<_, Failure>(login)
    };
    let password = login(&kamnot)?.password;
    let mut guests = Vec::with_capacity(chosen.len());
    for (office, kind) in chosen {
        let login = login(&office)?;
        let below = offices.below(&office).map(|(code, below)| (code.clone(), below.kind)).collect();
        let (password, subscription) = (login.password, login.subscription);
        guests.push(OfficeAccess { office, kind, below, password, subscription });
    }
    let all = guests.len() + 1;
    let tls = own.tls_cert.clone().zip(own.tls_key.clone());
    let (subscribers, store_dir) = (own.subscribers, own.store_dir.clone());
    let encrypted = tls.is_some();
    print_out(&Plan { password, guests, subscribers, store_dir, tls }.configuration())?;
    let mut said = format!("{all} logins in {}, {made} of them new", shown(&own.logins));
    if elsewhere > 0 {
        let (server, keep) = (&own.server, plural(elsewhere, "keeps its", "keep their"));
        let _ = write!(
            said,
            "; {elsewhere} of the others {keep} old address: write {scheme}://…@{server} into KAMNOT_NATS"
        );
    }
    if !encrypted {
        let _ = write!(said, "; without --tls-cert passwords and alerts are sent unencrypted");
    }
    eprintln!("{said}");
    Ok(Completion::Done)
}

/// The offices that get an account, by code.
fn chosen(offices: &Offices, own: &NatsConfig) -> Result<Vec<(OfficeCode, OfficeKind)>, Failure> {
    let refused = |what: String| Err(Failure::Refused(what));
    for code in &own.only {
        if offices.get(code).is_none() {
            return refused(format!(
                "{code} is an unknown office: its kind decides what it may read; add it with --offices FILE"
            ));
        }
    }
    let wanted = |code: &OfficeCode| own.only.is_empty() || own.only.contains(code);
    let chosen: Vec<_> =
        offices.all().filter(|(code, _)| wanted(code)).map(|(code, office)| (code.clone(), office.kind)).collect();
    if chosen.iter().any(|(code, _)| code.as_str() == "kamnot") {
        return refused("an office cannot have the code kamnot: it is the program's own".to_owned());
    }
    Ok(chosen)
}
