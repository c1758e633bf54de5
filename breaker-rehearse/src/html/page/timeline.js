// The timeline: pointer, wheel and keys move the view; a bucket tells its figures.

const QUIET = 300;

// What a bucket says, as lines of text.
function figures({ trace, candidates, outages }, nth) {
	const from = beginOf(trace, nth);
	const to = from + trace.bucket;
	const calls = trace.calls[nth];
	const [unit, length] = unitOf(calls / trace.bucket);
	const near = outages.findIndex((it) => it.from < to && it.to > from);
	const lines = [
		['time', `${instant(from, trace.bucket)} ${offset(from)}, ${lasts(trace.bucket)}`],
		['calls', calls ? `${count(calls)} (${compact((calls * length) / trace.bucket)} per ${unit})` : 'none'],
		['failed', calls ? `${count(trace.failures[nth])} (${share(trace.failures[nth], calls - trace.rejected[nth])})` : '–'],
	];
	if (trace.rejected[nth]) lines.push(['rejected', `${count(trace.rejected[nth])} when recorded`]);
	if (trace.median[nth] !== null) lines.push(['latency', `${lasts(trace.median[nth])} median, ${lasts(trace.p99[nth])} at 99 %`]);
	if (near >= 0) lines.push(['outage', `${near + 1}`]);
	const states = candidates.map(({ name, bands }) => {
		const seen = new Set(bands.filter((band) => band[0] < to && band[1] > from).map((band) => band[2]));
		return [name, STATES.toReversed().filter((state) => seen.has(state))];
	});
	return { from, to, lines, states };
}

function tip({ lines, states }) {
	return [
		h('dl', lines.map(([name, text]) => [h('dt', name), h('dd', text)])),
		h('ul', states.map(([name, of]) => h('li', of.slice(0, 1).map((state) => h(`i.sample.sample-${state}`)), outside(name), h('span.muted', of.map(words).join(', ') || 'no calls yet')))),
	];
}

const spoken = ({ lines, states }) => [...lines.map((it) => it.join(' ')), ...states.map(([name, of]) => `${visible(name)}: ${of.map(words).join(', ')}`)].join('; ');

function legend(data) {
	const sample = (kind, text) => h('li', h(`i.sample.sample-${kind}`), text);
	return h('ul.legend', { 'aria-label': 'Legend' },
		sample('passed', 'succeeded'), sample('failures', 'failed'),
		data.trace.unknown > 0 && sample('rejected', 'rejected when recorded'),
		sample('median', 'median latency'), sample('p99', '99th percentile'),
		sample('outage', plural(data.outages.length, 'outage')),
		STATES.map((state) => sample(state, words(state))));
}

function timeline(data, view) {
	const svg = h('svg.chart', { 'aria-hidden': 'true' });
	const box = h('div.tip', { hidden: true });
	const map = h('svg.map', { 'aria-hidden': 'true' });
	const stage = h('div.stage', { tabindex: 0, role: 'group', 'aria-label': 'Timeline', 'aria-describedby': 'keys' }, svg, box);
	const range = h('p.range');
	let drawn = null;
	let cursor = null;
	let asked = false;

	function paint() {
		asked = false;
		const width = stage.clientWidth;
		if (!width) return;
		drawn = draw(svg, data, view, width);
		drawMap(map, data, view, width, drawn.at);
		fill(range, `${instant(view.from, view.span / 100)} – ${after(view.to, view.from, view.span / 100)} ${offset(view.to)} (${lasts(view.span)}${view.whole ? ', the whole trace' : ''})`);
		point(cursor);
	}

	function repaint() {
		if (!asked) requestAnimationFrame(paint);
		asked = true;
	}

	// Points at a bucket; `null` ends that.
	function point(nth, say = false) {
		cursor = nth;
		box.hidden = nth === null;
		const mark = svg.querySelector('.cursor');
		if (nth === null || !drawn) return mark?.setAttribute('d', '');
		const said = figures(data, nth);
		const { at, x } = drawn;
		const middle = x((said.from + said.to) / 2);
		if (middle < at.left - 1 || middle > at.right + 1) {
			box.hidden = true;
			return mark.setAttribute('d', '');
		}
		mark.setAttribute('d', `M${round(middle)} ${at.calls}V${at.axis}`);
		fill(box, tip(said));
		const wide = box.offsetWidth;
		const place = middle + 14 + wide > at.width ? middle - 14 - wide : middle + 14;
		box.style.setProperty('--x', `${Math.max(0, place)}px`);
		if (say) announce(spoken(said));
		return null;
	}

	const timeAt = (event) => drawn.time(Math.max(drawn.at.left, Math.min(drawn.at.right, event.clientX - svg.getBoundingClientRect().left)));
	pointers(stage, view, () => drawn, timeAt, (event) => point(event ? bucketAt(data.trace, timeAt(event)) : null));
	mapPointers(map, data, view, () => drawn);

	const step = (by) => {
		const last = data.trace.calls.length - 1;
		const nth = cursor === null ? bucketAt(data.trace, by > 0 ? view.from : view.to) : Math.max(0, Math.min(last, cursor + by));
		view.reveal(beginOf(data.trace, nth) + data.trace.bucket / 2);
		point(nth, true);
	};
	const jump = (by) => {
		const now = cursor === null ? (by > 0 ? -Infinity : Infinity) : beginOf(data.trace, cursor);
		const list = by > 0 ? data.outages : data.outages.toReversed();
		const next = list.find((it) => (by > 0 ? it.from > now + data.trace.bucket : it.from < now - data.trace.bucket));
		if (!next) return announce('No more outages');
		view.frame(next.from, next.to);
		return point(bucketAt(data.trace, next.from), true);
	};
	const keys = {
		ArrowLeft: () => step(-1), ArrowRight: () => step(1),
		PageUp: () => view.pan(-0.8), PageDown: () => view.pan(0.8),
		Home: () => view.set(data.trace.from, data.trace.from + view.span), End: () => view.set(data.trace.to - view.span, data.trace.to),
		'+': () => view.zoom(0.5), '=': () => view.zoom(0.5), '-': () => view.zoom(2), 0: () => view.reset(),
		n: () => jump(1), p: () => jump(-1), Escape: () => point(null),
	};
	stage.onkeydown = (event) => {
		if (event.ctrlKey || event.metaKey || event.altKey) return;
		const shifted = { ArrowLeft: () => view.pan(-0.2), ArrowRight: () => view.pan(0.2) };
		const act = (event.shiftKey && shifted[event.key]) || keys[event.key];
		if (!act) return;
		event.preventDefault();
		act();
	};
	stage.onblur = () => point(null);

	view.onchange(repaint);
	new ResizeObserver(repaint).observe(stage);
	const button = (text, title, act) => h('button', { type: 'button', title, 'aria-label': text === 'All' ? null : title, onclick: act }, text);
	return h('section.timeline',
		h('div.head', h('h2', 'Timeline'), range, h('menu',
			h('li', button('◀', 'Earlier', () => view.pan(-0.5))), h('li', button('▶', 'Later', () => view.pan(0.5))),
			h('li', button('−', 'Zoom out', () => view.zoom(2))), h('li', button('+', 'Zoom in', () => view.zoom(0.5))),
			h('li', button('All', 'Show the whole trace', () => view.reset())))),
		legend(data), stage, map,
		h('p.muted.hint', { id: 'keys' }, 'Turn the wheel or press + and − to zoom. Drag to move. ← and → read one bucket after the other, N and P go to the next and the previous outage, 0 shows everything.'));
}
