//! By when the child must be free: the sentence on top of a case, under both readings.
//!
//! Invariant: it speaks of the detention that goes on at the instant, and of the limits on it that nothing has ended; under
//! each reading the one that ends first decides.

use engine::assess::Assessment;
use engine::calendar::Instant;
use engine::rulebook::{Language, Reading, Readings, RuleId, Rulebook};

use crate::labels::Label;
use crate::words_of_time::{self, End};

/// How it stands with the child's liberty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Held, and the limit has passed under both readings.
    Certain,
    /// Held, and the limit has passed under the protective reading alone.
    Arguable,
    /// Held, and the limit has passed under neither reading.
    Running,
    /// Held, and no limit on the detention is open.
    WithoutLimit,
    /// Not held.
    NotHeld,
}

/// The limit on the detention that ends first under a reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ends {
    /// Its rule.
    pub rule: RuleId,
    /// Its last lawful instant.
    pub due: Instant,
}

/// By when the child of a case must be free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Liberty {
    /// The instant of the assessment.
    pub at: Instant,
    /// How it stands.
    pub state: State,
    /// Since when the child has been held: the first instant of the first deprivation. `None` if it is not held.
    pub held_since: Option<Instant>,
    /// What ends first under each reading; `None` where the reading sees no open limit.
    pub ends: Readings<Option<Ends>>,
}

impl Liberty {
    /// What an assessment says of the child's liberty.
    pub fn of(assessment: &Assessment<'_>, book: &Rulebook) -> Self {
        let at = assessment.at;
        let timeline = &assessment.timeline;
        let episode = timeline.episodes().last().filter(|episode| episode.end.is_none());
        let Some(episode) = episode else {
            return Self { at, state: State::NotHeld, held_since: None, ends: Readings::default() };
        };
        let on_detention = assessment.deadlines.iter().filter(|deadline| book.is_on_detention(deadline.rule));
        let ends = Readings::each(|reading| {
            let open = on_detention.clone().filter_map(|deadline| {
                let reckoning = deadline.reckoning(reading).filter(|reckoning| reckoning.done.is_none())?;
                Some(Ends { rule: deadline.rule, due: reckoning.due })
            });
            open.min_by_key(|ends| (ends.due, ends.rule))
        });
        let passed = |reading: Reading| ends[reading].is_some_and(|ends: Ends| at > ends.due);
        let state = match (ends.protective, passed(Reading::Protective), passed(Reading::Lenient)) {
            (None, ..) => State::WithoutLimit,
            (_, false, _) => State::Running,
            (_, true, false) => State::Arguable,
            (_, true, true) => State::Certain,
        };
        Self { at, state, held_since: Some(timeline.entries()[episode.begin].first), ends }
    }

    /// The rule that the sentence is about: that of the protective reading.
    pub fn rule(&self) -> Option<RuleId> {
        self.ends.protective.map(|ends| ends.rule)
    }

    /// Since when the child should have been free, under the reading that decides the state; `None` if the limit has not
    /// passed.
    pub fn since(&self) -> Option<Instant> {
        let reading = match self.state {
            State::Certain => Reading::Lenient,
            State::Arguable => Reading::Protective,
            State::Running | State::WithoutLimit | State::NotHeld => return None,
        };
        self.ends[reading].map(|ends| ends.due)
    }

    /// Seconds left under a reading, or minus the seconds over; `None` where the reading sees no limit.
    pub fn left(&self, reading: Reading) -> Option<i64> {
        self.ends[reading].map(|ends| ends.due.since(self.at))
    }

    /// The sentence.
    pub fn sentence(&self, language: Language) -> String {
        self.sentence_ending(language, "")
    }

    /// The sentence with the articles behind it, for a paper that stands alone.
    pub fn sentence_with_articles(&self, book: &Rulebook, language: Language) -> String {
        let articles = self.articles(book, language);
        self.sentence_ending(language, &articles.map_or_else(String::new, |articles| format!(" ({articles})")))
    }

    /// The articles of the limits, such as `Art. 64`; `None` without a limit.
    pub fn articles(&self, book: &Rulebook, language: Language) -> Option<String> {
        let mut articles: Vec<&str> = Vec::new();
        let rules = [&self.ends.protective, &self.ends.lenient].into_iter().flatten();
        for rule in rules.map(|ends| &ends.rule) {
            let article = book.article(rule);
            if !articles.contains(&article) {
                articles.push(article);
            }
        }
        let said = |articles: &[&str]| format!("{}\u{a0}{}", Label::Article.of(language), articles.join(", "));
        (!articles.is_empty()).then(|| said(&articles))
    }

