//! What is drawn: rectangles, paths and texts, as SVG.
//!
//! Invariant: no two texts overlap, and every text is inside the picture; one that finds no free place is left out, since
//! the table says the same. All text is escaped, and nothing is styled but by classes and presentation attributes.

use std::fmt::Write as _;

use super::text_width::{Look, text_width};

/// Tenths of a unit of the picture.
pub(super) type Tenths = i64;

/// So many whole units.
pub(super) const fn units(whole: i64) -> Tenths {
    whole * 10
}

/// How far a text reaches above and below its baseline, with the marks of Lao.
const ABOVE: Tenths = units(12);
const BELOW: Tenths = units(5);
/// What a text keeps free to each side.
const APART: Tenths = units(3);

/// Where a text may stand: its baseline, and the point that it begins at, ends at or is centred on.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    From(Tenths, Tenths),
    To(Tenths, Tenths),
    Around(Tenths, Tenths),
}

/// The room that a text takes.
#[derive(Clone, Copy)]
struct Room {
    left: Tenths,
    right: Tenths,
    top: Tenths,
    bottom: Tenths,
}

impl Room {
    fn meets(&self, other: &Self) -> bool {
        self.left < other.right && other.left < self.right && self.top < other.bottom && other.top < self.bottom
    }
}

/// A picture as it is drawn. The grid lies behind all shapes, and texts stand in front of them.
pub(super) struct Canvas<'f> {
    pub width: Tenths,
    prefix: &'f str,
    grid: String,
    shapes: String,
    texts: String,
    taken: Vec<Room>,
}

impl<'f> Canvas<'f> {
    pub fn new(width: Tenths, prefix: &'f str) -> Self {
        let (grid, shapes, texts) = (String::new(), String::new(), String::new());
        Self { width, prefix, grid, shapes, texts, taken: Vec::new() }
    }

