use loadwright_scenario::{Frame, WebSocketStep};

use super::context::Context;
use crate::js::{JsExpr, Prop, Stmt};

impl Context<'_> {
    /// A `k6/ws` session that sends what was sent, at the recorded pace, and closes after the last frame.
    pub fn websocket(&mut self, step: &WebSocketStep) -> Vec<Stmt> {
        self.import_default("ws", "k6/ws");
        let mut body = Vec::new();
        let mut last = 0;
        let mut sends = Vec::new();
        for frame in &step.frames {
            let (call, after) = match frame {
                Frame::Send { text, after_ms } => {
                    let text = JsExpr::template(self.template_parts(text));
                    (Some(JsExpr::call_fn("socket.send", vec![text])), *after_ms)
                }
                Frame::SendBinary { bytes, after_ms } => {
                    self.import_default("encoding", "k6/encoding");
                    let text = JsExpr::string(&crate::encode::base64(bytes));
                    let data = JsExpr::call_fn("encoding.b64decode", vec![text]);
                    (Some(JsExpr::call_fn("socket.sendBinary", vec![data])), *after_ms)
                }
                Frame::Receive { after_ms, .. } => (None, *after_ms),
            };
            last = last.max(after);
            if let Some(call) = call {
                let delay = JsExpr::int(i64::try_from(after).unwrap_or(0));
                sends.push(if after == 0 {
                    Stmt::Expr(call)
                } else {
                    Stmt::Expr(JsExpr::call_fn("socket.setTimeout", vec![JsExpr::arrow("()", call), delay]))
                });
            }
        }
        let close = JsExpr::call_fn("socket.close", Vec::new());
        let end = JsExpr::int(i64::try_from(last + 1000).unwrap_or(1000));
        sends.push(Stmt::Expr(JsExpr::call_fn("socket.setTimeout", vec![JsExpr::arrow("()", close), end])));
        body.push(Stmt::Expr(JsExpr::call_fn(
            "socket.on",
            vec![JsExpr::string("open"), JsExpr::arrow_block("()", sends)],
        )));
        let headers: Vec<Prop> =
            step.headers.iter().map(|f| Prop::pair(f.name.to_string(), self.text(&f.value))).collect();
        let mut params = Vec::new();
        if !headers.is_empty() {
            params.push(Prop::pair("headers", JsExpr::Object(headers)));
        }
        params.push(Prop::pair("tags", JsExpr::Object(vec![Prop::pair("name", JsExpr::string(&step.name))])));
        let url = self.text(&step.url);
        vec![Stmt::Expr(JsExpr::call_fn(
            "ws.connect",
            vec![url, JsExpr::Object(params), JsExpr::arrow_block("(socket)", body)],
        ))]
    }
}
