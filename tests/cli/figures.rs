//! Figures on the command line: exact ones of an office, and those of a closed quarter, which are kept.

use tests::lines::{sample, with_a_case};

const OFFICE: &str = "--office=vte-juvenile-court";

#[test]
fn an_offices_figures_are_printed_for_people_for_spreadsheets_and_for_programs() {
    let desk = with_a_case();
    let table = desk.run(["figures", OFFICE, "--period=2026"]).ends_with(0);
    for words in
        ["1 Children arrested", "not carry", "Time used at each stage", "Juvenile Court, Vientiane Capital, 2026"]
    {
        assert!(table.out.contains(words), "{words} in\n{}", table.out);
    }
    let csv = desk.run(["figures", OFFICE, "--period=2026-Q1", "--format=csv", "--lang=lo"]).ends_with(0);
    assert!(csv.out.lines().count() > 20 && csv.out.contains("ເດັກທີ່ຖືກຈັບ"), "{}", csv.out);
    let json = desk.run(["figures", OFFICE, "--period=2026-Q1", "--format=json"]).ends_with(0);
    let json: serde_json::Value = serde_json::from_str(&json.out).expect("an object");
    let counts = json["figures"]["counts"].as_array().expect("counts");
    assert!(counts.iter().any(|count| count["of"] == "arrested/all" && count["count"] == 1), "{json}");
    desk.run(["figures", "--period=2026"]).ends_with(2);
    desk.run(["figures", OFFICE, "--period=2026-Q7"]).ends_with(2).complains(&["2026-Q1"]);
    desk.run(["figures", "--office=nobody-knows"]).ends_with(1).complains(&["has no cases"]);
}

#[test]
fn the_figures_of_a_closed_quarter_stay_as_they_were_first_shown() {
    let desk = with_a_case();
    let quarter = ["figures", "--quarter=2026-Q1", "--format=json"];
    let first = desk.run(quarter).ends_with(0).out;
    assert!(first.contains("\"counted_at\""), "{first}");
    let more = sample("actions-300.jsonl").display().to_string();
    desk.run(["import", &more]).ends_with(0);
    assert_eq!(desk.run(quarter).ends_with(0).out, first);
    desk.run(["figures", "--quarter=2099-Q1"]).ends_with(1).complains(&["it has not ended"]);
    desk.run(["figures", "--quarter=2026-Q1", "--province=Nowhere"]).ends_with(1).complains(&["there are: "]);
}
