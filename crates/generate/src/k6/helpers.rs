use loadwright_scenario::Aid;

/// Small functions that a script carries only when it uses them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Helper {
    Json,
    InUrl,
    FormEncode,
    Kept,
    Has,
    LastSegment,
    Claim,
    Pick,
    RandomInt,
    RandomText,
    Run,
    Unique,
    UniqueInt,
    Multipart,
    ParseCsv,
    RunScript,
    RunTest,
    Must,
    Same,
    Kind,
    IsEmpty,
    AsText,
    BodyAt,
    Cookie,
    Cookies,
    InEnvironment,
}

impl Helper {
    /// The function that plain code of a source calls.
    pub fn of(aid: Aid) -> Self {
        match aid {
            Aid::Test => Self::RunTest,
            Aid::Must => Self::Must,
            Aid::Same => Self::Same,
            Aid::Kind => Self::Kind,
            Aid::Empty => Self::IsEmpty,
            Aid::Text => Self::AsText,
            Aid::BodyAt => Self::BodyAt,
            Aid::Cookie => Self::Cookie,
            Aid::Cookies => Self::Cookies,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::InUrl => "inUrl",
            Self::FormEncode => "formEncode",
            Self::Kept => "kept",
            Self::Has => "has",
            Self::LastSegment => "lastSegment",
            Self::Claim => "claim",
            Self::Pick => "pick",
            Self::RandomInt => "randomInt",
            Self::RandomText => "randomText",
            Self::Run => "RUN",
            Self::Unique => "unique",
            Self::UniqueInt => "uniqueInt",
            Self::Multipart => "multipart",
            Self::ParseCsv => "parseCsv",
            Self::RunScript => "runScript",
            Self::RunTest => "runTest",
            Self::Must => "must",
            Self::Same => "same",
            Self::Kind => "kind",
            Self::IsEmpty => "isEmpty",
            Self::AsText => "asText",
            Self::BodyAt => "bodyAt",
            Self::Cookie => "cookie",
            Self::Cookies => "cookies",
            Self::InEnvironment => "inEnvironment",
        }
    }

