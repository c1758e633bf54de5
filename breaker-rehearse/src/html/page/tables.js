// The tables: figures of each candidate, outages, openings, and the settings to copy.

// Figure, head, what it means, how it is written, and whether more or less is better.
const COLUMNS = [
	['openings', 'Openings', 'How often the circuit opened', count, 0],
	['false_openings', '… false', 'Openings that overlap no outage of the trace', count, -1],
	['time_open', 'Time open', 'Time in which calls were rejected, probes aside', lasts, 0],
	['rejected', 'Rejected', 'Calls that the circuit would have rejected', count, 0],
	['rejected_failed', '… failed in truth', 'Rejected calls that failed in truth', count, 1],
	['rejected_succeeded', '… would have succeeded', 'Rejected calls that succeeded in truth: the price', count, -1],
	['rejected_unknown', '… other', 'Rejected calls that neither failed nor succeeded in the trace, such as those that were rejected when it was recorded', count, 0],
	['admitted_failed', 'Failures that went through', 'Failures that still went through', count, -1],
	['admitted_unknown', 'Went through, outcome unknown', 'Calls that went through and were rejected when the trace was recorded, so that nobody knows whether they would have failed', count, 0],
	['not_waited', 'Not waited for failures', 'How long the rejected calls that failed took: waiting that would have been saved', lasts, 1],
	['missed_outages', 'Outages missed', 'Outages during which the circuit did not open', count, -1],
	['opening_delay', 'Opened after (longest)', 'The longest time from the beginning of an outage to the opening', lasts, -1],
	['recovery_delay', 'Recovered after (longest)', 'The longest time from the end of an outage to the closing', lasts, -1],
];

// A delay that does not exist for each outage: the longest of those that do, and how many do not.
const never = (some) => (some ? `${lasts(some[0])}, ${some[1]} of ${some[2]} never` : 'never');

// The best number of a column, if the candidates differ and one is better.
function best(candidates, [key, , , , better]) {
	const numbers = candidates.map((it) => it.figures[key]).filter((it) => typeof it === 'number');
	if (!better || numbers.length < 2) return null;
	const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
	return low === high ? null : better > 0 ? high : low;
}

function comparison(data) {
	const { candidates, trace } = data;
	const keyed = candidates.some((it) => it.openings.some((opening) => opening.key !== null));
	const needed = { admitted_unknown: candidates.some((it) => it.figures.admitted_unknown), not_waited: candidates.some((it) => it.figures.not_waited), rejected_unknown: candidates.some((it) => it.figures.rejected_unknown), missed_outages: data.outages.length, opening_delay: data.outages.length, recovery_delay: data.outages.length };
	const used = COLUMNS.filter(([key]) => needed[key] ?? true);
	let order = null;
	const body = h('tbody');
	const heads = used.map((column) => {
		const [key, head, title] = column;
		const sort = () => {
			order = { key, up: order?.key === key ? !order.up : column[4] <= 0 };
			for (const it of heads) it.removeAttribute('aria-sort');
			heads[used.indexOf(column)].setAttribute('aria-sort', order.up ? 'ascending' : 'descending');
			rows();
		};
		return h('th.number', { scope: 'col' }, h('button.sort', { type: 'button', title: `${title}. Sorts by this column.`, onclick: sort }, head));
	});
	const cell = (candidate, column) => {
		const [key, head, , text] = column;
		const number = candidate.figures[key];
		const shared = { rejected: trace.total, admitted_failed: trace.failed, time_open: !keyed && trace.to - trace.from, rejected_failed: candidate.figures.rejected, rejected_succeeded: candidate.figures.rejected }[key];
		return h('td.number', { 'data-head': head },
			number === null ? '–' : number === 'never' ? never(candidate.figures.some_never[key]) : h(number === best(candidates, column) ? 'strong' : 'span', text(number)),
			Boolean(Number(number) && shared) && h('small', share(number, shared)));
	};
	function rows() {
		const value = ({ figures }) => (typeof figures[order.key] === 'number' ? figures[order.key] : Number.MAX_VALUE);
		const compare = (one, other) => value(one) - value(other);
		const sorted = order ? candidates.toSorted((one, other) => (order.up ? compare(one, other) : compare(other, one))) : candidates;
		fill(body, sorted.map((it) => h('tr', h('th', { scope: 'row' }, outside(it.name)), used.map((column) => cell(it, column)))));
	}
	rows();
	const bold = candidates.length > 1 ? ' Bold is the best of a column.' : '';
	return h('section', h('h2', { id: 'figures' }, 'Candidates'),
		h('div.scroll', { tabindex: 0, role: 'region', 'aria-labelledby': 'figures' },
			h('table.figures', h('caption', `What each candidate would have done with ${plural(trace.total, 'call')}, of which ${count(trace.failed)} failed.${bold}`),
				h('thead', h('tr', h('th', { scope: 'col' }, 'Candidate'), heads)), body)));
}

const show = (view, from, to, text) => h('button.small', {
	type: 'button',
	onclick() {
		view.frame(from, to);
		const stage = document.querySelector('.stage');
		stage.scrollIntoView({ block: 'nearest' });
		stage.focus({ preventScroll: true });
	},
}, text);

