const data = JSON.parse(document.getElementById('data').textContent);
const THEMES = ['system', 'light', 'dark'];

function summary({ trace, outages: found, title }) {
	const failed = `${count(trace.failed)} failed (${share(trace.failed, trace.total - trace.unknown)})`;
	return `${title ? `${visible(title)}: ` : ''}${plural(trace.total, 'call')} in ${lasts(trace.to - trace.from)}, ${failed}, ${plural(found.length, 'outage')}.`;
}

function theme() {
	const button = document.getElementById('theme');
	let at = 0;
	const set = () => {
		if (at) document.documentElement.dataset.theme = THEMES[at];
		else delete document.documentElement.dataset.theme;
		button.textContent = `Theme: ${THEMES[at]}`;
	};
	button.onclick = () => {
		at = (at + 1) % THEMES.length;
		set();
	};
	set();
}

function page() {
	const view = new View(data.trace);
	const build = () => {
		const open = [...document.querySelectorAll('details')].map((it) => it.open);
		fill(document.getElementById('main'),
			h('p.sentence', summary(data)),
			data.notes.length > 0 && h('ul.notes', data.notes.map((it) => h('li', visible(it)))),
			data.trace.calls.length > 0 && timeline(data, view),
			comparison(data), outages(data, view), openings(data, view), settings(data), limits(data));
		[...document.querySelectorAll('details')].forEach((it, nth) => {
			it.open = Boolean(open[nth]);
		});
	};
	const button = document.getElementById('zone');
	const zones = () => {
		button.textContent = zone.utc ? 'Time: UTC' : 'Time: local';
		build();
	};
	button.onclick = () => {
		zone.utc = !zone.utc;
		zones();
	};
	zones();
	// Paper shows everything that a click would show.
	let closed = [];
	addEventListener('beforeprint', () => {
		closed = [...document.querySelectorAll('details:not([open])')];
		for (const it of closed) it.open = true;
	});
	addEventListener('afterprint', () => {
		for (const it of closed) it.open = false;
	});
}

document.getElementById('trace').textContent = data.tool;
if (data.title) document.title = `${visible(data.title)} – rehearsal`;
theme();
page();
