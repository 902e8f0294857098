//! The programs that stand in the page of the formats, for people to copy.

/// The block of Python under a heading of the page.
///
/// # Panics
/// If there is none.
pub fn python_under(heading: &str) -> &'static str {
    let page = include_str!("../../docs/formats.md");
    let (_, section) = page.split_once(heading).expect("the heading");
    let (_, block) = section.split_once("```python\n").expect("a block of Python");
    block.split("```").next().expect("its end")
}
