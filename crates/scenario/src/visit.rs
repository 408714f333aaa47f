use crate::{
    Auth, Body, FormPart, Grant, PartContent, Predicate, Request, RequestStep, Segment, Step, TestPlan, Text,
    VarSource,
};

/// Calls `f` for each step of the plan, groups before what they hold.
pub fn for_each_step_mut(plan: &mut TestPlan, f: &mut dyn FnMut(&mut Step)) {
    fn walk(steps: &mut [Step], f: &mut dyn FnMut(&mut Step)) {
        for step in steps {
            f(step);
            if let Step::Group(group) = step {
                walk(&mut group.steps, f);
            }
        }
    }
    walk(&mut plan.setup, f);
    for scenario in &mut plan.scenarios {
        walk(&mut scenario.steps, f);
    }
}

/// Calls `f` for each request of the plan in the order of execution, batches and setup included.
pub fn for_each_request<'a>(plan: &'a TestPlan, f: &mut dyn FnMut(&'a RequestStep)) {
    fn walk<'a>(steps: &'a [Step], f: &mut dyn FnMut(&'a RequestStep)) {
        for step in steps {
            match step {
                Step::Request(request) => f(request),
                Step::Batch(requests) => requests.iter().for_each(&mut *f),
                Step::Group(group) => walk(&group.steps, f),
                Step::Pause(_) | Step::Assign(_) | Step::Script(_) | Step::WebSocket(_) => {}
            }
        }
    }
    walk(&plan.setup, f);
    for scenario in &plan.scenarios {
        walk(&scenario.steps, f);
    }
}

pub fn for_each_request_mut(plan: &mut TestPlan, f: &mut dyn FnMut(&mut RequestStep)) {
    for_each_step_mut(plan, &mut |step| match step {
        Step::Request(request) => f(request),
        Step::Batch(requests) => requests.iter_mut().for_each(&mut *f),
        Step::Group(_) | Step::Pause(_) | Step::Assign(_) | Step::Script(_) | Step::WebSocket(_) => {}
    });
}

/// Calls `f` for each text with holes that the plan has, variables and defaults included.
pub fn for_each_text_mut(plan: &mut TestPlan, f: &mut dyn FnMut(&mut Text)) {
    for variable in &mut plan.variables {
        match &mut variable.source {
            VarSource::Constant(text) => f(text),
            VarSource::Environment { default, .. } => default.iter_mut().for_each(&mut *f),
            VarSource::Switched { cases, .. } => cases.iter_mut().for_each(|c| f(&mut c.value)),
            VarSource::Captured { initial } => initial.iter_mut().for_each(&mut *f),
        }
    }
    for field in &mut plan.http.headers {
        f(&mut field.name);
        f(&mut field.value);
    }
    auth_texts(&mut plan.http.auth, f);
    for_each_step_mut(plan, &mut |step| match step {
        Step::Request(request) => request.for_each_text_mut(f),
        Step::Batch(requests) => requests.iter_mut().for_each(|r| r.for_each_text_mut(f)),
        Step::Assign(assign) => f(&mut assign.value),
        Step::WebSocket(socket) => {
            f(&mut socket.url);
            for field in &mut socket.headers {
                f(&mut field.value);
            }
            for frame in &mut socket.frames {
                if let crate::Frame::Send { text, .. } = frame {
                    f(text);
                }
            }
        }
        Step::Group(_) | Step::Pause(_) | Step::Script(_) => {}
    });
}

/// Reads each text of the plan. Walks a copy of nothing: texts are visited where they stand.
pub fn for_each_text(plan: &TestPlan, f: &mut dyn FnMut(&Text)) {
    for_each_text_mut(&mut plan.clone(), &mut |text| f(text));
}

impl crate::WebSocketStep {
    /// Calls `f` for each text with holes: address, handshake, messages.
    pub fn for_each_text(&self, f: &mut dyn FnMut(&Text)) {
        f(&self.url);
        self.headers.iter().for_each(|h| f(&h.value));
        for frame in &self.frames {
            if let crate::Frame::Send { text, .. } = frame {
                f(text);
            }
        }
    }
}

impl RequestStep {
    /// Calls `f` for each text with holes in the request, its checks and its extractions.
    pub fn for_each_text_mut(&mut self, f: &mut dyn FnMut(&mut Text)) {
        self.request.for_each_text_mut(f);
        for check in &mut self.checks {
            predicate_texts(&mut check.predicate, f);
        }
        for extraction in &mut self.extractions {
            extraction.fallback.iter_mut().for_each(&mut *f);
        }
    }

