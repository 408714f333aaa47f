const native = require('native:files');

const SeekMode = Object.freeze({ Start: 0, Current: 1, End: 2 });
const named = (name, message) => Object.assign(new Error(message), { name });

class File {
  #content;
  #at = 0;
  constructor(path, content) {
    this.path = path;
    this.#content = content;
  }
  static content(file) { return file.#content; }
  async stat() { return { name: this.path.split('/').pop(), size: native.size(this.#content) }; }
  async read(into) {
    if (into === undefined || into === null) throw named('TypeError', 'read() failed; reason: into argument cannot be null or undefined');
    if (!(into instanceof Uint8Array)) throw named('TypeError', 'read() failed; reason: into argument must be a Uint8Array');
    if (into.length === 0) throw named('TypeError', 'read() failed; reason: into argument cannot be empty');
    if (this.#at >= native.size(this.#content)) return null;
    const part = native.slice(this.#content, this.#at, into.length);
    into.set(part);
    this.#at += part.length;
    return part.length;
  }
  async seek(offset, whence) {
    if (typeof offset !== 'number' || !Number.isInteger(offset)) throw named('TypeError', 'seek() failed; reason: the offset argument must be a valid integer');
    const base = whence === SeekMode.Current ? this.#at : whence === SeekMode.End ? native.size(this.#content) : 0;
    if (![0, 1, 2].includes(whence)) throw named('TypeError', 'seek() failed; reason: the whence argument must be a SeekMode');
    const to = base + offset;
    if (to < 0 || to > native.size(this.#content)) throw named('TypeError', 'seek() failed; reason: offset is out of the bounds of the file');
    this.#at = to;
    return to;
  }
}

async function open(path) {
  if (!native.init()) throw named('ForbiddenError', 'open() failed; reason: opening a file in the VU context is forbidden');
  if (path === undefined || path === null) throw named('TypeError', 'open() failed; reason: path cannot be null or undefined');
  if (String(path) === '') throw named('TypeError', 'open() failed; reason: path cannot be empty');
  return new File(String(path), native.open(String(path)));
}

const keyOf = (file, options) => `csv:${file.path}:${JSON.stringify([options.delimiter, options.skipFirstLine, options.fromLine, options.toLine, options.asObjects])}`;

function load(file, options = {}) {
  if (!(file instanceof File)) throw named('TypeError', 'the first argument must be a fs.File');
  const fields = { ...(options || {}) };
  if (fields.fromLine !== undefined && fields.fromLine < 0) throw new GoError('the fromLine option must be greater than or equal to 0');
  if (fields.toLine !== undefined && fields.fromLine !== undefined && fields.toLine < fields.fromLine) throw new GoError('the toLine option must be greater than or equal to the fromLine option');
  if (fields.asObjects && fields.skipFirstLine) throw new GoError('the asObjects option cannot be used together with the skipFirstLine option');
  const key = keyOf(file, fields);
  return { key, count: native.rows(File.content(file), key, fields) };
}

class Parser {
  #key;
  #count;
  #at = 0;
  constructor(file, options) {
    if (!native.init()) throw new GoError('csv Parser constructor must be called in the init context');
    const { key, count } = load(file, options);
    this.#key = key;
    this.#count = count;
  }
  async next() {
    if (this.#at >= this.#count) return { done: true, value: [] };
    return { done: false, value: native.row(this.#key, this.#at++) };
  }
}

async function parse(file, options) {
  if (!native.init()) throw new GoError('csv.parse must be called in the init context');
  return native.array(load(file, options).key);
}

exports.fs = { open, SeekMode };
exports.csv = { parse, Parser };
