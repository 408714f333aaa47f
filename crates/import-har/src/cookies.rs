use crate::entry::{Entry, Scheme};

/// What a cookie jar would hold while the recording is played: enough of RFC 6265 to tell which cookies the client had
/// before the recording began.
#[derive(Debug, Default)]
pub(crate) struct Jar {
    cookies: Vec<Stored>,
}

#[derive(Debug)]
struct Stored {
    name: String,
    value: String,
    domain: String,
    host_only: bool,
    path: String,
    secure: bool,
}

impl Jar {
    /// Takes the `Set-Cookie` headers of an answer.
    pub fn store(&mut self, entry: &Entry) {
        let host = bare_host(entry);
        let default_path =
            loadwright_import::split_url(&entry.url).path.rsplit_once('/').map_or("/", |(p, _)| p);
        for line in entry
            .response
            .headers
            .iter()
            .filter(|(n, _)| n.eq_ignore_ascii_case("set-cookie"))
            .flat_map(|(_, v)| v.split('\n'))
        {
            let mut parts = line.split(';');
            let Some((name, value)) = parts.next().and_then(|p| p.split_once('=')) else { continue };
            let mut cookie = Stored {
                name: name.trim().to_owned(),
                value: value.trim().trim_matches('"').to_owned(),
                domain: host.clone(),
                host_only: true,
                path: if default_path.is_empty() { "/".to_owned() } else { default_path.to_owned() },
                secure: false,
            };
            let mut gone = false;
            for attribute in parts {
                let (key, value) = attribute.split_once('=').unwrap_or((attribute, ""));
                let value = value.trim();
                match key.trim().to_ascii_lowercase().as_str() {
                    "domain" if !value.is_empty() => {
                        cookie.domain = value.trim_start_matches('.').to_ascii_lowercase();
                        cookie.host_only = false;
                    }
                    "path" if value.starts_with('/') => cookie.path = value.to_owned(),
                    "secure" => cookie.secure = true,
                    "max-age" => gone = value.parse::<i64>().is_ok_and(|n| n <= 0),
                    "expires" => gone |= value.contains("1970") || value.contains("-70 "),
                    _ => {}
                }
            }
            let fits = host == cookie.domain || host.ends_with(&format!(".{}", cookie.domain));
            self.cookies
                .retain(|c| c.name != cookie.name || c.domain != cookie.domain || c.path != cookie.path);
            if fits && !gone {
                self.cookies.push(cookie);
            }
        }
    }

    /// Name and value of each cookie that the jar would send.
    pub fn cookies_for(&self, entry: &Entry) -> Vec<(String, String)> {
        let host = bare_host(entry);
        let path = loadwright_import::split_url(&entry.url).path;
        let path = if path.is_empty() { "/" } else { path };
        let secure = entry.scheme == Scheme::Https;
        self.cookies
            .iter()
            .filter(|c| {
                let domain = host == c.domain || (!c.host_only && host.ends_with(&format!(".{}", c.domain)));
                let under = path == c.path
                    || path
                        .strip_prefix(c.path.as_str())
                        .is_some_and(|r| c.path.ends_with('/') || r.starts_with('/'));
                domain && under && (secure || !c.secure)
            })
            .map(|c| (c.name.clone(), c.value.clone()))
            .collect()
    }
}

fn bare_host(entry: &Entry) -> String {
    entry.host.split(':').next().unwrap_or_default().to_owned()
}

/// The cookies that a request sent, from its header or else from its list.
pub(crate) fn sent(entry: &Entry) -> Vec<(String, String)> {
    let headers: Vec<&str> = entry
        .headers
        .iter()
        .filter(|(n, _)| n.eq_ignore_ascii_case("cookie"))
        .map(|(_, v)| v.as_ref())
        .collect();
    if headers.is_empty() {
        return entry.cookies.clone();
    }
    headers
        .iter()
        .flat_map(|h| h.split(';'))
        .map(str::trim)
        .filter(|p| !p.is_empty())
        .map(|p| {
            p.split_once('=')
                .map_or((p.to_owned(), String::new()), |(n, v)| (n.trim().to_owned(), v.to_owned()))
        })
        .collect()
}
