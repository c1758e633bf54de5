// Makes elements. No text is ever parsed as HTML.

const SVG = 'http://www.w3.org/2000/svg';
const SHAPES = new Set(['svg', 'path', 'rect', 'g', 'text', 'line', 'defs', 'pattern', 'clipPath', 'title']);

// Makes an element such as `p.muted`, with attributes, listeners and children.
function h(selector, ...children) {
	const [tag, ...classes] = selector.split('.');
	const props = children[0]?.constructor === Object ? children.shift() : {};
	const node = SHAPES.has(tag) ? document.createElementNS(SVG, tag) : document.createElement(tag);
	if (classes.length) node.setAttribute('class', classes.join(' '));
	for (const [name, value] of Object.entries(props)) {
		if (name.startsWith('on')) node[name] = value;
		else if (name.startsWith('--')) node.style.setProperty(name, value);
		else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value === true ? '' : value);
	}
	fill(node, ...children);
	return node;
}

function fill(node, ...children) {
	node.replaceChildren(...children.flat(Infinity).filter((it) => it || it === 0).map((it) => (it instanceof Node ? it : String(it))));
}

// What somebody has written: a name, a key, a file.
const outside = (text) => h('bdi', visible(text));
const announce = (text) => {
	document.getElementById('announcer').textContent = text;
};
