//! The messages of `kamnot status`, in both languages. The Lao is ours; no lawyer has reviewed it.

mod witnesses;

use engine::calendar::Instant;
use engine::rulebook::{Language, Rulebook};

use super::super::time::short;

/// For how long mail may wait before it wants attention.
const MAIL_WITHIN_SECONDS: i64 = 600;

/// What was checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Check {
    Log,
    Rulebook,
    Clock,
    Watch,
    Backlog,
    Tree,
    Witnesses,
    Nats,
    Reconciliation,
    Backup,
    Silence,
    Mail,
    Serve,
}

/// The result of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Well,
    Attention,
    Unknown,
}

/// A check with its result and its message.
#[derive(Clone, Debug)]
pub(super) struct Finding {
    pub check: Check,
    pub state: State,
    pub found: String,
}

impl Check {
    /// The word for it in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Log => "log",
            Self::Rulebook => "rulebook",
            Self::Clock => "clock",
            Self::Watch => "watch",
            Self::Backlog => "backlog",
            Self::Tree => "tree",
            Self::Witnesses => "witnesses",
            Self::Nats => "nats",
            Self::Reconciliation => "reconciliation",
            Self::Backup => "backup",
            Self::Silence => "silent_offices",
            Self::Mail => "mail",
            Self::Serve => "serve",
        }
    }
}

impl State {
    /// The word for it in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Well => "well",
            Self::Attention => "attention",
            Self::Unknown => "unknown",
        }
    }
}

/// The sentences in a language.
#[derive(Clone, Copy)]
pub(super) struct Words(pub Language);

impl Words {
    fn say(self, en: impl Into<String>, lo: impl Into<String>) -> String {
        match self.0 {
            Language::En => en.into(),
            Language::Lo => lo.into(),
        }
    }

