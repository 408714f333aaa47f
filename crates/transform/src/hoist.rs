use loadwright_crew as crew;
use loadwright_scenario::{
    ApiKeyPlace, Auth, Field, Part, Request, Step, TestPlan, for_each_request, requests_mut,
};

use crate::{Pass, PassContext};

/// Headers and bearer tokens that every request of several sends are said once.
pub(crate) struct HoistHeaders;

impl Pass for HoistHeaders {
    fn name(&self) -> &'static str {
        "hoist-headers"
    }

    fn run(&self, cx: &mut PassContext<'_>) {
        // setup runs without the tokens that it fetches: it keeps its own headers
        let mut only_setup = 0;
        for step in &cx.plan.setup {
            only_setup += usize::from(matches!(step, Step::Request(_)));
        }
        if only_setup > 0 || cx.plan.carried.is_some() {
            return;
        }
        let Shared { count, headers, auth } = shared(cx.plan);
        if count < 2 {
            return;
        }
        let auth = auth.filter(|auth| is_constant_auth(cx.plan, auth));
        if !headers.is_empty() || auth.is_some() {
            crew::change(&mut requests_mut(cx.plan), &|r, (): &mut ()| {
                let mut next = 0;
                r.request.headers.retain(|f| !holds(&headers, f, &mut next));
                r.request.headers.shrink_to_fit();
                if auth.is_some() {
                    r.request.auth = Auth::None;
                }
            });
        }
        cx.plan.http.headers.extend(headers);
        if let Some(auth) = auth {
            cx.plan.http.auth = auth;
        }
    }
}

/// What all requests of a plan send.
#[derive(Default)]
struct Shared {
    count: usize,
    headers: Vec<Field>,
    auth: Option<Auth>,
}

fn shared(plan: &TestPlan) -> Shared {
    let mut count = 0;
    let mut headers: Vec<&Field> = Vec::new();
    let mut auth: Option<&Auth> = None;
    for_each_request(plan, &mut |r| {
        let own = match &r.request.auth {
            auth @ (Auth::Bearer { .. }
            | Auth::Basic { .. }
            | Auth::ApiKey { place: ApiKeyPlace::Header, .. }) => Some(auth),
            _ => None,
        };
        if count == 0 {
            headers.extend(r.request.headers.iter().filter(|f| is_constant(f)));
            auth = own;
        } else {
            let mut next = 0;
            headers.retain(|f| holds(&r.request.headers, f, &mut next));
            auth = auth.filter(|seen| own == Some(*seen));
        }
        count += 1;
    });
    Shared { count, headers: headers.into_iter().cloned().collect(), auth: auth.cloned() }
}

/// Whether the field is among others. Clients send their headers in one order: it is looked for first behind the one that
/// was found last, where `next` says.
fn holds(fields: &[Field], field: &Field, next: &mut usize) -> bool {
    let is = |f: &Field| f.value == field.value && f.name == field.name;
    let (before, behind) = fields.split_at((*next).min(fields.len()));
    let found = behind.iter().position(is).map(|n| n + before.len()).or_else(|| before.iter().position(is));
    if let Some(at) = found {
        *next = at + 1;
    }
    found.is_some()
}

fn is_constant_auth(plan: &TestPlan, auth: &Auth) -> bool {
    let mut probe = Request { auth: auth.clone(), ..Request::default() };
    let mut fixed = true;
    probe.for_each_text_mut(&mut |t| {
        fixed &= t.0.iter().all(|p| match p {
            Part::Literal(_) => true,
            Part::Var(v) => is_fixed(plan, v),
            Part::Column(_) | Part::Generated(_) => false,
        });
    });
    fixed
}

/// A header that says the same at each request; the media type belongs to the body that it describes.
fn is_constant(field: &Field) -> bool {
    field.value.as_literal().is_some()
        && field.name.as_literal().is_some_and(|n| !n.eq_ignore_ascii_case("content-type"))
}

fn is_fixed(plan: &TestPlan, name: &loadwright_scenario::VarName) -> bool {
    use loadwright_scenario::VarSource;
    plan.variables.iter().any(|v| {
        &v.name == name && matches!(v.source, VarSource::Constant(_) | VarSource::Environment { .. })
    })
}
