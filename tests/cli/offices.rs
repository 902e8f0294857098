//! The offices file.

use adapters::offices::{CourtKind, Kind, Offices};
use engine::rulebook::Language;
use tests::program::Desk;

const ONE: &str = r#"
[vte-village-7]
kind = "mediation"
name = { en = "Village Unit 7", lo = "ໜ່ວຍ 7" }
province = { en = "Vientiane Capital", lo = "ນະຄອນຫຼວງວຽງຈັນ" }
"#;

#[test]
fn every_province_has_its_four_offices() {
    let offices = Offices::of_the_program();
    assert_eq!(offices.all().count(), 18 * 4);
    for kind in [Kind::Court, Kind::Prosecutor, Kind::Investigator, Kind::LegalAid] {
        let of_kind: Vec<_> = offices.all().filter(|(_, office)| office.kind == kind).collect();
        assert_eq!(of_kind.len(), 18, "{kind:?}");
        let names: std::collections::BTreeSet<&str> =
            of_kind.iter().map(|(_, office)| office.name.in_language(Language::Lo)).collect();
        assert_eq!(names.len(), 18, "{kind:?}");
    }
    assert!(offices.all().any(|(_, office)| office.court == Some(CourtKind::JuvenilePanel)));
}

#[test]
fn a_file_adds_offices() {
    let desk = Desk::new();
    desk.write("more.toml", ONE);
    desk.run(["offices", "check", "more.toml"]).ends_with(0).says(&["in order", "73 offices, 1 of them new"]);
    desk.run(["offices", "--offices", "more.toml"]).ends_with(0).says(&["vte-village-7", "Village Unit 7"]);
}

#[test]
fn a_wrong_file_is_refused_with_its_line() {
    let desk = Desk::new();
    let flaws = [
        (ONE.replace("mediation", "mediator"), "bad.toml:3: "),
        (ONE.replace("lo = \"ໜ່ວຍ 7\"", "la = \"x\""), "bad.toml:4: "),
        (ONE.replace("vte-village-7", "\"Village 7\""), "bad.toml:2: not an office code"),
        (ONE.replace("\"mediation\"", "\"court\""), "bad.toml:2: vte-village-7: `court`, juvenile_court or"),
        (format!("{ONE}x = "), "bad.toml:6: "),
    ];
    for (text, says) in flaws {
        desk.write("bad.toml", text);
        desk.run(["offices", "check", "bad.toml"]).ends_with(1).complains(&[says]);
    }
}
