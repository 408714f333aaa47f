// What Postman's assertions say about requests and responses.
import { both, method, NOT, property } from './assertion.js';
import { Request } from './request.js';
import { Response } from './response.js';
import { reach, same } from './same.js';
import { show } from './show.js';

const isResponse = (v) => v instanceof Response;
const isRequest = (v) => v instanceof Request;

const KINDS = [
  ['postmanRequest', isRequest, 'request'],
  ['postmanResponse', isResponse, 'response'],
  ['postmanRequestOrResponse', (v) => isResponse(v) || isRequest(v), 'request or response'],
];
for (const [name, test, what] of KINDS) {
  property(name, function () {
    if (this.wrong(test(this._obj))) this.tell(`expecting${this._f & NOT ? ' not' : ''} a postman ${what} object but got ${show(this._obj)}`);
  });
}
/** The response that a sentence is about. */
const response = (sentence) => {
  const value = sentence._obj;
  if (!(value instanceof Response)) sentence.tell(`expecting a postman response object but got ${show(value)}`);
  return value;
};

const byClass = (sentence, classes) => {
  const { code } = response(sentence);
  const what = classes.map((n) => `${n}XX`).join(' or ');
  if (sentence.wrong(classes.includes(Math.floor(code / 100)))) {
    sentence.tell(sentence._f & NOT ? `expected response code to not be ${what}` : `expected response code to be ${what} but found ${code}`);
  }
};
const CLASSES = { info: [1], success: [2], redirection: [3], clientError: [4], serverError: [5], error: [4, 5] };
for (const name of Object.keys(CLASSES)) {
  property(name, function () {
    byClass(this, CLASSES[name]);
  });
}
method('statusCodeClass', function (n) {
  byClass(this, [n]);
  return this;
});

const hasCode = (sentence, code) => {
  const actual = response(sentence).code;
  if (sentence.wrong(actual === code)) {
    sentence.tell(sentence._f & NOT ? `expected response to not have status code ${code}` : `expected response to have status code ${code} but got ${actual}`);
  }
};
const hasReason = (sentence, reason, actual) => {
  if (sentence.wrong(actual === reason)) {
    sentence.tell(sentence._f & NOT ? `expected response to not have status reason ${show(reason)}` : `expected response to have status reason ${show(reason)} but got ${show(actual)}`);
  }
};
/** A reason in capitals, and its code. */
const named = (sentence, code, reason) => {
  const actual = response(sentence).reason();
  if (sentence.wrong(actual.toUpperCase() === reason)) hasReason(sentence, reason, sentence._f & NOT ? reason : actual);
  hasCode(sentence, code);
};
property('ok', function () {
  if (isResponse(this._obj)) named(this, 200, 'OK');
  else if (this.wrong(Boolean(this._obj))) this.say('to be truthy', 'to be falsy');
});
const REASONS = {
  accepted: [202, 'ACCEPTED'],
  withoutContent: [204, 'NO CONTENT'],
  badRequest: [400, 'BAD REQUEST'],
  unauthorised: [401, 'UNAUTHORISED'],
  unauthorized: [401, 'UNAUTHORIZED'],
  forbidden: [403, 'FORBIDDEN'],
  notFound: [404, 'NOT FOUND'],
  notAcceptable: [406, 'ACCEPTABLE'],
  rateLimited: [429, 'TOO MANY REQUESTS'],
};
for (const name of Object.keys(REASONS)) {
  property(name, function () {
    named(this, ...REASONS[name]);
  });
}
method('statusCode', function (code) {
  hasCode(this, Number(code));
  return this;
});
method('statusReason', function (reason) {
  hasReason(this, String(reason), response(this).reason());
  return this;
});
method('status', function (what) {
  if (typeof what === 'number') hasCode(this, what);
  else hasReason(this, what, response(this).reason());
  return this;
});
method('header', function (key, value) {
  const subject = this._obj;
  if (!(isResponse(subject) || isRequest(subject))) this.tell(`expecting a postman request or response object but got ${show(subject)}`);
  const name = isResponse(subject) ? 'response' : 'request';
  const first = isResponse(subject) ? subject.known(key) : undefined;
  if (this.wrong(first !== undefined || subject.headers.has(key))) this.tell(`expected ${name} to ${this._f & NOT ? 'not ' : ''}have header with key ${show(String(key))}`);
  if (arguments.length > 1) {
    const actual = first ?? subject.headers.get(key);
    if (this.wrong(actual === value)) {
      const head = `expected ${show(String(key))} ${name} header to`;
      this.tell(this._f & NOT ? `${head} not be ${show(actual)}` : `${head} be ${show(String(value))} but got ${show(actual)}`);
    }
  }
  return this;
});

