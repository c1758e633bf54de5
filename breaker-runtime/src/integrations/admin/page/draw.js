import { h, visible } from './dom.js';
import { state } from './state.js';
import { clock, instant, rate, words } from './text.js';

const [SPAN, WIDTH, HEIGHT, INTERVALS] = [600_000, 600, 100, 120];
const LAYERS = { rejected: 'rejected', failures: 'failed', passed: 'passed', slow: 'slow (line)' };
// Transitions that are closer than these percents have one mark.
const GAP = 4;

export function areas({ calls, failures, rejected, slow }) {
	const all = calls.map((it, nth) => it + rejected[nth]);
	const top = Math.max(1, ...all);
	const x = (nth) => ((INTERVALS - calls.length + nth) * WIDTH) / INTERVALS;
	const step = (number, nth) => `V${Math.round(HEIGHT - (number * HEIGHT) / top)}H${x(nth + 1)}`;
	const area = (numbers) => (numbers.some(Boolean) ? `M${x(0)} ${HEIGHT}${numbers.map(step).join('')}V${HEIGHT}Z` : '');
	return { top, rejected: area(all), failures: area(calls), passed: area(calls.map((it, nth) => it - failures[nth])), slow: area(slow) };
}

export const bands = (states, from, to) => states.map(({ state: of, since }, nth) => ({
	state: of,
	from: Math.max(from, Date.parse(since) || from),
	to: Date.parse(states[nth + 1]?.since) || to,
})).filter((band) => band.to > band.from);

// A series is drawn once and shown many times.
const drawn = new WeakMap();

export function picture(series, thick, kind) {
	if (!drawn.has(series)) drawn.set(series, areas(series));
	const begin = clock.now() - SPAN;
	const x = (time) => Math.round(((time - begin) * WIDTH) / SPAN);
	const lasting = bands(series.states, Math.max(begin, Date.parse(series.until) - series.calls.length * 5000), clock.now());
	return h(`svg.picture.${kind}`, { viewBox: `0 0 ${WIDTH} ${HEIGHT + thick}`, preserveAspectRatio: 'none', role: 'img', 'aria-label': `The last 10 minutes: ${series.text}; ${series.states.map((it) => words(it.state)).join(', ')}` },
		Object.keys(LAYERS).map((layer) => h(`path.${layer}`, { d: drawn.get(series)[layer] })),
		lasting.map((band) => {
			const height = thick * ({ closed: 0.25, half_open: 0.6 }[band.state] ?? 0.9);
			return h(`rect.band-${band.state}`, { x: x(band.from), width: Math.max(2, x(band.to) - x(band.from)), y: HEIGHT + thick - height, height });
		}));
}

export function marks(transitions, now) {
	const found = [];
	for (const it of transitions.toReversed()) {
		const x = 100 - ((now - Date.parse(it.at)) * 100) / SPAN;
		if (x - found.at(-1)?.x < GAP) found.at(-1).items.push(it);
		else if (x > 0) found.push({ x, items: [it] });
	}
	return found;
}

let reading = '';

export function chart({ series, transitions, breaker }) {
	const tell = ({ target }) => {
		reading = target.title;
		state.render();
	};
	// The marks are one stop of the tab key.
	const walk = ({ key, target }) => ({ ArrowLeft: target.previousSibling, ArrowRight: target.nextSibling })[key]?.focus();
	const dots = marks(transitions, clock.now()).map(({ x, items }, nth, { length }) => {
		const title = items.map((it) => visible(`${instant(Date.parse(it.at))} ${words(it.from)} → ${words(it.to)} (${it.text})`)).join('; ');
		return h(`button.mark.mark-${items.at(-1).to}`, { key: items[0].at, type: 'button', '--x': `${x}%`, title, 'aria-label': title, tabindex: nth < length - 1 ? -1 : 0, onfocus: tell, onpointerover: tell });
	});
	const has = series?.calls.length > 0;
	const none = breaker.key === null ? 'No samples yet: one is taken every 5 s.' : 'Samples cover all keys together.';
	return h('div.chart',
		h('ul', Object.entries(LAYERS).map(([layer, text]) => h('li', h('svg', { viewBox: '0 0 12 12' }, h(`path.${layer}`, { d: layer === 'slow' ? 'M0 6H12' : 'M0 0H12V12H0Z' })), text)),
			h('li', has ? `up to ${rate(areas(series).top / 5)}/s` : none)),
		h('div.plot', has && picture(series, 10, 'large'), h('div.marks', { role: 'group', 'aria-label': 'Transitions', onkeydown: walk }, dots)),
		h('div.axis', h('span', instant(clock.now() - SPAN)), h('span', 'now')),
		h('p.reading', reading));
}

export const histogram = ({ text, bars, quantiles, ticks }) => [
	h('svg.histogram', { viewBox: '0 0 1 1', preserveAspectRatio: 'none', role: 'img', 'aria-label': text },
		bars.map(([x, width, height]) => h('rect', { x, width, y: 1 - height, height })), quantiles.map((x) => h('path', { d: `M${x} 0V1` }))),
	h('div.ticks', { 'aria-hidden': 'true' }, ticks.map(([x, label]) => h('span', { '--x': `${x * 100}%` }, label))),
	h('p.muted', text),
];
