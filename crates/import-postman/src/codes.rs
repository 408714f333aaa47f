//! Every finding that this importer reports, with its page.

use loadwright_diagnostic::{CodeInfo, Fate, Severity};

macro_rules! codes {
    ($($name:ident = $code:literal, $severity:ident, $fate:ident, $title:literal, $page:expr;)*) => {
        $(
            pub static $name: CodeInfo = CodeInfo {
                code: $code,
                severity: Severity::$severity,
                fate: Fate::$fate,
                title: $title,
                page: $page,
            };
        )*
        /// For `explain` and for the test that every code has a page.
        pub const CODES: &[&CodeInfo] = &[$(&$name),*];
    };
}

codes! {
    SCRIPT_CARRIED = "postman/script-carried", Note, Kept,
        "a script is carried as it is",
        "The script does more than checks and extractions of a response, so it was not rewritten. It is carried word for word, as a function that is called before or after its request and runs over the `pm` modules that are written beside the script; the requests and scripts around it stay plain k6 code.\n\nWhere a script says with `setNextRequest` what comes next, the requests stand in a list of functions with their names, and the script runs them in the order that is asked for.\n\nOnly where a script changes its request in ways that are known at run time, waits for promises, or asks for variables by names that it computes, the whole collection is written as data that the modules run.\n\nThe result is the same either way; the script is longer and a little slower than plain k6 code. Rewrite it with `pm.test`, `pm.expect` and `pm.environment.set` on values of `pm.response` if you want plain k6 code.";
    COLLECTION_CARRIED = "postman/collection-carried", Note, Kept,
        "the whole collection runs over the `pm` modules",
        "Plain k6 code has one variable for a name, and signs a request in the call that sends it. Where a collection needs more than that (one name in two scopes, names within names that scripts set, a signature by a private key or over a file, a redirect that keeps its method), all of it runs over the `pm` modules that are written beside the script, its scripts word for word.\n\nThe result is the same; the script is longer and a little slower than plain k6 code. The finding says what it was: give a variable one scope, or compute a signature where the test does not need to measure it, if you want plain k6 code.";
    SCRIPT_SYNTAX = "postman/script-syntax", Warning, Dropped,
        "a script is not valid JavaScript",
        "The script does not parse, so Postman cannot run it either: it reports an error and goes on with the request. The script is left out and the request stays.\n\nCorrect the script in Postman and convert again.";
    UNSUPPORTED_API = "postman/unsupported-api", Warning, Dropped,
        "a script calls something that has no counterpart in a load test",
        "The call shows something in Postman's own window or asks its cloud (visualizer, vault, mock servers, packages of a team). Nothing of that exists in a load test, so the call does nothing here.\n\nRemove the call, or ignore the finding when the rest of the script does not depend on it.";
    UNKNOWN_MODULE = "postman/unknown-module", Warning, Stubbed,
        "a script requires a module that Loadwright does not bring along",
        "The modules that Postman offers are written beside the script in a small form. The one named here is not among them. When the script asks for it at run time, the script stops with an error, as it does in Postman for a module that does not exist.\n\n`package.json` beside the script lists it: run `npm install` there, then both `loadwright run` and `convert --bundle` find it.";
    UNRESOLVED_VARIABLE = "postman/unresolved-variable", Warning, Kept,
        "a variable has no value in any scope",
        "Neither the environment, the globals, the data, the collection nor a script sets the variable. Postman sends the placeholder itself, braces included, and so does the script.\n\nPass the environment with `-e FILE`, or give the variable a value in the collection.";
    AUTH_UNSUPPORTED = "postman/auth-unsupported", Warning, Dropped,
        "an authorization scheme is not supported",
        "The request is sent without authorization, because the scheme needs a signature that cannot be computed here.\n\nCompute the header in a pre-request script, or put a proxy that signs in front of the server.";
    CERTIFICATE = "postman/certificate", Warning, Dropped,
        "a client certificate is named by the collection",
        "Certificates are a matter of the machine that runs the test, not of the script.\n\nSet `tlsAuth` in the options of the script with the certificate and key as text.";
    PROXY = "postman/proxy", Warning, Dropped,
        "a proxy is named by the collection",
        "A proxy is a matter of the machine that runs the test.\n\nSet HTTP_PROXY and HTTPS_PROXY when you run the script.";
    BODY_PRUNED = "postman/body-pruned", Note, Kept,
        "a body is not sent, as Postman does not send it",
        "Postman sends no body with GET, HEAD, COPY, PURGE and UNLOCK requests unless body pruning is switched off for the request. The script does the same.\n\nSwitch off `disableBodyPruning` in the request's settings in Postman if the server expects the body.";
    MISSING_FILE = "postman/missing-file", Warning, Stubbed,
        "a file that a request sends does not exist",
        "The collection only has the name of the file. Postman sends such a request without the file; a script that cannot open its file would not start at all. The part is sent empty.\n\nPut the file beside the script and convert again.";
    CHECK_NAME = "postman/check-name", Note, Approximated,
        "a name contains `::`, which k6 reserves",
        "k6 uses `::` to separate groups and refuses it in names of checks and groups. It is written as `: `.\n\nRename the test in Postman if you want the same name in both tools.";
    NO_SUCH_FOLDER = "postman/no-such-folder", Warning, Dropped,
        "no folder or request has the chosen name",
        "Nothing in the collection is called like that, so nothing was selected by this name.\n\nUse the name as it stands in Postman's sidebar.";
    BAD_ITEM = "postman/bad-item", Warning, Dropped,
        "an item is not readable",
        "The item is neither a folder nor a request. It is left out, everything else is converted.\n\nExport the collection again from Postman as version 2.1.";
    BAD_FILE = "postman/bad-file", Warning, Dropped,
        "an environment, globals or data file is not readable",
        "The file is neither what Postman exports nor rows of data, so its values are not known and the placeholders stay.\n\nExport the environment again; data must be CSV with a header row or a JSON array of objects.";
    STRICT_SSL = "postman/strict-ssl", Note, Approximated,
        "certificates are not checked",
        "A request of the collection takes any certificate. k6 has one setting for the whole test, `insecureSkipTLSVerify`, so none of the requests checks certificates.\n\nRemove the option from the script when the servers have certificates that can be checked.";
    OAUTH2_FLOW = "postman/oauth2-flow", Note, Approximated,
        "a token is fetched by the script",
        "Postman's app asks for the token when you press a button and stores it. The collection has the parameters of the flow, so each virtual user fetches a token before it first needs one and keeps it until it expires.\n\nSet the client secret and the password in the environment; they are never written into the script.";
    SECRET = "postman/secret", Note, Kept,
        "a secret is read from the environment",
        "The value looks like a password, a key or a token, or Postman marks it as secret. It is not written into the script. The script reads it from an environment variable; `.env.example` lists the names.\n\nRun with `-e NAME=value`, or export the variable before the run.";
    API = "postman/api", Note, Kept,
        "what carried scripts can use",
        concat!("Scripts that are carried run over modules beside the script. The fixtures `fixtures/postman/pm-*` hold a test for each call, and the program's own tests run them.\n\n\
        - `pm.response`: code, status, reason(), text(), json(), responseTime, responseSize, size(), stream, headers (get, one, has, all, each, map, filter, find, count, toObject), cookies, `to.have` and `to.be` with Postman's words\n\
        - `pm.request`: method, url (getPath, getHost, getQueryString, query, toString, addQueryParams …), headers (add, upsert, remove …), body (raw, urlencoded, formdata, graphql, update), auth; changes before the request are sent\n\
        - `pm.environment`, `pm.globals`, `pm.collectionVariables`, `pm.variables`, `pm.iterationData`: get, set, unset, has, clear, toObject, replaceIn; all dynamic variables\n\
        - `pm.test` (also with `done`, with promises, `skip`), `pm.expect` with chai's language and messages, jsonSchema, `expect.fail`\n\
        - `pm.sendRequest` with callback or `await`, `pm.cookies` and its jar, `pm.info`, `pm.execution.setNextRequest`, `skipRequest`, `location`\n\
        - the old names: `tests`, `responseBody`, `responseCode`, `responseHeaders`, `responseTime`, `request`, `environment`, `globals`, `data`, `iteration`, `postman.*`, and the methods that the sandbox adds to strings, arrays and numbers\n\
        - `require` and globals: lodash, crypto-js, moment, cheerio, tv4, ajv, xml2js, xml2Json, uuid, csv-parse, string_decoder, atob, btoa, Buffer, URL, url, querystring, chai, assert, util, path, events, postman-collection; the parts that scripts of collections use, not the whole libraries\n\n\
        What shows something in the app does nothing: `pm.visualizer`. `pm.vault` has no values.\n\n\
        `pm.sendRequest` without a callback gives a promise and `await` works at the top of a script, as in Postman's app. Newer functions of lodash, `URL`, `TextEncoder` and what else k6 has can be used, though newman knows none of it.\n\n\
        Known differences in what is sent: a path with a bare `%` that starts no escape is refused by k6's URL parser; a redirect takes the cookies that the jar has then, where Postman repeats those of the first request; an expired session of the app's own cookie store does not exist here. Errors of the language itself have k6's wording.\n\n\
        1658 of 1681 calls that newman 6.2.2 supports behave the same, down to the wording of a failed assertion (`cargo xtask newman` runs both and compares). These do not:\n\n",
        include_str!("../../../fixtures/postman/pm-differences/reasons"),
        "\nEach line below is one call that the program's tests run, with the outcome that newman has for it (`implicit global` and `await` are errors in newman):\n\n",
        include_str!("../../../fixtures/postman/pm-api/outcomes"),
        include_str!("../../../fixtures/postman/pm-surface/outcomes"),
        include_str!("../../../fixtures/postman/pm-sentences/outcomes"),
        include_str!("../../../fixtures/postman/pm-more/outcomes"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_ours_and_has_a_page() {
        for info in CODES {
            assert!(info.code.starts_with("postman/"), "{}", info.code);
            assert!(info.page.contains("\n\n"), "{} says what to do", info.code);
        }
    }
}
