//! Templates of sentences: texts with placeholders such as `{date}`.

/// The pieces of a template: a text, and the name of the placeholder behind it, if there is one.
pub(crate) fn pieces(template: &str) -> impl Iterator<Item = (&str, Option<&str>)> {
    let mut left = Some(template);
    std::iter::from_fn(move || {
        let rest = left.take()?;
        let placed = rest.split_once('{').and_then(|(text, behind)| Some((text, behind.split_once('}')?)));
        let Some((text, (name, behind))) = placed else { return Some((rest, None)) };
        left = Some(behind);
        Some((text, Some(name)))
    })
}

/// Whether every brace of a template belongs to a placeholder.
pub(crate) fn is_paired(template: &str) -> bool {
    pieces(template).all(|(text, name)| !text.contains(['{', '}']) && !name.unwrap_or_default().contains('{'))
}
