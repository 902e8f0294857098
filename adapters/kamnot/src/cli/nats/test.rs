//! `kamnot nats test`: checks whether messages reach an office.

use std::fmt::Write as _;

use engine::action::OfficeCode;
use engine::rulebook::Language;
use nats::NatsFault;
use nats::logins::read_login;
use nats::probe::{Attempt, Probe, Proved};
use projections::subjects::test_of;

use super::super::arguments::{Common, NatsTest};
use super::super::asked::{unlisted, warn_of_unlisted};
use super::super::database::run as block_on;
use super::super::output::{Completion, Failure, offices, print_out};

/// `kamnot nats test`
pub(super) fn run(common: &Common, own: &NatsTest) -> Result<Completion, Failure> {
    let offices = offices(common)?;
    let kamnot = own.nats.servers()?.ok_or_else(|| Failure::Refused("say where NATS is: give --nats".to_owned()))?;
    let login = own.login.as_ref().map(|file| read_login(file, &own.office)).transpose()?;
    let login = login.map(|(servers, name)| (servers.trusting_as(&kamnot), name));
    warn_of_unlisted(common, &offices, &own.office);
    let name = offices.name_and_code(&own.office, common.lang);
    let words = Words { lang: common.lang, office: &own.office, name: &name };
    let probe = Probe { kamnot: &kamnot, login: login.as_ref(), office: &own.office };
    match block_on(async { Ok(probe.run().await) })? {
        Ok(proved) => {
            // Without the office's own login a subject that nobody reads is reached as well.
            if login.is_none() && unlisted(common, &offices, &own.office).is_some() {
                print_out(&(words.proved(&proved) + &words.nobody()))?;
                return Ok(Completion::SomethingRefused);
            }
            print_out(&(words.proved(&proved) + &words.all(login.is_some())))?;
            Ok(Completion::Done)
        }
        Err((proved, at, fault)) => {
            print_out(&words.proved(&proved))?;
            let hint = words.hint(at, &fault, login.is_some()).map(|hint| format!("\n{hint}")).unwrap_or_default();
            Err(Failure::Fault(format!("{}: {fault}{hint}", words.failed(at))))
        }
    }
}

struct Words<'w> {
    lang: Language,
    office: &'w OfficeCode,
    /// Its name with its code.
    name: &'w str,
}

