// @ts-check
// The last ten minutes of a row: two areas of calls, and a band of states beneath them.

import { setAttribute, svg } from './dom.js';
import { parseDuration } from './time.js';
import { rate } from './words.js';

const SPAN = 600_000;
const [WIDTH, HEIGHT, BAND] = [120, 22, 6];

/** Returns the paths of the calls that passed and, above them, of those that were rejected. */
export function areas({ calls, rejected }, width = WIDTH, height = HEIGHT, most = 120) {
  const all = calls.map((it, i) => it + (rejected[i] ?? 0));
  const top = Math.max(1, ...all);
  const x = (i) => Math.round(((most - calls.length + i) * width * 10) / most) / 10;
  const y = (it) => Math.round((height - (it * (height - 1)) / top) * 10) / 10;
  // Steps, because a count is of a whole interval.
  const steps = (values) => values.map((it, i) => `H${x(i)}V${y(it)}H${x(i + 1)}`).join('');
  const area = (values) => (calls.length ? `M${x(0)} ${height}${steps(values)}V${height}Z` : '');
  return { passed: area(calls), all: area(all), top };
}

/**
 * Returns the states of a breaker between two instants, oldest first, as far as its events tell. What was before the
 * first of them is known only if the circuit was closed, since it began so.
 */
export function bands(row, events, from, to) {
  const time = (date) => new Date(date).getTime();
  const machine = [];
  const forced = [];
  for (const { at, kind, transition, override } of events) {
    if (kind === 'transition') {
      if (!machine.length && transition.from === 'closed') machine.push({ at: from, state: 'closed' });
      machine.push({ at: time(at), state: transition.to });
    } else if (kind.startsWith('override_')) forced.push({ at: time(at), state: kind === 'override_set' && override.state });
  }
  if (!machine.length) machine.push({ at: time(row.since), state: row.machine_state });
  if (row.override) forced.push({ at: time(row.override.since), state: row.override.state });
  const stateAt = (at) => [forced, machine].map((all) => all.findLast((it) => it.at <= at)?.state).find(Boolean);
  const edges = [from, ...[...machine, ...forced].map((it) => Math.max(it.at, from))].sort((one, other) => one - other);
  const joined = [];
  edges.forEach((at, i) => {
    const state = stateAt(at);
    const end = edges[i + 1] ?? to;
    if (!state || end <= at) return;
    if (joined.at(-1)?.state === state) joined.at(-1).to = end;
    else joined.push({ state, from: at, to: end });
  });
  return joined;
}

/** Makes the picture of a row. */
export function createSpark() {
  const passed = svg('path', { class: 'passed' });
  const rejected = svg('path', { class: 'rejected', fill: 'url(#hatch)' });
  const band = svg('g');
  const viewBox = `0 0 ${WIDTH} ${HEIGHT + BAND + 1}`;
  const element = svg('svg', { class: 'spark', viewBox, preserveAspectRatio: 'none', role: 'img' }, rejected, passed, band);
  return {
    element,
    update(row, events, now) {
      const { series } = row;
      if (series) {
        const paths = areas(series);
        setAttribute(passed, 'd', paths.passed);
        setAttribute(rejected, 'd', paths.all);
        const most = (paths.top * 1000) / parseDuration(series.every);
        setAttribute(element, 'aria-label', `Calls of the last 10 minutes, at most ${rate(most)} per second`);
      }
      const to = now.getTime();
      const x = (at) => Math.round(((at - (to - SPAN)) * WIDTH * 10) / SPAN) / 10;
      const shown = bands(row, events, to - SPAN, to);
      while (band.childNodes.length > shown.length) band.lastChild?.remove();
      shown.forEach((it, i) => {
        const rect = band.childNodes[i] ?? band.appendChild(svg('rect', { height: BAND }));
        const [height, y] = it.state === 'closed' ? [1.5, 2.5] : [BAND, 0];
        const width = Math.max(0.8, x(it.to) - x(it.from));
        const all = { class: `band-${it.state}`, x: x(it.from), width, y: HEIGHT + 1 + y, height };
        for (const [name, value] of Object.entries(all)) setAttribute(rect, name, value);
      });
    },
  };
}
