//! An operator of NATS with an account and its users, as `nsc` makes them: keys, and the JWTs that they sign.

use std::time::{Duration, SystemTime};

use nkeys::KeyPair;
use serde_json::{Value, json};

/// An operator with one account that has JetStream.
pub struct Operator {
    key: KeyPair,
    account: KeyPair,
    system: KeyPair,
}

impl Default for Operator {
    fn default() -> Self {
        Self::new()
    }
}

impl Operator {
    /// One with new keys.
    pub fn new() -> Self {
        Self { key: KeyPair::new_operator(), account: KeyPair::new_account(), system: KeyPair::new_account() }
    }

    /// The lines of a server's configuration by which it lets in this operator's users and nobody else.
    pub fn lines(&self) -> String {
        let [key, account, system] = [&self.key, &self.account, &self.system].map(KeyPair::public_key);
        let operator = jwt(&self.key, &key, &json!({ "type": "operator", "version": 2 }));
        let limits = |disk: i64| {
            json!({
                "type": "account", "version": 2,
                "limits": {
                    "subs": -1, "data": -1, "payload": -1, "imports": -1, "exports": -1, "wildcards": true, "conn": -1,
                    "leaf": -1, "mem_storage": disk, "disk_storage": disk, "streams": disk, "consumer": disk,
                },
            })
        };
        format!(
            "operator: \"{operator}\"\nsystem_account: {system}\nresolver: MEMORY\nresolver_preload {{\n\
             {account}: \"{}\"\n{system}: \"{}\"\n}}\n",
            jwt(&self.key, &account, &limits(-1)),
            jwt(&self.key, &system, &limits(0)),
        )
    }

    /// A file of credentials of a new user of the account, which hold until then.
    ///
    /// # Panics
    /// If the clock stands before 1970.
    pub fn credentials(&self, until: SystemTime) -> String {
        let user = KeyPair::new_user();
        let mut claims = claims(&self.account, &user.public_key());
        claims["nats"] =
            json!({ "type": "user", "version": 2, "pub": {}, "sub": {}, "subs": -1, "data": -1, "payload": -1 });
        claims["exp"] = seconds(until).into();
        let seed = user.seed().expect("a key of our own has a seed");
        format!(
            "-----BEGIN NATS USER JWT-----\n{}\n------END NATS USER JWT------\n\n\
             ************************* IMPORTANT *************************\n\
             NKEY Seed printed below can be used to sign and prove identity.\n\n\
             -----BEGIN USER NKEY SEED-----\n{seed}\n------END USER NKEY SEED------\n",
            signed(&self.account, &claims)
        )
    }

    /// The same, holding for an hour.
    pub fn good_credentials(&self) -> String {
        self.credentials(SystemTime::now() + Duration::from_hours(1))
    }
}

fn jwt(issuer: &KeyPair, subject: &str, nats: &Value) -> String {
    let mut claims = claims(issuer, subject);
    claims["nats"] = nats.clone();
    signed(issuer, &claims)
}

fn claims(issuer: &KeyPair, subject: &str) -> Value {
    let since = seconds(SystemTime::now() - Duration::from_hours(2));
    json!({ "jti": subject, "iat": since, "iss": issuer.public_key(), "name": "test", "sub": subject })
}

fn signed(issuer: &KeyPair, claims: &Value) -> String {
    let header = encoded(json!({ "typ": "JWT", "alg": "ed25519-nkey" }).to_string().as_bytes());
    let text = format!("{header}.{}", encoded(claims.to_string().as_bytes()));
    let signature = issuer.sign(text.as_bytes()).expect("a key of our own signs");
    format!("{text}.{}", encoded(&signature))
}

fn encoded(bytes: &[u8]) -> String {
    base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, bytes)
}

fn seconds(at: SystemTime) -> u64 {
    at.duration_since(SystemTime::UNIX_EPOCH).expect("after 1970").as_secs()
}
