//! What an office sends over NATS, until it is answered.

use std::sync::{Arc, LazyLock};

use engine::action::OfficeCode;
use engine::decide::Alerts;
use proptest::prelude::*;
use scenarios::memory::MemoryStore;
use service::intake::Intake;
use service::intake::reply::Reply;
use tests::clock::SetClock;
use tests::made::{after_all, book, recorder};
use tokio::runtime::Runtime;

use crate::corpus::{PRIVATE, assert_brief, assert_discreet, text};
use crate::mutation::{mutated, mutations};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(250) })]

    #[test]
    fn a_mutated_request_is_answered_line_by_line_and_discreetly(mutations in mutations(2_000)) {
        static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());
        let payload = mutated(text("actions.jsonl").as_bytes(), &mutations);
        let store = Arc::new(MemoryStore::new(book()));
        let intake = Intake::new(Arc::new(recorder(&store, &SetClock::at(after_all()))));
        let office = OfficeCode::new("vte-investigation").unwrap();
        let reply = RUNTIME.block_on(intake.take(&office, payload.clone(), Alerts::Raised)).reply;
        let json = reply.to_json();
        let said = String::from_utf8(json).unwrap();
        // A case's reference is repeated: a name that has come to stand there is one.
        let as_case = PRIVATE.iter().any(|private| {
            let text = String::from_utf8_lossy(&payload);
            text.split("\"case\"").skip(1).any(|rest| rest.split(',').next().is_some_and(|value| value.contains(private)))
        });
        if !as_case {
            assert_discreet(&said, &payload);
        }
        assert_brief(said.len(), 8 * payload.len(), 20_000);
        let read: Reply = serde_json::from_str(&said).unwrap();
        prop_assert_eq!(&read, &reply);
        let counted = reply.recorded + reply.known + reply.refused + reply.again;
        prop_assert_eq!(counted, reply.lines.len());
        prop_assert!(reply.error.is_some() || counted > 0);
        prop_assert!(reply.lines.windows(2).all(|two| two[0].line < two[1].line), "{}", said);
        prop_assert_eq!(reply.again, 0);
    }
}