impl Words<'_> {
    fn say(&self, en: String, lo: String) -> String {
        match self.lang {
            Language::En => en,
            Language::Lo => lo,
        }
    }

    fn proved(&self, proved: &Proved) -> String {
        let mut out = String::new();
        let mut line = |en: String, lo: String| {
            let _ = writeln!(out, "  {}", self.say(en, lo));
        };
        match proved.stream {
            Some(Some(last)) => line(
                format!("NATS answers; the last sequence in the stream of alerts is {last}"),
                format!("NATS ຕອບ; ກະແສການແຈ້ງເຕືອນຮອດ {last}"),
            ),
            Some(None) => line(
                "NATS answers; there is no stream of alerts yet: `kamnot serve --nats …` creates it".to_owned(),
                "NATS ຕອບ; ຍັງບໍ່ມີກະແສການແຈ້ງເຕືອນ: `kamnot serve --nats …` ຈະສ້າງ".to_owned(),
            ),
            None => {}
        }
        if let Some(took) = proved.arrived {
            let (subject, ms) = (test_of(self.office), took.as_millis());
            line(
                format!("a test message on {subject} arrived after {ms} ms"),
                format!("ຂໍ້ຄວາມທົດສອບທີ່ {subject} ມາຮອດພາຍໃນ {ms} ms"),
            );
        }
        match proved.waiting {
            Some(Some(waiting)) => line(
                format!("the office's login can read its alerts: {waiting} not fetched yet"),
                format!("ບັນຊີຂອງຫ້ອງການອ່ານການແຈ້ງເຕືອນໄດ້: ຍັງບໍ່ໄດ້ຮັບ {waiting}"),
            ),
            Some(None) => line(
                "the office's login may read its alerts; nobody has followed them yet (`kamnot alerts --follow`)"
                    .to_owned(),
                "ບັນຊີຂອງຫ້ອງການອ່ານການແຈ້ງເຕືອນໄດ້; ຍັງບໍ່ມີໃຜຕິດຕາມ (`kamnot alerts --follow`)".to_owned(),
            ),
            None => {}
        }
        out
    }

    fn all(&self, with_login: bool) -> String {
        let name = self.name;
        let rest = if with_login {
            self.say(
                "Not tested: whether somebody at the office reads alerts.".to_owned(),
                "ບໍ່ໄດ້ທົດສອບ: ມີຄົນຢູ່ຫ້ອງການເບິ່ງຫຼືບໍ່.".to_owned(),
            )
        } else {
            self.say(
                "Not tested: the office's own login (--login FILE), and whether somebody at the office reads alerts."
                    .to_owned(),
                "ບໍ່ໄດ້ທົດສອບ: ບັນຊີຂອງຫ້ອງການເອງ (--login FILE) ແລະ ມີຄົນຢູ່ຫ້ອງການເບິ່ງຫຼືບໍ່.".to_owned(),
            )
        };
        let works = self.say(format!("Messages reach {name}."), format!("ທາງໄປຫາ {name} ໃຊ້ໄດ້."));
        format!("{works} {rest}\n")
    }

    fn nobody(&self) -> String {
        let office = self.office;
        self.say(
            format!("Messages go through, but {office} is not a known office: nobody may read there.\n"),
            format!("ຂໍ້ຄວາມໄປໄດ້, ແຕ່ບໍ່ຮູ້ຈັກຫ້ອງການ {office}: ອາດບໍ່ມີໃຜອ່ານຢູ່ນັ້ນ.\n"),
        )
    }

    fn failed(&self, at: Attempt) -> String {
        let office = self.office;
        let (en, lo) = match at {
            Attempt::Listen => ("listening for the message failed", "ການລໍຖ້າຂໍ້ຄວາມບໍ່ສຳເລັດ"),
            Attempt::Look => ("looking up the stream of alerts failed", "ການເບິ່ງກະແສການແຈ້ງເຕືອນບໍ່ສຳເລັດ"),
            Attempt::Send => ("sending the message failed", "ການສົ່ງຂໍ້ຄວາມບໍ່ສຳເລັດ"),
            Attempt::Receive => ("receiving the message failed", "ການຮັບຂໍ້ຄວາມບໍ່ສຳເລັດ"),
            Attempt::Read => ("reading the office's alerts failed", "ການອ່ານການແຈ້ງເຕືອນຂອງຫ້ອງການບໍ່ສຳເລັດ"),
        };
        self.say(format!("{office}: {en}"), format!("{office}: {lo}"))
    }

    /// A hint at the cause: about the login, if the server refused something. An unreachable server gives none.
    fn hint(&self, at: Attempt, fault: &NatsFault, with_login: bool) -> Option<String> {
        let (en, lo) = match at {
            Attempt::Listen | Attempt::Look | Attempt::Send | Attempt::Read if !fault.is_refusal() => return None,
            Attempt::Listen if with_login => (
                "The server does not know this login, or its configuration is older than test messages: make the \
                 configuration again (kamnot nats config) and reload the server",
                "ເຊີບເວີບໍ່ຮູ້ຈັກບັນຊີນີ້ ຫຼື ຖືກຕັ້ງຄ່າກ່ອນມີຂໍ້ຄວາມທົດສອບ: ເຮັດການຕັ້ງຄ່າໃໝ່ (kamnot nats config) ແລ້ວໃຫ້ເຊີບເວີອ່ານຄືນ",
            ),
            Attempt::Listen | Attempt::Look | Attempt::Send => (
                "Run this with kamnot's own login (kamnot.env): an office may not look up the stream or send test \
                 messages",
                "ສັ່ງຄຳສັ່ງນີ້ດ້ວຍບັນຊີຂອງ kamnot (kamnot.env): ຫ້ອງການເບິ່ງກະແສ ຫຼື ສົ່ງຂໍ້ຄວາມທົດສອບບໍ່ໄດ້",
            ),
            Attempt::Receive => (
                "The message was sent but did not arrive: is it another server or cluster, or an account without the \
                 import?",
                "ຂໍ້ຄວາມຖືກຮັບແລ້ວແຕ່ບໍ່ອອກມາ: ເປັນເຊີບເວີອື່ນ ຫຼື ບັນຊີທີ່ບໍ່ມີການນຳເຂົ້າບໍ່?",
            ),
            Attempt::Read => (
                "The office may not read its subscription: does its login name the subscription from the server's \
                 configuration?",
                "ຫ້ອງການຖາມການສະໝັກຂອງຕົນບໍ່ໄດ້: ບັນຊີບອກຊື່ການສະໝັກທີ່ການຕັ້ງຄ່າຂອງເຊີບເວີໃຫ້ບໍ່?",
            ),
        };
        Some(self.say(en.to_owned(), lo.to_owned()))
    }
}
