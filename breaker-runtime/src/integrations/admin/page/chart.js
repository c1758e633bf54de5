// @ts-check
// The last ten minutes: calls as areas, the states as a band, and the transitions as marks.

import { h, keyed, setAttribute, setChildren, setText, svg, visible } from './dom.js';
import { brief, parseDuration } from './time.js';
import { count, plural, rate, who, why, words } from './words.js';

const SPAN = 600_000;
const [WIDTH, HEIGHT] = [600, 100];
/** Transitions that are closer than this share of the width have one mark. */
const GAP = 0.04;
const KINDS = ['calls', 'failures', 'rejected', 'slow'];
const time = (date) => new Date(date).getTime();
const round = (number) => Math.round(number * 10) / 10;

/** Returns the place of an instant, from 0 to `width`. */
export const placeOf = (ms, now, width = WIDTH) => round(Math.min(1, Math.max(0, (ms - now + SPAN) / SPAN)) * width);

/** Returns the intervals of a series with their counts, oldest first. */
export function intervals(series, now) {
  const every = parseDuration(series?.every);
  const all = (series?.calls ?? []).map((_, nth, { length }) => {
    const to = time(series.until) - (length - 1 - nth) * every;
    return { from: to - every, to, every, ...Object.fromEntries(KINDS.map((kind) => [kind, series[kind]?.[nth] ?? 0])) };
  });
  return all.filter((it) => it.to > now - SPAN);
}

/** Returns the paths of the areas, one on top of the other, that of slow calls, and the largest count. */
export function areas(list, now) {
  const max = Math.max(1, ...list.map((it) => it.calls + it.rejected));
  const y = (number) => round(HEIGHT - (number / max) * HEIGHT);
  const bars = (bottom, top) => list.map((it) => (top(it) > bottom(it)
    ? `M${placeOf(it.from, now)} ${y(bottom(it))}V${y(top(it))}H${placeOf(it.to, now)}V${y(bottom(it))}Z` : '')).join('');
  const [none, passed, calls] = [() => 0, (it) => Math.max(0, it.calls - it.failures), (it) => it.calls];
  return {
    max,
    passed: bars(none, passed),
    failures: bars(passed, calls),
    rejected: bars(calls, (it) => it.calls + it.rejected),
    slow: list.map((it) => (it.slow ? `M${placeOf(it.from, now)} ${y(it.slow)}H${placeOf(it.to, now)}` : '')).join(''),
  };
}

/** Returns the stays in the states of the machine, as far as they are known, oldest first. */
export function stays({ history, machine_state: state }, now) {
  // A full history does not tell what was before it.
  let from = history.length < 64 ? now - SPAN : Infinity;
  const found = [];
  for (const past of history) {
    const to = time(past.transition.due_at ?? past.at);
    if (to > now - SPAN && from < to) found.push({ state: past.transition.from, from, to });
    from = Math.max(to, now - SPAN);
  }
  return [...found, { state, from: Math.min(from, now), to: now }];
}

/** Returns the marks of the transitions: where each is, and its transitions. */
export function marks(history, now) {
  const found = [];
  for (const past of history) {
    const ms = time(past.transition.due_at ?? past.at);
    const x = placeOf(ms, now, 1000) / 1000;
    if (ms < now - SPAN) continue;
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
  const paths = Object.fromEntries(['passed', 'failures', 'rejected', 'slow'].map((kind) => [kind, svg('path', { class: `area-${kind}` })]));
  const hatch = svg('pattern', { id: 'hatch', width: 4, height: 4, patternUnits: 'userSpaceOnUse' }, svg('path', { d: 'M0 4L4 0' }));
  const drawing = (height, ...parts) => svg('svg', { viewBox: `0 0 ${WIDTH} ${height}`, preserveAspectRatio: 'none', role: 'img' }, parts);
  const plot = drawing(HEIGHT, svg('defs', {}, hatch), Object.values(paths));
  const band = drawing(12);
  const [most, begin] = [h('span'), h('span')];
  const told_ = h('p', { class: 'muted reading' });
  const dots = h('div', { class: 'marks', role: 'group', 'aria-label': 'Transitions', on: { keydown: walk, focusin: tell, pointerover: tell } });
  const legend = ['passed', 'failed', 'rejected', 'slow (line)'].map((text, nth) => h('li', {}, h('i', { class: `key-${Object.keys(paths)[nth]}` }), text));

  function tell({ target }) {
    if (target.title) setText(told_, target.title);
  }

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
    element: h('div', { class: 'chart' }, h('ul', { class: 'legend' }, legend, h('li', {}, most)), h('div', { class: 'plot' }, plot, dots),
      band, h('div', { class: 'axis muted' }, begin, h('span', { text: 'now' })), told_),
    update({ breaker, series }, date) {
      const now = date.getTime();
      const list = intervals(series, now);
      const drawn = areas(list, now);
      for (const [kind, path] of Object.entries(paths)) setAttribute(path, 'd', drawn[kind]);
      const sum = (kind) => count(list.reduce((all, it) => all + it[kind], 0));
      setText(most, list.length ? `highest: ${rate((drawn.max * 1000) / list[0].every)}/s` : 'No samples yet. The service takes one each 5 s.');
      setAttribute(plot, 'aria-label', `In the last 10 minutes: ${sum('calls')} calls, ${sum('failures')} failed, ${sum('slow')} slow; ${sum('rejected')} rejected`);
      setText(begin, brief(new Date(now - SPAN)));
      const states = stays(breaker, now);
      if (breaker.override) states.push({ state: breaker.override.state, from: time(breaker.override.since), to: now });
      // Each state has its height.
      setChildren(band, states.map(({ state, from, to }) => {
        const [x, height] = [placeOf(from, now), { closed: 3, half_open: 7 }[state] ?? 12];
        return svg('rect', { class: `fill-${state}`, x, width: Math.max(1, placeOf(to, now) - x), y: 12 - height, height });
      }));
      setAttribute(band, 'aria-label', `States: ${states.map((it) => `${words(it.state)} from ${brief(new Date(it.from))}`).join(', ')}`);
      keyed(dots, marks(breaker.history, now), (mark) => mark.items[0].transition.generation, () => h('button', { type: 'button', tabindex: -1 }), (dot, { x, items }) => {
        dot.style.setProperty('left', `${round(x * 100)}%`);
        setAttribute(dot, 'class', `mark fill-${items.at(-1).transition.to}`);
        setAttribute(dot, 'title', items.map(told).join('; '));
        setAttribute(dot, 'aria-label', `${items.length > 1 ? `${plural(items.length, 'transition')}: ` : ''}${dot.title}`);
      });
      if (dots.firstChild && !dots.querySelector('[tabindex="0"]')) dots.firstChild.tabIndex = 0;
    },
  };
}
