//! The address of a database as a person may read it.
//!
//! Invariant: no password is in it, wherever the address holds one.

/// An address with what could be a password masked.
pub(in crate::store) fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return "postgres://".to_owned() };
    // The last @: a password that was not encoded may hold one, and what else has a meaning in an address.
    let (user, place) = rest.rsplit_once('@').map_or((None, rest), |(user, place)| (Some(user), place));
    let (place, query) = place.split_once('?').map_or((place, None), |(place, query)| (place, Some(query)));
    let shown = match user.map(|user| (user, user.find([':', '/', '?', '#']))) {
        None => place.to_owned(),
        Some((user, None)) => format!("{user}@{place}"),
        Some((user, Some(end))) => format!("{}:***@{place}", &user[..end]),
    };
    let parameters = query.map(|query| {
        let known = |pair: &&str| {
            let key = pair.split('=').next().unwrap_or_default();
            ["host", "hostaddr", "port", "dbname", "user", "sslmode", "sslrootcert", "options"].contains(&key)
        };
        // Anything else is left out: a password under a misspelt name is one all the same.
        query.split('&').filter(known).collect::<Vec<_>>().join("&")
    });
    match parameters.as_deref() {
        None | Some("") => format!("{scheme}://{shown}"),
        Some(parameters) => format!("{scheme}://{shown}?{parameters}"),
    }
}

#[cfg(test)]
mod tests {
    use super::without_password;

    #[test]
    fn no_password_is_shown_wherever_it_stands() {
        for (url, shown) in [
            ("postgres://me:secret@db:5433/kamnot", "postgres://me:***@db:5433/kamnot"),
            ("postgresql://me:se@cr/et@db/kamnot?sslmode=require", "postgresql://me:***@db/kamnot?sslmode=require"),
            ("postgres://db/kamnot?user=me&password=secret", "postgres://db/kamnot?user=me"),
            ("postgres:///kamnot?host=/run/postgresql&passwrod=secret", "postgres:///kamnot?host=/run/postgresql"),
            ("postgres://me:se?c#ret@db/kamnot", "postgres://me:***@db/kamnot"),
            ("postgres://db/kamnot?password=secret&user=me@realm", "postgres://db:***@realm"),
            ("postgres://me@db", "postgres://me@db"),
            ("postgres:secret", "postgres://"),
        ] {
            assert_eq!(without_password(url), shown);
        }
    }
}
