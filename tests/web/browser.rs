//! Somebody at a browser, before the pages of a process.

use tests::program::{Desk, Run};

use crate::desk::form;
use crate::people::GOOD;
use crate::serving::{Process, header};

/// Somebody at a browser.
pub struct Browser<'p> {
    process: &'p Process,
    cookie: String,
}

impl<'p> Browser<'p> {
    /// Nobody yet.
    pub const fn at(process: &'p Process) -> Self {
        Self { process, cookie: String::new() }
    }

    /// A page.
    pub fn get(&self, path: &str) -> String {
        self.process.get(path, &format!("Accept-Language: en\r\nCookie: {}\r\n", self.cookie))
    }

    /// What becomes of a form. The session that it begins is used from then on.
    pub fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> String {
        let body = form(fields);
        let (here, length) = (self.process.address, body.len());
        let answer = self.process.ask(&format!(
            "POST {path} HTTP/1.1\r\nHost: {here}\r\nOrigin: http://{here}\r\nConnection: close\r\nAccept-Language: en\r\n\
             Cookie: {}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{body}",
            self.cookie
        ));
        let mut cookies = answer.lines().filter_map(|line| line.strip_prefix("set-cookie: ")?.split(';').next());
        if let Some(session) = cookies.find(|cookie| cookie.starts_with("kamnot=")) {
            session.clone_into(&mut self.cookie);
        }
        answer
    }

    /// The same with the token of another page.
    pub fn submit_from(&mut self, page: &str, path: &str, fields: &[(&str, &str)]) -> String {
        let page = self.get(page);
        let token = page.split_once("name=\"csrf\" value=\"").expect("a form").1.split('"').next().expect("its end");
        self.submit(path, &[fields, &[("csrf", token)]].concat())
    }

    /// Tries to log in; where it leads.
    pub fn enter(&mut self, login: &str, password: &str, code: &str) -> Option<String> {
        let answer = self.submit("/login", &[("u", login), ("p", password), ("c", code)]);
        header(&answer, "location").map(str::to_owned)
    }
}

/// Adds somebody with a printed list on the command line; the first password and the codes.
pub fn add(desk: &Desk, login: &str, role: &[&str]) -> (String, Vec<String>) {
    let fixed = ["people", "add", login, "--name", "Keo Sisouk", "--language", "en", "--paper"];
    handed(&desk.run([&fixed[..], role].concat()).ends_with(0))
}

/// The first password and the codes that a command printed.
pub fn handed(run: &Run) -> (String, Vec<String>) {
    let mut lines = run.out.lines();
    let password = lines.find_map(|line| line.strip_prefix("First password: ")).expect("a password").to_owned();
    let numbered = lines.filter_map(|line| line.trim().split_once("  "));
    let codes = numbered.filter(|(number, _)| number.parse::<u8>().is_ok()).map(|(_, code)| code.to_owned());
    (password, codes.collect())
}

/// Adds somebody and takes the person through the first login.
pub fn logged_in<'p>(desk: &Desk, process: &'p Process, login: &str, role: &[&str]) -> (Browser<'p>, Vec<String>) {
    let (password, mut codes) = add(desk, login, role);
    let mut browser = Browser::at(process);
    assert_eq!(browser.enter(login, &password, &codes.remove(0)).as_deref(), Some("/"));
    let chosen = browser.submit_from("/begin", "/begin", &[("new", GOOD), ("again", GOOD)]);
    assert!(chosen.starts_with("HTTP/1.1 303"), "{chosen}");
    (browser, codes)
}
