//! Tables of actions: CSV, and workbooks.

use proptest::prelude::*;
use proptest::sample::select;
use service::files::{Contents, FileFlaw, Form, parse};
use tests::workbook::{Part, workbook};

use crate::actions::{assert_said_well, assert_stable};
use crate::corpus::{assert_brief, assert_discreet, text};
use crate::mutation::{mutated, mutations};

/// Asserts what holds of a table, whatever became of it. `lines` are those that it may have.
fn assert_table(read: Result<Contents, FileFlaw>, input: &[u8], lines: usize) {
    match read {
        Err(flaw) => {
            let said = format!("{flaw:?} {flaw} {}", flaw.sentence(engine::rulebook::Language::Lo));
            assert_discreet(&said, input);
            assert_brief(said.len(), 8 * input.len(), 4_000);
        }
        Ok(contents) => {
            assert!(contents.lines() <= lines, "{} of {lines} lines", contents.lines());
            for refused in contents.refused.iter().chain(&contents.warned) {
                assert!((1..=lines).contains(&refused.line), "{} of {lines} lines", refused.line);
                assert_said_well(&refused.flaws, input);
            }
            contents.cases.iter().flat_map(|case| &case.actions).for_each(assert_stable);
        }
    }
}

/// A sheet with a row for each line of a table and a cell for each of its cells.
fn sheet() -> String {
    let cell = |text: &str| format!("<c t=\"str\"><v>{text}</v></c>");
    let row = |line: &str| format!("<row>{}</row>\n", line.split(',').map(cell).collect::<Vec<_>>().concat());
    let rows: Vec<String> = text("table.csv").replace('"', "").lines().map(row).collect();
    format!("<worksheet><sheetData>{}</sheetData></worksheet>", rows.concat())
}

#[test]
fn the_corpus_itself_is_read() {
    // In the last row of the table a birth date is written day first, which is refused.
    let refused = |contents: Contents| -> Vec<usize> { contents.refused.iter().map(|refused| refused.line).collect() };
    assert_eq!(refused(parse(text("table.csv").as_bytes(), Form::Csv).unwrap()), [6]);
    assert_eq!(refused(parse(text("details.csv").as_bytes(), Form::Csv).unwrap()), Vec::<usize>::new());
    // Without quotation marks the row before it has a cell too many.
    assert_eq!(refused(parse(&workbook(Part::Sheet, sheet().as_bytes()), Form::Workbook).unwrap()), [5, 6]);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_500) })]

    #[test]
    fn a_mutated_table_is_read_with_its_lines_or_refused_discreetly(
        table in select(vec!["table.csv", "details.csv"]), mutations in mutations(2_000),
    ) {
        let table = mutated(text(table).as_bytes(), &mutations);
        // A line ends with either, or with both.
        let lines = 1 + table.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count();
        assert_table(parse(&table, Form::Csv), &table, lines);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(250) })]

    #[test]
    fn a_workbook_with_a_mutated_sheet_is_read_or_refused_discreetly(mutations in mutations(2_000)) {
        let sheet = mutated(sheet().as_bytes(), &mutations);
        assert_table(parse(&workbook(Part::Sheet, &sheet), Form::Workbook), &sheet, 2_000_000);
    }

    #[test]
    fn a_mutated_workbook_is_read_or_refused_discreetly(
        name in select(vec!["excel.xlsx", "excel-1904.xlsx", "formula-without-value.xlsx"]), mutations in mutations(2_000),
    ) {
        let path = crate::corpus::path("../sheets").join(name);
        let bytes = mutated(&std::fs::read(path).unwrap(), &mutations);
        assert_table(parse(&bytes, Form::Workbook), &bytes, 2_000_000);
    }
}
