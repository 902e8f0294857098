//! The digest of a morning: when it is told, and what it says.

use engine::rulebook::Language;
use scenarios::servers::mail_server::{Encryption, MailServer};
use service::mailing::{Choice, Wanted};
use service::offices::Offices;
use store::place::LogPlace;
use tests::on_each_log;

use crate::world::{OFFICE, Ways, World, morning, wanted};

on_each_log!(
    a_digest_says_on_working_days_what_the_office_owes_by_the_hours_left,
    a_digest_that_did_not_go_out_gives_way_to_the_next,
);

/// A world with a holiday on the Thursday after the breach, and an address with a digest at 07:30.
async fn world(place: &LogPlace, server: &MailServer) -> World {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("offices.toml");
    std::fs::write(&file, "holidays = [2026-03-05]\n").expect("written");
    let offices = Offices::of_the_program().with_file(&file).expect("offices");
    let smtp = Some(format!("smtp+plain://127.0.0.1:{}", server.port));
    let world = World::with(place, Ways { smtp, ..Ways::default() }, offices).await;
    let choice = Choice { kinds: [].into(), digest: Some(7 * 60 + 30) };
    world.wanted(Wanted { choice, language: Language::En, ..wanted(OFFICE, "duty@vte.example") }).await;
    world.a_breach("A-1").await;
    world.a_breach("A-2").await;
    world
}

async fn a_digest_says_on_working_days_what_the_office_owes_by_the_hours_left(place: &LogPlace) {
    let server = MailServer::start(&Encryption::None);
    let mut world = world(place, &server).await;
    let mut told = Vec::new();
    // From Wednesday to the Tuesday after: a holiday and a weekend lie between.
    for day in ["04", "05", "06", "07", "08", "09", "10"] {
        let at = morning(&format!("2026-03-{day}"));
        for seconds in [-1, 0, 1, 3600] {
            let before = server.mails().len();
            world.clock.set(at.plus(seconds));
            world.round().await;
            if server.mails().len() > before {
                told.push((day, seconds));
            }
        }
    }
    assert_eq!(told, [("04", 0), ("06", 0), ("09", 0), ("10", 0)]);
    let mail = server.mails().swap_remove(0);
    let (subject, text) = (&mail.subject, &mail.text);
    assert!(subject.contains("open limits") && subject.contains(" over (vte-investigation)"), "{subject}");
    let of = |case: &str| text.lines().filter(|line| line.contains(&format!(": {case}, "))).count();
    assert!(of("A-1") > 0 && of("A-1") == of("A-2"), "{text}");
    assert!(text.contains(" over: A-1, ") && !text.contains("Somsak"), "{text}");
}

async fn a_digest_that_did_not_go_out_gives_way_to_the_next(place: &LogPlace) {
    let server = MailServer::start(&Encryption::None);
    let mut world = world(place, &server).await;
    server.mood("451");
    for day in ["2026-03-04", "2026-03-06"] {
        world.clock.set(morning(day));
        world.round().await;
        assert_eq!(world.waiting().await, 1);
    }
    server.mood("takes");
    world.later(600).await;
    let mails = server.mails();
    assert_eq!((mails.len(), world.waiting().await), (1, 0));
    assert!(mails[0].text.contains("6 March 2026"), "{}", mails[0].text);
}
