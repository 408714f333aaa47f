//! TypeScript: the same script with the types that a strict compiler asks for.

/// Signatures of our helpers: what the plain script says, and what a typed one says.
const SIGNATURES: &[(&str, &str)] = &[
    ("const json = (res, path) =>", "const json = (res: Response, path: string): any =>"),
    ("const has = (res, ...paths) =>", "const has = (res: Response, ...paths: string[]): boolean =>"),
    ("const lastSegment = (url) =>", "const lastSegment = (url?: string): string | undefined =>"),
    ("const claim = (token, ...path) =>", "const claim = (token: any, ...path: (string | number)[]): any =>"),
    ("const inUrl = (text) =>", "const inUrl = (text: string): string =>"),
    ("const randomInt = (min, max) =>", "const randomInt = (min: number, max: number): number =>"),
    ("const pick = (list) =>", "const pick = <T>(list: T[]): T =>"),
    ("const randomText = (length) =>", "const randomText = (length: number): string =>"),
    ("const unique = () =>", "const unique = (): string =>"),
    ("const uniqueInt = () =>", "const uniqueInt = (): number =>"),
    (
        "const multipart = (parts) =>",
        "const multipart = (parts: any[]): { body: ArrayBuffer; type: string } =>",
    ),
    ("const write = (chunk) =>", "const write = (chunk: string | ArrayBuffer): void =>"),
    ("const bytes = [];", "const bytes: number[] = [];"),
    ("function parseCsv(text) {", "function parseCsv(text: string): any[] {"),
    ("let row = [];", "let row: string[] = [];"),
    ("const rows = [];", "const rows: string[][] = [];"),
    ("function kept(file, pointer) {", "function kept(file: string, pointer: string): any {"),
    ("const open_ = (v) =>", "const open_ = (v: any): any =>"),
    ("const headers = (text) =>", "const headers = (text: string): any =>"),
    ("const step = (v, key) =>", "const step = (v: any, key: string): any =>"),
    (
        "const runScript = (name, response, run) =>",
        "const runScript = (name: string, response: any, run: (tests: any) => void): void =>",
    ),
    (
        "const runTest = (response, name, run) =>",
        "const runTest = (response: any, name: any, run: () => void): void =>",
    ),
    ("const tests = {};", "const tests: any = {};"),
    (
        "check(response, { [test.replace(/::/g, ': ')]: Boolean(tests[test]) });",
        "check(response, { [test.replace(/::/g, ': ')]: Boolean(tests[test]) } as any);",
    ),
    (
        "check(response, { [String(name).replace(/::/g, ': ') || ' ']: passed });",
        "check(response, { [String(name).replace(/::/g, ': ') || ' ']: passed } as any);",
    ),
    ("const must = (holds) =>", "const must = (holds: any): void =>"),
    ("const same = (a, b) =>", "const same = (a: any, b: any): boolean =>"),
    ("const kind = (value) =>", "const kind = (value: any): string =>"),
    ("const isEmpty = (value) =>", "const isEmpty = (value: any): boolean =>"),
    ("const asText = (value) =>", "const asText = (value: any): any =>"),
    ("const formEncode = (value) =>", "const formEncode = (value: any): string =>"),
    ("const bodyAt = (response, ...path) =>", "const bodyAt = (response: any, ...path: string[]): any =>"),
    ("const cookie = (response, name) =>", "const cookie = (response: any, name: string): any =>"),
    ("const cookies = (response) =>", "const cookies = (response: any): any =>"),
    ("function inEnvironment(values) {", "function inEnvironment(values: any): any {"),
    ("export const options = ", "export const options: Options = "),
    ("export default function (data) {", "export default function (data: any) {"),
];

/// Imports of the modules that run the scripts of a collection as they were written.
const CARRIED: [&str; 2] = ["from './pm/run.js'", "from './pm/script.js'"];

/// Adds the types. A name that the page does not have costs nothing.
pub(super) fn typed(script: &str) -> String {
    if CARRIED.iter().any(|import| script.contains(import)) {
        // what others wrote in JavaScript stays what they wrote
        return format!(
            "// @ts-nocheck: it holds scripts of the collection, which are JavaScript.\n{script}"
        );
    }
    let responses = responses(script);
    let mut out = String::with_capacity(script.len() + 512);
    for line in script.lines() {
        let indent = line.len() - line.trim_start().len();
        let (pad, code) = line.split_at(indent);
        let found = SIGNATURES.iter().find(|(plain, _)| code.starts_with(plain));
        let declared = code
            .strip_prefix("let ")
            .and_then(|l| l.strip_suffix(';'))
            .filter(|n| n.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '$'));
        if code.starts_with("import ") && code.contains(" from './pm/") {
            // a module beside the script, in JavaScript
            out.push_str("// @ts-ignore\n");
        }
        out.push_str(pad);
        match (found, declared) {
            (Some((plain, typed)), _) => {
                out.push_str(typed);
                out.push_str(code.get(plain.len()..).unwrap_or_default());
            }
            (None, Some(name)) => out.push_str(&format!("let {name}: any;")),
            (None, None) if code.starts_with("export function ") => {
                out.push_str(&code.replace("(data)", "(data: any)"));
            }
            (None, None) if pad.len() <= 2 && code.starts_with("let ") && code.ends_with(';') => {
                // a variable of a collection may become anything
                out.push_str(&code.replacen(" = ", ": any = ", 1));
            }
            (None, None) => out.push_str(&own_code(code, &responses)),
        }
        out.push('\n');
    }
    // `kept.files` is a property of the function
    let out = out.replace("kept.files", "(kept as any).files");
    with_imports(&out)
}

