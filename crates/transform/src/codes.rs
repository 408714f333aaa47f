use loadwright_diagnostic::{CodeInfo, Fate, Severity};

pub(crate) static SECRET: CodeInfo = CodeInfo {
    code: "pass/secret",
    severity: Severity::Note,
    fate: Fate::Stubbed,
    title: "a secret was taken out of the script",
    page: "Tokens, passwords and session cookies of a recording are valid for one person and a short time. They must not be committed.\n\nThe script reads the value from an environment variable; `.env.example` beside it lists the names.\n\nSet it with `-e NAME=value` or in the environment.",
};

pub(crate) static CORRELATED: CodeInfo = CodeInfo {
    code: "pass/correlated",
    severity: Severity::Note,
    fate: Fate::Assumed,
    title: "a value flows from a response into later requests",
    page: "A value that a response gave turns up in later requests, and the client did not know it before: an id, a token, a cursor.\n\nThe script takes it from the response and puts it where the recording had the old value. A failed check names it when the response lacks it.\n\n`--no-correlate` keeps the recorded values; `--skip-rule NAME` leaves one rule out.",
};

pub(crate) static CHAINED: CodeInfo = CodeInfo {
    code: "pass/chained",
    severity: Severity::Note,
    fate: Fate::Assumed,
    title: "an operation uses what an earlier one returned",
    page: "A parameter, a foreign key of a body or a bearer token names something that another operation creates, lists or hands out. The script takes the value from that operation's response, says so in a comment, and keeps the sample for the case that there is none; a failed check names what is missing.\n\nThe finding names the inference: chain-link (the document's own links), chain-create (the response of the operation that creates), chain-location (its Location header), chain-sent (a field of its own body), chain-put (the client chooses the name), chain-list (the first item of a list), chain-resource (the same resource elsewhere in the document), chain-body and chain-query (foreign keys such as customerId), chain-login (the token of the API's own login). `--skip-rule NAME` leaves one out.\n\nCreation comes first, deletion last. `--skip-pass chain` keeps the document's order and its samples.",
};

pub(crate) static RATE: CodeInfo = CodeInfo {
    code: "load/rate",
    severity: Severity::Note,
    fate: Fate::Assumed,
    title: "how many iterations and users a request rate takes",
    page: "A rate of requests is held by starting iterations at a rate: so many requests a second, divided by the requests that one iteration sends.\n\nHow many virtual users that takes follows from how long an iteration lasts: the recorded durations and pauses, or 200 ms a request when nothing was recorded. The numbers stand in the script's `options`; `--vus N` sets them.",
};

pub(crate) static WEIGHT: CodeInfo = CodeInfo {
    code: "load/no-such-group",
    severity: Severity::Warning,
    fate: Fate::Dropped,
    title: "a weight names nothing that the source has",
    page: "`--weight NAME=N` gives a folder, a tag, a page or a recording its share of the load and makes it a scenario of its own.\n\nNothing of that name was found; `loadwright inspect FILE` shows the names.",
};

pub(crate) static BOUND: CodeInfo = CodeInfo {
    code: "pass/data-bound",
    severity: Severity::Note,
    fate: Fate::Kept,
    title: "a column of the data stands for a recorded value",
    page: "A column is bound to a recorded value when one of its rows has that value, or when a field of the recording has the column's name (`user`, `login` and `email` are one name, and so are `password` and `pwd`).\n\nEach iteration takes the next row; `--data-order` changes that.",
};

pub(crate) static UNBOUND: CodeInfo = CodeInfo {
    code: "pass/data-unbound",
    severity: Severity::Warning,
    fate: Fate::Dropped,
    title: "a column of the data stands for nothing in the recording",
    page: "No field of the recording has the column's name, and no row has a value that was recorded. The column is not used.\n\nName the column like the field that it is for, or put the recorded value into one of the rows.",
};

pub(crate) static JOINED: CodeInfo = CodeInfo {
    code: "pass/joined",
    severity: Severity::Note,
    fate: Fate::Kept,
    title: "a document describes the requests of a recording or a collection",
    page: "Given together, a recording or a collection says what is done, in which order, with which values and credentials; an OpenAPI document says what the requests are called, which path template they belong to and what their answers promise.\n\nRequests are identified by method and path. Operations of the document that nobody requests are counted; convert the document alone for a script that requests them all.",
};

pub(crate) static LENT: CodeInfo = CodeInfo {
    code: "pass/lent",
    severity: Severity::Note,
    fate: Fate::Kept,
    title: "a collection gives credentials and assertions to the requests of a recording",
    page: "Given together, a recording says what is done, in which order and with which values; a Postman collection says how requests prove who sends them and what their answers are asserted to be.\n\nRequests are identified by method and path. Credentials are taken over when the collection has them as constants or from an environment; a value that the server itself gave out in the recording follows from there instead. Requests that only the collection has are counted; convert it alone for a script that sends them all.",
};

pub(crate) static REFUTED: CodeInfo = CodeInfo {
    code: "pass/refuted-assertion",
    severity: Severity::Warning,
    fate: Fate::Dropped,
    title: "an assertion of the collection contradicts the recorded answer",
    page: "A collection that is given beside a recording lends its assertions to the same requests. This one does not hold for the answer that was recorded, so it would fail each time; it is left out.\n\nThe collection may be older than the recording, or speak of another case of the same request. Correct it there, or add the check to the script by hand.",
};

/// What passes report.
pub const CODES: &[&CodeInfo] =
    &[&SECRET, &CORRELATED, &CHAINED, &RATE, &WEIGHT, &BOUND, &UNBOUND, &JOINED, &LENT, &REFUTED];
