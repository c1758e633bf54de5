// @ts-check
// The last ten minutes: calls as areas, the states as a band, and the transitions as marks.

import { h, keyed, setAttribute, setChildren, setText, svg, visible } from './dom.js';
import { bands } from './spark.js';
import { brief, parseDuration } from './time.js';
import { count, rate, who, why, words } from './words.js';

const SPAN = 600_000;
const [WIDTH, HEIGHT] = [600, 100];
/** Transitions that are closer than this have one mark; in percent of the width. */
const GAP = 4;
const AREAS = { rejected: 'rejected', failures: 'failed', passed: 'passed', slow: 'slow (line)' };
const time = (date) => new Date(date).getTime();
const round = (number) => Math.round(number * 10) / 10;
const changedAt = ({ at, transition }) => time(transition.due_at ?? at);

/** Returns the place of an instant, from 0 to `width`. */
export const placeOf = (ms, now, width = WIDTH) => round(Math.min(1, Math.max(0, (ms - now + SPAN) / SPAN)) * width);

/** Returns the paths of the areas, each to be drawn over the one before, that of slow calls, and the highest rate. */
export function areas({ every, until, calls, failures, rejected, slow }, now) {
  const step = parseDuration(every);
  const x = (nth) => placeOf(time(until) - (calls.length - nth) * step, now);
  const all = calls.map((it, nth) => it + rejected[nth]);
  const max = Math.max(1, ...all);
  const y = (number) => round(HEIGHT - (number / max) * HEIGHT);
  const area = (tops) => (tops.length ? `M${x(0)} ${HEIGHT}${tops.map((it, nth) => `V${y(it)}H${x(nth + 1)}`).join('')}V${HEIGHT}Z` : '');
  return {
    rejected: area(all),
    failures: area(calls),
    passed: area(calls.map((it, nth) => it - failures[nth])),
    slow: slow.map((it, nth) => (it ? `M${x(nth)} ${y(it)}H${x(nth + 1)}` : '')).join(''),
    highest: (max * 1000) / step,
  };
}

/** Returns the marks of the transitions: where each is, in percent of the width, and its transitions. */
export function marks(history, now) {
  const found = [];
  for (const past of history.filter((it) => changedAt(it) > now - SPAN)) {
    const x = placeOf(changedAt(past), now, 100);
    if (x - found.at(-1)?.x < GAP) found.at(-1).items.push(past);
    else found.push({ x, items: [past] });
  }
  return found;
}

function told({ at, transition: it }) {
  const by = who(it.by);
  return visible(`${brief(it.due_at ?? at)} ${words(it.from)} → ${words(it.to)} (${why(it)}${by && `, by ${by}`})`);
}

/** Makes the chart. */
export function createChart() {
  const paths = Object.fromEntries(Object.keys(AREAS).map((kind) => [kind, svg('path', { class: kind })]));
  const drawing = (height, parts) => svg('svg', { viewBox: `0 0 ${WIDTH} ${height}`, preserveAspectRatio: 'none', role: 'img' }, parts);
  const [plot, band] = [drawing(HEIGHT, Object.values(paths)), drawing(12, [])];
  const [most, begin, reading] = [h('li'), h('span'), h('p', { class: 'reading' })];
  const tell = ({ target }) => target.title && setText(reading, target.title);
  const dots = h('div', { class: 'marks', role: 'group', 'aria-label': 'Transitions', on: { keydown: walk, focusin: tell, pointerover: tell } });
  const legend = Object.entries(AREAS).map(([kind, text]) => h('li', {}, svg('svg', { viewBox: '0 0 12 12' }, svg('path', { class: kind, d: kind === 'slow' ? 'M0 6H12' : 'M0 0H12V12H0Z' })), text));

  // The marks are one stop of the tab key.
  function walk(event) {
    const next = { ArrowLeft: event.target.previousSibling, ArrowRight: event.target.nextSibling }[event.key];
    if (!next) return;
    event.preventDefault();
    event.target.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }

  return {
    element: h('div', { class: 'chart' }, h('ul', {}, legend, most), h('div', { class: 'plot' }, plot, dots), band, h('div', { class: 'axis muted' }, begin, h('span', { text: 'now' })), reading),
    update({ breaker, instance, series }, date) {
      const now = date.getTime();
      const drawn = series?.calls.length ? areas(series, now) : {};
      for (const [kind, path] of Object.entries(paths)) setAttribute(path, 'd', drawn[kind]);
      setText(most, drawn.highest ? `up to ${rate(drawn.highest)}/s` : breaker.key === null ? 'No samples yet: one is taken each 5 s.' : 'Samples are of all keys together.');
      const sums = Object.entries(AREAS).map(([kind, text]) => series && kind !== 'passed' && `${count(series[kind].reduce((one, other) => one + other, 0))} ${text}`);
      setAttribute(plot, 'hidden', !drawn.highest);
      setAttribute(plot, 'aria-label', `Calls of the last 10 minutes: ${sums.filter(Boolean).join(', ')}`);
      setText(begin, brief(new Date(now - SPAN)));
      const history = breaker.history.map((it) => ({ kind: 'transition', ...it }));
      const states = breaker.key_stats && !breaker.override ? [] : bands(breaker, history, Math.max(now - SPAN, time(instance.started_at)), now);
      // Each state has its height too.
      setChildren(band, states.map(({ state, from, to }) => {
        const [x, height] = [placeOf(from, now), { closed: 3, half_open: 7 }[state] ?? 12];
        return svg('rect', { class: `band-${state}`, x, width: Math.max(1, placeOf(to, now) - x), y: 12 - height, height });
      }));
      setAttribute(band, 'aria-label', `States: ${states.map((it) => `${words(it.state)} from ${brief(new Date(it.from))}`).join(', ')}`);
      keyed(dots, marks(breaker.history, now), (mark) => mark.items[0].transition.generation, () => h('button', { type: 'button', tabindex: -1 }), (dot, { x, items }) => {
        dot.style.setProperty('left', `${x}%`);
        dot.className = `mark mark-${items.at(-1).transition.to}`;
        dot.title = items.map(told).join('; ');
        setAttribute(dot, 'aria-label', dot.title);
      });
      if (dots.firstChild && !dots.querySelector('[tabindex="0"]')) dots.firstChild.tabIndex = 0;
    },
  };
}
