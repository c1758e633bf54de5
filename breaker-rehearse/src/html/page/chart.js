// Draws the timeline: calls and failures, latency, and a band of states for each candidate.

const STATES = ['closed', 'half_open', 'open'];
const CALLS = 150;
const LATENCY = 96;
const GAP = 26;
const AXIS = 24;
// The axis of latency ends at this part of the longest.
const MOST = 100_000;
// How much of the height of a band a state fills.
const SHARE = { closed: 0.16, half_open: 0.6, open: 1 };

// The places of everything for a width in pixels and a number of candidates.
function layout(width, candidates) {
	const narrow = width < 640;
	const left = narrow ? 44 : 168;
	const band = narrow ? 40 : 26;
	const bands = 20 + CALLS + GAP + LATENCY + GAP;
	return { width, narrow, left, right: width - 12, calls: 20, latency: 20 + CALLS + GAP, bands, band, axis: bands + band * candidates, height: bands + band * candidates + AXIS };
}

// Joins buckets until each is at least as wide as a pixel.
function columns(trace, view, pixels) {
	const first = bucketAt(trace, view.from);
	const last = bucketAt(trace, view.to);
	const each = Math.max(1, Math.ceil((last - first + 1) / pixels));
	const found = [];
	for (let nth = first - (first % each); nth <= last; nth += each) {
		const column = { from: beginOf(trace, nth), to: beginOf(trace, Math.min(nth + each, trace.calls.length)), calls: 0, failures: 0, rejected: 0, median: null, p99: null };
		let timed = 0;
		for (let at = nth; at < Math.min(nth + each, trace.calls.length); at += 1) {
			column.calls += trace.calls[at];
			column.failures += trace.failures[at];
			column.rejected += trace.rejected[at];
			if (trace.median[at] === null) continue;
			timed += trace.calls[at];
			column.median = (column.median ?? 0) + trace.median[at] * trace.calls[at];
			column.p99 = Math.max(column.p99 ?? 0, trace.p99[at]);
		}
		if (timed) column.median /= timed;
		found.push(column);
	}
	return found;
}

const PER = [['s', 1000], ['min', 60_000], ['h', 3_600_000], ['day', 86_400_000]];

const unitOf = (rate) => PER.find(([, ms]) => rate * ms >= 1) ?? PER.at(-1);

// Calls per second, or per a longer unit if there are few.
function rates(found) {
	const most = Math.max(...found.map((it) => it.calls / (it.to - it.from)), 1e-9);
	const [unit, length] = unitOf(most);
	return { unit, length, top: most * length };
}

const round = (number) => Math.round(number * 10) / 10;

// An area of steps under the values of columns. What is above zero is at least a line.
function area(found, x, base, height, value) {
	let path = '';
	for (const it of found) {
		const high = value(it);
		if (high > 0) path += `M${round(x(it.from))} ${base}V${round(base - Math.max(1.5, high * height))}H${round(x(it.to) + 0.3)}V${base}Z`;
	}
	return path;
}

function line(found, x, y, value) {
	let path = '';
	let begun = false;
	for (const it of found) {
		const number = value(it);
		if (number !== null) {
			path += `${begun ? 'L' : 'M'}${round(x(it.from))} ${round(y(number))}H${round(x(it.to))}`;
			begun = true;
		} else begun = false;
	}
	return path;
}

// A logarithmic scale, with its labels. What is shorter than its lowest value lies on the base.
function scale(found, top) {
	const numbers = found.flatMap((it) => (it.median === null ? [] : [it.median, it.p99])).filter((it) => it > 0);
	const high = 10 ** Math.ceil(Math.log10(Math.max(...numbers, 1e-9)));
	const low = Math.min(high / 10, Math.max(high / MOST, 10 ** Math.floor(Math.log10(Math.min(...numbers, 1e9)))));
	const decades = Math.log10(high / low);
	const y = (ms) => top + LATENCY * (1 - Math.log10(Math.max(low, ms) / low) / decades);
	const each = Math.ceil(decades / 4);
	const labels = numbers.length ? Array.from({ length: Math.floor(decades / each) + 1 }, (_, nth) => low * 10 ** (nth * each)) : [];
	return { y, labels };
}

// The outlines of the bands of one state. A band narrower than a pixel still shows.
function outline(bands, state, view, x, top, height) {
	const high = round(height * SHARE[state]);
	let path = '';
	let end = -1;
	for (const [from, to, of] of bands) {
		if (of !== state || to < view.from || from > view.to) continue;
		const begin = Math.max(x(view.from), x(from));
		const until = Math.min(x(view.to), Math.max(begin + 1.5, x(to)));
		if (until <= end) continue;
		path += `M${round(begin)} ${round(top + height - high)}H${round(until)}V${round(top + height)}H${round(begin)}Z`;
		end = until;
	}
	return path;
}

