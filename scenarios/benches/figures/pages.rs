//! Pages, feeds and the API over real HTTP, and the alerts while they are read.
//!
//! Invariant: one process of the real program serves, watches and publishes on the machine's clock, with every look durable. The
//! readers share the cores with it. If an alert does not arrive exactly once, or an answer is not 200, there is no figure.

use std::fmt::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use engine::calendar::Instant;
use store::LogStore;

use crate::court::{self, COURT};
use crate::due::{Kind, World, arrived, each_once, second, until_delivered, whole};
use crate::office::Office;
use crate::readers::{Connection, Times, as_fast_as_answered, request, steadily};
use crate::report::{Bar, Report};
use crate::served::{Arrival, Serving, Subscriber, now};
use crate::setting::{Failure, Setting, count, progress};

/// How many cases are open in the court.
const OPEN: usize = 10_000;
/// How many clerks read at a time, each on a connection, and how many requests they send a second in all.
const CLERKS: usize = 8;
const READS: usize = 100;
/// How many programs use the API at a time, each with a token of its own: one alone may ask 100 times a second.
const PROGRAMS: usize = 200;
/// How many actions the case of the API has, and the one of the page.
const LONG: [usize; 2] = [40, 100];
/// The dockets that are asked for: each a full page, filtered but for the first.
const DOCKETS: [&str; 6] =
    ["", "?child=held", "?child=held&left=over", "?left=certain", "?owed=prosecutor&state=running", "?late=yes"];
/// The court of the feed, and how many limits its docket has.
const OF_FEED: &str = "xkh-juvenile-court";
const LIMITS: usize = 1_000;
/// How many alerts are due each second.
const A_SECOND: usize = 1_000;
/// The courts of the children whose alerts are due in each stretch of time; those of every second one are read meanwhile.
const STRETCHES: [&str; 4] = ["lpb-juvenile-court", "cps-juvenile-court", "svk-juvenile-court", "odx-juvenile-court"];
/// Everything before was recorded so long ago that no forty-eight hours of it end during the measurement.
const LONG_PAST: i64 = 50 * 3_600;
/// Readers begin so much before the stretch, and end so much before its end.
const AHEAD: f64 = 0.3;
/// The percentile of most figures.
const P99: usize = 99;

/// Dockets, case pages, the API, and alerts beside them.
pub fn pages(setting: &Setting, report: &mut Report) -> Result<(), Failure> {
    setting.runtime.block_on(all(setting, report))
}

async fn all(setting: &Setting, report: &mut Report) -> Result<(), Failure> {
    let world = World::new(setting, Kind::Embedded, "pages")?;
    let store = world.open(setting).await?;
    let open = setting.size(OPEN);
    progress(&format!("pages: a court with {open} open cases"));
    let references = court::fill(setting, &store, open, &LONG, second() - LONG_PAST).await?;
    let [short, long] = [0, 1].map(|nth| references[nth].clone());
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let secrets = setting.path("web-secrets").display().to_string();
    let web = ["--web", &address.to_string(), "--web-secrets", &secrets];
    let mut serving = world.serve_with(setting, "pages", &web)?;
    let subscriber = Subscriber::start(&world.nats.url()).await?;
    let mut office = Office::new(Arc::clone(&store), setting);
    until_delivered(&office, second() + 120).await?;
    let site = Pages { address, lasting: setting.lasting };
    let clerks = clerks(store.as_ref(), COURT).await?;
    site.dockets(report, &clerks, open).await?;
    site.case_page(report, &clerks, &long).await?;
    site.preview(report, &clerks, &long).await?;
    site.feed(report, &mut office).await?;
    site.api(setting, report, store.as_ref(), &short).await?;
    Report::fact("pages: memory of kamnot serve", serving.memory()?, "MiB");
    // The children of each stretch are the docket that is read in it: every alert changes it.
    let seconds = open / A_SECOND;
    let first = second() + if setting.quick { 20 } else { 50 };
    for (stretch, court) in STRETCHES.into_iter().enumerate() {
        office.court = court;
        let last = |n: usize| first - 1 + whole(stretch * seconds + n / A_SECOND);
        office.hold(seconds * A_SECOND, second(), last).await?;
    }
    let beside = Beside { site, first, seconds, long, clerks };
    beside.measure(report, (store, office), (&subscriber, &mut serving)).await?;
    Report::fact("pages: memory of kamnot serve at the end", serving.memory()?, "MiB");
    Ok(())
}

