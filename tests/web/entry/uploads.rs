//! Files of actions, and workbooks to fill in.

use std::io::{Cursor, Write as _};

use axum::http::Method;
use calamine::{Reader as _, Xlsx};
use engine::action::ActionName;
use engine::action::describe::leaves;
use engine::rulebook::Language;
use projections::rights::Role;
use tests::workbook::{Part, workbook};

use super::{clerk, recorded};
use crate::desk::{Desk, FROM_HERE, Visitor};
use crate::log::{Log, on_each_log};
use crate::papers::check;
use crate::shown::Shown;

/// Sends a file as a browser does.
async fn upload(desk: &Desk, who: &Visitor, name: &str, content: &[u8]) -> Shown {
    let token = who.form.as_deref().expect("a form");
    let mut body = Vec::new();
    write!(body, "--x\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{token}\r\n--x\r\n").expect("a body");
    write!(body, "Content-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n").expect("a body");
    body.extend_from_slice(content);
    body.extend_from_slice(b"\r\n--x--\r\n");
    let [host, origin, _] = FROM_HERE;
    let headers = [host, origin, ("content-type", "multipart/form-data; boundary=x")];
    desk.ask_as(who, Method::POST, "/enter/upload", &headers, body).await
}

/// The lines that a page offers to record.
fn lines(shown: &Shown) -> String {
    shown.hidden("lines").expect("lines").replace("&#34;", "\"").replace("&#10;", "\n")
}

async fn each_line_of_a_file_is_shown_and_recorded_when_it_is_said_and_known_when_it_comes_again(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let who = clerk(&desk).await;
    let file = [
        check("A-1", "vte-investigation"),
        tests::lines::custody("A-1"),
        "{\"case\":\"A-1\",\"action\":\"custody\"}".to_owned(),
        check("F-1", "vte-investigation"),
    ]
    .join("\n");
    let shown = upload(&desk, &who, "Somsak.jsonl", file.as_bytes()).await;
    shown.is_status(200).does_not_say(&["Somsak"]);
    shown.says(&[
        "1 new, 1 known already, 2 refused. Nothing is recorded yet.",
        "1 A-1: Child checked by a doctor, Monday 2 March 2026, 10:00 new",
        "2 A-1: Custody started, Sunday 1 March 2026, 09:30 known already",
        "3 refused",
    ]);
    assert_eq!(recorded(&desk, "A-1").await, 2);
    let hidden = |name: &str| shown.hidden(name).expect(name).replace("&#34;", "\"").replace("&#39;", "'");
    let (of_file, numbers, refused) = (lines(&shown), hidden("numbers"), hidden("refused"));
    let sent = [("lines", &*of_file), ("numbers", &*numbers), ("refused", &*refused)];
    let done = desk.submit(&who, "/enter/upload", &sent).await;
    // The refused lines stay, each with its number in the file and why.
    done.is_status(200).says(&[
        "1 recorded, 1 known already, 2 refused, 0 to be sent again.",
        "1 A-1: Child checked by a doctor, Monday 2 March 2026, 10:00 recorded",
        "3 refused `action`: found another text; did you mean custody_started?",
        "4 F-1: Child checked by a doctor, Monday 2 March 2026, 10:00 refused",
    ]);
    assert_eq!(recorded(&desk, "A-1").await, 3);
    let again = upload(&desk, &who, "again.jsonl", file.as_bytes()).await;
    again.is_status(200).says(&["0 new, 2 known already, 2 refused."]).does_not_say(&["name=\"lines\""]);
}