const hasContent = (sentence) => {
  if (sentence.wrong(response(sentence).text().length > 0)) sentence.tell(`expected response to ${sentence._f & NOT ? 'not ' : ''}have content in body`);
};
property('withBody', function () {
  hasContent(this);
});
const parsed = (res) => {
  try {
    return { value: res.json() };
  } catch (e) {
    return { error: e };
  }
};
const isJson = (sentence, error) => {
  if (sentence.wrong(!error)) {
    sentence.tell(sentence._f & NOT ? 'expected response body not to be a valid json' : `expected response body to be a valid json but got error ${error.message}`);
  }
};
property('json', function () {
  isJson(this, parsed(response(this)).error);
});
method('body', function (content) {
  const not = this._f & NOT;
  if (arguments.length === 0) hasContent(this);
  else if (content && Object.getPrototypeOf(content) === Object.prototype) {
    const { value } = parsed(response(this));
    if (this.wrong(same(value, content))) this.tell(`expected response body json to ${not ? 'not ' : ''}equal ${show(content)}${not ? '' : ` but got ${show(value)}`}`);
  } else {
    const text = response(this).text();
    if (content instanceof RegExp) {
      if (this.wrong(content.exec(text) !== null)) {
        this.tell(not ? `expected response body text ${show(text)} to not match ${show(content)}` : `expected response body text to match ${show(content)} but got ${show(text)}`);
      }
    } else if (this.wrong(same(text, content))) this.tell(`expected response body to ${not ? 'not ' : ''}equal ${show(content)}${not ? '' : ` but got ${show(text)}`}`);
  }
  return this;
});
method('jsonBody', function (at, value) {
  const { value: body, error } = parsed(response(this));
  const not = this._f & NOT;
  if (arguments.length === 0) isJson(this, error);
  else if (typeof at === 'string') {
    const found = reach(body, at);
    if (this.wrong(found.found)) this.tell(`expected ${show(body)} in response to ${not ? 'not ' : ''}contain property ${show(at)}`);
    if (arguments.length > 1 && this.wrong(same(found.value, value))) {
      this.tell(`expected response body json at "${at}" to ${not ? 'not ' : ''}contain ${show(value)}${not ? '' : ` but got ${show(found.value)}`}`);
    }
  }
  return this;
});
const measured = (name, what, read) => {
  both(name, function (value) {
    if (value !== undefined && this.wrong(this._obj === value)) {
      this.tell(this._f & NOT ? `expected response ${what} to not equal ${show(value)}` : `expected response ${what} to equal ${show(this._obj)} but got ${show(value)}`);
    }
    return this;
  }, 0, (sentence) => {
    sentence._obj = read(response(sentence));
  });
};
measured('responseTime', 'time', (res) => res.responseTime);
measured('responseSize', 'size', (res) => res.size().total);

let validate;
/** Gives `jsonSchema` its validator; only scripts that use it bring one. */
export function useSchemas(check) {
  validate = check;
}
method('jsonSchema', function (schema, options) {
  if (!validate) throw new Error('no JSON Schema validator is loaded');
  const data = isResponse(this._obj) ? this._obj.json() : this._obj;
  const errors = validate(schema, data, options);
  if (this.wrong(!errors.length)) {
    this.tell(this._f & NOT ? 'expected data to not satisfy schema' : `expected data to satisfy schema but found following errors: \n${errors.join(', ')}`);
  }
  return this;
});
