// @ts-check
// The last ten minutes: calls as areas, the states as a band, and the transitions as marks.

import { h, keyed, setAttribute, setChildren, setText, svg, visible } from './dom.js';
import { areas, bands } from './spark.js';
import { between, brief, parseDuration } from './time.js';
import { changeOf, count, rate, who, why, words } from './words.js';

const SPAN = 600_000;
const [WIDTH, HEIGHT, BAND] = [600, 100, 12];
/** Transitions that are closer than this have one mark; in percent of the width. */
const GAP = 4;
const LAYERS = { rejected: 'rejected', failures: 'failed', passed: 'passed', slow: 'slow (line)' };

/** Returns the paths of the layers, each to be drawn over the one before, and the highest rate. */
export function layers({ every, calls, failures, rejected, slow }) {
  const all = calls.map((it, nth) => it + rejected[nth]);
  const drawn = (part) => areas({ calls: part, rejected: all.map((it, nth) => it - part[nth]) }, WIDTH, HEIGHT);
  const { all: path, top } = drawn(calls);
  const passed = calls.map((it, nth) => it - failures[nth]);
  return { rejected: path, failures: drawn(calls).passed, passed: drawn(passed).passed, slow: slow.some(Boolean) ? drawn(slow).passed : '', highest: (top * 1000) / parseDuration(every) };
}

/** Returns the marks of the transitions: where each is, in percent of the width, and its transitions. */
export function marks(history, now) {
  const found = [];
  for (const past of history) {
    const x = 100 - (between(past.transition.due_at ?? past.at, now) * 100) / SPAN;
    if (x < 0) continue;
    if (x - found.at(-1)?.x < GAP) found.at(-1).items.push(past);
    else found.push({ x, items: [past] });
  }
  return found;
}

function told({ at, transition: it }) {
  const by = who(it.by);
  return visible(`${brief(it.due_at ?? at)} ${changeOf(it)} (${why(it)}${by && `, by ${by}`})`);
}

/** Makes the chart. */
export function createChart() {
  const paths = Object.fromEntries(Object.keys(LAYERS).map((kind) => [kind, svg('path', { class: kind })]));
  const drawing = (height, parts) => svg('svg', { viewBox: `0 0 ${WIDTH} ${height}`, preserveAspectRatio: 'none', role: 'img' }, parts);
  const [plot, band] = [drawing(HEIGHT, Object.values(paths)), drawing(BAND, [])];
  const [most, begin, reading] = [h('li'), h('span'), h('p', { class: 'reading' })];
  const tell = ({ target }) => target.title && setText(reading, target.title);
  const dots = h('div', { class: 'marks', role: 'group', 'aria-label': 'Transitions', on: { keydown: walk, focusin: tell, pointerover: tell } });
  const legend = Object.entries(LAYERS).map(([kind, text]) => h('li', {}, svg('svg', { viewBox: '0 0 12 12' }, svg('path', { class: kind, d: kind === 'slow' ? 'M0 6H12' : 'M0 0H12V12H0Z' })), text));

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
    update({ breaker, instance, series }, now) {
      const since = new Date(now - SPAN);
      const drawn = series?.calls.length ? layers(series) : {};
      for (const [kind, path] of Object.entries(paths)) setAttribute(path, 'd', drawn[kind]);
      setText(most, drawn.highest ? `up to ${rate(drawn.highest)}/s` : breaker.key === null ? 'No samples yet: one is taken each 5 s.' : 'Samples are of all keys together.');
      const sums = ['calls', 'failures', 'rejected', 'slow'].map((kind) => `${count((series?.[kind] ?? []).reduce((one, other) => one + other, 0))} ${kind}`);
      setAttribute(plot, 'hidden', !drawn.highest);
      setAttribute(plot, 'aria-label', `The last 10 minutes: ${sums.join(', ')}`);
      setText(begin, brief(since));
      const changes = breaker.history.map(({ at, transition }) => ({ at, from: transition.from, to: transition.to }));
      const from = Math.max(since.getTime(), between(0, instance.started_at));
      const states = breaker.key_stats && !breaker.override ? [] : bands({ ...breaker, changes }, [], from, now.getTime());
      // Each state has its height.
      setChildren(band, states.map(({ state, from, to }) => {
        const [x, end] = [from, to].map((it) => (between(since, it) * WIDTH) / SPAN);
        const height = { closed: 3, half_open: 7 }[state] ?? BAND;
        return svg('rect', { class: `band-${state}`, x, width: Math.max(1, end - x), y: BAND - height, height });
      }));
      setAttribute(band, 'aria-label', `States: ${states.map((it) => `${words(it.state)} from ${brief(it.from)}`).join(', ')}`);
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
