//! Files that are written, read and verified; and altered in every way.

use std::collections::BTreeMap;

use super::verify::{Asked, Contradiction, LogRefusal, Trust, Verdicts, verify};
use super::*;
use crate::key::{KeyType, SignerKey};
use crate::map::Map;
use crate::receipt::{Receipt, Received, key_name};
use crate::register::RegisterLine;
use crate::tree::{Plan, root};

const ORIGIN: &str = "kamnot.example/test";
const CASE: &str = "2026-VTE-17";
const RULEBOOK: &str = "[rulebook]\nid = \"one\"\n";

fn key(name: &str, seed: u8) -> SignerKey {
    SignerKey::new(name, KeyType::Note, &[seed; 32]).expect("a key")
}

fn log_key() -> SignerKey {
    key(ORIGIN, 1)
}

fn receipt_key() -> SignerKey {
    key(&key_name(ORIGIN), 2)
}

/// A log in memory.
struct Log {
    installation: Installation,
    leaves: Vec<Hash>,
    /// By name, the events with the indexes of their leaves.
    streams: BTreeMap<String, Vec<(Event, u64)>>,
    checkpoints: Vec<Checkpoint>,
    heads: Option<HeadsLeaf>,
}

impl Log {
    fn new() -> Self {
        let installation = Installation::new("0b7c9a52-3f14-4e6d-9a21-5d8f6c0e7b13").expect("a UUID");
        Self { installation, leaves: Vec::new(), streams: BTreeMap::new(), checkpoints: Vec::new(), heads: None }
    }

    fn add(&mut self, stream: &str, payload: String, disclosures: Vec<String>) {
        let event = Event::new(2, payload, disclosures).expect("an event");
        let events = self.streams.entry(stream.to_owned()).or_default();
        events.push((event, self.leaves.len() as u64));
        let whole = self.stream(stream);
        self.leaves.push(*whole.leaf_hashes(&self.installation).last().expect("a leaf"));
    }

