//! The names of a form's fields. An action's own fields have their paths as names: `place.children_only`.

/// The reference of the case.
pub const CASE: &str = "case";
/// The office that acted.
pub const BY: &str = "by";
/// The day of the action, as it stands on the paper.
pub const DATE: &str = "date";
/// Its time of day, if the paper gives one.
pub const TIME: &str = "time";
/// The action's id, made when the form was shown.
pub const ID: &str = "id";
/// What to do with the form: [`RECORD`], [`EDIT`], [`MORE`]; anything else shows what recording would change.
pub const DO: &str = "do";
/// Records.
pub const RECORD: &str = "record";
/// Shows the form again.
pub const EDIT: &str = "edit";
/// Shows the form with one more group of a list.
pub const MORE: &str = "more";
/// For whom the form was made, sealed.
pub const OWNER: &str = "owner";
/// The version of the case that was previewed.
pub const VERSION: &str = "version";
/// How many actions of the case were known then.
pub const KNOWN: &str = "known";
/// Which warnings are confirmed.
pub const SURE: &str = "sure";
/// The id of the action that the form corrects.
pub const CORRECTS: &str = "corrects";
/// Why it is corrected.
pub const WHY: &str = "why";
/// When the correcting form was made.
pub const MADE: &str = "made";

/// The language that the head's button of a form's page switches to.
pub const SWITCH: &str = "switch";
/// That the form was looked at: what recording would change, or what to correct, is shown beside it.
pub const LOOKED: &str = "looked";

/// That the form was kept while its session had ended.
pub const KEPT: &str = "kept";

/// The value of "not on record".
pub const NOT_ON_RECORD: &str = "-";
/// The value of what the table says null means, and of a list's "none of these".
pub const NONE: &str = "null";
/// The value of "there is one", of an object that may be null.
pub const GIVEN: &str = "given";
/// The values of true and false.
pub const YES: &str = "yes";
/// See [`YES`].
pub const NO: &str = "no";

/// The name of the box that says null beside a field of text.
pub fn null_of(path: &str) -> String {
    format!("{path}.null")
}

/// The id of a field in the page.
pub fn id_of(path: &str) -> String {
    format!("f-{}", path.replace('.', "-"))
}

/// The fields that are the form's own and do not go into the next one.
pub const OF_THE_FORM: [&str; 8] = [DO, "csrf", OWNER, VERSION, KNOWN, SURE, SWITCH, LOOKED];

/// Whether a form may be begun with this field from an address: nothing personal, and no free text.
pub fn of_query(name: &str) -> bool {
    [CASE, BY, DATE, TIME, CORRECTS, "withdraws", "same_as"].contains(&name)
}
