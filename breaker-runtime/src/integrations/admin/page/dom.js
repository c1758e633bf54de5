// Views describe what is to be seen, and `show` changes the page where it differs. Nothing parses HTML.

const SVG = 'http://www.w3.org/2000/svg';
const shown = new WeakMap();

// Describes an element such as `p.muted`, with attributes, listeners, and a `key` among its siblings.
export function h(selector, ...children) {
	const [tag, ...classes] = selector.split('.');
	const props = children[0]?.constructor === Object && !children[0].tag ? children.shift() : {};
	return { tag, props: classes.length ? { class: classes.join(' '), ...props } : props, children };
}

// Nodes stay the same, and so do the focus and a selection in them.
export function show(parent, ...wanted) {
	const old = new Map([...parent.childNodes].map((node) => [shown.get(node)?.id ?? node, node]));
	const focused = document.activeElement;
	const nodes = [];
	wanted.flat(Infinity).forEach((it, place) => {
		if (it !== 0 && !it) return;
		const id = `${it.tag ?? ''} ${it.props?.key ?? place}`;
		const node = old.get(id) ?? make(parent, it.tag);
		old.delete(id);
		update(node, it, id);
		nodes.push(node);
	});
	for (const node of old.values()) node.remove();
	let next = parent.firstChild;
	for (const node of nodes) {
		if (node !== next && next?.nextSibling === node) {
			// The one before it sinks: it moves alone.
			move(parent, next, null);
			next = node;
		}
		if (node === next) next = next.nextSibling;
		else move(parent, node, next);
	}
	if (focused !== document.activeElement && focused?.isConnected) focused.focus({ preventScroll: true });
}

function make(parent, tag) {
	if (!tag) return document.createTextNode('');
	return tag === 'svg' || parent.namespaceURI === SVG ? document.createElementNS(SVG, tag) : document.createElement(tag);
}

function move(parent, node, before) {
	if (parent.moveBefore && node.parentNode === parent) parent.moveBefore(node, before);
	else parent.insertBefore(node, before);
}

function update(node, it, id) {
	const { tag, props = {} } = it;
	const before = shown.get(node)?.props ?? {};
	shown.set(node, { id, props });
	if (!tag) {
		if (node.data !== String(it)) node.data = it;
		return;
	}
	show(node, it.children);
	for (const name of Object.keys({ ...before, ...props })) {
		if (before[name] !== props[name]) set(node, name, props[name] ?? null);
	}
}

function set(node, name, value) {
	if (name === 'key') return;
	if (name === 'checked' || name.startsWith('on')) node[name] = value;
	else if (name === 'value' && node.tagName !== 'OPTION') {
		// What somebody is writing stays.
		if (node !== document.activeElement) node.value = value;
	} else if (name.startsWith('--')) node.style.setProperty(name, value);
	else if (value === null || value === false) node.removeAttribute(name);
	else node.setAttribute(name, value === true ? '' : value);
}

const SHORT = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\u034f\u115f\u1160\u3164\uffa0]/gu;

// Shows characters that nobody sees, or that turn the direction, as escapes.
export const visible = (text) => String(text).replace(UNSEEN, (letter) => SHORT[letter] ?? `\\u{${letter.codePointAt(0).toString(16)}}`);

export const outside = (text) => h('bdi', visible(text));
