import { h, outside, show } from './dom.js';
import { state } from './state.js';
import { absolute, clock, count, instant, lasts, until } from './text.js';

const STATES = {
	closed: ['closed', 'M4 9H20'],
	open: ['open', 'M4 9L17 2'],
	half_open: ['half', 'M4 9L19 5'],
	forced_open: ['forced', 'M4 9L17 2'],
	forced_closed: ['forced', 'M4 9H20'],
	keys_open: ['some', 'M4 9L17 2'],
};

export function badge({ state: of, text }) {
	const [kind, lever] = STATES[of];
	const lock = kind === 'forced' && 'M26 7.5H32V12.5H26ZM27.3 7V5A1.7 1.7 0 0 1 30.7 5V7';
	const glyph = h('svg.glyph', { viewBox: lock ? '0 0 33 14' : '0 0 24 14', 'aria-hidden': 'true' },
		h('path', { d: `M0 9H2M22 9H24${lever}` }), h('circle', { cx: 3.5, cy: 9, r: 1.6 }), h('circle', { cx: 20.5, cy: 9, r: 1.6 }), lock && h('path', { d: lock }));
	return h(`span.badge.badge-${kind}`, glyph, text);
}

// A sentence of the API, with times and countdowns.
export const says = (parts) => parts.map((part) => {
	if (part.quote) return outside(part.quote);
	if (part.since) return lasts(clock.now() - Date.parse(part.since));
	if (part.until) return lasts(Date.parse(part.until) - clock.now());
	return typeof part === 'string' ? part : until(Date.parse(part.at));
});

export function at(date) {
	const time = Date.parse(date);
	return h('time', { datetime: date, title: `${absolute(time, false)} = ${absolute(time, true)}` }, instant(time));
}

export const button = (text, onclick, props) => h('button', { type: 'button', onclick, ...props }, text);

// Nobody acts while the service does not answer.
export const acting = (text, onclick, props) => button(text, onclick, { disabled: state.isStale, ...props });

export const notes = (texts) => h('ul.notes', texts.map((text) => h('li', outside(text))));

const unfolded = new Set();

// Returns whether something is unfolded, and what changes that.
export const fold = (id) => [unfolded.has(id), () => {
	if (!unfolded.delete(id)) unfolded.add(id);
	state.render();
}];

// A table, whose rows begin with their key. At first it shows the `few` first rows.
export function table(caption, heads, rows, nothing, few = Infinity) {
	if (!rows.length) return h('p.muted', nothing);
	const [isAll, toggle] = fold(heads.join());
	const cell = (content, nth) => h(nth ? 'td' : 'th', { scope: nth ? null : 'row', 'data-head': heads[nth], 'data-empty': !content }, content);
	return [
		h('table.cards', h('caption', caption),
			h('thead', h('tr', heads.map((text) => h('th', { scope: 'col' }, text)))),
			h('tbody', (isAll ? rows : rows.slice(0, few)).map(([key, ...cells]) => h('tr', { key }, cells.map(cell))))),
		rows.length > few && button(isAll ? `Show only ${few}` : `Show all ${count(rows.length)}`, toggle, { class: 'small' }),
	];
}

// Opens a dialog. `content` describes it by what was written, and `draw` shows it again.
export function sheet(title, content, props) {
	const dialog = document.createElement('dialog');
	dialog.ariaLabel = title;
	dialog.className = 'sheet';
	dialog.draw = () => {
		const form = dialog.firstChild;
		show(dialog, h('form', { method: 'dialog', ...props }, h('h2', title), content(Object.fromEntries(form ? new FormData(form) : []), form)));
	};
	dialog.onclose = () => dialog.remove();
	document.body.append(dialog);
	dialog.draw();
	dialog.showModal();
	return dialog;
}

export const SORTS = { worst: 'worst first', name: 'by name', key: 'by key', calls: 'most calls', failures: 'most failures', rejected: 'most rejected' };

export const finder = (label, { q = '', sort = 'worst' }, other, choose, hidden) => [
	h('input', { type: 'search', 'aria-label': label, placeholder: label, maxlength: 128, spellcheck: 'false', autocomplete: 'off', value: q, oninput: ({ target }) => choose({ q: target.value }) }),
	h('select', { 'aria-label': 'Order', hidden, value: sort, onchange: ({ target }) => choose({ sort: target.value }) },
		['worst', other, 'calls', 'failures', 'rejected'].map((value) => h('option', { value }, SORTS[value]))),
];

export const tables = (it, heading) => it.tables.filter((of) => of.section === heading).map(({ title, heads, rows, nothing, few }) =>
	table(title, heads, rows.map((cells) => [JSON.stringify(cells), ...cells.map((cell) => (typeof cell === 'string' ? outside(cell) : at(cell.at)))]), nothing, few));
