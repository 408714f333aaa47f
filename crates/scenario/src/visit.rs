use crate::{RequestStep, Step, TestPlan};

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

/// Reads each step of the plan, groups before what they hold.
pub fn for_each_step(plan: &TestPlan, f: &mut dyn FnMut(&Step)) {
    fn walk(steps: &[Step], f: &mut dyn FnMut(&Step)) {
        for step in steps {
            f(step);
            if let Step::Group(group) = step {
                walk(&group.steps, f);
            }
        }
    }
    walk(&plan.setup, f);
    for scenario in &plan.scenarios {
        walk(&scenario.steps, f);
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

/// Every request of the plan to be changed, in the order of execution, batches and setup included.
pub fn requests_mut(plan: &mut TestPlan) -> Vec<&mut RequestStep> {
    fn walk<'a>(steps: &'a mut [Step], out: &mut Vec<&'a mut RequestStep>) {
        for step in steps {
            match step {
                Step::Request(request) => out.push(request),
                Step::Batch(requests) => out.extend(requests),
                Step::Group(group) => walk(&mut group.steps, out),
                Step::Pause(_) | Step::Assign(_) | Step::Script(_) | Step::WebSocket(_) => {}
            }
        }
    }
    let mut out = Vec::new();
    walk(&mut plan.setup, &mut out);
    for scenario in &mut plan.scenarios {
        walk(&mut scenario.steps, &mut out);
    }
    out
}