async fn what_was_shown_is_recorded_however_long_it_is(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let who = clerk(&desk).await;
    let missed = |nth: usize| {
        let more = format!(r#","authority":"court","reason":"{}""#, "x".repeat(800_000));
        tests::lines::action("A-1", "summons_missed", &format!("2026-03-02T1{nth}:00:00+07:00"), &more)
    };
    let file = (0..3).map(missed).collect::<Vec<_>>().join("\n");
    let shown = upload(&desk, &who, "a.jsonl", file.as_bytes()).await;
    shown.is_status(200).says(&["3 new, 0 known already, 0 refused."]);
    let done = desk.submit(&who, "/enter/upload", &[("lines", &lines(&shown))]).await;
    done.is_status(200).says(&["3 recorded, 0 known already, 0 refused"]);
}

async fn tables_are_read_as_excel_saves_them(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let who = clerk(&desk).await;
    let csv = "Case;Action;At;By\r\nA-1;medical_check;2/3/2026 10:00;vte-investigation\r\n";
    upload(&desk, &who, "a.csv", csv.as_bytes()).await.is_status(200).says(&["1 new, 0 known already, 0 refused."]);
    let cell = |text: &&str| format!("<c t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let row = |cells: &[&str]| format!("<row>{}</row>", cells.iter().map(cell).collect::<String>());
    let heading = row(&["case", "action", "at", "by"]);
    let good = row(&["A-1", "medical_check", "2/3/2026 10:00", "vte-investigation"]);
    let formula = good.replace("<c t=\"inlineStr\"><is><t>medical_check</t></is></c>", "<c><f>1+1</f><v>2</v></c>");
    let sheet = format!("<worksheet><sheetData>{heading}{good}{formula}</sheetData></worksheet>");
    let sheet = workbook(Part::Sheet, sheet.as_bytes());
    let shown = upload(&desk, &who, "a.xlsx", &sheet).await;
    shown.is_status(200).says(&["1 new, 0 known already, 1 refused."]);
}

async fn a_workbook_to_fill_in_has_the_columns_of_its_action_and_comes_back_as_a_line(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let who = clerk(&desk).await;
    for name in ActionName::ALL.iter().copied() {
        let file = desk.get(&who, &format!("/enter/{name}/offline.xlsx?case=A-1&by=vte-investigation")).await;
        file.is_status(200);
        assert_eq!(file.header("content-disposition"), format!("attachment; filename=\"{name}.xlsx\""));
        let mut book = Xlsx::new(Cursor::new(file.bytes.clone())).expect("a workbook");
        let rows = book.worksheet_range(name.word()).expect("a sheet");
        let rows: Vec<Vec<String>> = rows.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect();
        let own = leaves(name).into_iter().map(|leaf| leaf.path);
        let columns: Vec<String> = ["case", "action", "at", "by"].map(str::to_owned).into_iter().chain(own).collect();
        assert_eq!(rows[0], columns, "{name}");
        assert_eq!(rows[1][..4], ["A-1", name.word(), "", "vte-investigation"], "{name}");
        let shown = upload(&desk, &who, "filled.xlsx", &file.bytes).await;
        // The time is still to be filled in.
        shown.is_status(200).says(&["0 new, 0 known already, 1 refused."]);
    }
    let lawyer = desk.login(Role::Lawyer, Some("vte-legal-aid"), Language::En).await;
    desk.get(&lawyer, "/enter/custody_started/offline.xlsx").await.is_status(404);
}

async fn a_file_that_cannot_be_read_or_is_too_much_is_refused_in_words(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let who = clerk(&desk).await;
    let many = "{}\n".repeat(1_001);
    let bomb = workbook(Part::Sheet, &vec![b' '; 201_000_000]);
    for (name, content, says) in [
        ("a.jsonl", many.as_bytes(), "The file has 1001 lines, at most 1000 are taken at once."),
        ("a.html", b"<html>", "Nothing was recorded."),
        ("a.xlsx", b"PK\x03\x04nothing", "Nothing was recorded."),
        ("a.xlsx", &bomb[..], "Nothing was recorded."),
        ("", b"", "Choose a file"),
    ] {
        upload(&desk, &who, name, content).await.is_status(422).says(&[says]);
    }
    let too_much = vec![b'x'; (4 << 20) + 1];
    upload(&desk, &who, "a.csv", &too_much).await.is_status(413);
    let stranger = Visitor { form: clerk(&desk).await.form, ..who };
    upload(&desk, &stranger, "a.jsonl", b"{}").await.is_status(403);
}

on_each_log! {
    what_was_shown_is_recorded_however_long_it_is,
    a_workbook_to_fill_in_has_the_columns_of_its_action_and_comes_back_as_a_line,
    each_line_of_a_file_is_shown_and_recorded_when_it_is_said_and_known_when_it_comes_again,
    tables_are_read_as_excel_saves_them,
    a_file_that_cannot_be_read_or_is_too_much_is_refused_in_words,
}
