//! Tables of actions as offices have them: CSV of several makes, workbooks of Excel, and what an attacker makes of
//! them.

use std::path::PathBuf;

use proptest::collection::vec;
use proptest::prelude::*;
use service::files::{Form, parse};
use tests::lines::{opening, recorded};
use tests::program::{Desk, Run};
use tests::workbook::{Part, workbook, zip, zip_that_lies};

const HEADING: &str = "case,id,action,at,by,details";

fn fixture(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "fixtures", "sheets", name].iter().collect()
}

/// A desk whose log has the case A-1.
fn desk() -> Desk {
    recorded(&[opening("A-1")])
}

/// Imports a table of this name at a desk that has the case A-1.
fn import(name: &str, table: impl AsRef<[u8]>) -> Run {
    let desk = desk();
    desk.write(name, table);
    desk.run(["import", name])
}

fn import_fixture(desk: &Desk, name: &str) -> Run {
    desk.run(["import".as_ref(), fixture(name).as_os_str()])
}

#[test]
fn a_table_of_excel_with_semicolons_capitals_and_spare_columns() {
    let desk = Desk::new();
    let run = import_fixture(&desk, "excel.csv").ends_with(1).says(&["3 actions recorded", "1 refused"]);
    assert!(!run.err.contains("Somsak") && !run.err.contains("Remarks"), "{}", run.err);
    run.complains(&["excel.csv:6: column 6 (F) has a cell that is not empty, but its heading is not a field"]);
    let timeline = desk.run(["timeline", "A-1", "--format", "json"]).ends_with(0);
    timeline.says(&["2026-03-01T09:30:00+07:00", "\"2026-03-01\""]);
}

#[test]
fn a_table_parted_by_tabs_is_known_by_what_it_holds() {
    let desk = desk();
    let run = import_fixture(&desk, "tabs.txt").ends_with(1).says(&["2 actions recorded"]);
    run.complains(&["tabs.txt:4: `place.children_only`, column 5 (E): rights_told has no such field"]);
}

#[test]
fn standard_input_may_be_a_table() {
    let table = format!("{HEADING}\nA-1,,rights_told,2026-03-01,vte-investigation,\n");
    desk().run_with(["import", "-"], table.as_bytes()).ends_with(0).says(&["1 action recorded"]);
}

#[test]
fn a_line_for_excel_may_stand_before_the_heading() {
    let run = import("a.csv", "sep=;\r\ncase;action;at;by\r\nA-1;rights_told;2026-03-01;a\r\nA-1;x;2026-03-01;a\r\n");
    run.ends_with(1).says(&["1 action recorded"]).complains(&["a.csv:4: `action`"]);
}

#[test]
fn a_table_and_the_same_lines_have_the_same_ids() {
    let line = r#"{"case":"A-1","action":"custody_started","at":"2026-03-01T09:30:00+07:00","by":"vte-investigation","evidence_firm":true,"place":{"children_only":true}}"#;
    let desk = recorded(&[opening("A-1"), line.to_owned()]);
    let cells = "A-1,custody_started,1/3/2026 9:30,vte-investigation";
    desk.write("own.csv", format!("case,action,at,by,place.children_only,evidence_firm\n{cells},TRUE,true\n"));
    desk.write("details.csv", format!("case,action,at,by,details\n{cells},\"{{\"\"place\"\":{{\"\"children_only\"\":true}},\"\"evidence_firm\"\":true}}\"\n"));
    for table in ["own.csv", "details.csv"] {
        desk.run(["import", table]).ends_with(0).says(&["0 actions recorded, 1 known already"]);
    }
}

#[test]
fn a_column_a_field_says_null_none_and_not_on_record() {
    let desk = desk();
    let table = "case,action,at,by,order,order.by,order.number,grounds,reason,authority\n\
        A-1,remand_ordered,2026-03-04,p,null,,,[],,\n\
        A-1,remand_ordered,2026-03-05,p,,prosecutor,12,flight | tampering,,\n\
        A-1,remand_ordered,2026-03-06,p,null,prosecutor,12,,,\n\
        A-1,summons_missed,2026-03-07,p,,,,,null,court\n\
        A-1,summons_missed,2026-03-08,p,,,,,,court\n";
    desk.write("own.csv", table);
    desk.run(["import", "own.csv"]).ends_with(1).says(&["3 actions recorded"]).complains(&[
        "own.csv:4: `order.by`: found a field that has its own column",
        "own.csv:6: `reason` is missing and required here",
    ]);
}

