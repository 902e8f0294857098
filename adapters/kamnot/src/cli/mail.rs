//! `kamnot mail`: where alerts go by mail and to webhooks; and the ways out of a `serve`.
//!
//! Invariant: no secret is taken from the command line. The key of a webhook is made here and printed once.

use std::fmt::Write as _;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use engine::alert::Kind;
use mail::authorities::{Authorities, OutwardFault};
use mail::outward::Outward;
use mail::smtp::{Login, Smtp};
use mail::webhook::Webhooks;
use projections::catalogue::Word as _;
use projections::letters;
use service::clock::{Clock as _, SystemClock};
use service::mailing::{self, Choice, Undone, Wanted, hour, place};
use service::sealing::SealingKey;
use store::LogStore;
use store::people::mail::{Address, MailBacklog};
use store::private_file::{self, Readers};
use uuid::Uuid;

use super::arguments::{Common, MailCommand, MailOptions, SecretsOf};
use super::asked::refuse_unlisted;
use super::database::{Absent, Database, run as block_on};
use super::in_force::offices_in_force;
use super::output::{Completion, Failure, print_out};
use super::paint::{Paint, Tone, line_width};
use super::state_folder::secrets;
use super::table::{Cell, Table};
use super::time::short;

projections::catalogue! {
    /// What `kamnot mail` answers.
    Said {
        Id: "Id", "ລະຫັດ";
        Office: "Office", "ຫ້ອງການ";
        Person: "Person", "ຜູ້ໃຊ້";
        To: "To", "ເຖິງ";
        Kinds: "Kinds", "ປະເພດ";
        Digest: "Digest", "ສັງລວມ";
        State: "State", "ສະພາບ";
        Waiting: "Waiting", "ລໍຖ້າ";
        Sent: "Last sent", "ສົ່ງຫຼ້າສຸດ";
        Key: "Key", "ກະແຈ";
        Once: "The key is shown only now.", "ກະແຈສະແດງໃຫ້ເຫັນເທື່ອນີ້ເທົ່ານັ້ນ.";
        InOrder: "in order", "ປົກກະຕິ";
        Off: "off", "ປິດ";
        Since: "since", "ແຕ່";
        All: "all", "ທັງໝົດ";
        Asked: "A test waits; a running `kamnot serve` sends it within seconds. `kamnot mail list` says how it went.", "ການທົດລອງລໍຖ້າຢູ່; `kamnot serve` ທີ່ແລ່ນຢູ່ ຈະສົ່ງໃນບໍ່ເທົ່າໃດວິນາທີ. `kamnot mail list` ບອກຜົນ.";
        Removed: "removed", "ລຶບແລ້ວ";
        PeopleOff: "This log was restored or moved: nothing goes out before `kamnot people confirm`.", "ບັນທຶກນີ້ຖືກກູ້ຄືນ ຫຼື ຍ້າຍ: ຍັງບໍ່ສົ່ງຫຍັງ ກ່ອນ `kamnot people confirm`.";
    }
}

impl From<OutwardFault> for Failure {
    fn from(fault: OutwardFault) -> Self {
        Self::Refused(fault.to_string())
    }
}

/// The ways out that the options of `serve` name.
pub(super) fn outward(
    own: &MailOptions,
    key: Option<Arc<SealingKey>>,
    installation: String,
) -> Result<Outward, Failure> {
    let authorities = own.mail_authority.as_deref().map(Authorities::read).transpose()?.unwrap_or_default();
    let login = own.smtp_user.as_ref().zip(own.smtp_password.as_ref());
    let login = login.map(|(name, file)| {
        let fault = |reason: String| Failure::Fault(format!("--smtp-password {}: {reason}", file.display()));
        let password = private_file::read(file, Readers::Owner).map_err(fault)?;
        let password = String::from_utf8(password).map_err(|_| fault("is not UTF-8".to_owned()))?;
        Ok::<_, Failure>(Login { name: name.clone(), password: password.trim_end_matches(['\r', '\n']).to_owned() })
    });
    let (login, from) = (login.transpose()?, own.mail_from.as_deref().unwrap_or_default());
    let smtp = own.smtp.as_deref().map(|url| Smtp::new(url, from, login, &authorities)).transpose()?;
    Ok(Outward { smtp, webhooks: Webhooks::new(&authorities, own.webhook_allow.clone())?, key, installation })
}

