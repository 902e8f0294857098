//! The docket and the list of what is owed, as a clerk, a prosecutor and a lawyer read them.

use tests::lines::{SAMPLE_AT, action, custody, file, opening, sample, width, with_a_case};
use tests::program::Desk;

const DOCKET: [&str; 2] = ["docket", "--court=vte-juvenile-court"];

fn rows(desk: &Desk, arguments: &[&str]) -> Vec<serde_json::Value> {
    let run = desk.run([arguments, &["--format=json"]].concat()).ends_with(0);
    serde_json::from_str(&run.out).expect("an array")
}

#[test]
fn a_row_says_what_ends_next_and_what_has_passed_in_every_format() {
    let desk = with_a_case();
    let at = ["--at", "2026-03-03T01:30:00+07:00"];
    let table = [&DOCKET[..], &at].concat();
    let narrow = desk.command(&table).env("COLUMNS", "80").output().expect("the program starts");
    let said = String::from_utf8(narrow.stdout).expect("UTF-8");
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in [
        "A-1",
        "in custody",
        "Custody of at most 48 hours, Art. 62",
        "2026-03-03 09:30",
        "8 h left",
        "Investigation Organisation, Vientiane Capital (vte-investigation)",
        "Parents told at once (policy, not law), Art. 62(2): arguable, since 2026-03-01 10:30, 39 h over",
        "Limits certain: 0",
        "Limits arguable: 1",
        "Findings certain: 0",
    ] {
        assert!(said.contains(words), "{words} in\n{said}");
    }
    let rows = rows(&desk, &table);
    let row = &rows[0];
    assert_eq!((&row["standing"], &row["investigator"]), (&"custody".into(), &"vte-investigation".into()));
    assert_eq!((&row["next"]["rule"], &row["next"]["left_hours"]), (&"custody-48h".into(), &8.into()));
    assert_eq!((&row["worst"]["rule"], &row["worst"]["breach"]), (&"parents-notified".into(), &"arguable".into()));
    assert_eq!(
        (&row["worst"]["over_hours"], &row["worst"]["since"]),
        (&39.into(), &"2026-03-01T10:30:00+07:00".into())
    );
    let csv = desk.run([&table[..], &["--format=csv"]].concat()).ends_with(0).out;
    let first = csv.lines().next().expect("headings").replace(", ", " ");
    let headings: Vec<&str> = first.trim_start_matches('\u{feff}').split(',').collect();
    let mut distinct = headings.clone();
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(distinct.len(), headings.len(), "{headings:?}");
    for heading in ["Standing", "Next limit", "Left", "Hours left", "Worst passed", "Hours over", "Limits certain"] {
        assert!(headings.contains(&heading), "{heading} in {headings:?}");
    }
    for cell in ["in custody", "Custody of at most 48 hours", "8 h left", "arguable", "39 h over"] {
        assert!(csv.contains(&format!(",{cell},")), "{cell} in {csv}");
    }
    let lao = desk.run([&table[..], &["--lang=lo"]].concat()).ends_with(0).out;
    // However the lines are wrapped.
    let lao = lao.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in ["ຍັງເຫລືອ 8 ຊມ", "ເກີນ 39 ຊມ", "ຖືກກັກຕົວ"] {
        assert!(lao.contains(words), "{words} in\n{lao}");
    }
}

#[test]
fn no_column_is_left_out_however_narrow_the_line() {
    let desk = Desk::new();
    desk.run(["import".as_ref(), sample("actions-300.jsonl").as_os_str()]).ends_with(0);
    let docket = [&DOCKET[..], &["--at", SAMPLE_AT]].concat();
    let today = ["today", "--office=vte-prosecutor", "--at", SAMPLE_AT];
    for (columns, lang) in [("60", "en"), ("80", "en"), ("100", "lo"), ("160", "en"), ("240", "lo")] {
        for list in [&docket[..], &today] {
            let command = [list, &["--lang", lang]].concat();
            let output = desk.command(command).env("COLUMNS", columns).output().expect("the program starts");
            let out = String::from_utf8(output.stdout).expect("UTF-8");
            let widest = out.lines().map(width).max().expect("lines");
            assert!(widest <= columns.parse().expect("a number"), "{widest} columns\n{out}");
            let headings = match lang {
                "en" => ["Standing", "Ends", "Time"],
                _ => ["ສະພາບ", "ສິ້ນສຸດ", "ເວລາ"],
            };
            let unbroken: String = out.split_whitespace().collect::<Vec<_>>().concat();
            // In what is owed today the time is the title under which the rest stands.
            let titled = usize::from(list == today);
            for heading in &headings[..headings.len() - titled] {
                assert!(unbroken.contains(heading) || out.contains(heading), "{heading} at {columns} in\n{out}");
            }
        }
    }
}