#[test]
fn offences_are_counted_from_0_without_a_gap() {
    let heading = "case,action,at,by,court,prosecutor,investigator,child.ref,child.birth_date,\
        offences.1.class,offences.1.penalty_months.min,offences.1.penalty_months.max,offences.1.committed_on,offences.1.serious,\
        offences.0.class,offences.0.penalty_months.min,offences.0.penalty_months.max,offences.0.committed_on,offences.0.serious";
    let common = "case_opened,2026-03-01,o,c,p,i,1,null";
    let offence = "minor,1,12,2026-02-01,false";
    let run = import("a.csv", format!("{heading}\nB-1,{common},{offence},{offence}\nB-2,{common},{offence},,,,,\n"));
    run.ends_with(1).says(&["1 action recorded"]).complains(&["a.csv:3: `offences.0` is missing"]);
}

#[test]
fn a_heading_that_no_row_can_be_read_under_is_said_once() {
    for (table, says) in [
        ("case,action\nA-1,rights_told\n", &["line 1: the table has no column at, by"][..]),
        ("case,action,at,by,At\n", &["line 1: columns 3 (C) and 5 (E) have the same heading"]),
        ("Somsak,x\n", &["line 1: the table has no column case, action, at, by", "commas, semicolons or tabs"]),
    ] {
        let run = import("a.csv", table).ends_with(2).complains(says);
        assert!(!run.err.contains("Somsak"), "{}", run.err);
        assert_eq!(run.err.lines().count(), 1, "{}", run.err);
    }
    import("a.csv", "").ends_with(0).says(&["0 actions recorded"]);
}

#[test]
fn a_spare_column_names_the_field_that_was_meant() {
    let run = import("a.csv", "case,action,at,by,evidence firm\nA-1,custody_started,2026-03-01,a,true\n").ends_with(1);
    run.complains(&[
        "a.csv:2: column 5 (E) has a cell that is not empty, but its heading is not a field",
        "did you mean `evidence_firm`?",
    ]);
}

#[test]
fn dates_are_read_day_first_in_the_column_at_alone() {
    let rows = [
        ("3/4/2026 9:30", "2026-04-03T09:30:00+07:00"),
        ("03.04.2026", "\"2026-04-03\""),
        ("3-4-2026 09:30:15", "2026-04-03T09:30:15+07:00"),
    ];
    for (at, read) in rows {
        let desk = desk();
        desk.write("a.csv", format!("{HEADING}\nA-1,,rights_told,{at},vte-investigation,\n"));
        desk.run(["import", "a.csv"]).ends_with(0);
        desk.run(["timeline", "A-1", "--format", "json"]).ends_with(0).says(&[read]);
    }
    for (at, says) in [
        ("12/31/2025", "found 12/31/2025: read with the day first, the calendar has no such day"),
        ("31/12/25", "the year has not four digits; write 31/12/2025"),
        ("3/4/2569", "Buddhist"),
        ("1/4/2026 noon", "the day has no such time, or it is not written with a colon; write 31/12/2025 09:30"),
        ("29/11/2026 25:00", "found 29/11/2026 25:00: the day has no such time"),
        ("2026-11-29 10:05", "found 2026-11-29 10:05; write 31/12/2025 09:30 or 2025-12-31T09:30:00+07:00"),
        ("9.30", "write 31/12/2025 09:30"),
        ("46356.5", "found a number; write 31/12/2025 09:30"),
        ("29/02/2026", "the calendar has no such day"),
        ("15/10/2026 15.10", "not written with a colon"),
        ("1/11/2569", "found 1/11/2569, the year is one of the Buddhist era; write 2026-11-01"),
    ] {
        let run = import("a.csv", format!("{HEADING}\nA-1,,rights_told,{at},vte-investigation,\n"));
        run.ends_with(1).complains(&["a.csv:2: `at`", says]);
    }
    let table = "case,action,at,by,authority,appear_on\nA-1,summons_served,2026-03-01,a,court,3/4/2026\n";
    import("a.csv", table).ends_with(1).complains(&["`appear_on`", "write year, month and day, such as 2025-12-31"]);
    let lao = desk();
    lao.write("a.csv", format!("{HEADING}\nA-1,,rights_told,31/12/25,vte-investigation,\n"));
    lao.run(["import", "a.csv", "--lang=lo"]).ends_with(1).complains(&["ພົບ 31/12/25: "]);
}