    fn own(&mut self, stream: &str, event: &str, digest: &str) {
        let payload = format!(r#"{{"digest":"{digest}","event":"{event}","recorded_at":"2026-03-01T08:00:00+07:00"}}"#);
        self.add(stream, payload, Vec::new());
    }

    fn event(&mut self, case: &str, number: usize) {
        let opened = r#"["AAAAAAAAAAAAAAAAAAAAAA","name","ກ"]"#;
        let encoded = base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, opened);
        let digest = base64::Engine::encode(
            &base64::engine::general_purpose::URL_SAFE_NO_PAD,
            Hash::of(&[encoded.as_bytes()]).0,
        );
        let sealed = if number == 1 { format!(r#""_sd":["{digest}"],"#) } else { String::new() };
        let payload = format!(
            r#"{{"data":{{{sealed}"id":"00000000-0000-0000-0000-{number:012}"}},"recorded_at":"2026-03-01T08:00:{number:02}+07:00","rulebook":"{}"}}"#,
            digest_of(RULEBOOK)
        );
        self.add(case, payload, if number == 1 { vec![encoded] } else { Vec::new() });
    }

    /// Without its proofs.
    fn stream(&self, name: &str) -> Stream {
        let events = self.streams.get(name).into_iter().flatten().map(|(event, _)| event.clone()).collect();
        let map = Map::default().prove(&StreamId([0; 32])).expect("a proof");
        Stream { name: name.to_owned(), map, events, places: Vec::new() }
    }

    fn map(&self) -> Map {
        let names = self.streams.keys().filter(|name| {
            let first = self.streams[*name].first().map(|(_, index)| *index);
            first.is_some_and(|first| first < self.leaves.len() as u64)
        });
        names.map(|name| (StreamId::of(&self.installation, name), self.head(name))).collect()
    }

    fn head(&self, name: &str) -> Hash {
        *self.stream(name).leaf_hashes(&self.installation).last().expect("a leaf")
    }

    fn checkpoint(&mut self) {
        let map_root = self.map().root();
        let heads = HeadsLeaf { covers: self.leaves.len() as u64, streams: self.streams.len() as u64, map_root };
        self.heads = Some(heads);
        self.leaves.push(Leaf::Heads(heads).hash());
        let size = self.leaves.len() as u64;
        self.checkpoints.push(Checkpoint { origin: ORIGIN.to_owned(), size, root: root(&self.leaves) });
    }

    fn hashes(&self, plan: Option<Plan>) -> Vec<Hash> {
        let node = |node: crate::tree::Node| {
            let from = usize::try_from(node.index << node.level).expect("small");
            Ok::<_, ()>(root(&self.leaves[from..from + (1 << node.level)]))
        };
        plan.expect("a plan").hashes(node).expect("hashes")
    }

    /// The stream as far as the last checkpoint proves it.
    fn proved(&self, name: &str, map: &Map) -> Stream {
        let mut stream = self.stream(name);
        stream.map = map.prove(&StreamId::of(&self.installation, name)).expect("a proof");
        let events = self.streams.get(name).map_or(&[][..], Vec::as_slice);
        let under = |index: u64| self.checkpoints.iter().find(|checkpoint| checkpoint.size > index).map(|c| c.size);
        let numbered: Vec<(u32, u64, u64)> =
            (1..).zip(events).filter_map(|(version, (_, index))| Some((version, *index, under(*index)?))).collect();
        for (nth, (version, index, size)) in numbered.iter().enumerate().filter(|_| name == CASE) {
            let is_last = numbered.get(nth + 1).is_none_or(|(.., next)| next != size);
            if nth == 0 || is_last {
                let inclusion = self.hashes(Plan::inclusion(*index, *size));
                stream.places.push(Place { version: *version, index: *index, size: *size, inclusion });
            }
        }
        stream
    }

    fn evidence(&self, map: &Map) -> Evidence {
        let mut before = None;
        let checkpoints = self.checkpoints.iter().map(|checkpoint| {
            let consistency = before.map_or(Vec::new(), |old| self.hashes(Plan::consistency(old, checkpoint.size)));
            before = Some(checkpoint.size);
            Signed { note: checkpoint.sign(&log_key()).expect("signed"), checkpoint: checkpoint.clone(), consistency }
        });
        let heads = self.heads.expect("a checkpoint");
        let [rulebook, offices, keys] = OWN_STREAMS;
        Evidence {
            installation: self.installation.clone(),
            case: CASE.to_owned(),
            keys: vec![log_key().verifier().clone(), receipt_key().verifier().clone()],
            checkpoints: checkpoints.collect(),
            heads: Heads { leaf: heads, inclusion: self.hashes(Plan::inclusion(heads.covers, heads.covers + 1)) },
            declarations: Vec::new(),
            streams: [rulebook, offices, keys, CASE].map(|name| self.proved(name, map)),
            rulebooks: vec![RULEBOOK.to_owned()],
            assessment: Assessment {
                at: 1_772_400_000,
                engine: 1,
                result: r#"{"deadlines":[]}"#.to_owned(),
                rulebook: digest_of(RULEBOOK),
            },
        }
    }
}

/// Two checkpoints, three events of the case under them and one behind, beside another case.
fn logged() -> (Log, Evidence) {
    let mut log = Log::new();
    let digest = |key: &SignerKey| format!("sha256:{}", key.verifier().fingerprint());
    log.own(".keys", "log_key_adopted", &digest(&log_key()));
    log.own(".keys", "receipt_key_adopted", &digest(&receipt_key()));
    log.own(".rulebook", "adopted", &digest_of(RULEBOOK));
    log.checkpoint();
    log.event("other", 7);
    log.event(CASE, 1);
    log.event(CASE, 2);
    log.checkpoint();
    log.event("other", 8);
    log.event(CASE, 3);
    log.checkpoint();
    let map = log.map();
    log.event(CASE, 4);
    let evidence = log.evidence(&map);
    (log, evidence)
}

fn asked() -> Asked {
    let trust = Trust::Fingerprints(vec![log_key().verifier().fingerprint()]);
    Asked { trust, receipts: Vec::new(), registers: Vec::new(), at_least: None }
}

fn judged(evidence: &Evidence, asked: &Asked) -> Verdicts<()> {
    verify(evidence, asked, |_| ())
}

/// Whether the whole of it is believed.
fn is_believed(evidence: &Evidence) -> bool {
    let Verdicts { log, complete, .. } = judged(evidence, &asked());
    log.is_ok() && complete.is_ok()
}

#[test]
fn a_file_is_read_as_it_was_written_and_says_since_when_each_event_is_proved() {
    let (log, evidence) = logged();
    let bytes = evidence.to_bytes();
    let read = Evidence::from_bytes(&bytes).expect("read");
    assert_eq!((read.to_bytes(), &read), (bytes, &evidence));
    let Verdicts { log: signed, complete, .. } = judged(&read, &asked());
    assert_eq!(signed.map(|signed| signed.origin), Ok(ORIGIN.to_owned()));
    let complete = complete.expect("it holds");
    let since: Vec<Option<u64>> = complete.events.iter().map(|event| event.since.map(|since| since.size)).collect();
    let not_in: Vec<Option<u64>> = complete.events.iter().map(|event| event.not_in.map(|before| before.size)).collect();
    let sizes: Vec<u64> = log.checkpoints.iter().map(|checkpoint| checkpoint.size).collect();
    assert_eq!(since, [Some(sizes[1]), Some(sizes[1]), Some(sizes[2]), None]);
    assert_eq!(not_in, [Some(sizes[0]), Some(sizes[0]), Some(sizes[1]), Some(sizes[1])]);
    let leaves = evidence.of_case().leaf_hashes(&evidence.installation);
    assert_eq!((complete.checkpoint.size, complete.head, complete.withheld), (sizes[2], Some(leaves[2]), 0));
}

#[test]
fn what_is_not_disclosed_is_counted_and_proves_the_same() {
    let (_, mut evidence) = logged();
    evidence.streams[3].events[0].disclosures.clear();
    let read = Evidence::from_bytes(&evidence.to_bytes()).expect("read");
    assert_eq!(judged(&read, &asked()).complete.map(|complete| complete.withheld), Ok(1));
}

#[test]
fn a_file_that_is_cut_off_damaged_newer_or_something_else_is_named() {
    let bytes = logged().1.to_bytes();
    for length in 0..bytes.len() {
        assert!(Evidence::from_bytes(&bytes[..length]).is_err(), "{length} bytes");
    }
    let last = bytes[..bytes.len() - 1].iter().rposition(|byte| *byte == b'\n').expect("a line");
    assert_eq!(Evidence::from_bytes(&bytes[..=last]), Err(Unread::CutOff));
    let text = String::from_utf8(bytes.clone()).expect("text");
    let newer = text.replacen("evidence/1", "evidence/2", 1);
    assert_eq!(Evidence::from_bytes(newer.as_bytes()), Err(Unread::Newer("2".to_owned())));
    let altered = text.replacen("VTE-17", "VTE-18", 1);
    assert_eq!(Evidence::from_bytes(altered.as_bytes()), Err(Unread::Damaged));
    assert_eq!(Evidence::from_bytes(b"PK\x03\x04"), Err(Unread::NotEvidence));
    let bomb = [write::TITLE.as_bytes(), b"\n", &vec![b'['; LONGEST_LINE + 1]].concat();
    assert!(matches!(Evidence::from_bytes(&bomb), Err(Unread::TooLarge(_))));
}

/// The file with another body, and a last line that fits it.
fn with_body(body: &str) -> Vec<u8> {
    format!("{body}{}", write::end(body)).into_bytes()
}

fn body(bytes: &[u8]) -> String {
    let text = std::str::from_utf8(bytes).expect("text");
    let end = text.rfind("{\"end\"").expect("the last line");
    text[..end].to_owned()
}

/// What the file says of the event behind the newest checkpoint, and of the assessment, which is for the recomputation.
fn is_beyond(body: &str, at: usize) -> bool {
    let line = &body[body[..at].rfind('\n').map_or(0, |newline| newline + 1)..];
    line.starts_with("{\"assessment\"")
        || (line.starts_with("{\"event\"") && line.split('\n').next().is_some_and(|line| line.contains("00:04+07:00")))
}

#[test]
fn no_byte_can_be_another_one_even_with_a_last_line_that_fits() {
    let body = body(&logged().1.to_bytes());
    for at in 0..body.len() {
        if !body.is_char_boundary(at) || body.as_bytes()[at] >= 0x80 || is_beyond(&body, at) {
            continue;
        }
        for other in ["0", "x", "\"", ",", ""] {
            let altered = format!("{}{other}{}", &body[..at], &body[at + 1..]);
            if altered != body {
                let read = Evidence::from_bytes(&with_body(&altered));
                assert!(read.is_err() || !is_believed(&read.expect("read")), "byte {at} as {other:?}: {}", &body[at..]);
            }
        }
    }
}

#[test]
fn lines_can_be_neither_left_out_nor_doubled_nor_exchanged() {
    let body = body(&logged().1.to_bytes());
    let lines: Vec<&str> = body.split_inclusive('\n').collect();
    let is_refused =
        |lines: &[&str]| Evidence::from_bytes(&with_body(&lines.concat())).map_or(true, |read| !is_believed(&read));
    assert!(!is_refused(&lines));
    for nth in 0..lines.len() {
        let behind = lines[nth].contains("00:04+07:00");
        let doubled = [&lines[..=nth], &lines[nth..]].concat();
        let left_out = [&lines[..nth], &lines[nth + 1..]].concat();
        // The event behind the newest checkpoint is not proved, and the first checkpoint bounds a time alone.
        let tells_less = behind || lines[nth].contains("\"version\":2}") || lines[nth].starts_with("{\"checkpoint\"");
        assert!(tells_less || is_refused(&left_out), "without {}", lines[nth]);
        // A second one of the last proved event comes behind the newest checkpoint: the law refuses it, not the tree.
        let is_last = lines[nth].contains("00:03+07:00");
        assert!(behind || is_last || is_refused(&doubled), "twice {}", lines[nth]);
        if nth > 0 {
            let mut exchanged = lines.clone();
            exchanged.swap(nth - 1, nth);
            assert!(exchanged == lines || is_refused(&exchanged), "exchanged {}", lines[nth]);
        }
    }
}

#[test]
fn an_event_that_was_altered_is_named_and_so_is_one_that_was_left_out() {
    let (_, evidence) = logged();
    let case = CASE.to_owned();
    let mut altered = evidence.clone();
    let payload = altered.streams[3].events[1].payload.replace("08:00:02", "07:00:02");
    altered.streams[3].events[1] = Event::new(2, payload, Vec::new()).expect("an event");
    let complete = judged(&altered, &asked()).complete;
    assert_eq!(complete, Err(Contradiction::Event { stream: case.clone(), version: 2 }));
    let mut shorter = evidence;
    shorter.streams[3].events.truncate(2);
    shorter.streams[3].places.truncate(2);
    assert_eq!(judged(&shorter, &asked()).complete, Err(Contradiction::Head { stream: case, version: 2 }));
}

#[test]
fn whoever_verifies_says_which_key_is_trusted() {
    let (_, evidence) = logged();
    let trusting = |trust| judged(&evidence, &Asked { trust, ..asked() }).log;
    let own = log_key().verifier().clone();
    assert_eq!(trusting(Trust::Unsaid), Err(LogRefusal::TrustUnsaid(vec![own.clone()])));
    let size = evidence.checkpoints.last().expect("one").checkpoint.size;
    let another = Trust::Fingerprints(vec![Hash([7; 32])]);
    assert_eq!(trusting(another), Err(LogRefusal::UnknownKey(size, vec![own.clone()])));
    let policy = |text: &str| Trust::Policy(crate::policy::Policy::from_text(text.as_bytes()).expect("a policy"));
    let signed = trusting(policy(&format!("log {own}\nquorum none\n"))).expect("signed");
    assert_eq!(signed.keys, [own]);
    let other = key(ORIGIN, 9);
    let unknown = trusting(policy(&format!("log {}\nquorum none\n", other.verifier())));
    assert!(matches!(unknown, Err(LogRefusal::UnknownKey(..))), "{unknown:?}");
}

#[test]
fn witnesses_say_when_and_a_quorum_that_is_not_met_is_told() {
    let (_, mut evidence) = logged();
    let witness = SignerKey::new("w.example", KeyType::Cosignature, &[5; 32]).expect("a key");
    let newest = evidence.checkpoints.last_mut().expect("one");
    let cosigned = newest.checkpoint.cosign(&witness, 1_772_330_000).expect("a signature");
    newest.note.add([cosigned]);
    let read = Evidence::from_bytes(&evidence.to_bytes()).expect("read");
    let text = format!("log {}\nwitness w {}\nquorum w\n", log_key().verifier(), witness.verifier());
    let trust = Trust::Policy(crate::policy::Policy::from_text(text.as_bytes()).expect("a policy"));
    let day = |text: &str| text.parse().expect("a day");
    let judge = |at_least| judged(&read, &Asked { trust: trust.clone(), at_least, ..asked() });
    let complete = judge(Some(day("2026-03-01"))).complete.expect("it holds");
    assert_eq!(complete.until.witnessed, Some(1_772_330_000));
    assert!(
        complete.events[..3].iter().all(|event| event.since.and_then(|since| since.witnessed) == Some(1_772_330_000))
    );
    assert_eq!(judge(Some(day("2026-03-02"))).complete, Err(Contradiction::NotUpTo(day("2026-03-02"))));
    assert_eq!(judge(None).log.map(|signed| signed.witnesses.len()), Ok(1));
}

#[test]
fn the_register_and_receipts_are_compared() {
    let (_, evidence) = logged();
    let checkpoint = evidence.checkpoints[1].checkpoint.clone();
    let day = "2026-03-01".parse().expect("a day");
    let line = RegisterLine { day, checkpoint: checkpoint.clone() };
    let with = |line: &RegisterLine| {
        judged(&evidence, &Asked { registers: vec![line.clone()], at_least: Some(day), ..asked() }).complete
    };
    assert_eq!(with(&line).map(|complete| complete.until.registered), Ok(Some(day)));
    let other = RegisterLine { checkpoint: Checkpoint { root: Hash::ZERO, ..checkpoint.clone() }, ..line.clone() };
    assert_eq!(with(&other), Err(Contradiction::Register(day)));
    let absent = RegisterLine { checkpoint: Checkpoint { size: 3, ..checkpoint }, ..line };
    assert!(matches!(with(&absent), Err(Contradiction::NotInRegister(..))));

    let leaves = evidence.of_case().leaf_hashes(&evidence.installation);
    let received = |version: u32, leaf: Hash| Received {
        leaf,
        id: format!("00000000-0000-0000-0000-{version:012}"),
        version,
        recorded_at: 1,
    };
    let receipt = |received: Received, key: &SignerKey| {
        let receipt = Receipt { origin: ORIGIN.to_owned(), events: vec![received] };
        let note = receipt.sign(key).expect("signed");
        judged(&evidence, &Asked { receipts: vec![note], ..asked() }).complete.map(|complete| complete.receipts)
    };
    assert_eq!(receipt(received(4, leaves[3]), &receipt_key()), Ok(vec![(1, 0)]), "not in a checkpoint yet");
    let altered = receipt(received(2, Hash::ZERO), &receipt_key());
    assert_eq!(altered, Err(Contradiction::Receipt { version: 2 }));
    assert_eq!(receipt(received(9, Hash::ZERO), &receipt_key()), Err(Contradiction::ReceiptOfOther));
    let another = key(&key_name(ORIGIN), 8);
    assert_eq!(receipt(received(4, leaves[3]), &another), Err(Contradiction::ReceiptKey));
}