    /// Other helpers that this one calls.
    pub fn uses(self) -> &'static [Self] {
        match self {
            Self::Has => &[Self::Json],
            Self::RandomText => &[Self::RandomInt],
            Self::Unique => &[Self::Run],
            Self::Pick => &[Self::RandomInt],
            Self::Same => &[Self::Kind],
            _ => &[],
        }
    }

    /// Modules and names that it needs; an empty name is the default export.
    pub fn imports(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Kept => &[("k6/data", "SharedArray")],
            Self::RunScript | Self::RunTest => &[("k6", "check")],
            _ => &[],
        }
    }

    pub fn default_name(self) -> &'static str {
        "exec"
    }

    pub fn code(self) -> &'static str {
        match self {
            Self::Json => {
                "// The value at a path of a JSON body; undefined when the body is no JSON or has no such value.\n\
                 const json = (res, path) => {\n  try {\n    return res.json(path);\n  } catch (e) {\n    \
                 return undefined;\n  }\n};"
            }
            Self::Has => {
                "// Whether a JSON body has a value at each of the paths.\n\
                 const has = (res, ...paths) => paths.every((path) => json(res, path) !== undefined);"
            }
            Self::LastSegment => {
                "// What a URL ends with, as in a Location header; undefined when there is none.\n\
                 const lastSegment = (url) => /([^/?#]+)\\/?(?:[?#].*)?$/.exec(url || '')?.[1];"
            }
            Self::Claim => CLAIM,
            Self::InUrl => {
                "// Encodes what a URL cannot hold; escapes that are there stay.\n\
                 const inUrl = (text) => encodeURI(text).replace(/%25([0-9a-f]{2})/gi, '%$1');"
            }
            Self::FormEncode => {
                "// As forms are encoded: encodeURIComponent leaves !'()* as they are.\n\
                 const formEncode = (value) =>\n  encodeURIComponent(value).replace(\n    /[!'()*]/g,\n    \
                 (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,\n  );"
            }
            Self::Kept => KEPT,
            Self::RandomInt => {
                "const randomInt = (min, max) => min + Math.floor(Math.random() * (max - min + 1));"
            }
            Self::Pick => "const pick = (list) => list[randomInt(0, list.length - 1)];",
            Self::RandomText => {
                "const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';\n\
                 const randomText = (length) =>\n  \
                 Array.from({ length }, () => LETTERS[randomInt(0, LETTERS.length - 1)]).join('');"
            }
            Self::Run => {
                "// Differs from run to run, so that a second run does not collide with what the first one left.\n\
                          const RUN = Date.now().toString(36);"
            }
            Self::Unique => "const unique = () => `${RUN}-${__VU}-${__ITER}`;",
            Self::UniqueInt => {
                "const uniqueInt = () => (Date.now() % 1e6) * 1e4 + ((__VU * 100 + __ITER) % 1e4);"
            }
            Self::Multipart => MULTIPART,
            Self::ParseCsv => PARSE_CSV,
            Self::RunScript => {
                "// Code that came with a request: an error ends it, not the iteration. `tests` become checks at its end.\n\
                 const runScript = (name, response, run) => {\n  const tests = {};\n  try {\n    run(tests);\n  \
                 } catch (e) {\n    console.warn(`${name}: ${e.message}`);\n  }\n  \
                 for (const test of Object.keys(tests)) {\n    \
                 check(response, { [test.replace(/::/g, ': ')]: Boolean(tests[test]) });\n  }\n};"
            }
            Self::RunTest => {
                "// A check that fails when something in it throws.\n\
                 const runTest = (response, name, run) => {\n  let passed = true;\n  try {\n    run();\n  \
                 } catch (e) {\n    passed = false;\n    console.warn(`${name}: ${e.message}`);\n  }\n  \
                 check(response, { [String(name).replace(/::/g, ': ') || ' ']: passed });\n};"
            }
            Self::Must => "const must = (holds) => {\n  if (!holds) throw new Error('not as expected');\n};",
            Self::Same => {
                "// Whether two values are equal, member by member.\n\
                 const same = (a, b) => {\n  \
                 if (a === b || (a !== a && b !== b)) return true;\n  \
                 if (typeof a !== 'object' || kind(a) !== kind(b)) return false;\n  \
                 if (kind(a) !== 'Object' && kind(a) !== 'Array') return String(a) === String(b);\n  \
                 const keys = Object.keys(a);\n  \
                 return keys.length === Object.keys(b).length && keys.every((k) => k in b && same(a[k], b[k]));\n};"
            }
            Self::AsText => {
                "const asText = (value) => (value || value === false ? String(value) : (value ?? null));"
            }
            Self::BodyAt => {
                "// A value of a JSON body; undefined when the body is no JSON or has no such value.\n\
                 const bodyAt = (response, ...path) => {\n  try {\n    \
                 return path.reduce((value, key) => value?.[key], JSON.parse(response.body));\n  \
                 } catch (e) {\n    return undefined;\n  }\n};"
            }
            Self::Cookie => {
                "// A cookie that this virtual user has for the address of the response.\n\
                 const cookie = (response, name) => http.cookieJar().cookiesForURL(response.url)[name]?.[0];"
            }
            Self::Cookies => {
                "// The cookies that this virtual user has for the address of the response.\n\
                 const cookies = (response) =>\n  \
                 Object.fromEntries(\n    \
                 Object.entries(http.cookieJar().cookiesForURL(response.url)).map(([name, values]) => [name, values[0]]),\n  );"
            }
            Self::InEnvironment => {
                "// The value for the environment that the run chooses with -e ENVIRONMENT=…; the first one without.\n\
                 function inEnvironment(values) {\n  const names = Object.keys(values);\n  \
                 const name = __ENV.ENVIRONMENT || names[0];\n  \
                 if (!names.includes(name)) throw new Error(`no environment is called ${name}: ${names.join(', ')}`);\n  \
                 return values[name];\n}"
            }
            Self::Kind => "const kind = (value) => Object.prototype.toString.call(value).slice(8, -1);",
            Self::IsEmpty => {
                "const isEmpty = (value) => (typeof value === 'object' ? Object.keys(value) : value).length === 0;"
            }
        }
    }
}