/// The heads of the requests of a court's clerks.
async fn clerks(store: &dyn LogStore, court: &str) -> Result<Vec<String>, Failure> {
    let mut heads = Vec::new();
    for nth in 0..CLERKS {
        let secret = court::clerk(store, nth, court, second()).await?;
        heads.push(format!("Cookie: kamnot={secret}; kamnot-language=en\r\nAccept-Encoding: gzip"));
    }
    Ok(heads)
}

/// The requests of clerks for these targets, in turn: with each one all clerks, one after the other.
fn requests(clerks: &[String], targets: &[String]) -> Vec<String> {
    targets.iter().flat_map(|target| clerks.iter().map(move |head| request(target, head))).collect()
}

/// Where the pages are, and how long each figure takes.
struct Pages {
    address: SocketAddr,
    lasting: Duration,
}

impl Pages {
    async fn dockets(&self, report: &mut Report, clerks: &[String], open: usize) -> Result<(), Failure> {
        let targets = DOCKETS.map(|query| format!("/docket{query}"));
        self.show_full_pages(&clerks[0], &targets, open).await?;
        progress("pages: the docket");
        let requests = requests(clerks, &targets);
        let times = steadily(self.address, requests, (CLERKS, READS), self.lasting).await?;
        report_times(report, &format!("docket of {open} open cases, filtered, a page of 25"), times, Bar::AtMost(15.0));
        Ok(())
    }

    /// Checks that each docket has more than one page, and that the court has as many open cases as it should.
    async fn show_full_pages(&self, head: &str, targets: &[String], open: usize) -> Result<(), Failure> {
        let mut connection = Connection::to(self.address).await?;
        for target in targets {
            let plain = head.replace("gzip", "identity");
            let page = String::from_utf8(connection.ask(&request(target, &plain)).await?)?;
            let all = page.split_once(" open cases").and_then(|(before, _)| before.rsplit(['>', ' ', '\n']).next());
            let all: usize =
                all.and_then(|all| all.replace(',', "").parse().ok()).ok_or("a docket without a number")?;
            if all < open || !page.contains("after=") {
                return Err(format!("{target}: {all} open cases, expected {open} and more than a page").into());
            }
        }
        let page = connection.ask(&request(&targets[0], head)).await?;
        Report::fact("pages: a docket's page in gzip", count(page.len()) / 1e3, "KB");
        Ok(())
    }

    async fn case_page(&self, report: &mut Report, clerks: &[String], case: &str) -> Result<(), Failure> {
        let target = format!("/cases/{case}");
        let page = Connection::to(self.address).await?.ask(&request(&target, &clerks[0])).await?;
        Report::fact("pages: the page of a case with 100 actions in gzip", count(page.len()) / 1e3, "KB");
        progress("pages: a case");
        let times = steadily(self.address, requests(clerks, &[target]), (CLERKS, READS), self.lasting).await?;
        report_times(report, "page of a case with 100 actions", times, Bar::AtMost(15.0));
        Ok(())
    }

    /// What an action would change, of a case with many: the form is sent, and nothing is recorded.
    async fn preview(&self, report: &mut Report, clerks: &[String], case: &str) -> Result<(), Failure> {
        let mut requests = Vec::new();
        for head in clerks {
            let target = format!("/enter/visit_refused?case={case}");
            let plain = head.replace("gzip", "identity");
            let page = Connection::to(self.address).await?.ask(&request(&target, &plain)).await?;
            let page = String::from_utf8(page)?;
            let token = page.split_once("name=\"csrf\" value=\"").and_then(|(_, rest)| rest.split('"').next());
            let token = token.ok_or("a form without a token")?;
            // A fact of yesterday, in whatever year this runs.
            let day = Instant::from_unix(second() - 86_400).date();
            let day = format!("{}%2F{}%2F{}", day.format("%d"), day.format("%m"), day.format("%Y"));
            let body = format!("csrf={token}&case={case}&by={COURT}&date={day}&time=10%3A00&visitor=parent&do=preview");
            let (address, length) = (self.address, body.len());
            let head = format!("{head}\r\nOrigin: http://127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded");
            requests.push(format!(
                "POST /enter/visit_refused HTTP/1.1\r\nHost: 127.0.0.1\r\n{head}\r\nContent-Length: {length}\r\n\r\n{body}"
            ));
            let shown =
                Connection::to(address).await?.ask(&requests[requests.len() - 1].replace("gzip", "identity")).await?;
            if !String::from_utf8(shown)?.contains("id=\"result\"") {
                return Err("a form that was sent shows no difference".into());
            }
        }
        progress("pages: a preview");
        let times = steadily(self.address, requests, (CLERKS, READS), self.lasting).await?;
        report_times(report, "preview of an action, case with 100 actions", times, Bar::AtMost(15.0));
        Ok(())
    }

