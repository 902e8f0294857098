//! Where alerts go by mail and to webhooks, as an operator keeps it.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use engine::alert::Kind;
use engine::rulebook::Language;
use projections::catalogue::Word as _;
use projections::letters;
use serde::Deserialize;
use service::mailing::{self, Choice, Flaw, Undone, Wanted, hour, place};
use store::Fault;
use store::people::mail::{Address, MailBacklog, Way};
use uuid::Uuid;

use super::bare::Wrong;
use super::operate::short;
use super::people::HandedOver;
use crate::answer::{Answer, no_such_page, page, see_other, store_is_away};
use crate::fields::Fields;
use crate::frame::Frame;
use crate::site::Site;
use crate::visitor::Visitor;
use crate::words::frame::Frame as W;
use crate::words::mail::Mail as M;
use crate::words::operate::Operate as O;

#[derive(Template)]
#[template(path = "mail.html")]
struct List {
    frame: Frame,
    error: Option<Wrong>,
    off: bool,
    asked: bool,
    addresses: Vec<Shown>,
    offices: Vec<(String, String)>,
    /// The new address, as it was typed. Its id makes that a form that is sent twice makes one.
    one: Shown,
}

/// An address, as shown.
pub struct Shown {
    /// Its id.
    pub id: Uuid,
    /// Where it leads.
    pub to: String,
    /// The office.
    pub office: String,
    /// To whom it belongs.
    pub whose: String,
    /// Its state in words.
    pub state: String,
    /// Whether nothing goes out.
    pub failing: bool,
    /// Since when.
    pub since: String,
    /// Whether it is switched off.
    pub is_off: bool,
    /// Whether it is a webhook.
    pub has_key: bool,
    /// How much waits.
    pub waiting: u64,
    /// When something last went out.
    pub sent: String,
    /// The kinds of alert: word, label, whether it goes there.
    pub kinds: Vec<(&'static str, &'static str, bool)>,
    /// The hour of the digest.
    pub digest: String,
}

impl Shown {
    /// An address; `whose` says to whom it belongs.
    pub fn of(site: &Site, address: &Address, backlog: &[MailBacklog], whose: String, language: Language) -> Self {
        let failing = address.progress.failing.filter(|_| !address.off);
        let state = match failing {
            _ if address.off => M::IsOff.of(language).to_owned(),
            None => M::InOrder.of(language).to_owned(),
            Some((_, trouble)) => trouble.sentence(language),
        };
        Self {
            id: address.id,
            to: place(&address.way).to_owned(),
            office: site.offices.name_and_code(&address.office, language),
            whose,
            state,
            failing: failing.is_some(),
            since: short(failing.map(|(since, _)| since), language),
            is_off: address.off,
            has_key: matches!(address.way, Way::Webhook { .. }),
            waiting: backlog.iter().find(|of| of.address == address.id).map_or(0, |of| of.waiting),
            sent: short(address.progress.sent, language),
            kinds: kinds(language, |kind| address.kinds.contains(&kind)),
            digest: hour(address.digest),
        }
    }

    /// A new one, as it was typed.
    fn typed(fields: &Fields, language: Language) -> Self {
        let text = |name: &str| fields.text(name).to_owned();
        let chosen = fields.all("kind");
        Self {
            id: Uuid::new_v4(),
            to: text("to"),
            office: text("office"),
            whose: text("login"),
            state: String::new(),
            failing: false,
            since: String::new(),
            is_off: false,
            has_key: false,
            waiting: 0,
            sent: String::new(),
            kinds: kinds(language, |kind| {
                fields.text("id").is_empty() || chosen.iter().any(|word| word == kind.word())
            }),
            digest: text("digest"),
        }
    }
}

fn kinds(language: Language, chosen: impl Fn(Kind) -> bool) -> Vec<(&'static str, &'static str, bool)> {
    Kind::ALL.iter().map(|kind| (kind.word(), letters::kind(*kind).of(language), chosen(*kind))).collect()
}

/// What goes to an address, as the form has it.
///
/// # Errors
/// What is wrong with it.
pub fn choice(fields: &Fields) -> Result<Choice, Flaw> {
    Choice::typed(fields.all("kind").iter().map(String::as_str), fields.text("digest"))
}

/// What is wrong with a form.
pub fn wrong(flaw: Flaw, language: Language) -> Wrong {
    let field = match flaw {
        Flaw::NoSuchPerson => "login",
        Flaw::OfficeUnknown => "office",
        _ => "to",
    };
    Wrong { heading: O::NotDone.of(language), field, says: flaw.of(language).to_owned() }
}

/// What was done a moment ago.
#[derive(Deserialize)]
pub struct Asked {
    /// A test was asked for.
    pub test: Option<String>,
    /// A choice was saved.
    pub saved: Option<String>,
}

/// `GET /mail`
pub async fn list(State(site): State<Arc<Site>>, Query(asked): Query<Asked>, visitor: Visitor) -> Answer {
    listed(&site, &visitor, &Fields::default(), asked.test.is_some(), None).await
}

