//! A real mail server: `aiosmtpd`, which `tests/run` installs, in a process of its own.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use super::certificates::Certificate;
use super::nats_server::tools;

const PROGRAM: &str = include_str!("mail_server.py");

/// A mail server; ended by its process id when it goes out of scope.
pub struct MailServer {
    child: Child,
    folder: TempDir,
    /// The port at which it listens, on 127.0.0.1.
    pub port: u16,
}

/// How it encrypts.
pub enum Encryption<'c> {
    /// Not at all.
    None,
    /// Once it is asked to.
    StartTls(&'c Certificate),
    /// From the beginning.
    Tls(&'c Certificate),
}

/// A mail that it took.
pub struct Mail {
    /// To whom.
    pub to: String,
    /// The subject, decoded.
    pub subject: String,
    /// The text, decoded, with plain spaces.
    pub text: String,
    /// Head and body, as they came.
    pub data: String,
    /// Whether it came encrypted.
    pub tls: bool,
    /// Who had logged in.
    pub login: Option<String>,
}

impl Mail {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let (head, _) = self.data.split_once("\r\n\r\n")?;
        head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

impl MailServer {
    /// One that takes everything.
    ///
    /// # Panics
    /// If it does not start.
    pub fn start(encryption: &Encryption<'_>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (mood, program) = (folder.path().join("mood"), folder.path().join("mail_server.py"));
        fs::write(&mood, "takes").expect("written");
        fs::write(&program, PROGRAM).expect("written");
        let mut command = Command::new("python3");
        command.arg(program).arg(mood).env("PYTHONPATH", tools()).stdin(Stdio::null()).stdout(Stdio::piped());
        match encryption {
            Encryption::None => {}
            Encryption::StartTls(pair) => drop(command.args([&pair.certificate, &pair.key])),
            Encryption::Tls(pair) => drop(command.args([&pair.certificate, &pair.key]).arg("from-the-beginning")),
        }
        let mut child = command.spawn().expect("python3 runs");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let port = lines.next().and_then(Result::ok).and_then(|line| line.parse().ok());
        let port = port.unwrap_or_else(|| panic!("it does not start: is aiosmtpd in {}?", tools().display()));
        Self { child, folder, port }
    }

    /// Puts it in a mood: `takes`, `451`, `550`, `hangs`, `drops`.
    ///
    /// # Panics
    /// If it cannot be told.
    pub fn mood(&self, mood: &str) {
        let (file, new): (PathBuf, PathBuf) = (self.folder.path().join("mood"), self.folder.path().join("mood.new"));
        fs::write(&new, mood).expect("written");
        fs::rename(new, file).expect("named");
    }

    /// The mails that it took, in their order.
    pub fn mails(&self) -> Vec<Mail> {
        let mails = fs::read_to_string(self.folder.path().join("mails")).unwrap_or_default();
        let mails = mails.lines().map(|line| serde_json::from_str::<Value>(line).expect("a mail"));
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let mail = |mail: Value| Mail {
            to: text(&mail["to"][0]),
            subject: text(&mail["subject"]),
            text: text(&mail["text"]).replace('\u{a0}', " "),
            data: text(&mail["data"]),
            tls: mail["tls"].as_bool().unwrap_or_default(),
            login: mail["login"].as_str().map(str::to_owned),
        };
        mails.map(mail).collect()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