const stroke = (x1, y1, x2, y2, kind) => h(`path.${kind}`, { d: `M${round(x1)} ${round(y1)}L${round(x2)} ${round(y2)}` });
const label = (x, y, text, kind) => h(`text.${kind}`, { x: round(x), y: round(y) }, text);

// Cuts a name so that it fits beside its band.
const brief = (name, most) => (name.length > most ? `${name.slice(0, most - 1)}…` : name);

function drawAxis(view, at, x) {
	const { step, found } = ticks(view, Math.max(2, (at.right - at.left) / (at.narrow ? 80 : 120)));
	const days = step >= 86_400_000;
	let before = null;
	return found.map((time) => {
		const day = local(time).slice(0, 10);
		const clock = local(time).slice(11, step < 60_000 ? 19 : 16);
		const text = days || (day !== before && before !== null) ? (at.narrow ? day.slice(5) : day) : step < 1000 ? `${clock.slice(-2)}.${String(time % 1000).padStart(3, '0')}` : clock;
		before = day;
		return [stroke(x(time), at.calls, x(time), at.axis + 4, 'grid'), x(time) < at.right - 30 && label(x(time) + 3, at.axis + 16, text, 'tick')];
	});
}

function drawOutages(outages, view, at, x) {
	return outages.map(({ from, to }, nth) => {
		if (to < view.from || from > view.to) return null;
		const begin = Math.max(at.left, x(from));
		const end = Math.min(at.right, Math.max(begin + 2, x(to)));
		return [
			h('rect.outage', { x: round(begin), y: at.calls, width: round(end - begin), height: at.axis - at.calls }),
			h('rect.outage-top', { x: round(begin), y: at.calls - 4, width: round(end - begin), height: 3 }),
			(end - begin > 54 || outages.length < 6) && label(Math.min(begin, at.right - 52), at.calls - 8, `outage ${nth + 1}`, 'tick'),
		];
	});
}

function drawCalls(found, at, x) {
	const { unit, length, top } = rates(found);
	const base = at.calls + CALLS;
	const per = (number, it) => (number * length) / (it.to - it.from) / top;
	return [
		h('path.rejected', { d: area(found, x, base, CALLS, (it) => per(it.rejected && it.calls, it)) }),
		h('path.passed', { d: area(found, x, base, CALLS, (it) => per(it.calls - it.rejected, it)) }),
		h('path.failures', { d: area(found, x, base, CALLS, (it) => per(it.failures, it)) }),
		stroke(at.left, base, at.right, base, 'base'),
		label(at.left - 6, at.calls + 10, compact(top), 'tick.end'),
		label(at.left - 6, base, '0', 'tick.end'),
		label(at.narrow ? at.left + 4 : 0, at.narrow ? at.calls + 10 : at.calls + 26, `calls per ${unit}`, 'side'),
	];
}

function drawLatency(found, at, x) {
	const { y, labels } = scale(found, at.latency);
	const base = at.latency + LATENCY;
	return [
		labels.map((ms) => [stroke(at.left, y(ms), at.right, y(ms), 'grid'), label(at.left - 6, y(ms) + 4, ms < 1000 ? lasts(ms) : `${count(ms / 1000)} s`, 'tick.end')]),
		h('path.p99', { d: line(found, x, y, (it) => it.p99) }),
		h('path.median', { d: line(found, x, y, (it) => it.median) }),
		stroke(at.left, base, at.right, base, 'base'),
		!labels.length && label(at.left + 8, at.latency + 40, 'No latency in this trace', 'side'),
		label(at.narrow ? at.left + 4 : 0, at.narrow ? at.latency - 6 : at.latency + 26, 'latency', 'side'),
	];
}

function drawBands(candidates, view, at, x) {
	return candidates.map(({ name, bands }, nth) => {
		const top = at.bands + nth * at.band + (at.narrow ? 18 : 5);
		const height = 18;
		return [
			STATES.map((state) => h(`path.band-${state}`, { d: outline(bands, state, view, x, top, height) })),
			stroke(at.left, top + height, at.right, top + height, 'base'),
			at.narrow ? label(at.left, top - 4, brief(visible(name), 48), 'name') : label(at.left - 8, top + 14, brief(visible(name), 22), 'name.end'),
		];
	});
}

// Draws the view into an SVG element, and returns what the pointer needs.
function draw(svg, data, view, width) {
	const at = layout(width, data.candidates.length);
	const x = (time) => at.left + ((time - view.from) / view.span) * (at.right - at.left);
	const clamped = (time) => Math.max(at.left, Math.min(at.right, x(time)));
	const found = columns(data.trace, view, at.right - at.left);
	svg.setAttribute('width', width);
	svg.setAttribute('height', at.height);
	fill(svg,
		drawAxis(view, at, x),
		drawOutages(data.outages, view, at, x),
		drawCalls(found, at, clamped),
		drawLatency(found, at, clamped),
		drawBands(data.candidates, view, at, x),
		h('path.cursor', { d: '' }));
	return { at, x, time: (pixel) => view.from + ((pixel - at.left) / (at.right - at.left)) * view.span };
}