function outages(data, view) {
	const { candidates, trace } = data;
	if (!data.outages.length) return h('section', h('h2', 'Outages'), h('p', 'The rule finds no outage in this trace, so every opening is a false one.'));
	const cell = ({ outages: list }, nth, { unended }) => {
		const { opened, recovered } = list[nth] ?? { opened: null, recovered: null };
		if (opened === null) return h('td', 'did not open');
		const closed = unended ? 'the outage has no end' : recovered === null ? 'did not close again' : recovered === 0 ? 'closed by its end' : `closed ${lasts(recovered)} after its end`;
		return h('td', h('span', opened === 0 ? 'open at its beginning' : `opened after ${lasts(opened)}`), h('small', closed));
	};
	return h('section', h('h2', { id: 'outages' }, 'Outages'),
		h('div.scroll', { tabindex: 0, role: 'region', 'aria-labelledby': 'outages' },
			h('table', h('caption', 'Found in the trace alone, without regard to any candidate.'),
				h('thead', h('tr', ['', 'From', 'Lasted', 'Calls', 'Failed'].map((it, nth) => h('th', { scope: 'col', class: nth > 1 ? 'number' : null }, it || h('span.unseen', 'Outage'))), candidates.map((it) => h('th', { scope: 'col' }, outside(it.name))))),
				h('tbody', data.outages.map((it, nth) => h('tr',
					h('th', { scope: 'row' }, show(view, it.from, it.to, `Show ${nth + 1}`)),
					h('td.time', instant(it.from, trace.bucket)), h('td.number', lasts(it.to - it.from), it.unended && h('small', 'to the end of the trace')),
					h('td.number', count(it.calls)), h('td.number', count(it.failures), h('small', share(it.failures, it.calls))),
					candidates.map((candidate) => cell(candidate, nth, it))))))));
}

function openings(data, view) {
	const { trace } = data;
	const keyed = data.candidates.some((it) => it.openings.some(({ key }) => key !== null));
	const heads = ['Opened', 'Reason', 'Until closed', keyed && 'Key', 'Rejected', 'During', ''].filter((it) => it !== false);
	const row = (it) => h('tr',
		h('td.time', instant(it.at, Math.min(trace.bucket, 1000))),
		h('td', words(it.reason)),
		h('td.number', it.until === null ? `${lasts(trace.to - it.at)}, still open` : lasts(it.until - it.at)),
		keyed && h('td', it.key === null ? '' : outside(it.key)),
		h('td.number', count(it.rejected), it.succeeded > 0 && h('small', `${count(it.succeeded)} would have succeeded`)),
		h('td', it.false ? h('span.false', 'false: no outage') : it.outage === null ? 'near an outage' : `outage ${it.outage + 1}`),
		h('td', show(view, it.at, it.until ?? trace.to, 'Show')));
	const table = ({ name, openings: list, figures: { openings: all } }) => h('details',
		h('summary', outside(name), h('span.muted', ` ${plural(all, 'opening')}`)),
		list.length > 0 && h('div.scroll', { tabindex: 0, role: 'region', 'aria-label': `Openings of ${visible(name)}` }, h('table',
			h('thead', h('tr', heads.map((it) => h('th', { scope: 'col', class: it === 'Until closed' || it === 'Rejected' ? 'number' : null }, it || h('span.unseen', 'Show'))))),
			h('tbody', list.map(row)))),
		all > list.length && h('p.muted', `The first ${count(list.length)} of ${count(all)}.`));
	return h('section', h('h2', 'Openings'), data.candidates.map(table));
}

async function copy(text, button) {
	try {
		await navigator.clipboard.writeText(text);
		announce('Copied');
		button.textContent = 'Copied';
	} catch {
		const selection = getSelection();
		selection.selectAllChildren(button.previousElementSibling);
		announce('Selected: press Ctrl and C to copy');
		button.textContent = 'Selected';
	}
	setTimeout(() => {
		button.textContent = 'Copy';
	}, 2000);
}

function settings(data) {
	const line = (candidate, kind, text) => h('div.line', h('pre', { tabindex: 0, role: 'group', 'aria-label': `${kind}, ${visible(candidate.name)}` }, text),
		h('button.small', { type: 'button', 'aria-label': `Copy the ${kind} of ${visible(candidate.name)}`, onclick: ({ target }) => copy(text, target) }, 'Copy'));
	return h('section', h('h2', 'Settings to copy'), data.candidates.map((it) => h('div.settings',
		h('h3', outside(it.name)),
		h('div.columns',
			!it.is_default ? [
				h('div', h('p.muted', 'In the attribute'), line(it, 'attribute', it.attribute)),
				h('div', h('p.muted', 'In the file of settings'), line(it, 'file', it.file)),
			] : h('p', 'The defaults, so there is nothing to write.')))));
}

const limits = (data) => h('section', h('h2', 'What this cannot know'), h('ul', data.limits.map((it) => h('li', it))));