/// The names of responses: `const login = http.post(`.
fn responses(script: &str) -> Vec<&str> {
    script
        .lines()
        .filter_map(|l| l.trim_start().strip_prefix("const ")?.split_once(" = http."))
        .map(|(name, _)| name)
        .filter(|name| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '$'))
        .collect()
}

/// A line that scripts of a source may have brought: parameters of its functions, errors that it catches, bodies that
/// it takes for texts.
fn own_code(line: &str, responses: &[&str]) -> String {
    let mut out = line.to_owned();
    if let Some(start) = line.find("function").filter(|_| line.ends_with('{'))
        && let Some((head, rest)) = line.get(start..).and_then(|l| l.split_once('('))
        && let Some((list, tail)) = rest.split_once(')')
        && head.trim_start_matches("function").trim().chars().all(is_word)
        && !list.trim().is_empty()
        && list.split(',').all(|p| !p.trim().is_empty() && p.trim().chars().all(is_word))
    {
        let typed: Vec<String> = list.split(',').map(|p| format!("{}: any", p.trim())).collect();
        let before = line.get(..start).unwrap_or_default();
        out = format!("{before}{head}({}){tail}", typed.join(", "));
    }
    if let Some((before, rest)) = out.split_once("catch (")
        && let Some((name, tail)) = rest.split_once(") {")
        && !name.is_empty()
        && name.chars().all(is_word)
    {
        out = format!("{before}catch ({name}: any) {{{tail}");
    }
    for name in responses {
        let argument = format!("({name}.body)");
        out = out.replace(&argument, &format!("({name}.body as string)"));
        let subject = format!("{name}.body.");
        let whole = |at: usize| !out.get(..at).is_some_and(|b| b.ends_with(|c| is_word(c) || c == '.'));
        if out.find(&subject).is_some_and(whole) {
            out = out.replace(&subject, &format!("({name}.body as string)."));
        }
    }
    out
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '$'
}

fn with_imports(script: &str) -> String {
    let mut imports = String::new();
    if script.contains(": Response") {
        imports.push_str("import { RefinedResponse } from 'k6/http';\n");
    }
    imports.push_str("import { Options } from 'k6/options';\n");
    let mut out = String::with_capacity(script.len() + imports.len());
    let mut done = false;
    let mut seen = false;
    for line in script.lines() {
        let import = line.starts_with("import ");
        seen |= import;
        if seen && !import && !done {
            out.push_str(&imports);
            if script.contains(": Response") {
                out.push_str("\ntype Response = RefinedResponse<any>;\n");
            }
            done = true;
        }
        out.push_str(line);
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_of_a_collection_gets_the_types_that_it_lacks() {
        let typed = typed(
            "import http from 'k6/http';\nimport { CryptoJS } from './pm/crypto-js.js';\n\nlet token = '{{token}}';\n\n\
             function beforeRequest(name) {\n  runScript(name, null, (tests) => {\n    list.sort(function (a,b) {\n      \
             return a - b;\n    });\n  });\n}\n\nexport default function () {\n  const login = http.get('/');\n  \
             try {\n    token = JSON.parse(login.body).token;\n  } catch (e) {\n  }\n}\n",
        );
        for part in [
            "// @ts-ignore\nimport { CryptoJS } from './pm/crypto-js.js';",
            "let token: any = '{{token}}';",
            "function beforeRequest(name: any) {",
            "list.sort(function (a: any, b: any) {",
            "JSON.parse(login.body as string).token",
            "} catch (e: any) {",
        ] {
            assert!(typed.contains(part), "{part} in\n{typed}");
        }
    }

    #[test]
    fn carried_scripts_are_left_alone() {
        let script = "import { collection } from './pm/run.js';\n\nfunction after({ pm }) {\n}\n";
        let typed = typed(script);
        assert!(typed.starts_with("// @ts-nocheck: "), "{typed}");
        assert!(typed.ends_with(script), "{typed}");
    }
}
