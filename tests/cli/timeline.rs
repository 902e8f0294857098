//! `kamnot timeline`: what was recorded can be read back, by who audits a case.

use engine::rulebook::Rulebook;
use serde_json::Value;
use tests::lines::{action, custody, file, opening, recorded, width, with_a_case};
use tests::program::Desk;

/// The histories in which every action of the format stands, with its fields, and their cases.
const EVERY_ACTION: [(&str, &str); 2] = [
    ("F-0001", include_str!("../fixtures/history-of-every-action.jsonl")),
    ("F-0002", include_str!("../fixtures/history-of-the-second-reading.jsonl")),
];
const COMMON: [&str; 5] = ["case", "id", "action", "at", "by"];

/// The output with each run of white space as one space, so that it doesn't matter where a line was broken.
fn run_on(out: &str) -> String {
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a value of an action reads like in English, part by part.
fn in_english(name: &str, value: &Value, book: &Rulebook, words: &mut Vec<String>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| in_english(name, value, book, words)),
        Value::Array(items) if !items.is_empty() => items.iter().for_each(|item| in_english(name, item, book, words)),
        Value::Null if name == "birth_date" => words.push("not known".to_owned()),
        Value::Null | Value::Array(_) => words.push("none".to_owned()),
        Value::Bool(yes) => words.push(if *yes { "yes" } else { "no" }.to_owned()),
        Value::Number(number) if name == "offence" => words.push((number.as_u64().expect("an index") + 1).to_string()),
        Value::Number(number) => words.push(number.to_string()),
        Value::String(_) if name == "withdraws" || name == "offence" => {}
        Value::String(office) if COMMON.contains(&name) || office.starts_with("vte-") || office.starts_with("lpb-") => {
        }
        Value::String(text) => {
            let word = book.known_text(&format!("word.{text}")).map_or(text.as_str(), |word| word.en.as_str());
            words.push(word.to_owned());
        }
    }
}

#[test]
fn every_field_of_every_action_is_read_back_in_each_format() {
    for (case, history) in EVERY_ACTION {
        assert_read_back(case, history);
    }
}

#[track_caller]
fn assert_read_back(case: &str, history: &str) {
    let desk = Desk::new();
    desk.write("all.jsonl", history);
    desk.run(["import", "all.jsonl"]).ends_with(0);
    let case = ["timeline", case, "--at", "2026-10-01T00:00:00+07:00"];
    let run = |format: &str| {
        let output = desk.command([&case[..], &["--format", format]].concat()).env("COLUMNS", "500").output();
        String::from_utf8(output.expect("the program runs").stdout).expect("UTF-8")
    };
    let json: Vec<Value> = serde_json::from_str(&run("json")).expect("an array");
    let (table, csv) = (run("table"), run("csv"));
    let (table, csv) = (run_on(&table), run_on(&csv));
    let book = Rulebook::law_05_na_2006();
    let mut shown = 0;
    for line in history.lines() {
        let Value::Object(mut fields) = serde_json::from_str(line).expect("an action") else { panic!("{line}") };
        let id = fields["id"].clone();
        fields.retain(|name, _| !COMMON.contains(&name.as_str()));
        let entry = json.iter().find(|entry| entry["id"] == id).unwrap_or_else(|| panic!("no entry of {line}"));
        assert_eq!(entry["fields"], Value::Object(fields.clone()), "{line}");
        for (name, value) in fields {
            let mut words = Vec::new();
            in_english(&name, &value, &book, &mut words);
            shown += words.len();
            for word in words {
                assert!(table.contains(&word), "{name}: {word} is not in the table");
                assert!(csv.contains(&word), "{name}: {word} is not in the CSV");
            }
        }
    }
    assert!(shown > 60, "{shown}");
    let said: &[&str] = match case[1] {
        "F-0001" => &["who attended: lawyer, interpreter", "penalty in months: 12–60"],
        _ => &[
            "offence 1: class of the offence: major offence, penalty in months: 36–60",
            "offence: offence added, 2026-01-08 09:00",
        ],
    };
    for said in said.iter().chain(&["Juvenile Court, Vientiane Capital"]) {
        assert!(table.contains(said) && csv.contains(said), "{said}\n{table}");
    }
}

