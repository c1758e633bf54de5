// @ts-check
// The last ten minutes of a row: two areas of calls, and a band of states beneath them.

import { keyed, setAttribute, svg } from './dom.js';
import { between, parseDuration } from './time.js';
import { rate } from './words.js';

const SPAN = 600_000;
const [WIDTH, HEIGHT, BAND] = [120, 22, 6];
const tenths = (number) => Math.round(number * 10) / 10;

/** Returns the paths of the calls that passed and of all calls, with those that were rejected, as steps. */
export function areas({ calls, rejected }, width = WIDTH, height = HEIGHT, most = 120) {
  const all = calls.map((it, i) => it + rejected[i]);
  const top = Math.max(1, ...all);
  const x = (i) => tenths(((most - calls.length + i) * width) / most);
  const area = (values) => values.length ? `M${x(0)} ${height}${values.map((it, i) => `V${tenths(height - (it * (height - 1)) / top)}H${x(i + 1)}`).join('')}V${height}Z` : '';
  return { passed: area(calls), all: area(all), top };
}

/**
 * Returns the states of a breaker between two instants, oldest first. `overrides` are the events of its overrides. What
 * was before the first change is known only if the circuit was closed, since it began so.
 */
export function bands(row, overrides, from, to) {
  const time = (date) => between(0, date);
  const machine = row.changes.map(({ at, to: state }) => ({ at: time(at), state }));
  if (!machine.length) machine.push({ at: time(row.since), state: row.machine_state });
  else if (row.changes[0].from === 'closed') machine.unshift({ at: from, state: 'closed' });
  const forced = overrides.map(({ at, kind, override }) => ({ at: time(at), state: kind === 'override_set' && override.state }));
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
  const [passed, rejected] = [svg('path', { class: 'passed' }), svg('path', { fill: 'url(#hatch)' })];
  const band = svg('g');
  const element = svg('svg', { class: 'spark', viewBox: `0 0 ${WIDTH} ${HEIGHT + BAND + 1}`, preserveAspectRatio: 'none', role: 'img', 'aria-label': 'Last 10 minutes' }, rejected, passed, band);
  return {
    element,
    update(row, overrides, now) {
      const { calls = [], rejected: others = [], every = '5s' } = row.series ?? {};
      const { top, ...paths } = areas({ calls, rejected: others });
      const length = parseDuration(every);
      setAttribute(passed, 'd', paths.passed);
      setAttribute(rejected, 'd', paths.all);
      setAttribute(element, 'aria-label', `Last 10 minutes, at most ${rate((top * 1000) / length)} calls per second`);
      const [begin, end] = [now.getTime() - SPAN, now.getTime()];
      const x = (at) => tenths(((at - begin) * WIDTH) / SPAN);
      // The band goes back as far as the counts.
      const shown = row.changes && calls.length ? bands(row, overrides, Math.max(begin, end - (calls.length + 1) * length), end) : [];
      keyed(band, shown, (it) => it.from <= begin ? 0 : it.from, () => svg('rect'), (rect, it) => {
        const [height, y] = it.state === 'closed' ? [1.5, 2.5] : [BAND, 0];
        const all = { class: `band-${it.state}`, x: x(it.from), width: Math.max(0.8, x(it.to) - x(it.from)), y: HEIGHT + 1 + y, height };
        for (const [name, value] of Object.entries(all)) setAttribute(rect, name, value);
      });
    },
  };
}