    const fn word(self, en: &'static str, lo: &'static str) -> &'static str {
        match self.0 {
            Language::En => en,
            Language::Lo => lo,
        }
    }

    fn find(self, check: Check, state: State, en: impl Into<String>, lo: impl Into<String>) -> Finding {
        Finding { check, state, found: self.say(en, lo) }
    }

    pub fn heading(self, log: &str, now: Instant, attention: usize) -> String {
        let at = short(now);
        match attention {
            0 => self.say(format!("{log} at {at}: all is well"), format!("{log} ເວລາ {at}: ທຸກຢ່າງປົກກະຕິ")),
            1 => {
                self.say(format!("{log} at {at}: 1 thing wants attention"), format!("{log} ເວລາ {at}: ມີ 1 ຢ່າງທີ່ຕ້ອງເບິ່ງ"))
            }
            many => self.say(
                format!("{log} at {at}: {many} things want attention"),
                format!("{log} ເວລາ {at}: ມີ {many} ຢ່າງທີ່ຕ້ອງເບິ່ງ"),
            ),
        }
    }

    pub const fn headings(self) -> [&'static str; 3] {
        match self.0 {
            Language::En => ["State", "Of", "Found"],
            Language::Lo => ["ສະພາບ", "ສິ່ງທີ່ກວດ", "ສິ່ງທີ່ພົບ"],
        }
    }

    pub const fn state(self, state: State) -> &'static str {
        match state {
            State::Well => self.word("well", "ປົກກະຕິ"),
            State::Attention => self.word("ATTENTION", "ຕ້ອງເບິ່ງ"),
            State::Unknown => self.word("unknown", "ບໍ່ຮູ້"),
        }
    }

    pub const fn check(self, check: Check) -> &'static str {
        match check {
            Check::Log => self.word("log", "ບັນທຶກ"),
            Check::Rulebook => self.word("rulebook", "ປຶ້ມກົດລະບຽບ"),
            Check::Clock => self.word("clock", "ໂມງ"),
            Check::Watch => self.word("watch", "ການເຝົ້າກຳນົດ"),
            Check::Backlog => self.word("alerts waiting", "ການແຈ້ງເຕືອນທີ່ລໍຖ້າ"),
            Check::Tree => self.word("proof of the log", "ການພິສູດບັນທຶກ"),
            Check::Witnesses => self.word("witnesses", "ຜູ້ຢັ້ງຢືນ"),
            Check::Nats => self.word("NATS", "NATS"),
            Check::Reconciliation => self.word("reconciliation", "ການທຽບຄືນ"),
            Check::Backup => self.word("backup", "ສຳເນົາສຳຮອງ"),
            Check::Silence => self.word("silent offices", "ຫ້ອງການທີ່ງຽບ"),
            Check::Mail => self.word("mail and webhooks", "ອີເມວ ແລະ webhook"),
            Check::Serve => self.word("kamnot serve", "kamnot serve"),
        }
    }

    pub fn log(self, kept_by: &str, bytes: Option<u64>) -> Finding {
        let size = bytes.map_or_else(String::new, |bytes| format!(", {} KiB", bytes.div_ceil(1024)));
        let found = format!("{kept_by}{size}");
        self.find(Check::Log, State::Well, format!("readable; {found}"), format!("ອ່ານໄດ້; {found}"))
    }

    /// For a log that was moved.
    pub fn sealed(self, to: &str) -> Finding {
        self.find(
            Check::Log,
            State::Attention,
            format!("moved to {to} and sealed: have every program use the new place"),
            format!("ຖືກຍ້າຍໄປ {to} ແລະ ຖືກປິດແລ້ວ: ໃຫ້ທຸກໂປຣແກຣມເຮັດວຽກຢູ່ບ່ອນນັ້ນ"),
        )
    }

    /// A check that is left out for a log that was moved.
    pub fn elsewhere(self, check: Check) -> Finding {
        self.find(check, State::Unknown, "not checked: the log was moved", "ບໍ່ໄດ້ກວດ: ບັນທຶກຖືກຍ້າຍແລ້ວ")
    }

    pub fn rulebook(self, book: &Rulebook) -> Finding {
        let found = format!("{}, {}", book.id(), book.digest());
        self.find(Check::Rulebook, State::Well, found.clone(), found)
    }

    pub fn clock(self, in_doubt: bool, now: Instant) -> Finding {
        if in_doubt {
            return self.find(
                Check::Clock,
                State::Attention,
                "in doubt: alerts are held back. Set the machine's clock right, or run `kamnot clock confirm`",
                "ບໍ່ແນ່ໃຈ: ການແຈ້ງເຕືອນຖືກກັກໄວ້. ຕັ້ງໂມງຂອງເຄື່ອງໃຫ້ຖືກ ຫຼື ສັ່ງ `kamnot clock confirm`",
            );
        }
        let at = short(now);
        self.find(Check::Clock, State::Well, format!("{at} in Vientiane"), format!("{at} ເວລາວຽງຈັນ"))
    }

    pub fn watch(self, overdue: Option<i64>, next: Option<Instant>) -> Finding {
        match (overdue, next) {
            (Some(late), _) => self.find(
                Check::Watch,
                State::Attention,
                format!(
                    "a case has been due for {} and was not processed: does `kamnot serve` run on this log?",
                    ago_en(late)
                ),
                format!("ມີຄະດີທີ່ຮອດກຳນົດແລ້ວ {} ແຕ່ຍັງບໍ່ໄດ້ແຈ້ງ: `kamnot serve` ແລ່ນຢູ່ບໍ່?", ago_lo(late)),
            ),
            (None, Some(next)) => self.find(
                Check::Watch,
                State::Well,
                format!("nothing is overdue; the next case is due at {}", short(next)),
                format!("ບໍ່ມີສິ່ງທີ່ຊ້າ; ຕໍ່ໄປ {}", short(next)),
            ),
            (None, None) => self.find(Check::Watch, State::Well, "nothing is due in any case", "ບໍ່ມີຄະດີໃດທີ່ລໍຖ້າກຳນົດ"),
        }
    }

    pub fn backlog(self, waiting: u64, oldest: Option<i64>, within: i64) -> Finding {
        match oldest {
            None => self.find(Check::Backlog, State::Well, "none", "ບໍ່ມີ"),
            Some(oldest) => self.find(
                Check::Backlog,
                if oldest > within { State::Attention } else { State::Well },
                format!("{waiting}, the oldest for {}", ago_en(oldest)),
                format!("{waiting}, ອັນທຳອິດ {} ແລ້ວ", ago_lo(oldest)),
            ),
        }
    }

    /// `waiting`: for how long the first event waits that the tree does not have; `checkpoint`: how long ago the last one was.
    pub fn tree(self, size: u64, waiting: Option<i64>, checkpoint: Option<i64>, within: i64) -> Finding {
        if let Some(waiting) = waiting.filter(|waiting| *waiting > within) {
            let (en, lo) = (ago_en(waiting), ago_lo(waiting));
            return self.find(
                Check::Tree,
                State::Attention,
                format!("an event has waited for the tree for {en}: does `kamnot serve` run on this log?"),
                format!("ມີລາຍການລໍຖ້າເຂົ້າຕົ້ນໄມ້ {lo} ແລ້ວ: `kamnot serve` ແລ່ນຢູ່ບໍ່?"),
            );
        }
        let (en, lo) = checkpoint.map_or_else(Default::default, |ago| {
            (format!("; the last checkpoint {} ago", ago_en(ago)), format!("; ຈຸດກວດຫຼ້າສຸດ {} ກ່ອນ", ago_lo(ago)))
        });
        self.find(Check::Tree, State::Well, format!("{size} leaves{en}"), format!("{size} ລາຍການ{lo}"))
    }

    pub fn nats_not_asked(self) -> Finding {
        self.find(Check::Nats, State::Unknown, "not checked: give --nats", "ບໍ່ໄດ້ຖາມ: ໃຫ້ --nats")
    }

    pub fn nats_away(self, fault: &str) -> Finding {
        self.find(Check::Nats, State::Attention, fault, fault)
    }

    /// The last sequence of the stream of alerts, if there is one, and the last that is marked as delivered.
    pub fn stream(self, last: Option<u64>, marked: u64) -> Finding {
        match last {
            None if marked == 0 => self.find(
                Check::Nats,
                State::Well,
                "answers; no stream of alerts yet, and none was published",
                "ຕອບ; ຍັງບໍ່ມີກະແສການແຈ້ງເຕືອນ ແລະ ຍັງບໍ່ໄດ້ສົ່ງຫຍັງ",
            ),
            None => self.find(
                Check::Nats,
                State::Attention,
                "answers, but the stream of alerts is gone: start `kamnot serve`, which fills it again",
                "ຕອບ ແຕ່ກະແສການແຈ້ງເຕືອນຫາຍໄປ: ເລີ່ມ `kamnot serve` ເຊິ່ງຈະຕື່ມຄືນ",
            ),
            Some(last) if last < marked => self.find(
                Check::Nats,
                State::Attention,
                format!(
                    "the stream of alerts ends at sequence {last}, but {marked} is marked as delivered: start \
                     `kamnot serve`, which fills it again"
                ),
                format!("ກະແສການແຈ້ງເຕືອນສິ້ນສຸດທີ່ {last} ແຕ່ໄດ້ສົ່ງແລ້ວ {marked}: ເລີ່ມ `kamnot serve` ເຊິ່ງຈະຕື່ມຄືນ"),
            ),
            Some(last) => self.find(
                Check::Nats,
                State::Well,
                format!("answers; the stream of alerts ends at sequence {last}, marked as delivered up to {marked}"),
                format!("ຕອບ; ກະແສການແຈ້ງເຕືອນຮອດ {last}, ໝາຍວ່າສົ່ງແລ້ວຮອດ {marked}"),
            ),
        }
    }

    pub fn reconciliation(self, ago: Option<i64>, different: u64, within: i64) -> Finding {
        let Some(ago) = ago else {
            return self.find(
                Check::Reconciliation,
                State::Attention,
                "never done: `kamnot serve` does it daily, `kamnot reconcile` at once",
                "ຍັງບໍ່ເຄີຍເຮັດ: `kamnot serve` ເຮັດທຸກມື້, `kamnot reconcile` ເຮັດດຽວນີ້",
            );
        };
        let (en, lo) = (ago_en(ago), ago_lo(ago));
        if different > 0 {
            return self.find(
                Check::Reconciliation,
                State::Attention,
                format!("{en} ago: {different} differences; see `kamnot reconcile --last`"),
                format!("{lo} ກ່ອນ: ແຕກຕ່າງ {different} ຢ່າງ; ເບິ່ງ `kamnot reconcile --last`"),
            );
        }
        let state = if ago > within { State::Attention } else { State::Well };
        self.find(Check::Reconciliation, state, format!("{en} ago, nothing differed"), format!("{lo} ກ່ອນ, ບໍ່ມີຫຍັງແຕກຕ່າງ"))
    }

    pub fn backup(self, ago: Option<i64>, within: i64) -> Finding {
        match ago {
            None => self.find(
                Check::Backup,
                State::Attention,
                "none known: `kamnot backup FILE` makes one and checks it",
                "ບໍ່ຮູ້ວ່າມີ: `kamnot backup FILE` ເຮັດ ແລະ ກວດ",
            ),
            Some(ago) => self.find(
                Check::Backup,
                if ago > within { State::Attention } else { State::Well },
                format!("{} ago, checked and in order", ago_en(ago)),
                format!("{} ກ່ອນ, ອ່ານຄືນແລ້ວຖືກຕ້ອງ", ago_lo(ago)),
            ),
        }
    }

    pub fn backup_elsewhere(self) -> Finding {
        self.find(
            Check::Backup,
            State::Unknown,
            "not checked: made with PostgreSQL's own programs",
            "ເຮັດດ້ວຍໂປຣແກຣມຂອງ PostgreSQL ເອງ ເຊິ່ງ kamnot ບໍ່ຮູ້",
        )
    }

    pub fn silent(self, silent: Option<Vec<String>>, days: i64) -> Finding {
        const MOST: usize = 5;
        let Some(silent) = silent else {
            return self.find(Check::Silence, State::Unknown, "known after a reconciliation", "ຈະຮູ້ຫຼັງການທຽບຄືນ");
        };
        if silent.is_empty() {
            return self.find(
                Check::Silence,
                State::Well,
                format!("none for {days} days or more"),
                format!("ບໍ່ມີທີ່ງຽບ {days} ມື້ ຂຶ້ນໄປ"),
            );
        }
        let more = if silent.len() > MOST { " …" } else { "" };
        let named = silent.iter().take(MOST).map(String::as_str).collect::<Vec<_>>().join(", ") + more;
        let many = silent.len();
        self.find(
            Check::Silence,
            State::Attention,
            format!("{many} for {days} days or more, with open cases: {named}; see `kamnot offices --silent`"),
            format!("{many} ງຽບ {days} ມື້ ຂຶ້ນໄປ ທັງທີ່ມີຄະດີ: {named}; ເບິ່ງ `kamnot offices --silent`"),
        )
    }

    /// `failing`: to how many of the addresses nothing goes out; `oldest`: for how long the oldest has waited.
    pub fn mail(self, addresses: usize, failing: usize, waiting: u64, oldest: Option<i64>) -> Finding {
        if addresses == 0 {
            return self.find(Check::Mail, State::Well, "no address is set", "ບໍ່ໄດ້ກຳນົດທີ່ຢູ່");
        }
        let (since_en, since_lo) = oldest.map_or_else(Default::default, |oldest| {
            (format!(", the oldest for {}", ago_en(oldest)), format!(", ອັນທຳອິດ {} ແລ້ວ", ago_lo(oldest)))
        });
        let late = oldest.is_some_and(|oldest| oldest > MAIL_WITHIN_SECONDS);
        self.find(
            Check::Mail,
            if failing > 0 || late { State::Attention } else { State::Well },
            format!("{failing} of {addresses} addresses fail; {waiting} waiting{since_en}; see `kamnot mail list`"),
            format!("{failing} ໃນ {addresses} ທີ່ຢູ່ ສົ່ງບໍ່ໄດ້; ລໍຖ້າ {waiting}{since_lo}; ເບິ່ງ `kamnot mail list`"),
        )
    }

    pub fn serve(self, ready: &Result<(), String>) -> Finding {
        match ready {
            Ok(()) => self.find(Check::Serve, State::Well, "runs and is ready", "ແລ່ນຢູ່ ແລະ ພ້ອມ"),
            Err(why) => self.find(Check::Serve, State::Attention, format!("not ready: {why}"), format!("ບໍ່ພ້ອມ: {why}")),
        }
    }

    pub fn serve_not_asked(self) -> Finding {
        self.find(Check::Serve, State::Unknown, "not checked: give --listen", "ບໍ່ໄດ້ຖາມ: ໃຫ້ --listen")
    }
}

/// A duration in its largest whole unit.
fn largest(seconds: i64) -> (i64, usize) {
    match seconds {
        0..60 => (seconds, 0),
        60..3_600 => (seconds / 60, 1),
        3_600..172_800 => (seconds / 3_600, 2),
        _ => (seconds / 86_400, 3),
    }
}

fn ago_en(seconds: i64) -> String {
    let (many, unit) = largest(seconds);
    format!("{many} {}", ["s", "min", "h", "days"][unit])
}

fn ago_lo(seconds: i64) -> String {
    let (many, unit) = largest(seconds);
    format!("{many} {}", ["ວິນາທີ", "ນາທີ", "ຊົ່ວໂມງ", "ມື້"][unit])
}
