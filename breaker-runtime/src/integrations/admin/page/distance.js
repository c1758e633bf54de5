// @ts-check
// How far a circuit is from opening, or from closing.

import { h, keyed, setAttribute, setText } from './dom.js';
import { between, formatSeconds, parseDuration } from './time.js';
import { count, percent, plural, words } from './words.js';

const RULES = { threshold: 'Failures in a row', max_failures: 'Failures', failure_rate: 'Failures', slow_rate: 'Slow calls' };
// A share such as 0.3 is not exact.
const ceil = (number) => Math.ceil(number - 1e-9);

/**
 * Returns how many of the next calls have to be hits until a share of the window reaches its limit, if no hit leaves
 * the window meanwhile; `Infinity` if no number of them suffices.
 */
export function callsUntil({ calls, hits, limit, size, minCalls }) {
  const growing = limit < 1 ? ceil((limit * calls - hits) / (1 - limit)) : hits < calls ? Infinity : 1;
  // A full window exchanges one call for another.
  return Math.max(1, minCalls - calls, calls + growing <= size ? growing : ceil(limit * size - hits));
}

/** Returns a sentence, and for each rule its label, value, limit and text. */
export function distances(it, now) {
  const meters = [];
  const meter = (label, value, limit, text = `${count(value)} of ${count(limit)}`) => meters.push({ label, value, limit, text });
  const summary = ({ open, half_open: halfOpen }[it.machine_state] ?? closed)(it, meter, now);
  return { summary: `${it.override ? 'Beneath the override: ' : ''}${summary}`, meters };
}

function closed({ config, window, failures_in_a_row: inARow, ramp }, meter) {
  const distant = [];
  const size = typeof config.window === 'number' ? config.window : Infinity;
  const last = ` in the last ${size < Infinity ? plural(size, 'call') : formatSeconds(parseDuration(config.window))}`;
  if (typeof ramp === 'number') meter('Calls that the ramp admits', ramp, 1, percent(ramp));
  for (const [rule, label] of Object.entries(RULES)) {
    const [limit, minCalls, isRow] = [config[rule], config.min_calls, rule === 'threshold'];
    if (typeof limit !== 'number' || !(isRow || window)) continue;
    const { calls, failures, slow } = window ?? {};
    const hits = isRow ? inARow : rule === 'slow_rate' ? slow : failures;
    const isRate = rule.endsWith('rate');
    const share = calls ? hits / calls : 0;
    const text = `${count(hits)} of ${count(calls)} (${percent(share)}), limit ${percent(limit)}${calls < minCalls ? ` from ${plural(minCalls, 'call')} on` : ''}`;
    meter(label + (isRow ? '' : last), isRate ? share : hits, limit, isRate ? text : undefined);
    distant.push({ rule, more: isRate ? callsUntil({ calls, hits, limit, size, minCalls }) : limit - hits });
  }
  if (!distant.length) return 'No rule opens this circuit: all are off.';
  const { rule, more } = distant.sort((one, other) => one.more - other.more)[0];
  const kind = rule === 'slow_rate' ? 'slow call' : 'failure';
  if (more <= 1) return `The next ${kind} can open the circuit (${words(rule)}).`;
  return more < Infinity ? `It takes at least ${plural(more, `more ${kind}`)} to open the circuit (${words(rule)}).` : '';
}

function open({ open_period: text, since, config }, meter, now) {
  const period = parseDuration(text);
  const lasted = Math.min(period, between(since, now));
  if (period) meter('Open period', lasted, period, `${formatSeconds(lasted)} of ${formatSeconds(period)}`);
  return `After the open period, ${plural(config.success_threshold, 'successful probe closes', 'successful probes close')} the circuit.`;
}

function halfOpen({ probes, probes_in_flight: inFlight, config }, meter) {
  const { succeeded, failed, success_threshold: closes, probe_failures: opens } = probes;
  meter('Successful probes', succeeded, closes);
  meter('Failed probes', failed, opens);
  meter('Probes in flight', inFlight, config.half_open_calls);
  return `${plural(closes - succeeded, 'more success closes', 'more successes close')} the circuit; ${plural(opens - failed, 'more failure opens', 'more failures open')} it again.`;
}

/** Makes the section of the distances. */
export function createDistance() {
  const [summary, list] = [h('p'), h('ul', { class: 'meters' })];
  const create = ({ label }) => h('li', {}, h('span', { text: label }), h('meter', { 'aria-label': label }), h('span', { class: 'muted' }));
  return {
    element: h('div', {}, summary, list),
    update({ breaker }, now) {
      const found = distances(breaker, now);
      setText(summary, found.summary);
      keyed(list, found.meters, (it) => it.label, create, ({ children: [, bar, figure] }, { value, limit: max, text }) => {
        for (const [name, set] of Object.entries({ max, value, 'aria-valuetext': text })) setAttribute(bar, name, set);
        setText(figure, text);
      });
    },
  };
}
