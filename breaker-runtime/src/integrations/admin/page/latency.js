// @ts-check
// The latencies: quantiles, and a histogram on a logarithmic axis.

import { h, setAttribute, setChildren, setText, svg } from './dom.js';
import { createTable } from './table.js';
import { formatDuration, parseDuration } from './time.js';
import { count } from './words.js';

const [WIDTH, HEIGHT, UNIT] = [600, 80, 256e-6];

/** Returns where a bucket of the service begins, from its end: each doubling has eight buckets. */
export function beginOf(end) {
  const units = Math.round(end / UNIT);
  return (units - 2 ** Math.max(0, Math.ceil(Math.log2(units)) - 4)) * UNIT;
}

/** Returns the bars of a histogram, and the ticks of its axis, with places from 0 to 1. */
export function histogram(buckets) {
  const found = buckets.map(([end, calls]) => ({ from: Math.max(UNIT / 2, beginOf(parseDuration(end))), to: parseDuration(end), calls }));
  const [low, high] = [Math.log2(found[0].from), Math.log2(found.at(-1).to)];
  const x = (ms) => (Math.log2(ms) - low) / (high - low);
  // A wide bar must not look like more calls.
  const density = ({ from, to, calls }) => calls / Math.log2(to / from);
  const highest = Math.max(...found.map(density));
  const steps = high - low > 7 ? [1] : [1, 2, 5];
  const ticks = [];
  for (let ten = 1e-4; ten < 1e7; ten *= 10) {
    for (const step of steps) if (x(ten * step) >= 0 && x(ten * step) < 0.93) ticks.push({ x: x(ten * step), text: formatDuration(ten * step) });
  }
  return { bars: found.map((it) => ({ x: x(it.from), width: x(it.to) - x(it.from), height: density(it) / highest })), ticks, x };
}

/** Makes the section of the latencies. */
export function createLatency() {
  const table = createTable('Quantiles of the calls that ended', ['Calls of', 'Count', 'p50', 'p95', 'p99'], 'No latencies: the setting `latency` is off.');
  const plot = svg('svg', { class: 'histogram', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', role: 'img' });
  const axis = h('div', { class: 'ticks muted', 'aria-hidden': true });
  const caption = h('p', { class: 'muted' });
  const figure = h('div', { class: 'plot' }, plot, axis, caption);
  let drawn = '';
  return {
    element: h('div', {}, table.element, figure),
    update({ breaker, keys, recent }) {
      const all = breaker.latency ?? keys?.latency;
      const rows = all?.count ? [['the last minute', recent], ['all time since start', all]].filter(([, it]) => it?.p50) : [];
      table.update(rows, ([name]) => name, ([name, it]) =>
        [name, count(it.calls ?? it.count), ...['p50', 'p95', 'p99'].map((quantile) => formatDuration(parseDuration(it[quantile])))]);
      figure.hidden = !rows.length;
      if (figure.hidden || drawn === JSON.stringify(all.buckets)) return;
      drawn = JSON.stringify(all.buckets);
      const { bars, ticks, x } = histogram(all.buckets);
      const rects = bars.map((it) => svg('rect', { x: it.x * WIDTH, width: Math.max(1, it.width * WIDTH - 0.5), y: HEIGHT * (1 - it.height), height: HEIGHT * it.height }));
      const lines = ['p50', 'p95', 'p99'].map((quantile) => x(parseDuration(all[quantile])) * WIDTH)
        .map((at) => svg('path', { d: `M${at} 0V${HEIGHT}` }));
      setChildren(plot, rects, lines);
      const text = `All calls since start by duration, on a logarithmic axis. The lines are p50, p95 and p99.`;
      setText(caption, text);
      setAttribute(plot, 'aria-label', text);
      setChildren(axis, ticks.map((tick) => {
        const label = h('span', { text: tick.text });
        label.style.setProperty('left', `${tick.x * 100}%`);
        return label;
      }));
    },
  };
}