#[test]
fn a_docket_is_that_of_any_office_of_a_case() {
    let desk = with_a_case();
    let of = |office: &str| rows(&desk, &["docket", office]).len();
    for office in ["--court=vte-juvenile-court", "--prosecutor=vte-prosecutor", "--investigator=vte-investigation"] {
        assert_eq!(of(office), 1, "{office}");
    }
    assert_eq!(of("--legal-aid=vte-legal-aid"), 0);
    assert_eq!(of("--court=lpb-juvenile-court"), 0, "a known office without a case has an empty docket");
    desk.run(["docket"]).ends_with(1).complains(&["--court", "--legal-aid"]);
    desk.run(["docket", "--court=vte-juvenile-court", "--prosecutor=vte-prosecutor"]).ends_with(2);
}

#[test]
fn a_docket_is_narrowed_to_who_is_held_what_is_due_and_what_has_changed() {
    let desk = with_a_case();
    let released = action("B-2", "released", "2026-03-02T09:00:00+07:00", r#","kind":"from_custody""#);
    desk.write("free.jsonl", file(&[opening("B-2"), custody("B-2"), released]));
    desk.run(["import", "free.jsonl"]).ends_with(0);
    let names = |filters: &[&str]| -> Vec<String> {
        let at = ["--at", "2026-03-03T01:30:00+07:00"];
        let rows = rows(&desk, &[&DOCKET[..], &at, filters].concat());
        rows.iter().map(|row| row["case"].as_str().expect("a reference").to_owned()).collect()
    };
    assert_eq!(names(&[]), ["A-1", "B-2"]);
    assert_eq!(names(&["--held"]), ["A-1"]);
    assert_eq!(names(&["--due-within=8h"]), ["A-1"]);
    assert_eq!(names(&["--due-within=479min"]), [""; 0]);
    assert_eq!(names(&["--changed-since=2026-03-05"]), ["A-1", "B-2"], "both were recorded just now");
    assert_eq!(names(&["--changed-since=2126-03-05"]), [""; 0]);
    desk.run([&DOCKET[..], &["--held"]].concat()).ends_with(0).says(&["1 of 2 cases"]);
    desk.run([&DOCKET[..], &["--due-within=soon"]].concat()).ends_with(2).complains(&["3d"]);
}

#[test]
fn an_office_that_nobody_knows_is_refused_with_the_nearest_that_somebody_knows() {
    let desk = with_a_case();
    let run = desk.run(["docket", "--court=vte-juvenile-cuort"]).ends_with(1);
    run.complains(&["vte-juvenile-cuort", "did you mean", "Juvenile Court, Vientiane Capital (vte-juvenile-court)"]);
    let run = desk.run(["docket", "--court=vte-prosecutor"]).ends_with(1);
    run.complains(&["People's Prosecutor, Vientiane Capital (vte-prosecutor)", "--prosecutor vte-prosecutor"]);
    desk.run(["today", "--office=vte-prosecuter", "--lang=lo"])
        .ends_with(1)
        .complains(&["(vte-prosecutor)", "ບໍ່ມີອົງການນີ້"]);
    // The log alone knows this one.
    let own = opening("C-3").replace("vte-juvenile-court", "own-court");
    desk.write("own.jsonl", file(&[own]));
    desk.run(["import", "own.jsonl"]).ends_with(0);
    assert_eq!(rows(&desk, &["docket", "--court=own-court"]).len(), 1);
    desk.run(["docket", "--court=own-cort"]).ends_with(1).complains(&["did you mean own-court?"]);
}

#[test]
fn an_office_reads_what_it_owes_today() {
    let desk = with_a_case();
    let today = ["today", "--office=vte-investigation", "--at", "2026-03-03T01:30:00+07:00"];
    desk.run(today).ends_with(0).says(&[
        "Investigation Organisation, Vientiane Capital (vte-investigation)",
        "3 open limits",
        "39 h over",
        "8 h left",
        "A-1",
        "Custody of at most 48 hours, Art. 62",
        "remand ordered; child released",
    ]);
    let owed = rows(&desk, &today);
    let rules: Vec<&str> = owed.iter().map(|row| row["rule"].as_str().expect("a rule")).collect();
    assert_eq!(rules[..2], ["parents-notified", "custody-48h"]);
    assert_eq!(owed[1]["ended_by"][0], "remand_ordered");
    let csv = desk.run([&today[..], &["--format=csv"]].concat()).ends_with(0).out;
    assert!(
        csv.contains("\r\n39 h over,,39,A-1,in custody,\"Parents told at once (policy, not law)\",62(2),"),
        "{csv}"
    );
    assert!(csv.contains("\r\n8 h left,8,,A-1,in custody,Custody of at most 48 hours,62,"), "{csv}");
    desk.run(["today", "--office=vte-legal-aid"]).ends_with(0).says(&["Nothing owed."]);
}

#[test]
fn the_language_is_that_of_the_environment_unless_it_is_asked_for() {
    let desk = with_a_case();
    let said = |arguments: &[&str]| {
        let output = desk.command([&DOCKET[..], arguments].concat()).env("KAMNOT_LANG", "lo").output();
        String::from_utf8(output.expect("the program starts").stdout).expect("UTF-8")
    };
    assert!(said(&[]).contains("ບັນຊີຄະດີ"));
    assert!(said(&["--lang=en"]).contains("Docket"));
}

#[test]
fn a_line_is_as_wide_as_the_terminal() {
    let desk = with_a_case();
    let lists =
        "kamnot=$1; stty rows 24 cols 64; $kamnot docket --court=vte-juvenile-court; $kamnot rules; $kamnot offices";
    desk.write("lists.sh", lists);
    let program = tests::program::program().display();
    let mut terminal = std::process::Command::new("script");
    terminal.args(["-qec", &format!("bash lists.sh {program}"), "/dev/null"]).current_dir(desk.path(""));
    let output = terminal.env_remove("COLUMNS").env("NO_COLOR", "1").output().expect("util-linux has it");
    let out = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(out.contains("A-1") && out.contains("custody-48h") && out.contains("vte-legal-aid"), "{out}");
    // A digest is one word.
    let lines = out.lines().filter(|line| !line.contains("sha256:"));
    let widest = lines.map(|line| width(line.trim_end_matches('\r'))).max().expect("lines");
    assert!(widest <= 64 && widest > 50, "{widest}\n{out}");
}

#[test]
fn a_duty_that_ended_with_its_case_is_not_shown_as_done() {
    let desk = with_a_case();
    let released = action("A-1", "released", "2026-03-02T08:00:00+07:00", r#","kind":"from_custody""#);
    let closed = action("A-1", "case_closed", "2026-03-03T08:00:00+07:00", "");
    desk.write("closed.jsonl", file(&[released, closed]));
    desk.run(["import", "closed.jsonl"]).ends_with(0);
    let list = |arguments: &[&str]| {
        let output = desk.command(arguments).env("COLUMNS", "500").output().expect("the program starts");
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    let said = list(&DOCKET);
    assert!(said.contains("45 h over, ended by closing the case 2026-03-03 08:00"), "{said}");
    assert!(!said.contains("done"), "{said}");
    let lao = list(&[&DOCKET[..], &["--lang=lo"]].concat());
    assert!(lao.contains("ສິ້ນສຸດຍ້ອນປິດຄະດີ 2026-03-03 08:00"), "{lao}");
    let csv = list(&[&DOCKET[..], &["--format=csv"]].concat());
    assert!(csv.contains("Worst passed: ended by closing the case"), "{csv}");
    assert!(csv.contains(",2026-03-01 10:30:00,,2026-03-03 08:00:00,"), "{csv}");
    assert_eq!(rows(&desk, &DOCKET)[0]["worst"]["done_by_closing"], true);
}

#[test]
fn a_lao_heading_is_broken_between_words_alone() {
    let desk = with_a_case();
    let out = |columns: &str, more: &[&str]| {
        let list = [&DOCKET[..], &["--lang=lo"], more].concat();
        let output = desk.command(list).env("COLUMNS", columns).output().expect("the program starts");
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    for columns in ["80", "120", "160", "200"] {
        let said = out(columns, &[]);
        assert!(!said.contains('\u{200b}'), "{said}");
        for piece in said.split("  ").flat_map(|cell| cell.split('\n')).map(str::trim) {
            let parted = |letter: char| ('\u{ec0}'..='\u{ec4}').contains(&letter);
            assert!(!piece.ends_with(parted), "{piece:?} at {columns} in\n{said}");
        }
        for word in ["ທີ່ເກີນ", "ແນ່ນອນ", "ຂໍ້ບົກຜ່ອງ", "ໂຕ້ແຍ້ງ"]
        {
            assert!(said.contains(word), "{word} at {columns} in\n{said}");
        }
    }
    assert!(!out("160", &["--format=csv"]).contains('\u{200b}'));
}
