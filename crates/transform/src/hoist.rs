use loadwright_scenario::{
    ApiKeyPlace, Auth, Field, Part, Request, Step, for_each_request, for_each_request_mut,
};

use crate::{Pass, PassContext};

/// Headers and bearer tokens that every request of several sends are said once.
pub(crate) struct HoistHeaders;

impl Pass for HoistHeaders {
    fn name(&self) -> &'static str {
        "hoist-headers"
    }

    fn run(&self, cx: &mut PassContext<'_>) {
        let mut count = 0;
        let mut common: Option<Vec<Field>> = None;
        let mut bearer: Option<Option<Auth>> = None;
        // setup runs without the tokens that it fetches: it keeps its own headers
        let mut only_setup = 0;
        for step in &cx.plan.setup {
            only_setup += usize::from(matches!(step, Step::Request(_)));
        }
        if only_setup > 0 || cx.plan.carried.is_some() {
            return;
        }
        for_each_request(cx.plan, &mut |r| {
            count += 1;
            let plain: Vec<Field> = r.request.headers.iter().filter(|f| is_constant(f)).cloned().collect();
            common = Some(match common.take() {
                None => plain,
                Some(seen) => seen.into_iter().filter(|f| plain.contains(f)).collect(),
            });
            let own = match &r.request.auth {
                auth @ (Auth::Bearer { .. }
                | Auth::Basic { .. }
                | Auth::ApiKey { place: ApiKeyPlace::Header, .. }) => Some(auth.clone()),
                _ => None,
            };
            bearer = Some(match bearer.take() {
                None => own,
                Some(seen) => seen.filter(|s| own.as_ref() == Some(s)),
            });
        });
        if count < 2 {
            return;
        }
        let common = common.unwrap_or_default();
        let bearer = bearer.flatten().filter(|auth| is_constant_auth(cx.plan, auth));
        for_each_request_mut(cx.plan, &mut |r| {
            r.request.headers.retain(|f| !common.contains(f));
            r.request.headers.shrink_to_fit();
            if bearer.is_some() {
                r.request.auth = Auth::None;
            }
        });
        cx.plan.http.headers.extend(common);
        if let Some(auth) = bearer {
            cx.plan.http.auth = auth;
        }
    }
}

fn is_constant_auth(plan: &loadwright_scenario::TestPlan, auth: &Auth) -> bool {
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

fn is_fixed(plan: &loadwright_scenario::TestPlan, name: &loadwright_scenario::VarName) -> bool {
    use loadwright_scenario::VarSource;
    plan.variables.iter().any(|v| {
        &v.name == name && matches!(v.source, VarSource::Constant(_) | VarSource::Environment { .. })
    })
}