/// `kamnot mail`
pub(super) fn run(common: &Common, command: &MailCommand) -> Result<Completion, Failure> {
    let database = Database::open(common, Absent::Fail)?;
    let (log, now) = (database.store.as_ref(), SystemClock.now());
    let t = |word: Said| word.of(common.lang);
    let set_off = |id: Uuid, off: bool| {
        let set = move |address: &mut Address| {
            address.off = off;
            Ok(())
        };
        done(common, mailing::change(log, id, set))
    };
    print_out(&match command {
        MailCommand::Add { office, to, person, language, choice, secrets } => {
            let offices = offices_in_force(common, &database)?;
            refuse_unlisted(common, &offices, office)?;
            let (id, language, choice, key) = (Uuid::new_v4(), *language, choice.new_choice(), sealing(secrets)?);
            let wanted = Wanted { id, office: office.as_str(), login: person, to, language, choice };
            let (address, secret) = done(common, mailing::add(log, &offices, &key, wanted, now))?;
            let mut out = format!("{}: {}\n", t(Said::Id), address.id);
            if let Some(secret) = secret {
                let _ = writeln!(out, "{}: {secret}\n\n{}", t(Said::Key), t(Said::Once));
            }
            out
        }
        MailCommand::List => list(common, log)?,
        MailCommand::Choose { id, choice } => {
            let set = |address: &mut Address| {
                let before = Choice { kinds: std::mem::take(&mut address.kinds), digest: address.digest };
                let Choice { kinds, digest } = choice.choice(before);
                (address.kinds, address.digest) = (kinds, digest);
                Ok(())
            };
            let address = done(common, mailing::change(log, *id, set))?;
            format!("{}: {}\n{}: {}\n", t(Said::Kinds), kinds(&address, common), t(Said::Digest), hour(address.digest))
        }
        MailCommand::Test { id } => {
            done(common, mailing::send_test(log, *id, now))?;
            format!("{}\n", t(Said::Asked))
        }
        MailCommand::Off { id } => set_off(*id, true).map(|address| state(&address, common) + "\n")?,
        MailCommand::On { id } => set_off(*id, false).map(|address| state(&address, common) + "\n")?,
        MailCommand::Key { id, secrets } => {
            let key = sealing(secrets)?;
            let secret = done(common, mailing::renew_key(log, &key, *id))?;
            format!("{}: {secret}\n\n{}\n", t(Said::Key), t(Said::Once))
        }
        MailCommand::Remove { id } => {
            block_on(async { Ok(log.remove_mail_address(*id).await?) })?;
            format!("{id}: {}\n", t(Said::Removed))
        }
    })?;
    Ok(Completion::Done)
}

/// Runs a change to its end; a refusal is worded in the language.
fn done<T>(common: &Common, work: impl Future<Output = Result<T, Undone>>) -> Result<T, Failure> {
    block_on(async {
        work.await.map_err(|undone| match undone {
            Undone::Refused(flaw) => Failure::Refused(flaw.of(common.lang).to_owned()),
            Undone::Store(fault) => fault.into(),
        })
    })
}

/// The key under which those of webhooks are sealed.
fn sealing(own: &SecretsOf) -> Result<SealingKey, Failure> {
    let file: PathBuf = secrets(own.file.clone())?;
    Ok(SealingKey::read_or_make(&file)?)
}

fn list(common: &Common, log: &dyn LogStore) -> Result<String, Failure> {
    let (addresses, backlog, people, on) = block_on(async {
        Ok((log.mail_addresses().await?, log.mail_backlog().await?, log.people().await?, log.people_are_on().await?))
    })?;
    let t = |word: Said| word.of(common.lang).to_owned();
    let headings = [
        Said::Id,
        Said::Office,
        Said::Person,
        Said::To,
        Said::Kinds,
        Said::Digest,
        Said::State,
        Said::Waiting,
        Said::Sent,
    ];
    let mut table = Table { headings: headings.map(t).to_vec(), rows: Vec::new() };
    for address in &addresses {
        let login = people.iter().find(|person| Some(person.id) == address.person).map(|person| person.login.as_str());
        let waiting = backlog.iter().find(|of| of.address == address.id).map_or(0, |of: &MailBacklog| of.waiting);
        let tone = if address.progress.failing.is_some() { Tone::Certain } else { Tone::Plain };
        table.rows.push(vec![
            Cell::new(address.id.to_string(), Tone::Strong),
            Cell::plain(address.office.to_string()),
            Cell::plain(login.unwrap_or_default()),
            Cell::plain(place(&address.way)),
            Cell::plain(kinds(address, common)),
            Cell::plain(hour(address.digest)),
            Cell::new(state(address, common), tone),
            Cell::plain(waiting.to_string()),
            Cell::plain(address.progress.sent.map(short).unwrap_or_default()),
        ]);
    }
    let table = table.draw(line_width(), Paint::of(&io::stdout()));
    Ok(if on { table } else { format!("{table}\n{}\n", t(Said::PeopleOff)) })
}

fn kinds(address: &Address, common: &Common) -> String {
    if address.kinds.len() == Kind::ALL.len() {
        return Said::All.of(common.lang).to_owned();
    }
    let words = address.kinds.iter().map(|kind| letters::kind(*kind).of(common.lang));
    words.collect::<Vec<_>>().join(", ")
}

fn state(address: &Address, common: &Common) -> String {
    let t = |word: Said| word.of(common.lang);
    match address.progress.failing {
        _ if address.off => t(Said::Off).to_owned(),
        None => t(Said::InOrder).to_owned(),
        Some((since, trouble)) => format!("{}, {} {}", trouble.sentence(common.lang), t(Said::Since), short(since)),
    }
}
