//! The sentence on the child's liberty says the same as the docket.

use engine::assess::assess;
use engine::breach::Breach;
use engine::rulebook::{Reading, Rulebook};
use projections::liberty::{Liberty, State};
use projections::snapshot::Snapshot;
use scenarios::generator::Conduct;
use tests::cases::made_up;

const DAY: i64 = 86_400;

#[test]
fn the_child_should_have_been_free_exactly_where_an_open_limit_on_its_detention_has_passed_on_the_docket() {
    let book = Rulebook::law_05_na_2006();
    let mut seen = [0; 5];
    for seed in 0..300 {
        let actions: Vec<_> = made_up(seed, Conduct::Disorderly).into_iter().map(|(_, action)| action).collect();
        let first = actions.iter().map(|action| action.at.first()).min().expect("an action");
        for day in (0..240).step_by(12) {
            let at = first.plus(day * DAY + 7 * 3600);
            let Some(assessment) = assess(actions.iter(), &book, at) else { continue };
            let liberty = Liberty::of(&assessment, &book);
            let snapshot = Snapshot::of_assessment(actions[0].case.clone(), &assessment, at);
            assert_eq!(liberty.held_since.is_some(), snapshot.summary.standing.is_held(), "seed {seed}, day {day}");
            seen[liberty.state as usize] += 1;
            if !snapshot.summary.standing.is_held() {
                assert_eq!(liberty.state, State::NotHeld, "seed {seed}, day {day}");
                continue;
            }
            let worst = snapshot.worst(&book).filter(|worst| worst.on_detention && worst.ended.is_none());
            let expected = worst.and_then(|worst| worst.breach);
            let found = match liberty.state {
                State::Certain => Some(Breach::Certain),
                State::Arguable => Some(Breach::Arguable),
                State::Running | State::WithoutLimit | State::NotHeld => None,
            };
            // The docket counts a limit as certain also where the lenient reading saw its late end: since then that reading
            // holds the detention for lawful.
            assert!(found <= expected && found.is_some() == expected.is_some(), "seed {seed}, day {day}");
            if let [Some(protective), Some(lenient)] = [liberty.ends.protective, liberty.ends.lenient] {
                assert!(protective.due <= lenient.due, "seed {seed}, day {day}");
            }
            let over = liberty.left(Reading::Protective).is_some_and(|left| left < 0);
            assert_eq!(over, expected.is_some(), "seed {seed}, day {day}");
        }
    }
    let [certain, arguable, running, _, not_held] = seen;
    assert!(certain > 20 && arguable > 20 && running > 20 && not_held > 20, "{seen:?}");
}
