//! Every text with holes that a plan has, to read or to change: one walk, written once for both.

use crate::{
    Auth, Body, FormPart, Frame, Grant, PartContent, Predicate, Request, RequestStep, Segment, Step,
    TestPlan, Text, VarSource, WebSocketStep,
};

/// Calls `f` for each text with holes that the plan has, variables and defaults included.
pub fn for_each_text_mut(plan: &mut TestPlan, f: &mut dyn FnMut(&mut Text)) {
    change::facts(plan, f);
    crate::for_each_step_mut(plan, &mut |step| change::step(step, f));
}

/// Reads each text of the plan where it stands.
pub fn for_each_text(plan: &TestPlan, f: &mut dyn FnMut(&Text)) {
    read::facts(plan, f);
    crate::for_each_step(plan, &mut |step| read::step(step, f));
}

impl WebSocketStep {
    /// Reads each text with holes: address, handshake, messages.
    pub fn for_each_text<'a>(&'a self, f: &mut dyn FnMut(&'a Text)) {
        read::socket(self, f);
    }
}

impl RequestStep {
    /// Calls `f` for each text with holes in the request, its checks and its extractions.
    pub fn for_each_text_mut(&mut self, f: &mut dyn FnMut(&mut Text)) {
        change::request_step(self, f);
    }

    /// The text of each part, read only.
    pub fn for_each_text<'a>(&'a self, f: &mut dyn FnMut(&'a Text)) {
        read::request_step(self, f);
    }
}

impl Request {
    /// Calls `f` for each text with holes of the credentials.
    pub fn for_each_auth_text_mut(&mut self, f: &mut dyn FnMut(&mut Text)) {
        change::auth(&mut self.auth, f);
    }

    /// Calls `f` for each text with holes: URL, headers, cookies, body, credentials.
    pub fn for_each_text_mut(&mut self, f: &mut dyn FnMut(&mut Text)) {
        change::request(self, f);
    }

    /// Reads each text with holes: URL, headers, cookies, body, credentials.
    pub fn for_each_text<'a>(&'a self, f: &mut dyn FnMut(&'a Text)) {
        read::request(self, f);
    }
}

impl Auth {
    /// Reads each text with holes.
    pub fn for_each_text<'a>(&'a self, f: &mut dyn FnMut(&'a Text)) {
        read::auth(self, f);
    }
}

