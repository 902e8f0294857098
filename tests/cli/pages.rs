//! The pages: what they show is what the program prints, and what they tell people to type is understood.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use tests::program::Desk;

/// The pages on which commands stand.
const PAGES: [&str; 9] = [
    "README.md",
    "SECURITY.md",
    "CONTRIBUTING.md",
    "docs/architecture.md",
    "docs/figures.md",
    "docs/formats.md",
    "docs/law.md",
    "docs/operations.md",
    "docs/rulebook.md",
];

fn page(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The blocks of a page that are fenced with this word.
fn blocks(page: &str, word: &str) -> Vec<String> {
    let fenced = page.split("\n```").filter_map(|block| block.strip_prefix(word)?.strip_prefix('\n'));
    fenced.map(|block| block.trim_end().to_owned()).collect()
}

#[test]
fn the_first_session_of_the_readme_is_what_the_program_prints() {
    let (readme, desk) = (page("README.md"), Desk::new());
    let file = blocks(&readme, "sh").into_iter().find(|block| block.starts_with("cat > first.jsonl"));
    let file = file.expect("the file of the first session");
    let lines: Vec<&str> = file.lines().skip(1).take_while(|line| *line != "END_OF_FILE").collect();
    desk.write("first.jsonl", lines.join("\n") + "\n");
    let sessions = blocks(&readme, "console");
    assert_eq!(sessions.len(), 3, "{sessions:?}");
    for session in sessions {
        let (command, printed) = session.split_once('\n').expect("a command and what it prints");
        let arguments = command.strip_prefix("$ kamnot ").expect("a command of kamnot").split(' ');
        let run = desk.run(arguments).ends_with(0);
        let out: Vec<&str> = run.out.trim().lines().map(str::trim_end).collect();
        assert_eq!(out.join("\n"), printed.trim_end(), "{command}");
    }
}

/// The commands of kamnot that a page shows, in its code.
fn commands(page: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let prose: String = page.split("\n```").step_by(2).collect();
    found.extend(prose.split('`').skip(1).step_by(2).filter(|code| code.starts_with("kamnot ")).map(str::to_owned));
    for block in ["sh", "console"].iter().flat_map(|word| blocks(page, word)) {
        for line in block.replace("\\\n", " ").lines() {
            let line = line.split('#').next().unwrap_or_default();
            found.extend(
                line.match_indices("kamnot ")
                    .filter(|(at, _)| {
                        let before = line[..*at].trim_end();
                        before.is_empty()
                            || before.ends_with(['$', ';', '&', '|', '('])
                            || before.ends_with(" kamnot")
                            || before.ends_with("-u")
                    })
                    .map(|(at, _)| line[at..].split([';', '&', '|']).next().unwrap_or_default().to_owned()),
            );
        }
    }
    found
}

#[test]
fn what_the_pages_tell_people_to_type_is_understood() {
    let desk = Desk::new();
    // What `--help` says of a command; a command of a command has help of its own.
    let mut helps: BTreeMap<String, Option<String>> = BTreeMap::new();
    let mut help = |words: &[&str]| {
        let told = helps.entry(words.join(" ")).or_insert_with(|| {
            let run = desk.run(words.iter().copied().chain(["--help"]));
            (run.code == 0).then_some(run.out)
        });
        told.clone()
    };
    let mut wrong = Vec::new();
    let mut looked_at = 0;
    for name in PAGES {
        for command in commands(&page(name)) {
            let words: Vec<&str> = command.split_whitespace().skip(1).collect();
            let Some(first) = words.first().filter(|word| word.chars().all(|letter| letter.is_ascii_lowercase()))
            else {
                continue;
            };
            // `kamnot kamnot …`: the first is the user.
            let (first, rest) = if *first == "kamnot" { (words[1], &words[2..]) } else { (*first, &words[1..]) };
            let Some(mut told) = help(&[first]) else {
                wrong.push(format!("{name}: `{command}`: there is no such command"));
                continue;
            };
            let second = rest.first().filter(|word| word.chars().all(|letter| letter.is_ascii_lowercase()));
            if told.contains("\nCommands:")
                && let Some(own) = second.and_then(|second| help(&[first, second]))
            {
                told = own;
            }
            looked_at += 1;
            for option in rest.iter().filter_map(|word| word.strip_prefix("--")) {
                let option = option.split(['=', ',', '.', ')', ']', ':', '…']).next().unwrap_or_default();
                if option != "help" && !told.contains(&format!("--{option}")) {
                    wrong.push(format!("{name}: `{command}`: no option --{option}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(looked_at > 60, "{looked_at} commands were found on the pages");
}