    /// The text of each part, read only.
    pub fn for_each_text(&self, f: &mut dyn FnMut(&Text)) {
        self.clone().for_each_text_mut(&mut |text| f(text));
    }
}

impl Request {
    /// Calls `f` for each text with holes of the credentials.
    pub fn for_each_auth_text_mut(&mut self, f: &mut dyn FnMut(&mut Text)) {
        auth_texts(&mut self.auth, f);
    }

    /// Calls `f` for each text with holes: URL, headers, cookies, body, credentials.
    pub fn for_each_text_mut(&mut self, f: &mut dyn FnMut(&mut Text)) {
        f(&mut self.url.base);
        for segment in &mut self.url.path {
            if let Segment::Param { value, .. } = segment {
                f(value);
            }
        }
        for field in &mut self.url.query {
            f(&mut field.name);
            field.value.iter_mut().for_each(&mut *f);
        }
        for field in self.headers.iter_mut().chain(&mut self.cookies) {
            f(&mut field.name);
            f(&mut field.value);
        }
        body_texts(&mut self.body, f);
        auth_texts(&mut self.auth, f);
    }
}

fn predicate_texts(predicate: &mut Predicate, f: &mut dyn FnMut(&mut Text)) {
    match predicate {
        Predicate::Equals(json) | Predicate::NotEquals(json) => json.for_each_text_mut(f),
        Predicate::OneOf(items) => items.iter_mut().for_each(|v| v.for_each_text_mut(f)),
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
        Predicate::All(list) => list.iter_mut().for_each(|(_, p)| predicate_texts(p, f)),
    }
}

fn body_texts(body: &mut Body, f: &mut dyn FnMut(&mut Text)) {
    match body {
        Body::Empty | Body::Bytes { .. } | Body::File { .. } => {}
        Body::Json { value, indent: _ } => value.for_each_text_mut(f),
        Body::Raw { content, .. } => f(content),
        Body::Form(fields) => {
            for field in fields {
                f(&mut field.name);
                f(&mut field.value);
            }
        }
        Body::Multipart(parts) => {
            for FormPart { name, content, media_type: _ } in parts {
                f(name);
                match content {
                    PartContent::Text(text) => f(text),
                    PartContent::File { file_name, .. } | PartContent::Inline { file_name, .. } => {
                        file_name.iter_mut().for_each(&mut *f);
                    }
                }
            }
        }
        Body::GraphQl { query, operation, variables } => {
            f(query);
            operation.iter_mut().for_each(&mut *f);
            if let Some(json) = variables {
                json.for_each_text_mut(f);
            }
        }
    }
}

fn auth_texts(auth: &mut Auth, f: &mut dyn FnMut(&mut Text)) {
    match auth {
        Auth::None => {}
        Auth::Basic { username, password } | Auth::Digest { username, password } => {
            f(username);
            f(password);
        }
        Auth::Ntlm { username, password, domain } => [username, password, domain].into_iter().for_each(f),
        Auth::Bearer { scheme: _, token } => f(token),
        Auth::ApiKey { place: _, name, value } => {
            f(name);
            f(value);
        }
        Auth::OAuth1(o) => {
            [&mut o.consumer_key, &mut o.consumer_secret, &mut o.token, &mut o.token_secret]
                .into_iter()
                .chain(o.extra.iter_mut().map(|(_, v)| v))
                .for_each(f);
        }
        Auth::OAuth2(o) => match &mut o.grant {
            Grant::Static { token } => f(token),
            Grant::ClientCredentials { token_url, client_id, client_secret, scope } => {
                [token_url, client_id, client_secret, scope].into_iter().for_each(f);
            }
            Grant::Password { token_url, client_id, client_secret, username, password, scope } => {
                [token_url, client_id, client_secret, username, password, scope].into_iter().for_each(f);
            }
            Grant::Refresh { token_url, client_id, client_secret, refresh_token } => {
                [token_url, client_id, client_secret, refresh_token].into_iter().for_each(f);
            }
        },
        Auth::AwsSigV4(a) => {
            [&mut a.access_key, &mut a.secret_key, &mut a.session_token, &mut a.region, &mut a.service]
                .into_iter()
                .for_each(f);
        }
        Auth::Hawk { id, key, algorithm: _, extra } => {
            f(id);
            f(key);
            extra.iter_mut().for_each(|(_, v)| f(v));
        }
        Auth::Other { scheme: _, parameters } => parameters.iter_mut().for_each(|(_, v)| f(v)),
    }
}
