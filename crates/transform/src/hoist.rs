use loadwright_scenario::{Auth, Field, Step, Text, for_each_request, for_each_request_mut};

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
        let mut bearer: Option<Option<(String, Text)>> = None;
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
                Auth::Bearer { scheme, token } => Some((scheme.clone(), token.clone())),
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
        let bearer = bearer.flatten().filter(|(_, t)| t.vars().all(|v| is_fixed(cx.plan, v)));
        for_each_request_mut(cx.plan, &mut |r| {
            r.request.headers.retain(|f| !common.contains(f));
            if bearer.is_some() {
                r.request.auth = Auth::None;
            }
        });
        cx.plan.http.headers.extend(common);
        if let Some((scheme, token)) = bearer {
            let mut value = Text::literal(format!("{scheme} "));
            value.append(token);
            cx.plan.http.headers.push(Field::new("Authorization", value));
        }
    }
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
