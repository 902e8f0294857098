//! The address of a database: what it says, as libpq would understand it, and how a person may read it.
//!
//! Invariant: what is shown holds no password, wherever the address holds one; what an address or the environment says
//! and this program can't do is refused, never passed over.

use sqlx::postgres::{PgConnectOptions, PgSslMode};

/// What may stand behind the `?`.
const PARAMETERS: [&str; 12] = [
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "application_name",
    "options",
];
/// What libpq knows besides, most often met; named in the refusal, where anything else could be part of a password.
const OF_LIBPQ: [&str; 9] = [
    "service",
    "passfile",
    "target_session_attrs",
    "connect_timeout",
    "channel_binding",
    "sslcrl",
    "gssencmode",
    "keepalives",
    "load_balance_hosts",
];
const SSL_MODES: [&str; 5] = ["disable", "prefer", "require", "verify-ca", "verify-full"];

/// How to connect as an address says; what it leaves out, the environment (`variable` reads it) and `~/.pgpass` say.
///
/// # Errors
/// What can't be read, or not be done.
pub(super) fn options(url: &str, variable: impl Fn(&str) -> Option<String>) -> Result<PgConnectOptions, String> {
    let scheme = url.split_once("://").map_or("", |(scheme, _)| scheme);
    if !["postgres", "postgresql"].iter().any(|ours| scheme.eq_ignore_ascii_case(ours)) {
        return Err("expected postgres://USER@HOST/DATABASE".to_owned());
    }
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let parameters: Vec<(&str, &str)> = query.split('&').filter_map(|pair| pair.split_once('=')).collect();
    refuse_unknown(query, &parameters)?;
    refuse_of_the_environment(&variable)?;
    let said = |key: &str| parameters.iter().find(|(known, _)| *known == key).map(|(_, value)| *value);
    if let Some(mode) = said("sslmode").filter(|mode| !SSL_MODES.contains(mode)) {
        return Err(format!("sslmode={mode} is not known here; choose one of {}", SSL_MODES.join(", ")));
    }
    let read = |url: &str| url.parse::<PgConnectOptions>().map_err(|error| error.to_string());
    let mut options = read(url)?;
    let socket = options.get_socket().cloned();
    let socket = socket.or_else(|| options.get_host().starts_with('/').then(|| options.get_host().into()));
    if let Some(folder) = socket {
        // In ~/.pgpass the server behind a socket is called localhost; and nothing is encrypted on the way there.
        let joint = if url.contains('?') { '&' } else { '?' };
        options = read(&format!("{url}{joint}host=localhost"))?.socket(folder).ssl_mode(PgSslMode::Disable);
    } else if matches!(options.get_ssl_mode(), PgSslMode::Require)
        && (said("sslrootcert").is_some() || variable("PGSSLROOTCERT").is_some())
    {
        options = options.ssl_mode(PgSslMode::VerifyCa);
    }
    Ok(if options.get_application_name().is_none() { options.application_name("kamnot") } else { options })
}

fn refuse_unknown(query: &str, parameters: &[(&str, &str)]) -> Result<(), String> {
    let known = |key: &str| PARAMETERS.contains(&key);
    let pairs = query.split('&').filter(|pair| !pair.is_empty()).count();
    if pairs == parameters.len() && parameters.iter().all(|(key, _)| known(key)) {
        return Ok(());
    }
    let strange = parameters.iter().map(|(key, _)| *key).find(|key| !known(key));
    let what = match strange.filter(|key| OF_LIBPQ.contains(key)) {
        Some("service") => "service files are not read; write the address itself".to_owned(),
        Some(key) => format!("the parameter {key} is not known here; leave it out"),
        None => "a parameter behind its ? is not known here, or the password holds a ? that has to be written %3F"
            .to_owned(),
    };
    Err(format!("{what} (known are {})", PARAMETERS.join(", ")))
}

/// What the environment says and would be passed over.
fn refuse_of_the_environment(variable: impl Fn(&str) -> Option<String>) -> Result<(), String> {
    if variable("PGSERVICE").is_some() {
        return Err("PGSERVICE is set, and service files are not read; unset it".to_owned());
    }
    if variable("PGPORT").is_some_and(|port| port.parse::<u16>().is_err()) {
        return Err("PGPORT is no number of a port".to_owned());
    }
    if variable("PGSSLMODE").is_some_and(|mode| !SSL_MODES.contains(&&*mode)) {
        return Err(format!("PGSSLMODE is not known here; choose one of {}", SSL_MODES.join(", ")));
    }
    Ok(())
}

/// An address with what could be a password masked.
pub(crate) fn without_password(url: &str) -> String {
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
    use super::{options, without_password};

    fn refusal(url: &str, variable: Option<(&str, &str)>) -> String {
        let variable = |name: &str| variable.filter(|(known, _)| *known == name).map(|(_, value)| value.to_owned());
        options(url, variable).map(|_| ()).unwrap_err()
    }

    #[test]
    fn what_can_not_be_done_is_refused_and_not_passed_over() {
        for (url, said) in [
            ("postgres://db/kamnot?target_session_attrs=read-write", "target_session_attrs is not known"),
            ("postgres://db/kamnot?service=main", "service files are not read"),
            ("postgres://db/kamnot?sslmode=allow", "sslmode=allow is not known"),
            (
                "postgres://db/kamnot?sslmode=verify_full",
                "choose one of disable, prefer, require, verify-ca, verify-full",
            ),
            ("mysql://me:secret@db/kamnot", "expected postgres://"),
        ] {
            assert!(refusal(url, None).contains(said), "{url}: {}", refusal(url, None));
        }
        for (name, value) in [("PGSSLMODE", "verify_full"), ("PGPORT", "default"), ("PGSERVICE", "main")] {
            assert!(refusal("postgres://db/kamnot", Some((name, value))).contains(name));
        }
    }

    #[test]
    fn what_is_not_known_is_not_repeated() {
        for url in
            ["postgres://db/kamnot?passwrod=secret", "postgres://me:x?secret=1@db/kamnot", "postgres://db/k?secret"]
        {
            assert!(!refusal(url, None).contains("secret"), "{}", refusal(url, None));
        }
    }

    #[test]
    fn a_root_certificate_is_there_to_be_looked_at() {
        use sqlx::postgres::PgSslMode;
        let mode = |url: &str| options(url, |_| None).map(|options| options.get_ssl_mode()).unwrap();
        assert!(matches!(mode("postgres://db/k?sslmode=require&sslrootcert=/ca.pem"), PgSslMode::VerifyCa));
        assert!(matches!(mode("postgres://db/k?sslmode=require"), PgSslMode::Require));
        assert!(matches!(mode("postgres:///k?host=/run/x&sslmode=require"), PgSslMode::Disable));
    }

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
