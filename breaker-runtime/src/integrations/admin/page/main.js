// Asks the service again and again, and shows the view that the fragment of the address names.

import { openAction } from './act.js';
import { forgetAnswers, get } from './api.js';
import { detail, loadDetail } from './detail.js';
import { h, show } from './dom.js';
import { findings, fleet, nothing, overview } from './overview.js';
import { button } from './parts.js';
import { createPoll, freshness, instances } from './poll.js';
import { announce, listen, showShell, signIn } from './shell.js';
import { listPath, listRoute, parseRoute, state, useToken } from './state.js';

const SERIES = 4900;
const NEWS = 'events?kind=transition,override_set,override_cleared,override_expired';

const main = document.querySelector('main');
const seen = instances();
const poll = createPoll(turn, render);
const series = new Map();
let [mistakes, members, lastEvent, seriesDue, connection, isGranted, wasStale] = [[], null, undefined, 0, 'same', false, false];

const isAlone = ({ view, filter }) => view === 'list' && state.list?.summary.breakers === 1 && listRoute(filter) === '#/';

async function turn() {
	const asked = state.route;
	const { view, filter, name, key } = asked;
	if (!isGranted) {
		Object.assign(state, (await get('./')).body);
		isGranted = true;
	}
	if (state.grant.may === 'none' && state.grant.token && !state.token) return lock();
	const list = await loadList(view === 'list' ? filter : { limit: '1' });
	if (asked !== state.route) return false;
	state.list = list;
	if (view === 'findings' || !list.summary.breakers) mistakes = (await get('findings')).body.findings;
	if (view === 'fleet') members = (await get('fleet')).body;
	if (isAlone(asked)) await loadDetail(list.breakers[0].name, null);
	if (view === 'breaker') await loadDetail(name, key);
	return list.quiet;
}

async function loadList(filter) {
	const wanted = performance.now() >= seriesDue;
	const { body, instance } = await get(listPath(filter, wanted));
	connection = seen.add(instance);
	if (wanted) seriesDue = performance.now() + SERIES;
	if (connection !== 'same') {
		series.clear();
		isGranted = false;
	}
	for (const row of body.breakers) {
		if (row.series) series.set(row.name, row.series);
		// Series of different processes in turn make no sense.
		row.series = connection === 'mixed' ? null : series.get(row.name);
	}
	if (body.last_event !== lastEvent) await tellNews(body.last_event);
	return body;
}

async function tellNews(last) {
	const before = lastEvent;
	lastEvent = last;
	seriesDue = 0;
	if (before === undefined || connection !== 'same') return;
	const { body } = await get(before ? `${NEWS}&after=${before}` : NEWS);
	for (const { breaker, key, text } of body.events) if (key === null) announce(`${breaker} ${text}`);
}

function lock() {
	poll.stopped = true;
	signIn();
	return true;
}

function render() {
	const { list, route } = state;
	const fresh = freshness({ ...poll, now: performance.now() });
	state.isStale = fresh.stale;
	if (poll.problem?.status === 401 && !poll.stopped) lock();
	showShell(poll, fresh, connection === 'mixed' && `The answers come from ${seen.count()} instances in turn. Open one of them directly.`);
	if (list || poll.stopped) show(main, list ? viewOf(route, list) : locked());
	for (const dialog of document.querySelectorAll('dialog')) dialog.draw();
	if (fresh.stale !== wasStale) announce(fresh.stale ? 'The service does not answer' : 'The service answers again');
	wasStale = fresh.stale;
}

function viewOf({ view, name, key }, list) {
	const back = h('a.back', { href: '#/' }, '← All breakers');
	if (view === 'breaker') return [back, detail(name, key)];
	if (view === 'findings') return [back, findings(mistakes)];
	if (view === 'fleet') return [back, members && fleet(members)];
	if (!list.summary.breakers) return [nothing(list), findings(mistakes)];
	return [overview(list), isAlone(state.route) && detail(list.breakers[0].name, null)];
}

const locked = () => h('section.notice', h('h2', 'A token is needed'), h('p', 'Sign in with a token to see the breakers.'),
	button('Sign in', signIn, { class: 'primary' }));

function forget() {
	useToken(null);
	forgetAnswers();
	state.list = null;
	isGranted = false;
	show(main);
	poll.refresh();
}

function follow() {
	// The link that skips to the breakers is no view.
	if (location.hash === '#main') return;
	state.route = parseRoute(location.hash);
	seriesDue = 0;
	poll.refresh();
}

function act(action) {
	const name = document.activeElement?.closest('tr[data-name]')?.dataset.name;
	const { route } = state;
	if (route.view === 'breaker') openAction({ action, ...route });
	else if (name) openAction({ action, name });
}

function step(by) {
	const links = [...main.querySelectorAll('tr[data-name] th a')];
	const at = links.findIndex((it) => it.closest('tr').contains(document.activeElement));
	(links[at + by] ?? links[at] ?? links[0])?.focus();
}

Object.assign(state, { render, refresh: poll.refresh, signIn });
listen(forget, [
	['/', 'search', () => main.querySelector('[type=search]')?.focus()],
	['j', 'next row', () => step(1)],
	['k', 'previous row', () => step(-1)],
	['Enter', 'open the row'],
	['Esc', 'back to all breakers', () => { location.hash = '#/'; }],
	['g o', 'only open breakers', () => { location.hash = '#/?state=open'; }],
	['f', 'force the breaker open', () => act('force-open')],
	['c', 'clear its override', () => act('clear')],
]);
addEventListener('hashchange', follow);
setInterval(render, 1000);
follow();
