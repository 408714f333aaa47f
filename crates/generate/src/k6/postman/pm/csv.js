// CSV text to rows (RFC 4180, and what `csv-parse` adds).
export function parse(text, options = {}) {
  const { delimiter = ',', quote = '"', columns = false, trim = false, skip_empty_lines: skip = false, cast, from_line: line = 1, from = 1, relax_column_count: relax = false } = options;
  const rows = [];
  let row = [];
  let field = '';
  let quoted = false;
  let was = false;
  const source = String(text).replace(/^\ufeff/, '');
  const end = () => {
    row.push(trim && !was ? field.trim() : field);
    field = '';
    was = false;
  };
  for (let i = 0; i < source.length; i++) {
    const c = source[i];
    if (quoted) {
      if (c !== quote) field += c;
      else if (source[i + 1] === quote) field += source[++i];
      else quoted = false;
    } else if (c === quote && !field.trim()) {
      [quoted, was, field] = [true, true, ''];
    } else if (source.startsWith(delimiter, i)) {
      end();
      i += delimiter.length - 1;
    } else if (c === '\n' || c === '\r') {
      if (c === '\r' && source[i + 1] === '\n') i++;
      end();
      rows.push(row);
      row = [];
    } else field += c;
  }
  if (field || was || row.length) {
    end();
    rows.push(row);
  }
  let out = rows.slice(line - 1).filter((r) => !skip || r.length > 1 || r[0] !== '');
  const odd = relax ? -1 : out.findIndex((r) => r.length !== out[0].length);
  if (odd > 0) throw new Error(`Number of columns is inconsistent on line ${odd + line}`);
  const value = (v) => (typeof cast === 'function' ? cast(v, {}) : cast === true && v !== '' && !Number.isNaN(Number(v)) ? Number(v) : v);
  out = out.map((r) => r.map(value));
  if (!columns) return out.slice(from - 1);
  const names = Array.isArray(columns) ? columns : typeof columns === 'function' ? columns(out.shift()) : out.shift();
  return out.slice(from - 1).map((r) => Object.fromEntries((names || []).map((n, i) => [n, r[i]])));
}

export const csv = Object.assign(
  (text, options, callback) => {
    const done = typeof options === 'function' ? options : callback;
    done(null, parse(text, typeof options === 'function' ? {} : options));
  },
  { parse },
);
