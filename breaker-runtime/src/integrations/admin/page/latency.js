// @ts-check
// The latencies: quantiles, and a histogram on a logarithmic axis.

import { h, setChildren, svg } from './dom.js';
import { createTable } from './table.js';
import { formatDuration, parseDuration } from './time.js';
import { count } from './words.js';

const [WIDTH, HEIGHT] = [600, 80];
/** The service measures in units of 256 ns. */
const UNIT = 256e-6;
const QUANTILES = ['p50', 'p95', 'p99'];
const ABOUT = 'All calls since start by their duration, on a logarithmic axis. The lines are p50, p95 and p99.';
const shown = (text) => formatDuration(parseDuration(text));

/** Returns where a bucket begins that ends at `end`: each doubling has eight buckets. */
export function beginOf(end) {
  const units = Math.round(end / UNIT);
  return (units - 2 ** Math.max(0, Math.ceil(Math.log2(units)) - 4)) * UNIT;
}

/** Returns the bars of a histogram and the ticks of its axis, with places from 0 to 1, and the place of a duration. */
export function histogram(buckets) {
  const found = buckets.map(([end, calls]) => ({ from: Math.max(UNIT / 2, beginOf(parseDuration(end))), to: parseDuration(end), calls }));
  const [low, high] = [Math.log2(found[0].from), Math.log2(found.at(-1).to)];
  const x = (ms) => (Math.log2(ms) - low) / (high - low);
  // The area of a bar shows its calls.
  const density = ({ from, to, calls }) => calls / Math.log2(to / from);
  const highest = Math.max(...found.map(density));
  const steps = [-4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6].flatMap((tens) => (high - low > 7 ? [1] : [1, 2, 5]).map((step) => Number(`${step}e${tens}`)));
  return {
    bars: found.map((it) => ({ x: x(it.from), width: x(it.to) - x(it.from), height: density(it) / highest })),
    ticks: steps.map((ms) => ({ x: x(ms), text: formatDuration(ms) })).filter((it) => it.x >= 0 && it.x < 0.93),
    x,
  };
}

/** Makes the section of the latencies. */
export function createLatency() {
  const table = createTable('Quantiles of the calls that ended', ['Of', 'Calls', ...QUANTILES], 'No latencies are recorded: the setting `latency` is off.');
  const plot = svg('svg', { class: 'histogram', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', role: 'img', 'aria-label': ABOUT });
  const axis = h('div', { class: 'ticks muted', 'aria-hidden': 'true' });
  const figure = h('div', {}, plot, axis, h('p', { class: 'muted', text: ABOUT }));
  let drawn = '';
  return {
    element: h('div', {}, table.element, figure),
    update({ breaker, keys, recent }) {
      const all = breaker.latency ?? keys?.latency;
      figure.hidden = !all?.count;
      const rows = [[`Last ${shown(recent?.over)}`, recent], ['Since start', all]].filter(([, it]) => it && !figure.hidden);
      table.update(rows, ([name]) => name, ([name, it]) => [name, count(it.calls ?? it.count), ...QUANTILES.map((quantile) => shown(it[quantile]))]);
      const state = JSON.stringify(all?.buckets);
      if (figure.hidden || drawn === state) return;
      drawn = state;
      const { bars, ticks, x } = histogram(all.buckets);
      setChildren(plot, bars.map((it) => svg('rect', { x: it.x * WIDTH, width: it.width * WIDTH, y: HEIGHT * (1 - it.height), height: HEIGHT * it.height })),
        QUANTILES.map((quantile) => svg('path', { d: `M${x(parseDuration(all[quantile])) * WIDTH} 0V${HEIGHT}` })));
      setChildren(axis, ticks.map(({ text }) => h('span', { text })));
      ticks.forEach((tick, nth) => axis.children[nth].style.setProperty('left', `${tick.x * 100}%`));
    },
  };
}