const KEPT: &str = "\
// A secret stays in the file that it came from; the environment variable wins over it.
function kept(file, pointer) {
  // a text on the way is JSON or lines of headers; 7..40 is a piece of it
  const open_ = (v) => (typeof v !== 'string' ? v : v.trim()[0] === '{' ? JSON.parse(v) : headers(v));
  const headers = (text) => Object.fromEntries(text.split('\\n').map((l) => l.split(/:(.*)/).map((s) => s.trim())));
  const step = (v, key) =>
    typeof v === 'string' && /^\\d+\\.\\.\\d+$/.test(key)
      ? v.slice(...key.split('..').map(Number))
      : open_(v)[key.replace(/~1/g, '/').replace(/~0/g, '~')];
  // the file is read once, not by every virtual user
  return new SharedArray(`${file} ${pointer}`, () => {
    try {
      kept.files = kept.files || {};
      kept.files[file] = kept.files[file] || JSON.parse(open(file).replace(/^\\uFEFF/, ''));
      return [pointer.split('/').slice(1).reduce(step, kept.files[file])];
    } catch (e) {
      return [''];
    }
  })[0];
}";

const MULTIPART: &str = "\
// A multipart body from parts in their order: { name, value, filename, type }.
const multipart = (parts) => {
  const boundary = `----loadwright${Math.random().toString(16).slice(2)}${Math.random().toString(16).slice(2)}`;
  const bytes = [];
  const write = (chunk) => {
    const data = typeof chunk === 'string' ? new TextEncoder().encode(chunk) : new Uint8Array(chunk);
    for (let i = 0; i < data.length; i++) bytes.push(data[i]);
  };
  for (const part of parts) {
    write(`--${boundary}\\r\\nContent-Disposition: form-data; name=\"${part.name}\"`);
    if (part.filename !== undefined) write(`; filename=\"${part.filename}\"`);
    if (part.type) write(`\\r\\nContent-Type: ${part.type}`);
    write('\\r\\n\\r\\n');
    write(part.value);
    write('\\r\\n');
  }
  write(`--${boundary}--\\r\\n`);
  return { body: new Uint8Array(bytes).buffer, type: `multipart/form-data; boundary=${boundary}` };
};";

const CLAIM: &str = "\
// A claim of a JSON Web Token; undefined when the text is no token or has no such claim.
const claim = (token, ...path) => {
  try {
    const claims = JSON.parse(encoding.b64decode(token.split('.')[1], 'rawurl', 's'));
    return path.reduce((value, key) => value[key], claims);
  } catch (e) {
    return undefined;
  }
};";

const PARSE_CSV: &str = "\
// Rows of a CSV text as objects; the first line names the columns. Quotes as in RFC 4180; spaces around a field do not
// count.
function parseCsv(text) {
  const rows = [];
  let row = [];
  let field = '';
  let quoted = false;
  let inside = false;
  const end = () => {
    row.push(quoted ? field : field.trim());
    field = '';
    quoted = false;
  };
  const source = text.replace(/^\\uFEFF/, '');
  for (let i = 0; i < source.length; i++) {
    const c = source[i];
    if (inside) {
      if (c !== '\"') field += c;
      else if (source[i + 1] === '\"') field += source[++i];
      else inside = false;
    } else if (c === '\"' && !quoted && !field.trim()) {
      field = '';
      quoted = true;
      inside = true;
    } else if (c === ',') end();
    else if (c === '\\n' || c === '\\r') {
      if (c === '\\r' && source[i + 1] === '\\n') i++;
      end();
      rows.push(row);
      row = [];
    } else if (!quoted || c.trim()) field += c;
  }
  end();
  rows.push(row);
  const [columns, ...records] = rows.filter((r) => r.length > 1 || r[0] !== '');
  return records.map((r) => Object.fromEntries(columns.map((name, i) => [name, r[i] ?? ''])));
}";