#[test]
fn a_withdrawal_says_what_it_withdraws_and_why_and_a_transfer_from_where_to_where() {
    let desk = Desk::new();
    let id = "00000000-0000-4000-8000-00000000000a";
    let check = action("A-1", "medical_check", "2026-03-01T11:00:00+07:00", &format!(r#","id":"{id}""#));
    let withdrawn = action(
        "A-1",
        "action_withdrawn",
        "2026-03-02T11:00:00+07:00",
        &format!(r#","withdraws":"{id}","reason":"another child""#),
    );
    let moved = action("A-1", "case_transferred", "2026-04-01", r#","court":"lpb-juvenile-court""#);
    desk.write("case.jsonl", file(&[opening("A-1"), custody("A-1"), check, withdrawn, moved]));
    desk.run(["import", "case.jsonl", "--as", "vte-prosecutor"]).ends_with(0);
    let court = "court: Juvenile Court, Vientiane Capital → Juvenile Panel of the People's Court, Luang Prabang";
    for format in ["table", "csv"] {
        let out = run_on(&desk.run(["timeline", "A-1", "--format", format]).ends_with(0).out);
        for said in ["another child", "what is withdrawn: child checked by a doctor, 2026-03-01 11:00", court] {
            assert!(out.contains(said), "{said} in {format}\n{out}");
        }
    }
    let json: Vec<Value> =
        serde_json::from_str(&desk.run(["timeline", "A-1", "--format", "json"]).ends_with(0).out).expect("an array");
    let check = json.iter().find(|entry| entry["id"] == id).expect("the check");
    assert_eq!(
        (&check["withdrawn"], &check["withdrawal_reason"], &check["recorded_by"]),
        (&Value::Bool(true), &"another child".into(), &"vte-prosecutor".into())
    );
    assert!(check["days_late"].as_i64().expect("a number") > 100, "{check}");
    let moved = json.iter().find(|entry| entry["action"] == "case_transferred").expect("the transfer");
    assert_eq!(moved["transferred_from"]["court"], "vte-juvenile-court");
    assert_eq!(moved["fields"]["court"], "lpb-juvenile-court");
    let said = run_on(&desk.run(["timeline", "A-1"]).ends_with(0).out);
    assert!(
        said.contains("recorded by People's Prosecutor, Vientiane Capital, 20") && said.contains(" days later"),
        "{said}"
    );
}

#[test]
fn a_timeline_of_an_earlier_instant_speaks_of_what_came_later_and_not_of_what_is_to_come() {
    let released = action("A-1", "released", "2026-03-02T08:00:00+07:00", r#","kind":"from_custody""#);
    let desk = recorded(&[opening("A-1"), custody("A-1"), released]);
    let run = desk.run(["timeline", "A-1", "--at", "2026-03-01T20:00:00+07:00"]).ends_with(0);
    assert!(!run.out.contains("still to come"), "{}", run.out);
    run.says(&["not counted, later than 2026-03-01 20:00", "running"]);
}

#[test]
fn one_limit_is_shown_alone_with_the_actions_that_it_is_about() {
    let remand = action("A-1", "remand_ordered", "2026-03-02T21:30:00+07:00", r#","order":null"#);
    let desk = recorded(&[opening("A-1"), custody("A-1"), remand]);
    for limit in ["custody-48h", "62"] {
        let run = desk.run(["timeline", "A-1", "--limit", limit, "--why"]).ends_with(0);
        assert!(!run.out.contains("Remand of one month") && !run.out.contains("case opened"), "{}", run.out);
        run.says(&["Custody of at most 48 hours, Art. 62", "custody started"]);
    }
    desk.run(["timeline", "A-1", "--limit", "99"]).ends_with(1).complains(&["no such rule"]);
    desk.run(["timeline", "A-1", "--limit", "custody48"]).ends_with(1).complains(&["did you mean custody-48h?"]);
}

#[test]
fn a_limit_that_is_over_is_told_by_how_much_and_never_as_a_day_beyond_its_days() {
    let remand = action("A-1", "remand_ordered", "2026-03-02T21:30:00+07:00", "");
    let desk = recorded(&[opening("A-1"), custody("A-1"), remand]);
    let run = desk.run(["timeline", "A-1", "--at", "2026-04-20T00:00:00+07:00"]).ends_with(0);
    run.says(&["██████████░░░░ 36 h of 48 h", "done in time", "▓", "30 days, over by 20 days", "still open"]);
    let lao = desk.run(["timeline", "A-1", "--lang", "lo", "--at", "2026-04-20T00:00:00+07:00"]).ends_with(0);
    lao.says(&["36 ຊມ ຈາກ 48 ຊມ", "ກັກຕົວ", "30 ວັນ, ເກີນ 20 ວັນ"]);
}

#[test]
fn a_lao_timeline_names_rules_roles_and_offices_and_fits_the_line() {
    let desk = Desk::new();
    desk.write("all.jsonl", EVERY_ACTION.map(|(_, history)| history).concat());
    desk.run(["import", "all.jsonl"]).ends_with(0);
    for (case, columns) in [("F-0001", "80"), ("F-0001", "120"), ("F-0002", "80"), ("F-0002", "120")] {
        for lang in ["lo", "en"] {
            let mut timeline = desk.command(["timeline", case, "--why", "--lang", lang]);
            let output = timeline.env("COLUMNS", columns).output().expect("the program runs");
            let out = String::from_utf8(output.stdout).expect("UTF-8");
            let widest = out.lines().map(width).max().expect("lines");
            assert!(widest <= columns.parse().expect("a number"), "{widest} columns\n{out}");
            let page = out.lines().skip(8).filter(|line| !line.contains('(')).collect::<Vec<_>>().join("\n");
            for code in ["custody-48h", "remand-term", "vte-investigation", "investigator", "vte-prosecutor"] {
                assert!(lang == "en" || !page.contains(code), "{code} in\n{page}");
            }
        }
    }
}

#[test]
fn what_somebody_wrote_moves_no_cursor() {
    let closed = action("A-1", "case_closed", "2026-03-04", r#","reason":"\u001b[2Jover""#);
    let desk = recorded(&[opening("A-1"), closed]);
    for format in ["table", "csv"] {
        let out = desk.run(["timeline", "A-1", "--format", format]).ends_with(0).out;
        assert!(out.contains("over") && !out.contains('\u{1b}'), "{out}");
    }
}

#[test]
fn a_duty_that_ended_with_its_case_is_not_called_done() {
    let released = action("A-1", "released", "2026-03-02T08:00:00+07:00", r#","kind":"from_custody""#);
    let closed = action("A-1", "case_closed", "2026-03-03T08:00:00+07:00", "");
    let desk = recorded(&[opening("A-1"), custody("A-1"), released, closed]);
    let limit = |limit: &str| desk.run(["timeline", "A-1", "--limit", limit]).ends_with(0);
    let untold = limit("parents-notified").says(&["arguable, ended by closing the case, not done"]);
    assert!(!untold.out.contains("done late"), "{}", untold.out);
    let opened = limit("investigation-30d").says(&["ended by closing the case, not done"]);
    assert!(!opened.out.contains("done in time"), "{}", opened.out);
    limit("custody-48h").says(&["done in time"]);
    let lao = desk.run(["timeline", "A-1", "--lang", "lo"]).ends_with(0);
    lao.says(&["ສິ້ນສຸດຍ້ອນປິດຄະດີ, ບໍ່ໄດ້ປະຕິບັດ"]);
    let csv = desk.run(["timeline", "A-1", "--format", "csv", "--limit", "parents-notified"]).ends_with(0);
    csv.says(&["arguable, ended by closing the case, not done"]);
}

#[test]
fn a_case_in_one_file_of_html_needs_nothing_beside_it() {
    let desk = with_a_case();
    let digest = Rulebook::law_05_na_2006().digest().to_string();
    let digest = digest.split_once(':').map_or(&*digest, |(_, digits)| digits);
    for (language, said) in [
        (
            "en",
            [
                "should have been free since",
                "Not reviewed by a lawyer",
                "kamnot timeline --html, on the computer of the log",
            ],
        ),
        ("lo", ["ຄວນໄດ້ຮັບອິດສະລະພາບ", "ຍັງບໍ່ໄດ້ຜ່ານການກວດຂອງນັກກົດໝາຍ", "ເດັກກໍຈະຖືກກັກຕົວບໍ່ເກີນ ສີ່ສິບແປດຊົ່ວໂມງ"]),
    ] {
        let run = desk.run(["timeline", "A-1", "--lang", language, "--html", "--at", "2026-03-04T08:00:00+07:00"]);
        let page = run.ends_with(0).out;
        let plain = page.replace("<span class=\"t\">", "").replace("</span>", "");
        for words in said.into_iter().chain([&digest[..8], "<svg", "A-1"]) {
            assert!(plain.contains(words), "{language}: no {words}");
        }
        let plain_policy = page.replace("&#39;", "'");
        assert!(plain_policy.contains("content=\"default-src 'none'; style-src 'sha256-"), "{language}: no policy");
        assert_eq!(page.matches("<style>").count(), 1);
        assert_eq!(page.matches("url(data:font/woff2;base64,").count(), 4);
        for from_elsewhere in ["<script", "<link", "src=\"", "url(/", "href=\"/", "href=\"http", " style=\""] {
            assert!(!page.contains(from_elsewhere), "{language}: {from_elsewhere}");
        }
    }
}
