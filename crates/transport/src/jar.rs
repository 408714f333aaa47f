//! An RFC 6265 cookie jar without a public suffix list, as k6 uses it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::{Duration, SystemTime};

use crate::{Cookie, Url};

/// Cookies by host; interior mutability, share it with `Rc`.
#[derive(Debug, Default)]
pub struct Jar {
    /// By registered domain (the host itself for addresses), in order of creation.
    entries: RefCell<BTreeMap<String, Vec<Entry>>>,
    created: std::cell::Cell<u64>,
}

#[derive(Clone, Debug)]
struct Entry {
    name: String,
    value: String,
    domain: String,
    path: String,
    host_only: bool,
    secure: bool,
    expires: Option<SystemTime>,
    created: u64,
}

impl Jar {
    pub fn new() -> Self {
        Self::default()
    }

    /// Stores cookies as if `url` had sent them.
    pub fn set(&self, url: &Url, cookies: &[Cookie]) {
        if !url.has_scheme_for_http() {
            return;
        }
        let host = canonical(url.host());
        let now = SystemTime::now();
        let mut all = self.entries.borrow_mut();
        let list = all.entry(key(&host)).or_default();
        for cookie in cookies {
            let Some((domain, host_only)) = domain_of(&host, &cookie.domain) else { continue };
            let path =
                if cookie.path.starts_with('/') { cookie.path.clone() } else { default_path(url.path()) };
            let same = |e: &Entry| e.name == cookie.name && e.domain == domain && e.path == path;
            let old = list.iter().position(same);
            let expires = match cookie.max_age {
                0 => cookie.expires,
                n if n < 0 => Some(SystemTime::UNIX_EPOCH),
                n => now.checked_add(Duration::from_secs(n as u64)),
            };
            if expires.is_some_and(|at| at <= now) {
                if let Some(at) = old {
                    list.remove(at);
                }
                continue;
            }
            let created = old.and_then(|at| list.get(at)).map(|e| e.created).unwrap_or_else(|| {
                self.created.set(self.created.get() + 1);
                self.created.get()
            });
            let entry = Entry {
                name: cookie.name.clone(),
                value: cookie.value.clone(),
                domain,
                path,
                host_only,
                secure: cookie.secure,
                expires,
                created,
            };
            match old.and_then(|at| list.get_mut(at)) {
                Some(slot) => *slot = entry,
                None => list.push(entry),
            }
        }
    }

    /// Name and value of every cookie that would go to `url`, longest path first.
    pub fn cookies_for(&self, url: &Url) -> Vec<(String, String)> {
        if self.is_empty() || !url.has_scheme_for_http() {
            return Vec::new();
        }
        let host = canonical(url.host());
        let now = SystemTime::now();
        let all = self.entries.borrow();
        let mut found: Vec<&Entry> = all
            .get(&key(&host))
            .into_iter()
            .flatten()
            .filter(|e| e.expires.is_none_or(|at| at > now))
            .filter(|e| !e.secure || url.is_tls())
            .filter(|e| e.domain == host || !e.host_only && host.ends_with(&format!(".{}", e.domain)))
            .filter(|e| path_matches(url.path(), &e.path))
            .collect();
        found.sort_by_key(|e| (std::cmp::Reverse(e.path.len()), e.created));
        found.iter().map(|e| (e.name.clone(), e.value.clone())).collect()
    }

    /// Forgets all cookies that would go to `url`.
    pub fn clear(&self, url: &Url) {
        for (name, _) in self.cookies_for(url) {
            self.delete(url, &name);
        }
    }

    /// Forgets the cookies of one name that would go to `url`.
    pub fn delete(&self, url: &Url, name: &str) {
        let host = canonical(url.host());
        if let Some(list) = self.entries.borrow_mut().get_mut(&key(&host)) {
            list.retain(|e| e.name != name || !path_matches(url.path(), &e.path));
        }
    }

    pub fn is_empty(&self) -> bool {
        self.entries.borrow().values().all(Vec::is_empty)
    }
}

fn canonical(host: &str) -> String {
    host.trim_end_matches('.').to_ascii_lowercase()
}

/// Hosts under one registrable name share a list.
fn key(host: &str) -> String {
    if host.parse::<IpAddr>().is_ok() {
        return host.to_owned();
    }
    let mut labels = host.rsplitn(3, '.');
    match (labels.next(), labels.next()) {
        (Some(top), Some(name)) => format!("{name}.{top}"),
        _ => host.to_owned(),
    }
}

/// The domain that a cookie is for and whether only this very host gets it; `None`: refused.
fn domain_of(host: &str, wanted: &str) -> Option<(String, bool)> {
    if wanted.is_empty() {
        return Some((host.to_owned(), true));
    }
    let domain = wanted.strip_prefix('.').unwrap_or(wanted).to_ascii_lowercase();
    if host.parse::<IpAddr>().is_ok() {
        return (domain == host).then(|| (host.to_owned(), true));
    }
    if domain.is_empty() || domain.starts_with('.') || domain.ends_with('.') {
        return None;
    }
    if !domain.contains('.') {
        // a whole top-level name: only the host of that very name may have it
        return (domain == host).then(|| (host.to_owned(), true));
    }
    (host == domain || host.ends_with(&format!(".{domain}"))).then_some((domain, false))
}

fn default_path(path: &str) -> String {
    match path.rfind('/') {
        Some(0) | None => "/".to_owned(),
        Some(at) => path.get(..at).unwrap_or("/").to_owned(),
    }
}

fn path_matches(request: &str, cookie: &str) -> bool {
    match request.strip_prefix(cookie) {
        Some(rest) => rest.is_empty() || cookie.ends_with('/') || rest.starts_with('/'),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn set(jar: &Jar, at: &str, line: &str) {
        jar.set(&url(at), &[Cookie::parse_set_cookie(line).unwrap()]);
    }

    fn get(jar: &Jar, at: &str) -> String {
        jar.cookies_for(&url(at)).iter().map(|(n, v)| format!("{n}={v}")).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn paths_domains_and_security_are_respected() {
        let jar = Jar::new();
        set(&jar, "http://a.example.com/x/y", "p=1");
        set(&jar, "http://a.example.com/x/y", "root=2; Path=/");
        set(&jar, "http://a.example.com/", "wide=3; Domain=.example.com; Path=/");
        set(&jar, "http://a.example.com/", "safe=4; Secure");
        set(&jar, "http://a.example.com/", "other=5; Domain=example.org");
        assert_eq!(get(&jar, "http://a.example.com/x/z"), "p=1; root=2; wide=3");
        assert_eq!(get(&jar, "http://a.example.com/"), "root=2; wide=3");
        assert_eq!(get(&jar, "http://b.example.com/"), "wide=3");
        assert_eq!(get(&jar, "https://a.example.com/"), "root=2; wide=3; safe=4");
    }

    #[test]
    fn cookies_are_replaced_expired_and_deleted() {
        let jar = Jar::new();
        let at = "http://127.0.0.1:80/cookies";
        set(&jar, at, "one=1");
        set(&jar, at, "two=2");
        set(&jar, at, "one=3");
        assert_eq!(get(&jar, at), "one=3; two=2");
        jar.delete(&url(at), "one");
        assert_eq!(get(&jar, at), "two=2");
        set(&jar, at, "two=; Max-Age=0");
        assert!(jar.is_empty());
        set(&jar, at, "x=1");
        jar.clear(&url(at));
        assert_eq!(get(&jar, at), "");
    }
}
