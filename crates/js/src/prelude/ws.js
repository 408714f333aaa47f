const native = require('native:socket');

class Socket {
  #connection = null;
  #handlers = new Map();
  #timers = new Set();
  #pings = new Map();
  #pingCount = 0;
  #began = native.now();
  #connecting = 0;
  #loop = null;
  done = false;
  constructor() {
    Object.defineProperty(this, 'done', { enumerable: false });
  }
  static attach(socket, connection, connecting) {
    socket.#connection = connection;
    socket.#connecting = connecting;
  }
  static emit(socket, event, ...args) {
    for (const handler of socket.#handlers.get(event) || []) handler(...args);
  }
  static received(socket, kind, data, code) {
    switch (kind) {
      case 'text':
        native.record(socket.#connection, 'received', 1);
        Socket.emit(socket, 'message', data);
        break;
      case 'binary':
        native.record(socket.#connection, 'received', 1);
        Socket.emit(socket, 'binaryMessage', data);
        break;
      case 'ping':
        native.transmit(socket.#connection, 'pong', data);
        Socket.emit(socket, 'ping');
        break;
      case 'pong': {
        const sent = socket.#pings.get(data);
        if (sent !== undefined) {
          socket.#pings.delete(data);
          native.record(socket.#connection, 'ping', native.now() - sent);
        }
        Socket.emit(socket, 'pong');
        break;
      }
      case 'close':
        if (code !== 1000 && code !== 1001) Socket.fail(socket, `websocket: close ${code}${data ? `: ${data}` : ''}`);
        socket.#shut(code === 1005 ? 1000 : code, code);
        break;
      default:
        Socket.fail(socket, data);
        socket.#shut(1001, data.startsWith('websocket: close 1006') ? 1006 : 1001);
    }
  }
  static fail(socket, text) {
    const error = { error: () => text, toString: () => text };
    Socket.emit(socket, 'error', error);
  }
  on(event, handler) {
    if (typeof handler !== 'function') return;
    const list = this.#handlers.get(event) || [];
    list.push(handler);
    this.#handlers.set(event, list);
  }
  #need() {
    if (!this.#connection || this.done) throw new GoError('websocket: the socket is not open');
  }
  send(message) {
    this.#need();
    if (typeof message !== 'string') throw new GoError('invalid message type, only strings can be sent as text');
    native.transmit(this.#connection, 'text', message);
    native.record(this.#connection, 'sent', 1);
  }
  sendBinary(message) {
    this.#need();
    if (message === undefined || message === null) throw new GoError('missing argument, expected ArrayBuffer');
    if (!(message instanceof ArrayBuffer) && !ArrayBuffer.isView(message)) throw new GoError('expected ArrayBuffer as argument, received: ' + typeof message);
    native.transmit(this.#connection, 'binary', message);
    native.record(this.#connection, 'sent', 1);
  }
  ping() {
    this.#need();
    const id = String(++this.#pingCount);
    this.#pings.set(id, native.now());
    native.transmit(this.#connection, 'ping', id);
  }
  setTimeout(fn, ms = 0) {
    const delay = Number(ms);
    if (!(delay > 0)) throw new GoError('setTimeout requires a >0 timeout parameter, received ' + ms);
    this.#timers.add([clearTimeout, setTimeout(() => { if (!this.done) fn(); }, delay)]);
  }
  setInterval(fn, ms = 0) {
    const delay = Number(ms);
    if (!(delay > 0)) throw new GoError('setInterval requires a >0 timeout parameter, received ' + ms);
    this.#timers.add([clearInterval, setInterval(() => { if (!this.done) fn(); }, delay)]);
  }
  setLoop(fn) {
    this.#timers.add([clearInterval, setInterval(() => { if (!this.done) fn(); }, 1)]);
  }
  close(code = 1001) {
    if (this.done) return;
    this.#shut(code, code);
  }
  #shut(code, seen) {
    if (this.done) return;
    this.done = true;
    for (const [clear, id] of this.#timers) clear(id);
    this.#timers.clear();
    if (!this.#connection) return;
    let sent = false;
    native.transmit(this.#connection, 'close', '', code, () => { sent = true; });
    Socket.emit(this, 'close', seen);
    const until = native.now() + 1000;
    while (!sent && native.now() < until && native.turn());
    native.release(this.#connection);
    native.record(this.#connection, 'connecting', this.#connecting);
    native.record(this.#connection, 'sessions', 1);
    native.record(this.#connection, 'duration', native.now() - this.#began);
  }
}

function connect(url, ...args) {
  if (!native.running()) throw new GoError('using websockets in the init context is not supported');
  const setup = args.find((a) => typeof a === 'function');
  const params = typeof args[0] === 'function' ? undefined : args[0];
  if (setup === undefined) throw new GoError(args.length === 0 ? 'invalid number of arguments to ws.connect' : 'last argument to ws.connect must be a function');
  const compression = params && params.compression !== undefined ? String(params.compression).trim() : '';
  if (compression !== '' && compression !== 'deflate') {
    throw new GoError(`unsupported compression algorithm '${compression}', supported algorithm is 'deflate'`);
  }
  const socket = new Socket();
  let answer;
  const protocols = [];
  const connection = native.connect(String(url), protocols, params === undefined ? null : params, (error, response, details) => {
    answer = { error, response, details };
  });
  while (!answer && native.turn());
  if (!answer) return undefined;
  if (answer.error) {
    setup(socket);
    Socket.fail(socket, answer.error);
    if (native.throws()) throw new GoError(answer.error);
    native.warn('Attempt to establish a WebSocket connection failed', answer.error);
    return answer.response;
  }
  Socket.attach(socket, connection, answer.details.connecting);
  try {
    setup(socket);
    Socket.emit(socket, 'open');
    if (!socket.done) native.receive(connection, (kind, data, code) => { if (!socket.done) Socket.received(socket, kind, data, code); });
    while (!socket.done && native.turn());
  } finally {
    if (!socket.done) socket.close(1001);
  }
  return answer.response;
}

module.exports = { connect };
