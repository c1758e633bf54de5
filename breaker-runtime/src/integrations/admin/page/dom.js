// @ts-check
// Elements. Text only ever goes in as text; nothing here parses HTML.

const SVG = 'http://www.w3.org/2000/svg';

/** Makes an HTML element. `text` sets its text, `on` its listeners, `data` its data set; other members are attributes. */
export function h(tag, props, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (name === 'text') element.textContent = value;
    else if (name === 'on') for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    else if (name === 'data') Object.assign(element.dataset, value);
    else setAttribute(element, name, value);
  }
  return append(element, children);
}

/** Makes an SVG element. */
export function svg(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes ?? {})) setAttribute(element, name, value);
  return append(element, children);
}

function append(element, children) {
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Sets an attribute, or removes it for `null`, `undefined` and `false`. An equal value stays untouched. */
export function setAttribute(element, name, value) {
  if (value === null || value === undefined || value === false) element.removeAttribute(name);
  else if (element.getAttribute(name) !== String(value === true ? '' : value)) {
    element.setAttribute(name, value === true ? '' : String(value));
  }
}

/** Changes the text of a node unless it is the same, so that a selection in it survives. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Replaces the children of a parent unless they are the same nodes in the same order. */
export function setChildren(parent, ...children) {
  const wanted = children.flat().filter(Boolean);
  const same = wanted.length === parent.childNodes.length && wanted.every((node, i) => node === parent.childNodes[i]);
  if (!same) parent.replaceChildren(...wanted);
}

const nodesOf = new WeakMap();

/**
 * Shows one node for each item, in order. The node of a key stays the same, and so do the focus, the scroll position
 * and the selection in it.
 */
export function keyed(parent, items, keyOf, create, update) {
  const old = nodesOf.get(parent) ?? new Map();
  const nodes = new Map();
  const focused = parent.contains(document.activeElement) ? document.activeElement : null;
  for (const item of items) {
    const key = keyOf(item);
    const node = old.get(key) ?? create(item);
    nodes.set(key, node);
    update?.(node, item);
  }
  for (const [key, node] of old) if (nodes.get(key) !== node) node.remove();
  let next = parent.firstChild;
  for (const node of nodes.values()) {
    if (node === next) next = next.nextSibling;
    else if (next && next.nextSibling === node) {
      // The one before it sinks: it moves alone.
      move(parent, next, null);
      next = node.nextSibling;
    } else move(parent, node, next);
  }
  if (focused && document.activeElement !== focused && focused.isConnected) focused.focus({ preventScroll: true });
  nodesOf.set(parent, nodes);
}

function move(parent, node, before) {
  // It keeps the focus where browsers have it.
  if (parent.moveBefore && node.parentNode === parent) parent.moveBefore(node, before);
  else parent.insertBefore(node, before);
}

/** Returns a text from outside in which characters that nobody sees, or that turn the direction, are escapes. */
export function visible(text) {
  return String(text).replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\u034f\u115f\u1160\u3164\uffa0]/gu,
    (letter) => SHORT[letter] ?? `\\u{${letter.codePointAt(0)?.toString(16)}}`,
  );
}

const SHORT = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Makes an isolated element with a text from outside. */
export function outside(text) {
  return h('bdi', { text: visible(text) });
}

/** Makes a link to another site, or `null` unless the address is one of the web. */
export function external(label, url) {
  let address;
  try {
    address = new URL(url);
  } catch {
    return null;
  }
  if (!['http:', 'https:'].includes(address.protocol)) return null;
  return h('a', { href: address.href, rel: 'noreferrer noopener', target: '_blank' }, visible(label));
}
