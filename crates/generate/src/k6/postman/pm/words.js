// What Postman's assertions say about requests and responses.
import { AssertionError, both, method, property } from './assertion.js';
import { Request } from './request.js';
import { Response } from './response.js';
import { reach, same, show } from './same.js';

const isResponse = (v) => v instanceof Response;
const isRequest = (v) => v instanceof Request;
property('postmanRequest', function () {
  this.assert(isRequest(this._obj), 'to be a postman request');
});
property('postmanResponse', function () {
  this.assert(isResponse(this._obj), 'to be a postman response');
});
property('postmanRequestOrResponse', function () {
  this.assert(isResponse(this._obj) || isRequest(this._obj), 'to be a postman request or response');
});
const response = (a) => a.need(isResponse(a._obj), 'to be a postman response');
const classes = { info: 1, success: 2, redirection: 3, clientError: 4, serverError: 5 };
for (const name of Object.keys(classes)) {
  property(name, function () {
    response(this);
    this.assert(Math.floor(this._obj.code / 100) === classes[name], () => `to have a ${classes[name]}XX status but got ${this._obj.code}`);
  });
}
property('error', function () {
  response(this);
  this.assert([4, 5].includes(Math.floor(this._obj.code / 100)), () => `to have a 4XX or 5XX status but got ${this._obj.code}`);
});
const reasons = {
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
for (const name of Object.keys(reasons)) {
  property(name, function () {
    response(this);
    const [code, reason] = reasons[name];
    this.assert(this._obj.reason().toUpperCase() === reason, () => `to have status reason ${reason} but got ${this._obj.reason()}`);
    this.assert(this._obj.code === code, () => `to have status code ${code} but got ${this._obj.code}`);
  });
}
method('statusCodeClass', function (n) {
  response(this);
  this.assert(Math.floor(this._obj.code / 100) === n, () => `to have a ${n}XX status`);
});
method('statusCode', function (code) {
  response(this);
  this.assert(this._obj.code === Number(code), () => `to have status code ${code} but got ${this._obj.code}`);
});
method('statusReason', function (reason) {
  response(this);
  this.assert(this._obj.reason() === String(reason), () => `to have status reason ${reason} but got ${this._obj.reason()}`);
});
method('status', function (what) {
  response(this);
  if (typeof what === 'number') this.assert(this._obj.code === what, () => `to have status code ${what} but got ${this._obj.code}`);
  else this.assert(this._obj.reason() === what, () => `to have status reason ${show(what)} but got ${show(this._obj.reason())}`);
});
method('header', function (key, value) {
  this.need(isResponse(this._obj) || isRequest(this._obj), 'to be a postman request or response');
  const { headers } = this._obj;
  this.assert(headers.has(key), () => `to have header with key ${show(key)}`);
  if (arguments.length > 1) this.assert(headers.one(key).value === value, () => `to have header ${show(key)} of ${show(value)}`);
});
property('withBody', function () {
  response(this);
  this.assert(this._obj.text().length > 0, 'to have content in body');
});
const parsed = (res) => {
  try {
    return { value: res.json() };
  } catch (e) {
    return { error: e };
  }
};
property('json', function () {
  response(this);
  this.assert(!parsed(this._obj).error, 'to have a valid JSON body');
});
method('body', function (content) {
  response(this);
  const text = this._obj.text();
  if (arguments.length === 0) this.assert(text.length > 0, 'to have content in body');
  else if (content instanceof RegExp) this.assert(content.exec(text) !== null, () => `to have a body that matches ${content}`);
  else if (content && Object.getPrototypeOf(content) === Object.prototype) this.assert(same(parsed(this._obj).value, content), () => `to have the body ${show(content)}`);
  else this.assert(same(text, content), () => `to have the body ${show(content)}`);
});
method('jsonBody', function (at, value) {
  response(this);
  const { value: body, error } = parsed(this._obj);
  if (arguments.length === 0) this.assert(!error, 'to have a valid JSON body');
  else if (typeof at === 'string') {
    const found = reach(body, at);
    this.assert(found.found, () => `to contain property ${show(at)}`);
    if (arguments.length > 1) this.assert(same(found.value, value), () => `to contain ${show(value)} at ${show(at)} but got ${show(found.value)}`);
  }
});
both('responseTime', function (value) {
  if (arguments.length) this.assert(this._obj === value, () => `to have the response time ${value}`);
}, function () {
  response(this);
  this._obj = this._obj.responseTime;
});
both('responseSize', function (value) {
  if (arguments.length) this.assert(this._obj === value, () => `to have the response size ${value}`);
}, function () {
  response(this);
  this._obj = this._obj.size().total;
});

let validate;
/** Gives `jsonSchema` its validator; only scripts that use it bring one. */
export function useSchemas(check) {
  validate = check;
}
method('jsonSchema', function (schema) {
  if (!validate) throw new Error('no JSON Schema validator is loaded');
  const data = isResponse(this._obj) ? this._obj.json() : this._obj;
  const errors = validate(schema, data);
  if (this._f.negate ? !errors.length : errors.length) {
    throw new AssertionError(
      this._f.negate ? 'expected data to not satisfy schema' : `expected data to satisfy schema but found following errors: \n${errors.join(', ')}`,
    );
  }
});