/// A table of `rows` rows about the case A-1, each at an instant of its own.
fn thousand(rows: usize) -> Vec<String> {
    let row = |nth: usize| format!("A-1,,medical_check,2026-03-02T{:02}:{:02}:00+07:00,a,", nth / 60, nth % 60);
    [HEADING.to_owned()].into_iter().chain((0..rows).map(row)).collect()
}

#[test]
fn a_stray_quotation_mark_costs_its_own_row_alone() {
    for (stray, says) in [
        (r#""a"#, "a cell has an opening quotation mark but no closing one"),
        (r#"""#, "a cell has an opening quotation mark but no closing one"),
        (r#""a"b"#, "a cell has text after its closing quotation mark"),
    ] {
        let mut lines = thousand(1_000);
        lines[4] = format!("A-1,,medical_check,2026-03-02,{stray},");
        // Behind it stand cells in quotation marks, which would close the stray one.
        lines[700] = r#"A-1,,case_closed,2026-03-03,a,"{""reason"":""x""}""#.to_owned();
        let run = import("a.csv", lines.join("\r\n")).ends_with(1).says(&["999 actions recorded", "1 refused"]);
        run.complains(&["a.csv:5: ", says]);
    }
}

#[test]
fn a_row_over_several_lines_is_said_so_with_its_first_and_last_line() {
    let table = format!(
        "{HEADING}\nA-1,,case_closed,2026-03-03,a,\"{{\"\"reason\"\":\n\"\"x\"\"}}\"\n\
         A-1,,rights_told,2026-03-03,a,\"{{\n\"\"x\"\":1}}\"\nA-1,,medical_check,2026-03-03,a,\n"
    );
    let run = import("a.csv", table).ends_with(1).says(&["2 actions recorded", "1 refused"]);
    run.complains(&["a.csv:2: warning: the row spans lines 2-3", "a.csv:4: the row spans lines 4-5"]);
}

#[test]
fn the_first_sheet_of_a_workbook_is_read() {
    for name in ["excel.xlsx", "excel-1904.xlsx"] {
        let desk = Desk::new();
        let run = import_fixture(&desk, name).ends_with(1).says(&["4 actions recorded", "2 refused"]);
        assert!(!run.err.contains("Somsak"), "{}", run.err);
        run.complains(&[
            "the workbook has 2 sheets; only the first is read",
            &format!("{name}:6: the cell C6 holds the error #DIV/0!"),
            &format!("{name}:8: column 18 (R) has a cell that is not empty, but its heading is not a field"),
        ]);
        desk.run(["timeline", "A-1", "--format", "json"]).ends_with(0).says(&[
            "2026-03-01T08:00:00+07:00",
            "2026-03-01T09:30:00+07:00",
            "\"2026-03-02\"",
            "2026-03-03T07:05:00+07:00",
        ]);
        desk.run(["assess".as_ref(), fixture(name).as_os_str()]).ends_with(1).says(&["A-1", "custody-48h"]);
    }
}

#[test]
fn a_formula_that_was_never_reckoned_is_no_empty_cell() {
    let run = import_fixture(&desk(), "formula-without-value.xlsx").ends_with(1).says(&["1 action recorded"]);
    run.complains(&["formula-without-value.xlsx:2: the cell C2 holds a formula without a value"]);
}

#[test]
fn other_formats_are_refused_in_words_that_lead_on() {
    let old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and more".to_vec();
    let package: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let locked = [&old[..], &package].concat();
    let open = zip(&[("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", b"<a/>")]);
    let binary = zip(&[("[Content_Types].xml", b"<a/>"), ("xl/workbook.bin", b"x")]);
    for (name, bytes, says) in [
        ("old.xls", old, "found a .xls file"),
        ("locked.xlsx", locked, "locked with a password"),
        ("open.ods", open, "found a .ods file"),
        ("binary.xlsb", binary, "found a .xlsb file"),
        ("page.xls", b"<html><table></table></html>".to_vec(), "a web page"),
        ("named.xlsx", b"x;y".to_vec(), "not a workbook, although its name ends in .xlsx"),
        ("damaged.xlsx", b"PK\x03\x04 and no more".to_vec(), "the workbook is damaged"),
    ] {
        let run = import(name, bytes).ends_with(2).complains(&[name, says, "save"]);
        assert_eq!(run.err.lines().count(), 1, "{}", run.err);
    }
}

#[test]
fn what_became_of_a_file_and_why_one_cannot_be_read_is_said_in_lao_too() {
    let desk = desk();
    desk.write("heading.csv", "case,action\nA-1,rights_told\n");
    desk.write("good.csv", "case,action,at,by\nA-1,rights_told,2026-03-01T08:00:00+07:00,vte-investigation\n");
    desk.run(["import", "--lang=lo", "heading.csv"]).ends_with(2).complains(&["ຕາຕະລາງບໍ່ມີຖັນ at, by"]);
    desk.run(["import", "--lang=lo", "good.csv"])
        .ends_with(0)
        .says(&["good.csv: ບັນທຶກ 1 ການກະທຳ, ຮູ້ແລ້ວ 0, ປະຕິເສດ 0; 1 ຄະດີ"]);
}

#[test]
fn a_workbook_that_swells_takes_no_memory() {
    const SIZE: u32 = 201_000_000;
    let bomb = vec![b' '; SIZE as usize];
    for sheet in [Part::Sheet, Part::Texts] {
        let swollen = workbook(sheet, &bomb);
        assert!(swollen.len() < 10_000_000);
        // The second says in its directory that it holds ten bytes.
        for bytes in [zip_that_lies(&swollen, SIZE), swollen] {
            let run = import("bomb.xlsx", bytes).ends_with(2);
            run.complains(&["bomb.xlsx: the unpacked workbook exceeds 200 MB"]);
        }
    }
    let announced = workbook(Part::Texts, br#"<sst uniqueCount="99999999999"></sst>"#);
    import("bomb.xlsx", announced).ends_with(2).complains(&["claims, more than"]);
    import("large.xlsx", [b"PK\x03\x04", &vec![0; 10_000_000][..]].concat()).ends_with(2).complains(&["10 MB"]);
}

#[test]
fn a_sheet_has_at_most_50_000_rows() {
    let cell = |text: &str| format!("<c t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let row = |cells: &[&str]| format!("<row>{}</row>", cells.iter().map(|text| cell(text)).collect::<String>());
    let rows = row(&["A-1", "x", "2026-03-01", "a"]).repeat(50_001);
    let sheet = format!("<worksheet><sheetData>{}{rows}</sheetData></worksheet>", row(&["case", "action", "at", "by"]));
    let run = import("long.xlsx", workbook(Part::Sheet, sheet.as_bytes())).ends_with(2);
    run.complains(&["more than 50000 rows", "split it"]);
}

#[test]
fn every_template_is_recorded_as_it_stands() {
    let desk = Desk::new();
    for name in engine::action::ActionName::WORDS {
        let table = desk.run(["template", name, "--csv"]).ends_with(0).out;
        desk.write("template.csv", &table);
        let run = desk.run(["import", "template.csv"]).ends_with(0).says(&["1 action recorded"]);
        // The only one behind the voiding is warned of it.
        let warned = run.err.contains("the case VTE-2026-0001 is voided");
        assert_eq!((warned, warned || run.err.is_empty()), (*name == "action_withdrawn", true), "{name}: {}", run.err);
        let lines = desk.run(["template", name, "--jsonl"]).ends_with(0).out;
        desk.write("template.jsonl", &lines);
        desk.run(["import", "template.jsonl"]).ends_with(0).says(&["1 known already"]);
    }
    desk.run(["template", "custody_begun"]).ends_with(2).complains(&["did you mean custody_started?"]);
}

#[test]
fn actions_are_listed_with_their_fields_in_both_languages() {
    let desk = Desk::new();
    let all = desk.run(["actions"]).ends_with(0);
    for name in engine::action::ActionName::WORDS {
        assert!(all.out.contains(name), "{name}");
    }
    let one = desk.run(["actions", "remand_ordered"]).ends_with(0);
    one.says(&["order.number*", "null: there was no written order", "a list of elements", "risk of flight"]);
    desk.run(["actions", "remand_ordered", "--lang", "lo"]).ends_with(0).says(&["ຄຳສັ່ງເປັນລາຍລັກອັກສອນ", "ອາດຫລົບໜີ"]);
}

#[test]
fn record_asks_on_a_terminal_and_records_on_yes_alone() {
    let desk = desk();
    let answers = "A-1\nmedical_check\n2026-03-02\nvte-investigation\n";
    let ask = |end: &str| {
        let line = format!("{} record --lang lo", tests::program::program().display());
        let terminal = ["--quiet", "--return", "--command", &line, "/dev/null"];
        Desk::feed(desk.command_of("script", terminal), format!("{answers}{end}").as_bytes())
    };
    ask("no\n").ends_with(1).says(&["ບໍ່ໄດ້ບັນທຶກຫຍັງ"]);
    ask("\u{3}");
    let timeline = desk.run(["timeline", "A-1", "--format", "json"]).ends_with(0);
    assert!(!timeline.out.contains("medical_check"), "{}", timeline.out);
    ask("yes\n").ends_with(0).says(&["medical_check recorded"]);
}

/// The lines that were read and those that were refused.
fn lines(table: &str) -> (Vec<usize>, Vec<usize>) {
    let contents = parse(table.as_bytes(), Form::Csv).expect("the heading is good");
    let mut read: Vec<usize> = contents.cases.iter().flat_map(|case| case.lines.iter().copied()).collect();
    read.sort_unstable();
    (read, contents.refused.iter().map(|refused| refused.line).collect())
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in vec(any::<u8>(), 0..200), text in "[\",;\\n\\ra-z|{}:0-9-]{0,200}") {
        for form in [Form::JsonLines, Form::Csv, Form::Workbook] {
            let _ = parse(&bytes, form);
            let _ = parse(text.as_bytes(), form);
        }
        let table = format!("{HEADING}\n{text}\n");
        let contents = parse(table.as_bytes(), Form::Csv).expect("the heading is good");
        let last = table.split(['\r', '\n']).count();
        prop_assert!(contents.refused.iter().all(|refused| (2..=last).contains(&refused.line) && !refused.flaws.is_empty()));
        let _ = parse(&[b"PK\x03\x04", &bytes[..]].concat(), Form::Workbook);
    }

    #[test]
    fn a_quotation_mark_anywhere_costs_no_other_row(row in 1_usize..20, at in 0_usize..40) {
        let mut table = thousand(20);
        let at = at.min(table[row].len());
        table[row].insert(at, '"');
        let (read, refused) = lines(&table.join("\n"));
        let others: Vec<usize> = (2..=21).filter(|line| *line != row + 1).collect();
        prop_assert!(others.iter().all(|line| read.contains(line)), "{read:?} {refused:?}");
        prop_assert_eq!(read.len() + refused.len(), 20);
    }

    #[test]
    fn a_damaged_workbook_is_read_or_refused(at in 0_usize..6_000, byte in any::<u8>(), cut in 0_usize..7_000) {
        let mut bytes = std::fs::read(fixture("excel.xlsx")).expect("a fixture");
        bytes[at] = byte;
        bytes.truncate(cut.max(at + 1));
        let _ = parse(&bytes, Form::Workbook);
    }

    #[test]
    fn a_sheet_of_odd_cells_is_read_or_refused(
        cells in vec(("[A-Z]{0,9}[0-9]{0,12}", "(n|s|b|e|str|inlineStr|d|x)?", "[0-9a-zA-Z#/!.+-]{0,30}"), 0..8)
    ) {
        let cell = |(name, kind, value): &(String, String, String)| format!("<c r=\"{name}\" t=\"{kind}\"><v>{value}</v></c>");
        let cells = cells.iter().map(cell).collect::<Vec<_>>().concat();
        let sheet = format!("<worksheet><sheetData><row r=\"1\">{cells}</row></sheetData></worksheet>");
        let _ = parse(&workbook(Part::Sheet, sheet.as_bytes()), Form::Workbook);
    }
}