    fn sentence_ending(&self, language: Language, behind: &str) -> String {
        let end = |ends: Option<Ends>| ends.map(|ends| End::of(ends.due).in_sentence(language));
        let [protective, lenient] = [end(self.ends.protective), end(self.ends.lenient)];
        let said = match (protective, lenient) {
            (Some(first), Some(last)) if first == last => self.of_one_end(language, &first),
            (Some(first), last) => self.of_two_ends(language, &first, last.as_deref()),
            (None, _) => self.without_end(language),
        };
        let facts = match language {
            Language::En => "On the recorded facts",
            Language::Lo => "ຕາມຂໍ້ເທັດຈິງທີ່ບັນທຶກໄວ້",
        };
        format!("{facts} {said}{behind}.")
    }

    /// Where both readings end at the same instant.
    fn of_one_end(&self, language: Language, end: &str) -> String {
        match (language, self.state == State::Running) {
            (Language::En, false) => format!("this child should have been free since {end}, under both readings"),
            (Language::En, true) => format!("it appears that this child must be free by {end}, under both readings"),
            (Language::Lo, false) => {
                format!("ເດັກຜູ້ນີ້ຄວນໄດ້ຮັບອິດສະລະພາບ ແຕ່{end}, ຕາມການຕີຄວາມທັງສອງແບບ")
            }
            (Language::Lo, true) => {
                format!("ເບິ່ງຄືວ່າ ເດັກຜູ້ນີ້ຕ້ອງໄດ້ຮັບອິດສະລະພາບ ພາຍໃນ{end}, ຕາມການຕີຄວາມທັງສອງແບບ")
            }
        }
    }

    /// Where the lenient reading ends later, or sees no limit.
    fn of_two_ends(&self, language: Language, first: &str, last: Option<&str>) -> String {
        let should = match language {
            Language::En => format!("this child should have been free since {first}"),
            Language::Lo => format!("ເດັກຜູ້ນີ້ຄວນໄດ້ຮັບອິດສະລະພາບ ແຕ່{first}"),
        };
        let must = match language {
            Language::En => format!("it appears that this child must be free by {first}"),
            Language::Lo => format!("ເບິ່ງຄືວ່າ ເດັກຜູ້ນີ້ຕ້ອງໄດ້ຮັບອິດສະລະພາບ ພາຍໃນ{first}"),
        };
        match (self.state, last, language) {
            (State::Certain, Some(last), Language::En) => format!("{should}, and at the latest since {last}"),
            (State::Certain, Some(last), Language::Lo) => format!("{should}, ຢ່າງຊ້າສຸດແຕ່{last}"),
            (State::Running, Some(last), Language::En) => format!("{must}, and at the latest by {last}"),
            (State::Running, Some(last), Language::Lo) => format!("{must}, ຢ່າງຊ້າສຸດ ພາຍໃນ{last}"),
            (State::Running, None, Language::En) => format!("{must}; the lenient reading sees no limit"),
            (State::Running, None, Language::Lo) => format!("{must}; ຕາມແບບຜ່ອນຜັນ ບໍ່ມີກຳນົດ"),
            (_, Some(last), Language::En) => {
                format!("it appears arguable that {should}; by the lenient reading it must be free by {last}")
            }
            (_, Some(last), Language::Lo) => {
                format!("ອາດໂຕ້ແຍ້ງໄດ້ວ່າ {should}; ຕາມແບບຜ່ອນຜັນ ຕ້ອງໄດ້ຮັບອິດສະລະພາບ ພາຍໃນ{last}")
            }
            (_, None, Language::En) => {
                format!("it appears arguable that {should}; the lenient reading sees no limit")
            }
            (_, None, Language::Lo) => format!("ອາດໂຕ້ແຍ້ງໄດ້ວ່າ {should}; ຕາມແບບຜ່ອນຜັນ ບໍ່ມີກຳນົດ"),
        }
    }

    fn without_end(&self, language: Language) -> String {
        let since = self.held_since.map(|since| words_of_time::full_day(since.date(), language));
        match (language, since) {
            (Language::En, None) => "this child appears not to be deprived of liberty".to_owned(),
            (Language::En, Some(since)) => {
                format!("this child appears to be held since {since}, and no limit on it is open")
            }
            (Language::Lo, None) => "ເບິ່ງຄືວ່າ ເດັກຜູ້ນີ້ບໍ່ຖືກຕັດອິດສະລະພາບ".to_owned(),
            (Language::Lo, Some(since)) => {
                format!("ເບິ່ງຄືວ່າ ເດັກຜູ້ນີ້ຖືກຕັດອິດສະລະພາບແຕ່{since}, ແລະ ບໍ່ມີກຳນົດເວລາທີ່ຍັງເປີດຢູ່")
            }
        }
    }
}
