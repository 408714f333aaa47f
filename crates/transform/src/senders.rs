use loadwright_scenario::{
    Body, Encoding, Frame, QueryField, Request, RequestStep, Step, TestPlan, UrlTemplate, WebSocketStep,
    for_each_step_mut,
};

/// A step that sends something.
pub(crate) enum Sender<'a> {
    Request(&'a RequestStep),
    Socket(&'a WebSocketStep),
}

pub(crate) enum SenderMut<'a> {
    Request(&'a mut RequestStep),
    Socket(&'a mut WebSocketStep),
}

/// Calls `f` for each step that sends something, in the order of execution.
pub(crate) fn senders<'a>(plan: &'a TestPlan, f: &mut dyn FnMut(Sender<'a>)) {
    fn walk<'a>(steps: &'a [Step], f: &mut dyn FnMut(Sender<'a>)) {
        for step in steps {
            match step {
                Step::Request(r) => f(Sender::Request(r)),
                Step::Batch(list) => list.iter().for_each(|r| f(Sender::Request(r))),
                Step::WebSocket(s) => f(Sender::Socket(s)),
                Step::Group(group) => walk(&group.steps, f),
                Step::Pause(_) | Step::Assign(_) | Step::Script(_) => {}
            }
        }
    }
    walk(&plan.setup, f);
    plan.scenarios.iter().for_each(|s| walk(&s.steps, f));
}

/// The same, in the same order.
pub(crate) fn senders_mut(plan: &mut TestPlan, f: &mut dyn FnMut(SenderMut<'_>)) {
    for_each_step_mut(plan, &mut |step| match step {
        Step::Request(r) => f(SenderMut::Request(r)),
        Step::Batch(list) => list.iter_mut().for_each(|r| f(SenderMut::Request(r))),
        Step::WebSocket(s) => f(SenderMut::Socket(s)),
        Step::Group(_) | Step::Pause(_) | Step::Assign(_) | Step::Script(_) => {}
    });
}

/// What a socket sends, as requests that can be looked through: its handshake, and each message as a body.
pub(crate) fn sent_by(socket: &WebSocketStep) -> Vec<RequestStep> {
    let url = socket.url.as_literal().unwrap_or_default();
    let query = url.split_once('?').map_or("", |(_, q)| q);
    let field = |p: &str| {
        let (name, value) = p.split_once('=')?;
        Some(QueryField { name: name.into(), value: Some(value.into()), encoding: Encoding::Raw })
    };
    let first = Request {
        url: UrlTemplate { query: query.split('&').filter_map(field).collect(), ..UrlTemplate::default() },
        headers: socket.headers.clone(),
        ..Request::default()
    };
    let bodies = socket.frames.iter().filter_map(|f| match f {
        Frame::Send { text, .. } => Some(Request {
            body: Body::Raw { media_type: None, content: text.clone() },
            ..Request::default()
        }),
        Frame::SendBinary { .. } | Frame::Receive { .. } => None,
    });
    std::iter::once(first)
        .chain(bodies)
        .map(|request| RequestStep { request, origin: socket.origin.clone(), ..RequestStep::default() })
        .collect()
}