    /// A rectangle from one x to another; nothing if the second is not behind the first.
    pub fn rect(&mut self, [left, right]: [Tenths; 2], top: Tenths, height: Tenths, class: &str) {
        self.rect_with([left, right], top, height, &format!(r#"class="{class}""#));
    }

    /// A line of the grid.
    pub fn grid(&mut self, x: Tenths, [top, bottom]: [Tenths; 2]) {
        let [x, top, bottom] = [x, top, bottom].map(number);
        push(&mut self.grid, format_args!(r#"<path d="M{x} {top}V{bottom}" class="grid"/>"#));
    }

    /// A part of the ground that is shaded.
    pub fn shade(&mut self, [left, right]: [Tenths; 2], [top, bottom]: [Tenths; 2]) {
        let [x, y, width, height] = [left, top, right - left, bottom - top].map(number);
        push(&mut self.grid, format_args!(r#"<rect x="{x}" y="{y}" width="{width}" height="{height}" class="off"/>"#));
    }

    /// A rectangle filled with the hatching, in an outline.
    pub fn hatched(&mut self, ends: [Tenths; 2], top: Tenths, height: Tenths) {
        self.rect_with(ends, top, height, r#"class="bar q" fill-opacity="0""#);
        let fill = format!(r##"fill="url(#{}h)""##, self.prefix);
        self.rect_with(ends, top, height, &fill);
    }

    fn rect_with(&mut self, [left, right]: [Tenths; 2], top: Tenths, height: Tenths, attributes: &str) {
        if right > left {
            let [x, y, width, height] = [left, top, right - left, height].map(number);
            push(
                &mut self.shapes,
                format_args!(r#"<rect x="{x}" y="{y}" width="{width}" height="{height}" {attributes}/>"#),
            );
        }
    }

    /// A path, by its commands.
    pub fn path(&mut self, commands: &str, attributes: &str) {
        push(&mut self.shapes, format_args!(r#"<path d="{commands}" {attributes}/>"#));
    }

    /// An upright line.
    pub fn upright(&mut self, x: Tenths, [top, bottom]: [Tenths; 2], class: &str) {
        let [x, top, bottom] = [x, top, bottom].map(number);
        self.path(&format!("M{x} {top}V{bottom}"), &format!(r#"class="{class}""#));
    }

    /// A level line.
    pub fn level(&mut self, [left, right]: [Tenths; 2], y: Tenths, class: &str) {
        let [left, right, y] = [left, right, y].map(number);
        self.path(&format!("M{left} {y}H{right}"), &format!(r#"class="{class}""#));
    }

    /// Writes the first of the texts that finds a free place, the longest first, in the first such place. Says whether one
    /// did.
    pub fn text(&mut self, texts: &[String], look: Look, places: &[Place]) -> bool {
        for text in texts.iter().filter(|text| !text.is_empty()) {
            let width = text_width(text, look);
            for place in places {
                let room = room(*place, width);
                if self.is_free(&room) {
                    self.taken.push(room);
                    self.write(text, look, *place);
                    return true;
                }
            }
        }
        false
    }

    /// Keeps a room free of further texts.
    pub fn keep_free(&mut self, [left, right]: [Tenths; 2], [top, bottom]: [Tenths; 2]) {
        self.taken.push(Room { left, right, top, bottom });
    }

    /// Writes a text where the room is kept for it.
    pub fn write(&mut self, text: &str, look: Look, place: Place) {
        let (x, y, anchor) = match place {
            Place::From(x, y) => (x, y, ""),
            Place::To(x, y) => (x, y, "end"),
            Place::Around(x, y) => (x, y, "mid"),
        };
        let classes = [look.class(), anchor].join(" ");
        let class = match classes.trim() {
            "" => String::new(),
            classes => format!(r#" class="{classes}""#),
        };
        let [x, y] = [x, y].map(number);
        push(&mut self.texts, format_args!(r#"<text x="{x}" y="{y}"{class}>{}</text>"#, escaped(text)));
    }

    fn is_free(&self, room: &Room) -> bool {
        let inside = room.left >= 0 && room.right <= self.width && room.top >= 0;
        inside && !self.taken.iter().any(|taken| taken.meets(room))
    }

    /// The whole picture.
    pub fn finish(self, height: Tenths, title: &str, description: &str) -> String {
        let Self { width, prefix, grid, shapes, texts, .. } = self;
        let [width, height] = [width, height].map(number);
        let [title, description] = [title, description].map(escaped);
        format!(
            concat!(
                r#"<svg viewBox="0 0 {width} {height}" role="img" aria-labelledby="{p}t {p}d">"#,
                r#"<title id="{p}t">{title}</title><desc id="{p}d">{description}</desc>"#,
                r#"<defs><pattern id="{p}h" width="6" height="6" patternUnits="userSpaceOnUse" "#,
                r#"patternTransform="rotate(45)"><path d="M0 0V6" class="hl"/></pattern></defs>"#,
                "\n{grid}{shapes}\n{texts}</svg>"
            ),
            p = prefix,
            width = width,
            height = height,
            title = title,
            description = description,
            grid = grid,
            shapes = shapes,
            texts = texts,
        )
    }
}

fn room(place: Place, width: Tenths) -> Room {
    let (left, y) = match place {
        Place::From(x, y) => (x, y),
        Place::To(x, y) => (x - width, y),
        Place::Around(x, y) => (x - width / 2, y),
    };
    Room { left: left - APART, right: left + width + APART, top: y - ABOVE, bottom: y + BELOW }
}

fn push(out: &mut String, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("a text takes everything");
}

/// A number of tenths as SVG has it, such as `50.7` or `12`.
pub(super) fn number(tenths: Tenths) -> String {
    let (sign, whole, rest) = (if tenths < 0 { "-" } else { "" }, tenths.abs() / 10, tenths.abs() % 10);
    if rest == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{rest}") }
}

/// A text as it may stand in a document: neither marks nor what turns the direction of reading around.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fffe}' | '\u{ffff}' => {
                out.push('\u{fffd}');
            }
            control if control.is_control() => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_be_read_as_a_mark_is_escaped() {
        assert_eq!(escaped("<a b=\"c\">&\u{202e}\u{1}"), "&lt;a b=&quot;c&quot;&gt;&amp;\u{fffd}\u{fffd}");
    }

    #[test]
    fn numbers_have_at_most_one_decimal() {
        assert_eq!([0, 5, 120, -507].map(number), ["0", "0.5", "12", "-50.7"]);
    }

    #[test]
    fn the_lower_of_two_texts_gives_way_and_a_shorter_one_may_stand() {
        let mut canvas = Canvas::new(units(200), "p");
        let text = |text: &str| text.to_owned();
        let here = [Place::From(units(10), units(20))];
        assert!(canvas.text(&[text("the first")], Look::Plain, &here));
        assert!(!canvas.text(&[text("the second")], Look::Plain, &here));
        let there = [Place::From(units(150), units(20))];
        assert!(canvas.text(&[text("much too long for this"), text("short")], Look::Plain, &there));
        let drawn = canvas.finish(units(40), "", "");
        assert!(drawn.contains("the first") && drawn.contains(">short<") && !drawn.contains("second"), "{drawn}");
    }
}
