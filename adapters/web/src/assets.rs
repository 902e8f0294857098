//! The style sheet and the fonts, which the program contains.

/// The style sheet.
pub const STYLE: &str = include_str!("../assets/style.css");

/// The fonts, by the names that the style sheet gives them.
pub const FONTS: [(&str, &[u8]); 4] = [
    ("lao-400.woff2", include_bytes!("../assets/fonts/noto-sans-lao-looped-lao-400-normal.woff2")),
    ("lao-700.woff2", include_bytes!("../assets/fonts/noto-sans-lao-looped-lao-700-normal.woff2")),
    ("latin-400.woff2", include_bytes!("../assets/fonts/noto-sans-lao-looped-latin-400-normal.woff2")),
    ("latin-700.woff2", include_bytes!("../assets/fonts/noto-sans-lao-looped-latin-700-normal.woff2")),
];
