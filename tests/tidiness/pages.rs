//! The pages say what the rulebook says: its rules, limits, conditions and questions, each once, and no number of them.

use std::collections::BTreeSet;

use engine::action::ActionName;
use engine::rulebook::{Rule, Rulebook};

use super::{files, read, root};

fn page(name: &str) -> String {
    read(&root().join("docs").join(name))
}

/// The cells of each row of the tables between this heading and the next one.
fn rows(page: &str, heading: &str) -> Vec<Vec<String>> {
    let (_, section) = page.split_once(&format!("\n## {heading}\n")).unwrap_or_else(|| panic!("no section {heading}"));
    let section = section.split("\n## ").next().unwrap_or_default();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| row.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect()).collect()
}

/// The words in backticks of a cell.
fn quoted(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

/// Asserts that a table has a row for each rule, in their order, with its article.
#[track_caller]
fn assert_listed(rows: &[Vec<String>], rules: &[&Rule]) {
    let listed: Vec<(&str, &str)> = rows.iter().map(|row| (quoted(&row[0])[0], row[1].as_str())).collect();
    let expected: Vec<(&str, &str)> = rules.iter().map(|rule| (rule.id.word(), rule.article.as_str())).collect();
    assert_eq!(listed, expected);
}

#[test]
fn the_page_of_the_rules_lists_every_limit_and_every_condition_once() {
    let (book, page) = (Rulebook::law_05_na_2006(), page("rulebook.md"));
    let (limits, conditions): (Vec<&Rule>, Vec<&Rule>) = book.rules().iter().partition(|rule| rule.is_limit());
    assert_listed(&rows(&page, "Time limits"), &limits);
    assert_listed(&rows(&page, "Conditions"), &conditions);
    for (row, rule) in rows(&page, "Time limits").iter().zip(&limits) {
        let roles: Vec<&str> = rule.may_owe().iter().map(|role| role.word()).collect();
        let told = if let [role] = roles.as_slice() { (*role).to_owned() } else { row[2].clone() };
        assert!(row[2] == told && (roles.len() == 1 || row[2].starts_with("see ")), "{}: owed by {}", rule.id, row[2]);
    }
    for (row, rule) in rows(&page, "Conditions").iter().zip(&conditions).filter(|(row, _)| row[2] != "the same") {
        let named: BTreeSet<ActionName> =
            quoted(&row[2]).iter().filter_map(|word| ActionName::from_word(word)).collect();
        let tested: BTreeSet<ActionName> = rule.tested_on().iter().collect();
        assert!(tested.is_subset(&named), "{}: tested on {tested:?}, the page names {named:?}", rule.id);
    }
}

#[test]
fn the_page_of_the_rules_lists_every_question_with_its_answers() {
    let (book, page) = (Rulebook::law_05_na_2006(), page("rulebook.md"));
    let rows = rows(&page, "Two readings");
    let listed: Vec<Vec<&str>> =
        rows.iter().map(|row| row[..3].iter().flat_map(|cell| quoted(cell)).collect()).collect();
    let expected: Vec<Vec<&str>> =
        book.answers().map(|(question, of)| vec![&*question.name, of.protective, of.lenient]).collect();
    assert_eq!(listed, expected);
}

#[test]
fn the_page_of_the_formats_lists_every_action_with_its_fields() {
    let page = page("formats.md");
    let rows = rows(&page, "Actions: JSON Lines");
    let listed: Vec<(ActionName, &Vec<String>)> = rows
        .iter()
        .flat_map(|row| quoted(&row[0]).into_iter().filter_map(ActionName::from_word).map(move |name| (name, row)))
        .collect();
    assert_eq!(listed.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ActionName::ALL);
    for (name, row) in listed {
        let named = row.join(" ");
        for field in name.fields() {
            let quoted = format!("`{}`", field.name);
            assert!(named.contains(&quoted), "{name}: {} is not in its row", field.name);
        }
    }
}

/// How many there are, the rulebook says.
#[test]
fn no_page_says_how_many_rules_there_are() {
    let counted = ["rules", "conditions", "questions", "limits", "actions"];
    let numbers =
        ["thirteen", "fourteen", "fifteen", "nineteen", "twenty-six", "forty-six", "fifty-nine", "seventy-four"];
    let is_number = |word: &str| {
        let word = word.trim_start_matches(|letter: char| !letter.is_alphanumeric());
        numbers.contains(&word) || word.parse::<u32>().is_ok_and(|number| number > 12)
    };
    let mut pages = files(&root().join("docs"), "md");
    // Dated: what was measured, and what was decided then.
    pages.retain(|page| !page.ends_with("figures.md") && !page.ends_with("decisions.md"));
    pages.push(root().join("README.md"));
    for page in pages {
        let text = read(&page);
        let words: Vec<&str> = text.split_whitespace().collect();
        for three in words.windows(3) {
            let [before, first, second] = three else { continue };
            let counts =
                |word: &str| counted.contains(&word.trim_end_matches(|letter: char| !letter.is_alphanumeric()));
            let said = is_number(first) && (counts(second)) || is_number(before) && *first == "time" && counts(second);
            // An article, such as "the Art. 63 conditions".
            assert!(!said || before.contains("Art"), "{}: {}", page.display(), three.join(" "));
        }
    }
}
