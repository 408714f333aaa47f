use loadwright_diagnostic::{CodeInfo, Fate, Severity};

macro_rules! codes {
    ($($name:ident = $code:literal, $severity:ident, $fate:ident, $title:literal, $page:literal;)*) => {
        $(pub(crate) static $name: CodeInfo = CodeInfo {
            code: $code, severity: Severity::$severity, fate: Fate::$fate, title: $title, page: $page,
        };)*
        /// Every finding of this importer.
        pub const CODES: &[&CodeInfo] = &[$(&$name),*];
    };
}

codes! {
    BAD_ENTRY = "har/unreadable-entry", Warning, Dropped, "an entry of the recording cannot be read",
        "The entry is not valid JSON or has no request with a method and an address.\n\nIt is left out; the other entries are converted.";
    TRUNCATED = "har/truncated", Warning, Dropped, "the recording ends in the middle",
        "The file stops before the JSON ends, as when a recorder was killed or a download broke.\n\nEverything up to that place is converted.";
    NOT_HTTP = "har/not-http", Note, Dropped, "entries without an HTTP request",
        "`data:`, `blob:`, `about:` and extension addresses never reach a server, and CONNECT only opens a tunnel. They are left out.";
    STATIC = "har/static-assets", Note, Dropped, "images, styles, scripts and fonts were left out",
        "A load test of an API rarely wants what browsers cache. `--include-static` keeps these entries.";
    THIRD_PARTY = "har/third-party", Note, Dropped, "requests to other hosts were left out",
        "Analytics, advertisement and CDN hosts belong to others, who did not agree to be load-tested.\n\nOnly the main site's hosts are kept. `--host NAME` keeps a host; it may be repeated.";
    PREFLIGHT = "har/preflight", Note, Dropped, "CORS preflights were left out",
        "Browsers ask for permission with OPTIONS before cross-origin requests. A load test needs no permission.";
    ABORTED = "har/aborted", Note, Dropped, "requests without an answer were left out",
        "The recorder saw no response: the request was cancelled, blocked, or the page was left.";
    CACHED = "har/cached", Note, Dropped, "answers from the browser's cache were left out",
        "These entries never reached the server when they were recorded.";
    REDIRECT = "har/redirect-target", Note, Kept, "redirect targets are reached by following the redirect",
        "A recorder lists each hop of a redirect. k6 follows redirects by itself, so the hops are one request in the script.";
    HEADER = "har/header-name", Warning, Dropped, "a header cannot be sent",
        "The recorded header's name or value has characters that HTTP does not allow. It is left out.";
    BROWSER_HEADER = "har/browser-headers", Note, Dropped, "headers that browsers add by themselves were left out",
        "`Sec-*`, `DNT`, `Priority` and the like describe the browser, not the request. `--keep-order` replays them too.";
    SANITIZED = "har/sanitized", Warning, Dropped, "the recording was exported without cookies and credentials",
        "Chrome exports recordings without `Cookie`, `Set-Cookie` and `Authorization` by default. Requests that need a login will be refused.\n\nExport again with 'Allow to generate HAR with sensitive data' switched on in the developer tools' settings.";
    FILE_PART = "har/missing-file", Note, Stubbed, "an uploaded file is not in the recording",
        "Browsers record the name of an uploaded file, not its bytes. The script sends a placeholder of the same name.";
    BODY_MISSING = "har/missing-body", Warning, Dropped, "a request body is not in the recording",
        "The recorder says that a body was sent and does not have it. The request is sent without.";
    WEBSOCKET = "har/websocket", Note, Approximated, "a WebSocket session replays what the client sent",
        "The script opens the socket, sends the recorded messages at the recorded pace and closes. It does not wait for particular answers.";
    EXTENSION = "har/extension", Note, Approximated, "an extension of the recording was not understood",
        "LI-HAR checks and variables that have no counterpart are left out.";
    ORDER = "har/time-order", Note, Assumed, "entries without a usable time stay where they are",
        "Some entries have no start time that can be read. They keep their place in the file.";
    SKIPPED = "har/not-selected", Note, Dropped, "entries were left out as asked",
        "`--include`, `--exclude` or `--safe-only` left these entries out.";
}
