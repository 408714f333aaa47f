// HTML over k6's own parser, under cheerio's names.
import { parseHTML } from 'k6/html';

class Selected {
  constructor(found) {
    this.found = found;
  }

  get length() {
    return this.found.size();
  }

  _turn(name, ...args) {
    return new Selected(this.found[name](...args));
  }

  text() {
    return this.found.text();
  }

  html() {
    return this.found.html();
  }

  attr(name) {
    return this.found.attr(name);
  }

  prop(name) {
    return this.found.attr(name);
  }

  val() {
    return this.found.val();
  }

  data(name) {
    return this.found.data(name);
  }

  each(f) {
    this.toArray().every((one, i) => f.call(one, i, one) !== false);
    return this;
  }

  map(f) {
    const list = this.toArray().map((one, i) => f.call(one, i, one)).filter((v) => v !== null && v !== undefined);
    return { get: (i) => (i === undefined ? list : list[i]), toArray: () => list, length: list.length };
  }

  toArray() {
    return Array.from({ length: this.length }, (_, i) => this.eq(i));
  }

  get(i) {
    return i === undefined ? this.toArray() : this.eq(i);
  }

  is(selector) {
    return this.found.is(selector);
  }

  hasClass(name) {
    return ` ${this.found.attr('class') || ''} `.includes(` ${name} `);
  }

  find(selector) {
    return this._turn('find', selector);
  }

  children(selector) {
    return selector ? this._turn('children', selector) : this._turn('children');
  }

  parent() {
    return this._turn('parent');
  }

  closest(selector) {
    return this._turn('closest', selector);
  }

  next() {
    return this._turn('next');
  }

  prev() {
    return this._turn('prev');
  }

  siblings() {
    return this._turn('siblings');
  }

  index(other) {
    const list = other === undefined ? this.parent().children() : this;
    const wanted = (other === undefined ? this : other).found.get(0);
    for (let i = 0; i < list.length; i++) if (wanted && list.found.get(i).isEqualNode(wanted)) return i;
    return -1;
  }

  not(selector) {
    return this._turn('not', selector);
  }

  filter(selector) {
    return this._turn('filter', selector);
  }

  first() {
    return this._turn('first');
  }

  last() {
    return this._turn('last');
  }

  eq(i) {
    return this._turn('eq', i);
  }
}

/** Can be called too, as in its first versions. */
export const cheerio = Object.assign((selector, inside, html) => cheerio.load(html ?? '')(selector, inside), {
  load(html) {
    const root = parseHTML(String(html));
    const $ = (selector, inside) => {
      if (selector instanceof Selected) return selector;
      return inside instanceof Selected ? inside.find(selector) : new Selected(root.find(selector));
    };
    $.html = (what) => (what ? what.html() : String(html));
    $.text = () => root.text();
    $.root = () => new Selected(root);
    return $;
  },
});
