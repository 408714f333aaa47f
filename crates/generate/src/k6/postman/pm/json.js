// JSON as Postman's sandbox reads it: the same values as `JSON.parse`, but its own words for what is wrong.
const LITERAL = /(?:true|false|null)/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const SPACE = /[ \t\r\n]*/y;

class Fault {
  constructor(at, what) {
    this.at = at;
    this.what = what;
  }
}

/** The first place where a text is no JSON. */
function fault(text) {
  let at = 0;
  const unexpected = (i = at) => {
    throw new Fault(i, i < text.length ? `Unexpected token '${text[i].replace(/['\\]/g, '\\$&')}'` : 'Unexpected end of input');
  };
  const match = (pattern) => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found) at = pattern.lastIndex;
    return found !== null;
  };
  const space = () => match(SPACE);
  const string = () => {
    for (at += 1; text[at] !== '"'; at += 1) {
      if (at >= text.length) unexpected();
      if (text[at] < ' ') unexpected(at + 1);
      if (text[at] === '\\') {
        at += 1;
        if (text[at] === 'u' && /^[\da-fA-F]{4}/.test(text.slice(at + 1))) at += 4;
        else if (!'"\\/bfnrt'.includes(text[at] || ' ')) unexpected();
      }
    }
    at += 1;
  };
  const list = (close, item) => {
    at += 1;
    space();
    if (text[at] === close) {
      at += 1;
      return;
    }
    for (;;) {
      item();
      space();
      if (text[at] === close) break;
      if (text[at] !== ',') unexpected();
      at += 1;
      space();
      if (text[at] === close) throw new Fault(at, `Trailing comma in ${close === '}' ? 'object' : 'array'}`);
    }
    at += 1;
  };
  const pair = () => {
    if (text[at] !== '"') unexpected();
    const start = at;
    string();
    const key = text.slice(start + 1, at - 1);
    space();
    if (text[at] !== ':') unexpected();
    at += 1;
    space();
    if (at >= text.length) throw new Fault(at, `No value found for key ${key}`);
    value();
  };
  const value = () => {
    space();
    const start = at;
    const c = text[at];
    if (c === '{') list('}', pair);
    else if (c === '[') list(']', value);
    else if (c === '"') string();
    else if (match(NUMBER)) {
      if (text[at] === '.') throw new Fault(at, `Non-json numeric literal - "${text.slice(start, at + 1)}"`);
    } else if (c === '-') throw new Fault(at, 'Bad numeric literal - "-"');
    else if (!match(LITERAL)) unexpected();
  };
  try {
    value();
    space();
    if (at < text.length) unexpected();
  } catch (e) {
    if (e instanceof Fault) return e;
    throw e;
  }
  return undefined;
}

/** `No data, empty input at 1:1` and the line with a mark below the place. */
function described(text) {
  let { at, what } = fault(text) || { at: 0, what: 'Unexpected token' };
  if (/^\s*$/.test(text)) [at, what] = [text.length, text ? 'No data, only a whitespace' : 'No data, empty input'];
  const before = text.slice(0, at).split('\n');
  const column = before[before.length - 1].length;
  const line = text.split('\n')[before.length - 1];
  return `${what} at ${before.length}:${column + 1}\n${line}\n${' '.repeat(column)}^`;
}

/** The value of a text, with or without a byte order mark. */
export function parse(text, reviver) {
  try {
    return reviver === undefined ? JSON.parse(text) : JSON.parse(text, reviver);
  } catch (e) {
    if (text.charCodeAt(0) === 0xfeff) return parse(text.slice(1), reviver);
    const error = new Error(described(text));
    error.name = 'JSONError';
    throw error;
  }
}
