// Settings: their layers, and changes at run time.

import { openDialog, reasonField } from './act.js';
import { get, pathOf, send } from './api.js';
import { h, outside } from './dom.js';
import { acting, table } from './parts.js';
import { state } from './state.js';
import { count, instant, words } from './text.js';

// A number, a flag, or a text such as `30s`. The service says what else to write.
function valueOf(text) {
	try {
		return JSON.parse(text);
	} catch {
		return text.trim();
	}
}

// What the settings of now and the changed ones would have made of the last calls.
function rehearsal({ from, to, calls, present, changed }) {
	const times = `${instant(Date.parse(from))} to ${instant(Date.parse(to))}`;
	if (!present) return h('p.muted', `No call was recorded from ${times}.`);
	const row = (text, field) => [field, text, ...[present, changed].map((it) => (field === 'open' ? it.open : count(it[field])))];
	return [
		table(`The ${count(calls)} calls from ${times}, played again`, ['', 'Now', 'With this change'], [
			row('Openings', 'openings'),
			row('Time open', 'open'),
			row('Rejected, would have failed', 'rejected_failed'),
			row('Rejected, would have succeeded', 'rejected_succeeded'),
			row('Failures that went through', 'admitted_failed'),
		]),
		h('p.muted', 'What fewer calls would have changed for the dependency or its callers is not known.'),
	];
}

// Sets a setting if there is a value, or takes it back. Without a setting, takes back all.
async function openChange(name, setting, value) {
	const method = setting ? 'PATCH' : 'DELETE';
	const path = pathOf('settings', name);
	const { etag: first, body: { configured } } = await get(path);
	let [etag, meanwhile, played, turn] = [first, [], null, 0];
	const body = (written) => setting && { [setting]: 'value' in written ? valueOf(written.value) : null };
	const patch = (written) => body(written) ?? Object.fromEntries(Object.keys(configured).map((it) => [it, null]));
	const rehearse = async (written, draw) => {
		const own = ++turn;
		// Without an answer, there is nothing to show.
		const { body: answer } = await send('POST', pathOf('rehearse', name), patch(written)).catch(() => ({}));
		if (own !== turn) return;
		played = answer;
		draw();
	};
	const target = ({ reason }, more) => pathOf('settings', name, null, { ...(reason?.trim() && { reason: reason.trim() }), ...more });
	const conditions = () => ({ 'If-Match': etag, 'Content-Type': setting && 'application/merge-patch+json' });
	const ask = (written, more) => send(method, target(written, more), body(written), conditions());

	openDialog({
		title: value ? `Set ${setting} of ${name}` : `Take back ${setting ?? 'all run-time settings'} of ${name}`,
		fields: (_, answer) => [
			value && h('label', 'Value, such as 20, 0.5, 30s or off', h('input', { name: 'value', value, required: true, autocomplete: 'off', spellcheck: 'false' })),
			h('ul', { role: 'status' }, answer?.texts.map((text) => h('li', text))),
			played && h('section.played', { 'aria-live': 'polite' }, rehearsal(played)),
			reasonField(false),
		],
		async preview(written, draw) {
			[played, turn] = [null, turn + 1];
			const { body: answer } = await ask(written, { dry_run: 'true' }).catch(async (problem) => {
				if (problem.name !== 'settings-changed') throw problem;
				({ etag } = await get(path));
				meanwhile = ['Somebody else has changed the settings. This is what would happen now.'];
				return ask(written, { dry_run: 'true' });
			});
			if (answer.recorded) rehearse(written, draw);
			return { ...answer, warnings: [...meanwhile, ...answer.warnings] };
		},
		act: ask,
	});
}

export function settings(name, { settings: all, configured }) {
	const may = state.grant.may === 'control';
	const isDefault = (it) => Number(it.layers[0].layer === 'default');
	const sorted = all.toSorted((one, other) => isDefault(one) - isDefault(other));
	const few = sorted.findIndex(isDefault);
	const act = (text, setting, value) => acting(text, () => openChange(name, setting, value), { class: 'small', 'aria-label': `${text} ${setting}` });
	const rows = sorted.map(({ setting, value, layers: [top, ...below] }) => {
		const from = [h(`span.tag.layer-${top.layer}`, words(top.layer)), ' ', outside(top.place ?? '')];
		const beneath = below.map((it) => h('li', `${it.value} – ${words(it.layer)} `, outside(it.place ?? '')));
		return [setting, setting, h('strong', value), below.length ? h('details', h('summary', from), h('ul', beneath)) : from,
			may && [act('Edit', setting, value), top.layer === 'runtime' && act('Take back', setting)]];
	});
	return [
		table('Values in force, defaults last', ['Setting', 'Value', 'From', 'Change'], rows, '', few < 1 ? 3 : few),
		may && Object.keys(configured).length > 0 && acting('Take back all run-time settings', () => openChange(name)),
	];
}