/// The walk over borrowed (`iter`) or changeable (`iter_mut`, `mut`) parts; `$json` is the walk of a JSON value.
macro_rules! walk {
    ($module:ident, $iter:ident, $json:ident, [$($mutable:tt)?]) => {
        mod $module {
            use super::*;

            type Visitor<'f, 'a> = &'f mut dyn FnMut(&'a $($mutable)? Text);

            pub fn facts<'a>(plan: &'a $($mutable)? TestPlan, f: Visitor<'_, 'a>) {
                for variable in plan.variables.$iter() {
                    match &$($mutable)? variable.source {
                        VarSource::Constant(text) => f(text),
                        VarSource::Environment { default, .. } => default.$iter().for_each(&mut *f),
                        VarSource::Switched { cases, .. } => {
                            cases.$iter().for_each(|c| f(&$($mutable)? c.value));
                        }
                        VarSource::Captured { initial } => initial.$iter().for_each(&mut *f),
                    }
                }
                for field in plan.http.headers.$iter() {
                    f(&$($mutable)? field.name);
                    f(&$($mutable)? field.value);
                }
                auth(&$($mutable)? plan.http.auth, f);
            }

            pub fn step<'a>(step: &'a $($mutable)? Step, f: Visitor<'_, 'a>) {
                match step {
                    Step::Request(request) => request_step(request, f),
                    Step::Batch(requests) => requests.$iter().for_each(|r| request_step(r, f)),
                    Step::Assign(assign) => f(&$($mutable)? assign.value),
                    Step::WebSocket(of) => socket(of, f),
                    Step::Group(_) | Step::Pause(_) | Step::Script(_) => {}
                }
            }

            pub fn socket<'a>(socket: &'a $($mutable)? WebSocketStep, f: Visitor<'_, 'a>) {
                f(&$($mutable)? socket.url);
                socket.headers.$iter().for_each(|h| f(&$($mutable)? h.value));
                for frame in socket.frames.$iter() {
                    if let Frame::Send { text, .. } = frame {
                        f(text);
                    }
                }
            }

            pub fn request_step<'a>(step: &'a $($mutable)? RequestStep, f: Visitor<'_, 'a>) {
                request(&$($mutable)? step.request, f);
                for check in step.checks.$iter() {
                    predicate(&$($mutable)? check.predicate, f);
                }
                for extraction in step.extractions.$iter() {
                    extraction.fallback.$iter().for_each(&mut *f);
                }
            }

            pub fn request<'a>(request: &'a $($mutable)? Request, f: Visitor<'_, 'a>) {
                f(&$($mutable)? request.url.base);
                for segment in request.url.path.$iter() {
                    if let Segment::Param { value, .. } = segment {
                        f(value);
                    }
                }
                for field in request.url.query.$iter() {
                    f(&$($mutable)? field.name);
                    field.value.$iter().for_each(&mut *f);
                }
                for field in request.headers.$iter().chain(request.cookies.$iter()) {
                    f(&$($mutable)? field.name);
                    f(&$($mutable)? field.value);
                }
                body(&$($mutable)? request.body, f);
                auth(&$($mutable)? request.auth, f);
            }

            fn predicate<'a>(of: &'a $($mutable)? Predicate, f: Visitor<'_, 'a>) {
                match of {
                    Predicate::Equals(json) | Predicate::NotEquals(json) => json.$json(f),
                    Predicate::OneOf(items) => items.$iter().for_each(|v| v.$json(f)),
                    Predicate::Contains(text)
                    | Predicate::NotContains(text)
                    | Predicate::StartsWith(text)
                    | Predicate::EndsWith(text) => f(text),
                    Predicate::Between { .. }
                    | Predicate::LessThan(_)
                    | Predicate::AtMost(_)
                    | Predicate::GreaterThan(_)
                    | Predicate::AtLeast(_)
                    | Predicate::Exists
                    | Predicate::Missing
                    | Predicate::Truthy
                    | Predicate::Falsy
                    | Predicate::Matches { .. }
                    | Predicate::NotMatches { .. }
                    | Predicate::HasType(_)
                    | Predicate::HasKeys(_)
                    | Predicate::HasLength(_)
                    | Predicate::LengthAtLeast(_)
                    | Predicate::Empty
                    | Predicate::NotEmpty => {}
                    Predicate::All(list) => list.$iter().for_each(|(_, p)| predicate(p, f)),
                }
            }

            fn body<'a>(body: &'a $($mutable)? Body, f: Visitor<'_, 'a>) {
                match body {
                    Body::Empty | Body::Bytes { .. } | Body::File { .. } => {}
                    Body::Json { value, indent: _ } => value.$json(f),
                    Body::Raw { content, .. } => f(content),
                    Body::Form(fields) => {
                        for field in fields.$iter() {
                            f(&$($mutable)? field.name);
                            f(&$($mutable)? field.value);
                        }
                    }
                    Body::Multipart(parts) => {
                        for FormPart { name, content, media_type: _ } in parts.$iter() {
                            f(name);
                            match content {
                                PartContent::Text(text) => f(text),
                                PartContent::File { file_name, .. } | PartContent::Inline { file_name, .. } => {
                                    file_name.$iter().for_each(&mut *f);
                                }
                            }
                        }
                    }
                    Body::GraphQl { query, operation, variables } => {
                        f(query);
                        operation.$iter().for_each(&mut *f);
                        if let Some(json) = variables {
                            json.$json(f);
                        }
                    }
                }
            }

            pub fn auth<'a>(auth: &'a $($mutable)? Auth, f: Visitor<'_, 'a>) {
                match auth {
                    Auth::None => {}
                    Auth::Basic { username, password } | Auth::Digest { username, password } => {
                        f(username);
                        f(password);
                    }
                    Auth::Ntlm { username, password, domain } => {
                        [username, password, domain].into_iter().for_each(f);
                    }
                    Auth::Bearer { scheme: _, token } => f(token),
                    Auth::ApiKey { place: _, name, value } => {
                        f(name);
                        f(value);
                    }
                    Auth::OAuth1(o) => {
                        f(&$($mutable)? o.consumer_key);
                        f(&$($mutable)? o.consumer_secret);
                        f(&$($mutable)? o.token);
                        f(&$($mutable)? o.token_secret);
                        o.extra.$iter().for_each(|(_, v)| f(v));
                    }
                    Auth::OAuth2(o) => match &$($mutable)? o.grant {
                        Grant::Static { token } => f(token),
                        Grant::ClientCredentials { token_url, client_id, client_secret, scope } => {
                            [token_url, client_id, client_secret, scope].into_iter().for_each(f);
                        }
                        Grant::Password { token_url, client_id, client_secret, username, password, scope } => {
                            [token_url, client_id, client_secret, username, password, scope]
                                .into_iter()
                                .for_each(f);
                        }
                        Grant::Refresh { token_url, client_id, client_secret, refresh_token } => {
                            [token_url, client_id, client_secret, refresh_token].into_iter().for_each(f);
                        }
                    },
                    Auth::AwsSigV4(a) => {
                        f(&$($mutable)? a.access_key);
                        f(&$($mutable)? a.secret_key);
                        f(&$($mutable)? a.session_token);
                        f(&$($mutable)? a.region);
                        f(&$($mutable)? a.service);
                    }
                    Auth::Hawk { id, key, algorithm: _, extra } => {
                        f(id);
                        f(key);
                        extra.$iter().for_each(|(_, v)| f(v));
                    }
                    Auth::Other { scheme: _, parameters } => parameters.$iter().for_each(|(_, v)| f(v)),
                }
            }
        }
    };
}

walk!(read, iter, for_each_text, []);
walk!(change, iter_mut, for_each_text_mut, [mut]);