    /// The calendar of a docket, whole and in gzip each time.
    async fn feed(&self, report: &mut Report, office: &mut Office) -> Result<(), Failure> {
        office.court = OF_FEED;
        let limits = office.rest(LIMITS, second()).await?;
        let mut paths = Vec::new();
        for nth in 0..CLERKS {
            paths.push(court::feed(office.store().as_ref(), nth, OF_FEED, second()).await?);
        }
        let plain = Connection::to(self.address).await?.ask(&request(&paths[0], "Accept-Encoding: identity")).await?;
        let listed = String::from_utf8(plain)?.matches("BEGIN:VEVENT").count();
        if listed < limits {
            return Err(format!("a feed of {listed} events, expected {limits}").into());
        }
        progress("pages: a feed");
        let requests: Vec<String> = paths.iter().map(|path| request(path, "Accept-Encoding: gzip")).collect();
        let page = Connection::to(self.address).await?.ask(&requests[0]).await?;
        Report::fact(&format!("pages: a feed of {listed} limits in gzip"), count(page.len()) / 1e3, "KB");
        let times = steadily(self.address, requests, (CLERKS, READS), self.lasting).await?;
        report_times(report, &format!("feed of {LIMITS} limits"), times, Bar::AtMost(50.0));
        Ok(())
    }

    /// The API by `wrk` and by readers of our own, each with as many connections.
    async fn api(
        &self,
        setting: &Setting,
        report: &mut Report,
        store: &dyn LogStore,
        case: &str,
    ) -> Result<(), Failure> {
        let target = format!("/api/v1/cases/{case}/assessment");
        let mut heads = Vec::new();
        for nth in 0..2 * PROGRAMS {
            heads.push(format!("Authorization: Bearer {}", court::program(store, nth, COURT, second()).await?));
        }
        // Tokens of their own, whose looks are still to be recorded.
        let (ours, of_wrk) = heads.split_at(PROGRAMS);
        progress("pages: the API, with readers of our own");
        let requests = ours.iter().map(|head| request(&target, head)).collect();
        let rate = as_fast_as_answered(self.address, requests, self.lasting).await?;
        let name = format!("API, assessment of a case of 40 actions, {PROGRAMS} connections");
        report.figure(&format!("{name}, readers of our own"), rate, "requests/s", Bar::AtLeast(5_000.0));
        progress("pages: the API, with wrk");
        match self.wrk(&target, of_wrk, &setting.path("requests.lua")).await {
            Ok(rate) => report.figure(&format!("{name}, wrk"), rate, "requests/s", Bar::AtLeast(5_000.0)),
            Err(why) => report.not_measured(&format!("{name}, wrk"), &why.to_string()),
        }
        Ok(())
    }

    /// Requests a second as `wrk` counts them.
    async fn wrk(&self, target: &str, heads: &[String], script: &Path) -> Result<f64, Failure> {
        let mut lua = String::from("local requests, turn = {}, 0\nfunction init()\n");
        for (name, value) in heads.iter().filter_map(|head| head.split_once(": ")) {
            writeln!(
                lua,
                "  table.insert(requests, wrk.format(\"GET\", \"{target}\", {{[\"{name}\"] = \"{value}\"}}))"
            )?;
        }
        lua += "end\nfunction request()\n  turn = turn % #requests + 1\n  return requests[turn]\nend\n";
        std::fs::write(script, lua)?;
        let (connections, seconds) = (format!("-c{PROGRAMS}"), format!("-d{}s", self.lasting.as_secs().max(1)));
        let mut wrk = Command::new("wrk");
        wrk.args(["-t1", &connections, &seconds, "-s"]).arg(script).arg(format!("http://{}{target}", self.address));
        let run = move || wrk.stdin(Stdio::null()).output();
        let output = tokio::task::spawn_blocking(run).await?.map_err(|error| format!("wrk does not run: {error}"))?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        if let Some(wrong) = said.lines().find(|line| line.contains("Non-2xx") || line.contains("Socket errors")) {
            return Err(wrong.trim().into());
        }
        let rate = said.lines().find_map(|line| line.trim().strip_prefix("Requests/sec:"));
        Ok(rate.ok_or("wrk said nothing")?.trim().parse()?)
    }
}

