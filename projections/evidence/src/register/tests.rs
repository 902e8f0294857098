//! Lines of the register as a program writes them and people copy them.

use super::*;

const LINE: &str = "2026-11-30 kamnot.example/vientiane 20852163 \
    4813 494d 137e 1631 bba3 01d5 acab 6e7b b7aa 74ce 1185 d456 565e f51d 7376 77b2";

#[test]
fn a_line_is_written_and_read() {
    let line: RegisterLine = LINE.parse().expect("a line");
    assert_eq!(line.to_string(), LINE);
    assert_eq!(line.checkpoint.root, Hash::of(&[b"root"]));
    assert_eq!(line.checkpoint.size, 20_852_163);
    assert_eq!(Some(line.day), Day::new(2026, 11, 30));
}

#[test]
fn how_somebody_copied_the_digits_does_not_matter() {
    let line: RegisterLine = LINE.parse().expect("a line");
    for copied in [
        LINE.to_uppercase().replace("KAMNOT.EXAMPLE/VIENTIANE", "kamnot.example/vientiane"),
        LINE.replace(' ', "  \n\t"),
    ] {
        assert_eq!(copied.parse(), Ok(line.clone()), "{copied}");
    }
    let digits = LINE.rsplitn(17, ' ').collect::<Vec<_>>();
    let joined = format!("{} {}", digits[16], digits[..16].iter().rev().copied().collect::<String>());
    assert_eq!(joined.parse(), Ok(line));
}

#[test]
fn what_is_no_line_is_refused() {
    for other in [
        String::new(),
        LINE[..LINE.len() - 1].to_owned(),
        format!("{LINE} 0"),
        LINE.replace("4813", "481g"),
        LINE.replace("20852163", "20,852,163"),
        LINE.replace("20852163", "020852163"),
        LINE.replace("2026-11-30", "2026-11-31"),
        LINE.replace("2026-11-30", "30-11-2026"),
        LINE.replace("kamnot.example/vientiane ", ""),
    ] {
        assert_eq!(other.parse::<RegisterLine>(), Err(NotALine), "{other}");
    }
}

#[test]
fn a_day_is_one_of_the_calendar() {
    for text in ["2024-02-29", "2000-02-29", "2026-12-31", "1000-01-01", "9999-12-31"] {
        assert_eq!(text.parse::<Day>().map(|day| day.to_string()).as_deref(), Ok(text));
    }
    for text in [
        "2023-02-29",
        "1900-02-29",
        "2026-13-01",
        "2026-00-10",
        "2026-01-00",
        "2026-1-1",
        "0999-01-01",
        "2026-01-01-",
        "+2026-01-01",
    ] {
        assert_eq!(text.parse::<Day>(), Err(NotALine), "{text}");
    }
}

#[test]
fn days_are_counted_from_1970() {
    for (day, days) in
        [("1970-01-01", 0), ("1969-12-31", -1), ("2000-02-29", 11_016), ("2000-03-01", 11_017), ("2026-11-30", 20_787)]
    {
        assert_eq!(day.parse::<Day>().map(Day::days), Ok(days), "{day}");
    }
}
