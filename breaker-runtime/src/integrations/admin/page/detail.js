import { ACTIONS, openAction, toast, undoButton } from './act.js';
import { get, pathOf } from './api.js';
import { h, outside } from './dom.js';
import { chart, histogram } from './draw.js';
import { SORTS, acting, at, badge, button, finder, notes, says, table, tables } from './parts.js';
import { settings } from './settings.js';
import { fragmentOf, state } from './state.js';
import { count, keyText, plural, words } from './text.js';

let view = {};

export async function loadDetail(name, key) {
	const id = fragmentOf(name, key);
	try {
		const { body: it } = await get(pathOf('breakers', name, key));
		const [{ body: set }] = await Promise.all([get(pathOf('settings', name)), it.keys && loadKeys(name)]);
		view = { id, it, set };
	} catch (problem) {
		if (problem.status !== 404) throw problem;
		view = { id, problem };
	}
}

async function copy(text) {
	try {
		await navigator.clipboard.writeText(await text);
		toast('Copied');
	} catch {
		// Over plain HTTP, pages have no clipboard.
		prompt('Copy this:', await text);
	}
}

function tools(name, key, overrides) {
	const { may, control, token } = state.grant;
	const of = (layer) => (it) => it.layer === layer;
	const acts = Object.entries(ACTIONS).filter(([action]) => action !== 'clear' || overrides.some(of('runtime')) || overrides.some(of('fleet')));
	const path = pathOf('breakers', name, key);
	return h('div.tools',
		may === 'control' && acts.map(([action, text]) => acting(`${text} …`, () => openAction({ action, name, key, scope: action === 'clear' && !overrides.some(of('runtime')) ? 'fleet' : 'instance' }), { key: action })),
		h('span.muted', state.hint),
		may !== 'control' && control !== 'never' && token && button('Sign in', state.signIn),
		button('Copy as Markdown', () => copy(get(pathOf('breakers', name, key, { format: 'markdown' })).then(({ body }) => `${body}\n${location.href}`))),
		button('Copy as curl', () => copy(`curl -H "Authorization: Bearer $BREAKER_TOKEN" '${new URL(path, document.baseURI)}'`)));
}

let wanted = {};

async function loadKeys(name) {
	if (wanted.name !== name) wanted = { name, asked: { sort: 'worst' } };
	const { asked } = wanted;
	const { body } = await get(pathOf('keys', name, null, asked));
	if (asked === wanted.asked) wanted.found = body;
}

function choose({ after, ...change }) {
	const all = { ...wanted.asked, after, ...change };
	wanted.asked = Object.fromEntries(Object.entries(all).filter(([, value]) => value));
	loadKeys(wanted.name).then(state.render, () => {});
}

function keysOf(name, { keys: all, states }) {
	const { found, asked: { sort, after } } = wanted;
	const present = states.filter(([, number]) => number).toSorted((one, other) => other[1] - one[1]);
	const [, open] = states.find(([of]) => of === 'open') ?? [];
	const rows = found?.keys.map((it) => [it.key, h('a', { href: fragmentOf(name, it.key) }, h('bdi', keyText(it.key))), badge(it.badge), says(it.says),
		...['calls', 'failures', 'rejected'].map((kind) => count(it.totals[kind]))]);
	return [
		h('p', `${present.map(([of, number]) => `${count(number)} ${words(of)}`).join(', ')} of ${plural(all, 'key')}`),
		h('div.bar', present.map(([of, number]) => h(`span.part-${of}`, { '--x': number }))),
		h('div.tools',
			finder('search keys', wanted.asked, 'key', choose),
			open && state.grant.may === 'control' && acting(`Reset all ${plural(open, 'open key')}`, () => openAction({ action: 'reset', name, keys: 'open' }))),
		rows && table(`${count(rows.length)} of ${plural(found.total, 'key')}, ${SORTS[sort]}`, ['Key', 'State', 'What it does', 'Calls', 'Failed', 'Rejected'], rows, 'No key matches.', 20),
		(found?.next || after) && button(found?.next ? 'Next page' : 'First page', () => choose({ after: found?.next })),
	];
}

const section = (heading, ...parts) => h('section', { key: heading }, h('h3', heading), parts);

const distance = (it) => [h('p', it.text), h('ul.meters', it.rules.map((rule) => h('li', h('span', rule.label), h('span.muted', rule.text),
	h('meter', { max: rule.limit, value: rule.value, 'aria-label': rule.label, 'aria-valuetext': rule.text }))))];

export function detail(name, key) {
	const { id, it, set, problem } = view;
	if (id !== fragmentOf(name, key)) return null;
	if (problem) {
		const { nearest } = problem.body;
		const href = problem.name === 'unknown-key' ? fragmentOf(name, nearest) : fragmentOf(nearest ?? '');
		return h('article.detail', h('p.problem', { role: 'alert' }, outside(problem.message), ' ', nearest && h('a', { href }, outside(nearest))));
	}
	// Calls of a name with keys go through the breakers of the keys.
	const isUsed = !it.keys || it.transitions.length > 0;
	const tabled = (heading, ...parts) => section(heading, parts, tables(it, heading));
	return h('article.detail', { key: id },
		h('div.head', h('h2', key === null ? name : [h('a', { href: fragmentOf(name) }, name), ' › ', h('bdi', keyText(key))]), badge(it.badge),
			it.breaker.config.critical && h('span.tag.tag-critical', 'critical'),
			it.links.map(({ label, url }) => h('a', { href: url, rel: 'noreferrer noopener', target: '_blank' }, outside(label)))),
		h('p.sentence', says(it.says)), notes(it.notes), tools(name, key, it.breaker.overrides),
		h('div.columns',
			h('div',
				tabled('Last 10 minutes', chart(it)),
				isUsed && tabled('Outages', h('p', it.outage ? ['Since ', at(it.outage.at), ', ', outside(it.outage.text), '.'] : 'No outage now.')),
				it.fleet && section('Fleet', h('p', says(it.fleet.says)), notes([it.fleet.finding].filter(Boolean)), tables(it.fleet, 'Fleet'), h('a', { href: '#/fleet' }, 'The fleet')),
				it.keys && section('Keys', keysOf(name, it.keys)),
				tabled('Actions and events', undoButton(name, key))),
			h('div',
				isUsed && section('How far from a change', distance(it.distance)),
				section('Latency', tables(it, 'Latency'), it.latency && histogram(it.latency)),
				tabled('Calls'), section('Settings', settings(name, set)), tabled('Functions'))));
}