/// The alerts beside readers.
struct Beside {
    site: Pages,
    /// The second at which the first alerts are due.
    first: i64,
    /// How long a stretch is.
    seconds: usize,
    /// The long case.
    long: String,
    /// The clerks who read it.
    clerks: Vec<String>,
}

impl Beside {
    async fn measure(
        self,
        report: &mut Report,
        (store, office): (Arc<dyn LogStore>, Office),
        (subscriber, serving): (&Subscriber, &mut Serving),
    ) -> Result<(), Failure> {
        let mut reading = Vec::new();
        for (stretch, court) in STRETCHES.into_iter().enumerate().filter(|(stretch, _)| stretch % 2 == 1) {
            reading.push((stretch, self.requests(&clerks(store.as_ref(), court).await?).await?));
        }
        until_delivered(&office, self.first).await?;
        drop((office, store));
        let (before, children) = (subscriber.count(), STRETCHES.len() * self.seconds * A_SECOND);
        progress(&format!("pages: {children} limits from now on"));
        let mut times = Times::new();
        for (stretch, requests) in reading {
            let begin = float(self.first + whole(stretch * self.seconds)) - AHEAD;
            tokio::time::sleep(Duration::from_secs_f64((begin - now()).max(0.0))).await;
            let lasting = Duration::from_secs(self.seconds as u64);
            times.extend(steadily(self.site.address, requests, (CLERKS, READS), lasting).await?);
        }
        let end = self.first + whole(STRETCHES.len() * self.seconds) + 60;
        let mut arrivals = arrived(subscriber, serving, before + children, end).await?;
        arrivals.retain(|arrival| arrival.due >= self.first);
        each_once(&arrivals, children)?;
        self.report(report, arrivals, times);
        Ok(())
    }

    /// The docket of the court and the long case, in turn. Asks for each once, so that the docket is in memory.
    async fn requests(&self, of_court: &[String]) -> Result<Vec<String>, Failure> {
        let docket = requests(of_court, &["/docket?child=held".to_owned()]);
        let case = requests(&self.clerks, &[format!("/cases/{}", self.long)]);
        let mut connection = Connection::to(self.site.address).await?;
        for request in docket.iter().chain(&case) {
            connection.ask(request).await?;
        }
        Ok(docket.into_iter().chain(case).collect())
    }

    fn report(&self, report: &mut Report, arrivals: Vec<Arrival>, times: Times) {
        let name = format!("due to delivered, {A_SECOND} a second");
        let mut of = [Vec::new(), Vec::new()];
        for Arrival { due, after, .. } in arrivals {
            let stretch = usize::try_from(due - self.first).unwrap_or(0) / self.seconds;
            of[stretch % 2].push(after * 1e3);
        }
        let [without, with] = of.map(|mut after| {
            after.sort_by(f64::total_cmp);
            after[after.len() * P99 / 100]
        });
        let (dockets, cases): (Times, Times) = times.into_iter().partition(|(place, _)| *place < CLERKS);
        report.figure(&format!("{name}, without readers, p99"), without, "ms", Bar::None);
        report.figure(&format!("{name}, {READS} pages a second read, p99"), with, "ms", Bar::None);
        report.ratio(&format!("{name}, with readers / without, p99"), with / without, Bar::AtMost(1.2));
        report_times(report, "docket of these cases meanwhile", dockets, Bar::None);
        report_times(report, "page of a case with 100 actions meanwhile", cases, Bar::None);
    }
}

#[expect(clippy::cast_precision_loss, reason = "seconds since 1970")]
fn float(seconds: i64) -> f64 {
    seconds as f64
}

/// The median, the bar's p99 and the longest of some times.
fn report_times(report: &mut Report, name: &str, times: Times, bar: Bar) {
    let mut times: Vec<f64> = times.into_iter().map(|(_, time)| time).collect();
    times.sort_by(f64::total_cmp);
    let Some(longest) = times.last().copied() else { return };
    Report::fact(&format!("{name}: answers"), count(times.len()), "answers");
    report.figure(&format!("{name}, p50"), times[times.len() / 2], "ms", Bar::None);
    report.figure(&format!("{name}, p99"), times[times.len() * P99 / 100], "ms", bar);
    report.figure(&format!("{name}, longest"), longest, "ms", Bar::None);
}
