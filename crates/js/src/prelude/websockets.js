const native = require('native:socket');

class Blob {
  #bytes;
  #type;
  constructor(parts = [], options = {}) {
    const chunks = Array.from(parts, (p) => {
      if (p instanceof Blob) return p.#bytes;
      if (p instanceof ArrayBuffer) return new Uint8Array(p.slice(0));
      if (ArrayBuffer.isView(p)) return new Uint8Array(p.buffer.slice(p.byteOffset, p.byteOffset + p.byteLength));
      return new TextEncoder().encode(String(p));
    });
    this.#bytes = new Uint8Array(chunks.reduce((n, c) => n + c.length, 0));
    let at = 0;
    for (const chunk of chunks) {
      this.#bytes.set(chunk, at);
      at += chunk.length;
    }
    this.#type = String((options && options.type) || '').toLowerCase();
  }
  get size() { return this.#bytes.length; }
  get type() { return this.#type; }
  async arrayBuffer() { return this.#bytes.buffer.slice(0); }
  async bytes() { return this.#bytes.slice(); }
  async text() { return new TextDecoder().decode(this.#bytes); }
  slice(from, to, type) { return new Blob([this.#bytes.slice(from, to)], { type }); }
  static raw(blob) { return blob.#bytes; }
}

const CONNECTING = 0;
const OPEN = 1;
const CLOSING = 2;
const CLOSED = 3;

class WebSocket {
  #url;
  #state = CONNECTING;
  #connection;
  #listeners = new Map();
  #binaryType = 'blob';
  #buffered = 0;
  #protocol = '';
  #extensions = '';
  #pings = new Map();
  #pingCount = 0;
  #began = 0;
  constructor(url, protocols, params) {
    if (!native.running()) throw new GoError('using websockets in the init context is not supported');
    const text = String(url);
    if (!/^wss?:\/\//i.test(text)) throw new SyntaxError(`unsupported URL scheme "${text.split(':')[0]}", it should be ws or wss`);
    this.#url = text;
    const wanted = protocols === undefined || protocols === null ? [] : [].concat(protocols).map(String);
    this.#connection = native.connect(text, wanted, params === undefined ? null : params, (error, _response, details) => {
      if (error) {
        this.#state = CLOSED;
        native.warn('WebSocket connection failed', error);
        this.#emit('error', { error });
        this.#emit('close', { code: 1006, reason: '', wasClean: false });
        return;
      }
      this.#began = native.now();
      native.record(this.#connection, 'connecting', details.connecting);
      native.record(this.#connection, 'sessions', 1);
      this.#protocol = details.protocol;
      this.#extensions = details.extensions;
      if (this.#state === CLOSING) {
        native.transmit(this.#connection, 'close', '', 1000);
      } else {
        this.#state = OPEN;
      }
      native.receive(this.#connection, (kind, data, code) => this.#received(kind, data, code));
      if (this.#state === OPEN) this.#emit('open', {});
    });
  }
  #emit(type, fields) {
    const event = { type, target: this, currentTarget: this, timestamp: Date.now(), ...fields };
    for (const listener of [...(this.#listeners.get(type) || [])]) listener.call(this, event);
  }
  #received(kind, data, code) {
    switch (kind) {
      case 'text':
        native.record(this.#connection, 'received', 1);
        this.#emit('message', { data, origin: this.#url });
        break;
      case 'binary':
        native.record(this.#connection, 'received', 1);
        this.#emit('message', { data: this.#binaryType === 'arraybuffer' ? data : new Blob([data]), origin: this.#url });
        break;
      case 'ping':
        native.transmit(this.#connection, 'pong', data);
        this.#emit('ping', {});
        break;
      case 'pong': {
        const sent = this.#pings.get(data);
        if (sent !== undefined) {
          this.#pings.delete(data);
          native.record(this.#connection, 'ping', native.now() - sent);
        }
        this.#emit('pong', {});
        break;
      }
      case 'close':
        if (this.#state === OPEN) {
          this.#state = CLOSING;
          native.transmit(this.#connection, 'close', '', code === 1005 ? 1000 : code, () => this.#closed(code, data, true));
        } else {
          this.#closed(code, data, true);
        }
        break;
      default:
        if (this.#state !== CLOSING) this.#emit('error', { error: data });
        this.#closed(1006, '', false);
    }
  }
  #closed(code, reason, wasClean) {
    if (this.#state === CLOSED) return;
    this.#state = CLOSED;
    native.release(this.#connection);
    native.record(this.#connection, 'duration', native.now() - this.#began);
    this.#emit('close', { code, reason, wasClean });
  }
  get url() { return this.#url; }
  get readyState() { return this.#state; }
  get bufferedAmount() { return this.#buffered; }
  get protocol() { return this.#protocol; }
  get extensions() { return this.#extensions; }
  get binaryType() { return this.#binaryType; }
  set binaryType(value) {
    if (value !== 'blob' && value !== 'arraybuffer') throw new GoError(`unknown binaryType ${value}, the supported ones are "blob" and "arraybuffer"`);
    this.#binaryType = value;
  }
  addEventListener(type, listener) {
    if (!['open', 'message', 'error', 'close', 'ping', 'pong'].includes(type)) throw new GoError(`unknown event type: ${type}`);
    if (typeof listener !== 'function') throw new GoError('the event listener must be a function');
    this.#listeners.set(type, [...(this.#listeners.get(type) || []), listener]);
  }
  send(data) {
    if (this.#state === CONNECTING) throw Object.assign(new Error('InvalidStateError'), { name: 'InvalidStateError' });
    if (this.#state !== OPEN) throw new GoError('websocket: the connection is closing or closed');
    let payload = data;
    let kind = 'binary';
    if (data instanceof Blob) payload = Blob.raw(data);
    else if (!(data instanceof ArrayBuffer) && !ArrayBuffer.isView(data)) {
      payload = String(data);
      kind = 'text';
    }
    const size = kind === 'text' ? payload.length : payload.byteLength;
    this.#buffered += size;
    native.transmit(this.#connection, kind, payload, undefined, () => { this.#buffered -= size; });
    native.record(this.#connection, 'sent', 1);
  }
  ping() {
    if (this.#state !== OPEN) throw new GoError('websocket: the connection is not open');
    const id = String(++this.#pingCount);
    this.#pings.set(id, native.now());
    native.transmit(this.#connection, 'ping', id);
  }
  close(code = 1000, reason = '') {
    if (this.#state === CLOSING || this.#state === CLOSED) return;
    const open = this.#state === OPEN;
    this.#state = CLOSING;
    if (open) native.transmit(this.#connection, 'close', String(reason), code);
  }
}

for (const type of ['open', 'message', 'error', 'close', 'ping', 'pong']) {
  const handlers = new WeakMap();
  Object.defineProperty(WebSocket.prototype, `on${type}`, {
    configurable: true,
    get() { return handlers.get(this) ?? null; },
    set(fn) {
      const known = handlers.has(this);
      handlers.set(this, fn);
      if (!known) this.addEventListener(type, (event) => { const now = handlers.get(this); if (typeof now === 'function') now.call(this, event); });
    },
  });
}
for (const [name, value] of Object.entries({ CONNECTING, OPEN, CLOSING, CLOSED })) {
  Object.defineProperty(WebSocket, name, { value, enumerable: true });
  Object.defineProperty(WebSocket.prototype, name, { value, enumerable: true });
}

module.exports = { WebSocket, Blob };
