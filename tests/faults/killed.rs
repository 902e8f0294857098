//! `kill -9` of `kamnot serve`, and of everything together.

use std::process::{Child, Stdio};
use std::time::{Duration, SystemTime};

use tests::load::{Acknowledged, actions, case_due_at, unix_now};
use tests::program::Desk;
use tests::serving::Serving;

use crate::world::{Fault, World, pause};

#[tokio::test(flavor = "multi_thread")]
async fn one_of_two_takes_over_from_the_publisher_within_five_seconds() {
    let mut world = World::at_work(2).await;
    let mut deaths = Vec::new();
    for _ in 0..2 {
        let first = world.first();
        let death = Fault::begins();
        world.serves[first].kill();
        pause(4.0).await;
        deaths.push(death.ends());
        world.serves[first].start();
        world.divided(2).await;
    }
    let account = world.account().await;
    for death in deaths {
        account.taken_over(death);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_three_the_others_take_over_from_any_that_dies() {
    let mut world = World::at_work(3).await;
    let mut deaths = Vec::new();
    for place in [World::other, World::first] {
        let place = place(&world);
        let death = Fault::begins();
        world.serves[place].kill();
        pause(4.0).await;
        deaths.push(death.ends());
        // What is due now is published before the next one dies.
        pause(1.0).await;
    }
    let account = world.account().await;
    for death in deaths {
        account.taken_over(death);
    }
}

/// An office that imports files with `kamnot import`, one after another, and each again until it has ended well.
struct Importing {
    desk: Desk,
    db: String,
    sent: usize,
    /// The cases of the file under way, none of them acknowledged.
    file: Vec<Acknowledged>,
    acknowledged: Vec<Acknowledged>,
}

impl Importing {
    fn new(db: String) -> Self {
        Self { desk: Desk::new(), db, sent: 0, file: Vec::new(), acknowledged: Vec::new() }
    }

    fn begin(&mut self) -> Child {
        let mut import = self.desk.command(["import", "load.jsonl", "--db", &self.db]);
        if self.file.is_empty() {
            let asked = SystemTime::now();
            let mut lines = String::new();
            for seconds in [1, 2, 3, 4, 1, 2, 3, 4] {
                self.sent += 1;
                let due = unix_now() + seconds;
                let of_case = case_due_at(&format!("VTE-{:05}", self.sent), due);
                let actions = actions(&of_case);
                lines.push_str(&of_case);
                self.file.push(Acknowledged {
                    case: actions[0].case.clone(),
                    actions: actions.iter().map(|action| action.id.to_string()).collect(),
                    due: SystemTime::UNIX_EPOCH + Duration::from_secs(due.unsigned_abs()),
                    asked,
                    at: asked,
                });
            }
            self.desk.write("load.jsonl", lines);
        }
        import.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("kamnot import starts")
    }

    /// Notes how it ended.
    fn ended(&mut self, mut import: Child) {
        if import.wait().expect("it ends").success() {
            let now = SystemTime::now();
            self.acknowledged.extend(self.file.drain(..).map(|case| Acknowledged { at: now, ..case }));
        }
    }

    /// Imports for so long.
    async fn work(&mut self, seconds: f64) {
        let until = SystemTime::now() + Duration::from_secs_f64(seconds);
        while SystemTime::now() < until || !self.file.is_empty() {
            let import = self.begin();
            self.ended(import);
            pause(0.1).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_killed_at_once_and_started_again_loses_nothing() {
    let mut world = World::new().await;
    // Both find an empty database and lay out the log in it, once.
    for _ in 0..2 {
        world.add_serve(&world.db.clone(), &world.nats.url());
    }
    world.divided(2).await;
    let mut office = Importing::new(world.db.clone());
    let mut faults = Vec::new();
    for round in 0..3 {
        office.work(1.0).await;
        let mut import = office.begin();
        // In the middle of its work, sooner or later.
        pause(0.03 + 0.05 * f64::from(round)).await;
        let fault = Fault::begins();
        world.serves.iter_mut().for_each(Serving::kill);
        import.kill().expect("killed");
        world.cluster.kill();
        world.nats.kill();
        office.ended(import);
        world.nats.start_again();
        world.cluster.start_again();
        world.serves.iter_mut().for_each(Serving::start);
        faults.push(fault.ends());
    }
    office.work(1.0).await;
    let acknowledged = std::mem::take(&mut office.acknowledged);
    world.account_for(acknowledged).await.caught_up(&faults);
}
