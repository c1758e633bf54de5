// What surrounds the views: the head, news for screen readers, shortcuts, and the token.

import { forgetAnswers, get } from './api.js';
import { h, show } from './dom.js';
import { button, sheet } from './parts.js';
import { keep, kept, state, useToken } from './state.js';
import { clock, lasts, offset, zone } from './text.js';

const THEMES = { auto: '◐ Auto', light: '☀ Light', dark: '☾ Dark' };
const $ = (id) => document.getElementById(id);
let theme = kept('theme') ?? 'auto';
zone.utc = kept('zone') === 'utc';

function turnTheme() {
	const all = Object.keys(THEMES);
	theme = all[(all.indexOf(theme) + 1) % all.length];
	keep('theme', theme);
	state.render();
}

function turnZone() {
	zone.utc = !zone.utc;
	keep('zone', zone.utc ? 'utc' : null);
	state.render();
}

export function showShell({ problem, stopped }, { age, text }, mixed) {
	const { grant, list, token, isStale } = state;
	document.documentElement.dataset.theme = theme;
	show($('theme'), THEMES[theme]);
	show($('zone'), zone.utc ? 'UTC' : `Local ${offset(clock.now())}`);
	$('sign-in').hidden = !token && (grant.may === 'control' || !grant.token);
	show($('sign-in'), token ? `${grant.who ?? 'Token'}: forget` : 'Sign in');
	document.body.classList.toggle('stale', isStale);
	show($('live'), list && (problem || text ? '○ not live' : `● live${age < 1500 ? '' : `, ${lasts(age)} old`}`));
	show($('banner'), !stopped && (((!problem || problem.name === 'network') && text) || problem?.message || mixed));
	if (list) showService(list);
}

function showService({ instance: { service, name, version, environment, started_at: started }, title, worst }) {
	const ahead = Math.round((Date.now() - clock.now()) / 1000);
	const up = `up ${lasts(clock.now() - Date.parse(started)).replace(/ \d+ s$/, '')}`;
	const off = Math.abs(ahead) > 2 && `your clock is ${Math.abs(ahead)} s ${ahead > 0 ? 'ahead' : 'behind'}`;
	show($('service'), service ?? 'Circuit breakers');
	show($('instance'), [name, version, up, off].filter(Boolean).join(' · '));
	show($('environment'), environment);
	document.body.classList.toggle('production', /^(prod|live)/i.test(environment));
	document.title = [title && `(${title})`, [state.route.name, service ?? 'Circuit breakers', environment].filter(Boolean).join(' · ')].filter(Boolean).join(' ');
	document.querySelector('link[rel=icon]').setAttribute('href', `assets/${worst}.svg`);
}

let [waiting, silentUntil, telling, asking] = [[], 0, null, null];

// Tells screen readers at most once in five seconds.
export function announce(text) {
	waiting.push(text);
	telling ??= setTimeout(() => {
		const more = waiting.splice(4).length;
		show($('announcer'), waiting.join('; ') + (more ? `; and ${more} more changes` : ''));
		[waiting, silentUntil, telling] = [[], performance.now() + 5000, null];
	}, Math.max(100, silentUntil - performance.now()));
}

export function signIn() {
	asking ??= askForToken().finally(() => { asking = null; });
	return asking;
}

function askForToken() {
	let [failure, isValid, before] = ['', false, state.token];
	return new Promise((resolve) => {
		const check = async (event) => {
			event.preventDefault();
			const secret = dialog.querySelector('[type=password]');
			useToken(secret.value.trim(), dialog.querySelector('[type=checkbox]').checked);
			forgetAnswers();
			const { body, error } = await get('./').catch((error) => ({ error }));
			if (body?.grant.who) {
				isValid = true;
				Object.assign(state, body);
				state.refresh();
				return dialog.close();
			}
			useToken(before);
			failure = error?.message ?? 'This token is not valid.';
			dialog.draw();
			secret.select();
		};
		const dialog = sheet('Sign in', () => [
			h('p', 'The token is sent with each request. It is never part of an address or a cookie.'),
			h('input', { autocomplete: 'username', value: 'breaker', hidden: true }),
			h('label', 'Token', h('input', { type: 'password', autocomplete: 'current-password', required: true, spellcheck: 'false' })),
			h('label.tick', h('input', { type: 'checkbox' }), 'Keep it until I close this tab'),
			// The browser keeps what it sends to this device to itself.
			!isSecureContext && h('p.problem', 'This page came over plain HTTP, so others on the network can read the token.'),
			h('p.problem', { role: 'alert' }, failure),
			h('menu', button('Cancel', () => dialog.close()), h('button.primary', 'Sign in')),
		], { onsubmit: check });
		dialog.addEventListener('close', () => resolve(isValid));
	});
}

// `shortcuts` are rows of keys, of what they do in words, and of the function that does it.
export function listen(forget, shortcuts) {
	let isOn = kept('keys') !== 'off';
	const turn = ({ target }) => {
		isOn = target.checked;
		keep('keys', isOn ? null : 'off');
	};
	const help = () => sheet('Keyboard', () => [
		h('dl', all.map(([keys, text]) => [h('dt', h('kbd', keys)), h('dd', text)])),
		h('label.tick', h('input', { type: 'checkbox', checked: isOn, onchange: turn }), 'Use single-key shortcuts'),
		h('menu', h('button', 'Close')),
	]);
	const all = [...shortcuts, ['u', 'UTC or local time', turnZone], ['t', 'change the theme', turnTheme], ['?', 'show this help', help]];
	const acts = { theme: turnTheme, zone: turnZone, help, 'sign-in': () => (state.token ? forget() : state.signIn()) };
	for (const [id, act] of Object.entries(acts)) $(id).onclick = act;

	let first = '';
	document.addEventListener('keydown', (event) => {
		const { key, target } = event;
		if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
		if (target.closest('input, select')) return key === 'Escape' && target.blur();
		if (!isOn && key.length === 1) return;
		const pressed = [`${first} ${key}`, key === 'Escape' ? 'Esc' : key];
		const act = all.filter(([keys]) => pressed.includes(keys)).sort(([one], [other]) => other.length - one.length)[0]?.[2];
		first = act ? '' : key;
		if (!act) return;
		event.preventDefault();
		act();
	});
}
