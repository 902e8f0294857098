//! What can't be tested on every machine: a small disk, a network of the test's own.

/// Says that something is not tested here, because of what is missing. A failure where `KAMNOT_TESTS_ALL` says that everything
/// can be: `tests/run` sets it for root, who lacks nothing.
///
/// # Panics
/// If `KAMNOT_TESTS_ALL` is 1.
#[track_caller]
pub fn not_tested(what: &str, missing: &str) {
    let all = std::env::var_os("KAMNOT_TESTS_ALL").is_some_and(|value| value == "1");
    assert!(!all, "KAMNOT_TESTS_ALL is 1, and this can't be tested here: {what}; {missing}");
    eprintln!("NOT TESTED: {what}; {missing}");
}
