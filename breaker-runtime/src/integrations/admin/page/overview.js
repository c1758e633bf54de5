// The overview: what all breakers do, worst first.

import { h, outside } from './dom.js';
import { picture } from './draw.js';
import { SORTS, badge, button, finder, fold, says, tables } from './parts.js';
import { fragmentOf, listRoute, state } from './state.js';
import { count, plural, rate, words } from './text.js';

const HEADS = ['State', 'Breaker', 'What it does', 'Last 10 minutes', 'calls/s', 'failed/s', 'rejected/s'];
const RATES = ['calls', 'failures', 'rejected'];
let typing;

const choose = (change) => { location.hash = listRoute({ ...state.route.filter, limit: '', ...change }); };

function chips({ filters, fleet, summary: { keys, findings } }, filter) {
	const sick = keys.states.open + keys.states.forced_open;
	return h('div.chips', { role: 'group', 'aria-label': 'Filters' },
		filters.map(({ number, text, state: of, filter: to }) => {
			const isOn = ['state', 'critical', 'configured'].every((name) => filter[name] === to[name]);
			const click = () => choose({ state: '', critical: '', configured: '', ...(isOn ? {} : to) });
			return (isOn || number > 0) && button([of && h(`i.dot.part-${of}`), text], click, { class: to.critical ? 'chip chip-down' : 'chip', 'aria-pressed': String(isOn) });
		}),
		keys.keys > 0 && h('span.chip', sick > 0 && `${count(sick)} of `, plural(keys.keys, 'key'), sick > 0 && ' open'),
		fleet && h(`a.chip.chip-${fleet.status.status}`, { href: '#/fleet' }, fleet.text),
		findings > 0 && h('a.chip.chip-down', { href: '#/findings' }, plural(findings, 'finding')));
}

function controls({ breakers }, filter) {
	const { group } = filter;
	const search = (change) => {
		clearTimeout(typing);
		typing = setTimeout(() => choose(change), 200);
	};
	return h('span.find', finder('Search names', filter, 'name', search, group || breakers < 2),
		button('Groups', () => choose({ group: group ? '' : '1' }), { class: 'chip', title: 'Group by the first part of the name', hidden: breakers < 30 && !group, 'aria-pressed': String(!!group) }));
}

const cell = (nth, kind, ...content) => h(`td.${kind}`, { 'data-head': HEADS[nth] }, content);

// Some failures are usual, but not a tenth of the calls, and not any rejection.
const rates = (all) => RATES.map((name, nth) => {
	const value = all?.[name] ?? 0;
	const isBad = nth > 0 && value > (nth < 2 ? all?.calls / 10 : 0);
	return cell(nth + 4, `number.${isBad ? 'bad' : value ? 'some' : 'muted'}`, all ? rate(value) : '–');
});

function row(it) {
	const href = fragmentOf(it.name);
	// A narrow column breaks a name after its separators only.
	const name = it.name.split(/(?<=[/.:_-])/).map((part) => [part, h('wbr')]);
	return h('tr', { key: it.name, 'data-name': it.name, onclick({ target }) { if (!target.closest('a') && getSelection().isCollapsed) location.hash = href; } },
		cell(0, 'state', badge(it.badge)),
		h('th', { scope: 'row' }, h('a', { href }, name), ' ', it.tags.map((text) => h(`span.tag.tag-${text.split(' ')[0]}`, text))),
		cell(2, 'sentence', h('span', says(it.says))), cell(3, 'past', it.series && picture(it.series, 25, 'spark')), rates(it.rates));
}

function group([name, members]) {
	const [isOpen, toggle] = fold(`group ${name}`);
	const isGroup = state.route.filter.group && members.length > 1;
	const sums = Object.fromEntries(RATES.map((kind) => [kind, members.reduce((sum, it) => sum + (it.rates?.[kind] ?? 0), 0)]));
	const sick = Object.entries(Object.groupBy(members, (it) => it.state)).filter(([of]) => of !== 'closed');
	return h('tbody', { key: name },
		isGroup && h('tr.group',
			h('th', { scope: 'rowgroup', colspan: 4 }, button(`${name} · ${count(members.length)}`, toggle, { 'aria-expanded': String(isOpen) }), ' ',
				sick.map(([of, { length }]) => badge({ state: of, text: `${count(length)} ${words(of)}` }))),
			rates(sums)),
		(isOpen || !isGroup) && members.map(row));
}

export function overview(list) {
	const { breakers, total, summary } = list;
	const { filter } = state.route;
	const more = total - breakers.length;
	const sort = filter.sort ?? 'worst';
	const groups = Map.groupBy(breakers, ({ name }) => (filter.group ? name.split(/[/.:]/, 1)[0] : ''));
	const isQuiet = sort === 'worst' && breakers.at(-1)?.badge.state === 'closed';
	return h('section.overview', { 'aria-label': 'Circuit breakers' },
		h('div.filters', chips(list, filter), controls(summary, filter)),
		breakers.length > 0 ? h('table.breakers',
			h('caption', `${count(breakers.length)} of ${plural(summary.breakers, 'circuit breaker')}, ${SORTS[sort]}`),
			h('thead', h('tr', HEADS.map((text, nth) => h(nth < 4 ? 'th' : 'th.number', { scope: 'col' }, text)))),
			[...groups].map(group)) : h('p.more', 'No breaker matches these filters.'),
		more > 0 && h('p.more', `${count(more)} more ${more === 1 ? 'is' : 'are'} ${isQuiet ? 'closed and quiet' : 'not shown'}. `,
			button(`Show ${total > 1000 ? 'the first 1,000' : 'all'}`, () => choose({ limit: '1000' }))));
}

export const nothing = ({ hints }) => h('section.notice',
	h('h2', 'This registry has no circuit breakers.'), h('p', 'There are three usual causes:'), h('ol', hints.map((text) => h('li', text))));

export const findings = (all) => h('section.notice', all.length > 0 && h('h2', 'Mistakes in declarations and settings'),
	h('ul', all.map(({ text }) => h('li', outside(text)))));

export const fleet = ({ fleet: name, problem, ...it }) => h('article.detail', h('h2', name ? `Fleet ${name}` : 'No fleet'),
	h('p.sentence', says(it.says)), problem && h('p.problem', outside(problem)), tables(it, 'Fleet'));