async fn listed(site: &Site, visitor: &Visitor, typed: &Fields, asked: bool, flaw: Option<Flaw>) -> Answer {
    let language = visitor.language;
    let read = async {
        let (addresses, backlog) = (site.log.mail_addresses().await?, site.log.mail_backlog().await?);
        Ok::<_, Fault>((addresses, backlog, site.people.people().await?, site.people.people_are_on().await?))
    };
    let (addresses, backlog, people, on) = match read.await {
        Ok(read) => read,
        Err(fault) => return store_is_away(&fault, language),
    };
    let whose = |address: &Address| {
        let person = people.iter().find(|person| Some(person.id) == address.person);
        person.map_or_else(|| M::TheOffice.of(language).to_owned(), |person| person.login.clone())
    };
    let shown = addresses.iter().map(|address| Shown::of(site, address, &backlog, whose(address), language));
    let title = M::Part.of(language);
    let title = if flaw.is_some() { format!("{}: {title}", O::Error.of(language)) } else { title.to_owned() };
    let listed = List {
        frame: Frame::of(site, visitor, "/mail", title),
        error: flaw.map(|flaw| wrong(flaw, language)),
        off: !on,
        asked,
        addresses: shown.collect(),
        offices: site
            .offices
            .all()
            .map(|(code, _)| (code.to_string(), site.offices.name_and_code(code, language)))
            .collect(),
        one: Shown::typed(typed, language),
    };
    page(if flaw.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &listed)
}

/// `POST /mail`
pub async fn add(State(site): State<Arc<Site>>, visitor: Visitor, fields: Fields) -> Answer {
    let added = async {
        let id = Uuid::try_parse(fields.text("id")).map_err(|_| Flaw::ChangedMeanwhile)?;
        let wanted = Wanted {
            id,
            office: fields.text("office"),
            login: fields.text("login"),
            to: fields.text("to"),
            language: Language::from_word(fields.raw("language")).unwrap_or(Language::Lo),
            choice: choice(&fields)?,
        };
        mailing::add(site.log.as_ref(), &site.offices, &site.key, wanted, site.now()).await
    };
    match added.await {
        Ok((address, secret)) => {
            tracing::info!(by = %visitor.id, address = %address.id, "an address of mail or a webhook was added");
            secret.map_or_else(|| see_other("/mail"), |secret| handed_over(&site, &visitor, &address, secret))
        }
        Err(Undone::Refused(flaw)) => listed(&site, &visitor, &fields, false, Some(flaw)).await,
        Err(Undone::Store(fault)) => store_is_away(&fault, visitor.language),
    }
}

/// The key of a webhook, shown once.
fn handed_over(site: &Site, visitor: &Visitor, address: &Address, secret: String) -> Answer {
    let frame = Frame::of(site, visitor, "/mail", M::Part.of(visitor.language));
    let (heading, secrets, back) = (place(&address.way).to_owned(), vec![(O::Secret, secret)], "/mail".to_owned());
    page(StatusCode::OK, &HandedOver { frame, heading, secrets, codes: Vec::new(), back })
}

/// `POST /mail/{id}/{act}`
pub async fn act(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path((id, act)): Path<(String, String)>,
    fields: Fields,
) -> Answer {
    let Ok(id) = Uuid::try_parse(&id) else { return no_such_page(visitor.language) };
    let log = site.log.as_ref();
    let set_off = |off: bool| {
        mailing::change(log, id, move |address| {
            address.off = off;
            Ok(())
        })
    };
    let done = async {
        Ok::<_, Undone>(match &*act {
            "choose" => {
                choose(&site, id, choice(&fields)?).await?;
                see_other("/mail")
            }
            "test" => {
                mailing::send_test(log, id, site.now()).await?;
                see_other("/mail?test=yes")
            }
            "enable" | "disable" => {
                set_off(act == "disable").await?;
                see_other("/mail")
            }
            "key" => {
                let secret = mailing::renew_key(log, &site.key, id).await?;
                let address = log.mail_address(id).await?.ok_or(Flaw::NoSuchAddress)?;
                handed_over(&site, &visitor, &address, secret)
            }
            "remove" => {
                log.remove_mail_address(id).await?;
                see_other("/mail")
            }
            _ => no_such_page(visitor.language),
        })
    };
    match done.await {
        Ok(answer) => {
            tracing::info!(by = %visitor.id, address = %id, act, "an address of mail or a webhook was changed");
            answer
        }
        Err(Undone::Refused(Flaw::NoSuchAddress)) => no_such_page(visitor.language),
        Err(Undone::Refused(flaw)) => listed(&site, &visitor, &Fields::default(), false, Some(flaw)).await,
        Err(Undone::Store(fault)) => store_is_away(&fault, visitor.language),
    }
}

/// Changes what goes to an address.
///
/// # Errors
/// If there is no such address.
pub async fn choose(site: &Site, id: Uuid, Choice { kinds, digest }: Choice) -> Result<Address, Undone> {
    mailing::change(site.log.as_ref(), id, |address| {
        (address.kinds, address.digest) = (kinds.clone(), digest);
        Ok(())
    })
    .await
}
