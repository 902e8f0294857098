//! The offices file.

use engine::rulebook::Language;
use service::offices::{CourtKind, OfficeKind, Offices};
use tests::lines::{opening, recorded, with_a_case};
use tests::program::{Desk, program};

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
    for kind in [OfficeKind::Court, OfficeKind::Prosecutor, OfficeKind::Investigator, OfficeKind::LegalAid] {
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
fn a_misspelt_office_is_refused_with_the_one_that_was_probably_meant() {
    let desk = with_a_case();
    let role = ["--role", "prosecutor", "--office", "vte-prosecuter"];
    let commands: [Vec<&str>; 5] = [
        [&["people", "add", "noy", "--name", "Noy"], &role[..]].concat(),
        [&["tokens", "add", "register"], &role[..]].concat(),
        vec!["feeds", "add", "phone", "--office", "vte-prosecuter"],
        vec!["mail", "add", "vte-prosecuter", "duty@example.la"],
        vec!["transfer", "--from", "vte-prosecuter", "--to", "lpb-prosecutor"],
    ];
    for command in commands {
        let run = desk.run(&command).ends_with(1);
        run.complains(&["vte-prosecuter is not in the list of offices", "did you mean", "(vte-prosecutor)?"]);
    }
}

#[test]
fn a_wrong_file_is_refused_with_its_line() {
    let desk = Desk::new();
    let flaws = [
        (ONE.replace("mediation", "mediator"), "bad.toml:3: "),
        (ONE.replace("lo = \"ໜ່ວຍ 7\"", "la = \"x\""), "bad.toml:4: "),
        (ONE.replace("vte-village-7", "\"Village 7\""), "bad.toml:2: expected an office code"),
        (ONE.replace("\"mediation\"", "\"court\""), "bad.toml:2: vte-village-7: every court needs `court`"),
        (format!("{ONE}x = "), "bad.toml:6: "),
    ];
    for (text, says) in flaws {
        desk.write("bad.toml", text);
        desk.run(["offices", "check", "bad.toml"]).ends_with(1).complains(&[says]);
    }
}

#[test]
fn a_file_that_contradicts_the_log_is_refused_with_what_the_log_says() {
    let desk = recorded(&[opening("A-1"), opening("A-2").replace("vte-prosecutor", "vte-new-prosecutor")]);
    let office = |code: &str, kind: &str| ONE.replace("vte-village-7", code).replace("mediation", kind);
    desk.write("wrong.toml", office("vte-juvenile-court", "prosecutor"));
    let says = "wrong.toml: vte-juvenile-court is listed as prosecutor but used as court in 2 cases";
    desk.run(["offices", "check", "wrong.toml"]).ends_with(1).complains(&[says, "contradicts the log kamnot.db"]);
    // An office without a name is shown by its code; that is said and is no reason to refuse the file.
    desk.write("lacking.toml", ONE);
    let says = "vte-new-prosecutor is not among the offices but used as prosecutor in 1 case";
    desk.run(["offices", "check", "lacking.toml"]).ends_with(0).says(&[says, "in order"]);
    desk.write("right.toml", office("vte-new-prosecutor", "prosecutor"));
    let said = desk.run(["offices", "check", "right.toml"]).ends_with(0).says(&["in order"]).out;
    assert_eq!(said.lines().count(), 1, "{said}");
    // `serve` says it too, and watches all the same.
    let script = "\"$0\" serve --offices wrong.toml & sleep 2; kill $!; wait $!";
    let mut bash = std::process::Command::new("bash");
    let output = bash.args(["-c", script]).arg(program()).current_dir(desk.path("")).output().expect("bash runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("vte-juvenile-court is listed as prosecutor"), "{said}");
    assert!(said.contains("watching") && output.status.success(), "{said}");
}

#[test]
fn what_is_read_from_a_log_names_the_offices_that_it_adopted_and_no_other_ones() {
    let desk = with_a_case();
    let own = ONE.replace("vte-village-7", "vte-prosecutor").replace("mediation", "prosecutor");
    desk.write("own.toml", &own);
    desk.write("other.toml", own.replace("Village Unit 7", "Another"));
    let prosecutor = ["--prosecutor", "vte-prosecutor"];
    let commands: [&[&str]; 6] = [
        &["today", "--office", "vte-prosecutor"],
        &[&["docket"], &prosecutor[..]].concat(),
        &[&["alerts"], &prosecutor[..]].concat(),
        &["timeline", "A-1"],
        &["timeline", "A-1", "--html"],
        &["offices"],
    ];
    // Until a file is adopted, the command line's counts.
    for command in commands {
        let run = desk.run([command, &["--offices", "other.toml"]].concat()).ends_with(0);
        assert!(run.out.contains("Another"), "{command:?}: {}", run.out);
    }
    desk.run(["offices", "adopt", "own.toml", "--yes"]).ends_with(0);
    for command in commands {
        for more in [&[][..], &["--offices", "own.toml"]] {
            let run = desk.run([command, more].concat()).ends_with(0);
            assert!(run.out.contains("Village Unit 7"), "{command:?} {more:?}: {}", run.out);
        }
        let refused = desk.run([command, &["--offices", "other.toml"]].concat());
        refused.ends_with(1).complains(&["has another offices file in force"]);
    }
}
