//! Which built-in modules exist, and how each is made.

use rquickjs::{Ctx, Object, Result, Value};

use super::{crypto, data, encoding, execution, http, internal, k6, metrics, timers};
use crate::host::Level;
use crate::vm::errors::go_error;
use crate::vm::state::state;

/// How a module comes to be.
pub enum Make {
    /// A native function fills its object.
    Native(for<'js> fn(&Ctx<'js>) -> Result<Object<'js>>),
    /// An internal script does.
    Script(&'static str),
    /// It exists under another name; importing this one logs the text.
    Alias(&'static str, &'static str),
    /// Importing it fails with the text.
    Refused(&'static str),
}

/// Every name under `k6`.
pub const K6_MODULES: &[(&str, Make)] = &[
    ("k6", Make::Native(k6::module)),
    ("k6/http", Make::Native(http::module)),
    ("k6/metrics", Make::Native(metrics::module)),
    ("k6/data", Make::Native(data::module)),
    ("k6/execution", Make::Native(execution::module)),
    ("k6/encoding", Make::Native(encoding::module)),
    ("k6/crypto", Make::Native(crypto::module)),
    ("k6/html", Make::Native(|ctx| internal::load(ctx, "html")?.get("module"))),
    ("k6/secrets", Make::Script("secrets")),
    ("k6/experimental/fs", Make::Native(|ctx| internal::load(ctx, "files")?.get("fs"))),
    ("k6/experimental/csv", Make::Native(|ctx| internal::load(ctx, "files")?.get("csv"))),
    ("k6/ws", Make::Script("ws")),
    ("k6/websockets", Make::Script("websockets")),
    (
        "k6/experimental/websockets",
        Make::Alias(
            "k6/websockets",
            "k6/experimental/websockets is now part of the k6 core, please change your imports to use k6/websockets instead. \
             The k6/experimental/websockets will be removed.",
        ),
    ),
    ("k6/timers", Make::Native(timers::module)),
    (
        "k6/net/grpc",
        Make::Refused(
            "k6/net/grpc is not supported by this runner; use stock k6 for gRPC tests, or the service's HTTP/JSON gateway with k6/http",
        ),
    ),
    (
        "k6/browser",
        Make::Refused(
            "k6/browser is not supported by this runner; use stock k6 for browser tests, or k6/http for the requests behind the pages",
        ),
    ),
    (
        "k6/crypto/x509",
        Make::Refused(
            "k6/crypto/x509 is not supported by this runner yet; read certificates outside of the test",
        ),
    ),
    (
        "k6/experimental/streams",
        Make::Refused(
            "k6/experimental/streams is not supported by this runner yet; read files with open() or k6/experimental/fs",
        ),
    ),
    (
        "k6/experimental/browser",
        Make::Refused("k6/experimental/browser has been graduated, please use k6/browser instead"),
    ),
    (
        "k6/experimental/grpc",
        Make::Refused("k6/experimental/grpc has been graduated, please use k6/net/grpc instead"),
    ),
    (
        "k6/experimental/timers",
        Make::Refused("k6/experimental/timers has been graduated, please use k6/timers instead"),
    ),
    (
        "k6/experimental/tracing",
        Make::Refused(
            "k6/experimental/tracing has been removed, please use the http-instrumentation-tempo library instead",
        ),
    ),
    (
        "k6/experimental/webcrypto",
        Make::Refused(
            "k6/experimental/webcrypto has been graduated, please use the global crypto object instead",
        ),
    ),
    (
        "k6/experimental/redis",
        Make::Refused("k6/experimental/redis has been removed, please use a Redis extension instead"),
    ),
];

/// Whether a `k6…` specifier can be imported at all.
pub fn known(specifier: &str) -> std::result::Result<(), String> {
    if K6_MODULES.iter().any(|(name, _)| *name == specifier) {
        return Ok(());
    }
    if specifier.starts_with("k6/x/") {
        return Err(format!(
            "unknown modules [{specifier:?}] were tried to be loaded, but couldn't - this runner has no extensions"
        ));
    }
    Err(format!(
        "unknown modules [{specifier:?}] were tried to be loaded, but couldn't - this usually means the name is misspelt"
    ))
}

/// Makes the object of a built-in module: its default export, whose properties are its named exports.
pub fn build<'js>(ctx: &Ctx<'js>, name: &str) -> Result<Value<'js>> {
    let Some((_, make)) = K6_MODULES.iter().find(|(known, _)| *known == name) else {
        return Err(go_error(ctx, &format!("unknown module: {name}")));
    };
    match make {
        Make::Native(build) => Ok(build(ctx)?.into_value()),
        Make::Script(source) => internal::load(ctx, source).map(Object::into_value),
        Make::Alias(target, warning) => {
            state(ctx).host.log(Level::Warning, warning, &[]);
            crate::vm::loader::require_address(ctx, target)
        }
        Make::Refused(text) => Err(go_error(ctx, text)),
    }
}
