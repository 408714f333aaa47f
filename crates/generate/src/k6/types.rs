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
    ("export const options = ", "export const options: Options = "),
    ("export default function (data) {", "export default function (data: any) {"),
];

/// Adds the types. A name that the page does not have costs nothing.
pub(super) fn typed(script: &str) -> String {
    let mut out = String::with_capacity(script.len() + 512);
    for line in script.lines() {
        let indent = line.len() - line.trim_start().len();
        let (pad, code) = line.split_at(indent);
        let found = SIGNATURES.iter().find(|(plain, _)| code.starts_with(plain));
        let declared = code
            .strip_prefix("let ")
            .and_then(|l| l.strip_suffix(';'))
            .filter(|n| n.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '$'));
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
            (None, None) => out.push_str(code),
        }
        out.push('\n');
    }
    // `kept.files` is a property of the function
    let out = out.replace("kept.files", "(kept as any).files");
    with_imports(&out)
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
