// Dialogs that tell what an action would do before it is done, and can be undone.

import { get, pathOf, send } from './api.js';
import { h, show, visible } from './dom.js';
import { acting, button, notes, says, sheet } from './parts.js';
import { announce } from './shell.js';
import { fragmentOf, state } from './state.js';
import { keyText } from './text.js';

export const ACTIONS = { 'force-open': 'Force open', 'force-closed': 'Force closed', clear: 'Clear override', trip: 'Trip', reset: 'Reset' };
const UNDO_FOR = 20_000;
const undos = new Map();
let reasons = [];
let ending;

export function toast(text, undo) {
	const box = document.querySelector('#toast');
	const end = () => {
		if (box.matches(':hover, :focus-within')) ending = setTimeout(end, 1000);
		else show(box);
	};
	show(box, h('span', text), undo, button('×', () => show(box), { 'aria-label': 'Close' }));
	announce(text);
	clearTimeout(ending);
	ending = setTimeout(end, UNDO_FOR);
}

export function undoButton(name, key) {
	const { method, path, body } = undos.get(fragmentOf(name, key)) ?? {};
	const undo = () => send(method, path, body).then(() => {
		undos.delete(fragmentOf(name, key));
		toast(`Undone by ${method} ${visible(path)}`);
		state.refresh();
	}, (problem) => toast(problem.message));
	return path && acting('Undo', undo, { title: `${method} ${visible(path)}` });
}

export function reasonField(isNeeded) {
	return h('label', isNeeded ? 'Reason (required, visible to all)' : 'Reason',
		h('input', { name: 'reason', list: 'reasons', maxlength: 500, pattern: '.*\\S.*', required: isNeeded, autocomplete: 'off' }),
		h('datalist', { id: 'reasons' }, reasons.map((value) => h('option', { value }))));
}

// All functions get what was written: `fields` shows what `preview` has found that would happen, and `act` does it. What
// `preview` finds later, it shows by its second argument.
export function openDialog({ title, fields, preview, act }) {
	let [answer, failure, isReady, written, turn, timer] = [null, '', false, {}, 0, 0];
	const whole = () => title + (written.scope === 'fleet' ? ' in the whole fleet' : '');
	const dialog = sheet(title, content, { oninput: change, onsubmit: (event) => event.preventDefault() });

	function content(values, form) {
		written = values;
		return [
			fields(written, answer),
			notes(answer?.warnings ?? []),
			h('p.problem', { role: 'alert' }, failure),
			h('details', h('summary', 'As a command'), h('pre', { tabindex: 0 }, answer?.command.replace('{base}', new URL('.', document.baseURI)))),
			h('menu', button('Cancel', () => dialog.close()),
				button(whole(), confirm, { class: `primary ${answer?.isRisky ? 'danger' : ''}`, disabled: !isReady || state.isStale || !form?.checkValidity() })),
		];
	}

	function change() {
		clearTimeout(timer);
		isReady = false;
		timer = setTimeout(look, 250);
		dialog.draw();
	}

	async function look() {
		const own = ++turn;
		const found = await preview(written, () => dialog.draw()).catch((problem) => ({ problem }));
		if (own !== turn) return;
		failure = found.problem?.message;
		isReady = !found.problem;
		if (isReady) answer = found;
		dialog.draw();
		dialog.draw();
	}

	async function confirm() {
		try {
			const { breaker, key = null, undo } = (await act(written)).body;
			undos.set(fragmentOf(breaker, key), undo);
			dialog.close();
			toast(`Done: ${whole()}`, undoButton(breaker, key));
			state.refresh();
		} catch (problem) {
			if (problem.name === 'settings-changed') return look();
			failure = problem.message;
			dialog.draw();
		}
	}

	dialog.draw();
	look();
	get('actions').then(({ body }) => { reasons = [...new Set(body.actions.map((it) => it.by.reason).filter(Boolean))].slice(0, 5); }, () => {});
}

export function openAction({ action, name, key = null, keys, scope = 'instance' }) {
	const forces = action.startsWith('force-');
	const { offered, longest, reason: needs } = state.overrides;
	const times = longest ? offered : [...offered, { ttl: '', text: 'until cleared' }];
	const usual = offered.find(({ text }) => text === '30 min') ?? offered.at(-1);
	const path = (written, more) => pathOf(action, name, key, { ...(keys && { keys }), ...((written.scope ?? scope) === 'fleet' && { scope: 'fleet' }), ...more });
	const body = ({ reason = '', ttl = '' }) => ({ ...(reason.trim() && { reason: reason.trim() }), ...(forces && { ttl: ttl || null }) });
	const options = (legend, field, all, chosen) => all.length > 0 && h('fieldset', h('legend', legend), all.map(({ [field]: value, text }) =>
		h('label.tick', h('input', { type: 'radio', name: field, value, checked: value === chosen }), text)));
	openDialog({
		title: `${ACTIONS[action]}${action === 'clear' ? ' of' : ''} ${keys ? `all ${keys} keys of ${name}` : key === null ? name : `${keyText(key)} of ${name}`}`,
		fields: ({ ttl }, answer) => [
			h('p', { role: 'status' }, answer ? says(answer.effect.says) : 'Checking the effect …'),
			reasonField(forces && needs === 'needed'),
			options('Where', 'scope', answer?.scopes ?? [], scope),
			forces && options('For how long', 'ttl', times, usual?.ttl),
			forces && ttl === '' && h('label.tick', h('input', { type: 'checkbox', required: true }), 'The override has no end. I will clear it myself.'),
			answer?.isRisky && h('label', `All calls will reach a dependency that fails. Type ${name} to continue:`,
				h('input', { pattern: name.replaceAll('.', '\\.'), required: true, autocomplete: 'off', spellcheck: 'false' })),
		],
		async preview(written) {
			const reason = written.reason || (forces ? 'preview' : '');
			const { body: answer } = await send('POST', path(written, { dry_run: 'true' }), body({ ...written, reason }));
			const { machine_state: beneath, keys: states } = answer.before;
			return { ...answer, isRisky: action === 'force-closed' && (beneath === 'open' || states?.open > 0) };
		},
		act: (written) => send('POST', path(written), body(written)),
	});
}
