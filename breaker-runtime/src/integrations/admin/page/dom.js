// @ts-check
// Elements. Text only ever goes in as text; nothing here parses HTML.

/** Makes an HTML element. `text` sets its text, `on` its listeners, `data` its data; the rest are attributes. */
export const h = (tag, props, ...children) => fill(document.createElement(tag), props, children);

/** Makes an SVG element. */
export const svg = (tag, props, ...children) => fill(document.createElementNS('http://www.w3.org/2000/svg', tag), props, children);

function fill(element, props, children) {
  for (const [name, value] of Object.entries(props ?? {})) {
    if (name === 'text') element.textContent = value;
    else if (name === 'on') for (const [event, act] of Object.entries(value)) element.addEventListener(event, act);
    else if (name === 'data') Object.assign(element.dataset, value);
    else setAttribute(element, name, value);
  }
  element.append(...children.flat().filter((it) => it || it === 0));
  return element;
}

/** Sets an attribute, or removes it for `null`, `undefined` and `false`. An equal value stays untouched. */
export function setAttribute(element, name, value) {
  const text = value === true ? '' : String(value);
  if ((value ?? false) === false) element.removeAttribute(name);
  else if (element.getAttribute(name) !== text) element.setAttribute(name, text);
}

/** Changes the text of a node unless it is the same, so that a selection in it survives. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Replaces the children of a parent unless they are the same nodes in the same order. */
export function setChildren(parent, ...children) {
  const nodes = children.flat().filter(Boolean);
  if (nodes.length !== parent.childNodes.length || nodes.some((it, i) => it !== parent.childNodes[i])) parent.replaceChildren(...nodes);
}

const nodesOf = new WeakMap();

/** Shows one node for each item, in order. The node of a key stays, with the focus, the scroll position and the selection in it. */
export function keyed(parent, items, keyOf, create, update) {
  const old = nodesOf.get(parent) ?? new Map();
  const nodes = new Map();
  const focused = parent.contains(document.activeElement) && document.activeElement;
  for (const item of items) {
    const node = old.get(keyOf(item)) ?? create(item);
    nodes.set(keyOf(item), node);
    update?.(node, item);
  }
  for (const [key, node] of old) if (nodes.get(key) !== node) node.remove();
  let next = parent.firstChild;
  for (const node of nodes.values()) {
    if (node === next) next = next.nextSibling;
    // `moveBefore` keeps the focus, where browsers have it.
    else if (parent.moveBefore && node.parentNode === parent) parent.moveBefore(node, next);
    else parent.insertBefore(node, next);
  }
  if (focused?.isConnected && document.activeElement !== focused) focused.focus({ preventScroll: true });
  nodesOf.set(parent, nodes);
}

/** Returns a text from outside in which characters that nobody sees, or that turn the direction, are escapes. */
export const visible = (text) =>
  String(text).replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\u034f\u115f\u1160\u3164\uffa0]/gu,
    (letter) => ({ '\n': '\\n', '\r': '\\r', '\t': '\\t' })[letter] ?? `\\u{${letter.codePointAt(0)?.toString(16)}}`);

/** Makes an isolated element with a text from outside. */
export const outside = (text) => h('bdi', { text: visible(text) });

/** Makes a link to another site, or `null` unless the address is one of the web. */
export function external(label, url) {
  const address = URL.canParse(url) && new URL(url);
  if (!address || !/^https?:$/.test(address.protocol)) return null;
  return h('a', { href: address.href, rel: 'noreferrer noopener', target: '_blank' }, visible(label));
}
