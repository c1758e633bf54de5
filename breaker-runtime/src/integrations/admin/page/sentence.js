// @ts-check
// What the state of a breaker is about, in words.

import { h, setText, svg, visible } from './dom.js';
import { ago, between, formatSeconds, parseDuration, until } from './time.js';
import { count, kinds, percent, plural, words } from './words.js';

/** The class and the lever of each state. */
const STATES = {
  closed: ['closed', 'M4 9H20'],
  open: ['open', 'M4 9L17 2'],
  half_open: ['half', 'M4 9L19 5'],
  forced_open: ['forced', 'M4 9L17 2'],
  forced_closed: ['forced', 'M4 9H20'],
  some_open: ['some', 'M4 9L17 2'],
};

/** Returns the state of a row as people name it. That of a name with keys comes from its keys unless it is forced. */
export function stateOf(row) {
  const keys = keysOf(row);
  const sick = keys && row.state === 'closed' ? (keys.states.open ?? 0) + (keys.states.forced_open ?? 0) : 0;
  const state = !sick ? row.state : sick * 2 > keys.keys ? 'open' : 'some_open';
  return { state, label: sick ? `${plural(sick, 'key')} open` : words(row.state), class: STATES[state][0] };
}

/** Returns the sums over the keys of a name; those of a snapshot have pairs of states and numbers. */
function keysOf(row) {
  const keys = row.keys ?? row.key_stats;
  return keys && { ...keys, states: Array.isArray(keys.states) ? Object.fromEntries(keys.states) : keys.states };
}

/** Makes the badge of a state: a glyph and a word. */
export function badge(state) {
  const element = h('span', {}, h('span'));
  showBadge(element, typeof state === 'string' ? stateOf({ state }) : state);
  return element;
}

/** Changes a badge to another state. */
export function showBadge(element, { state, label, class: kind }) {
  if (element.dataset.state !== state) {
    element.dataset.state = state;
    element.className = `badge badge-${kind}`;
    element.querySelector('svg')?.remove();
    element.prepend(glyph(state));
  }
  setText(element.lastChild, label);
}

/** Draws the switch of a state: a line, a lever that is up, a dashed one, one with a lock. */
function glyph(state) {
  const [kind, lever] = STATES[state];
  const locked = kind === 'forced';
  return svg('svg', { viewBox: `0 0 ${locked ? 33 : 24} 14`, class: 'glyph', 'aria-hidden': 'true' },
    svg('path', { d: `M0 9H2M22 9H24${lever}`, 'stroke-dasharray': kind === 'half' && '3.2 2.4' }),
    svg('circle', { cx: 3.5, cy: 9, r: 1.6 }), svg('circle', { cx: 20.5, cy: 9, r: 1.6 }),
    locked && svg('path', { d: 'M26 7.5H32V12.5H26ZM27.3 7V5A1.7 1.7 0 0 1 30.7 5V7' }));
}

/** Says what a breaker does, why, since when, and what comes next. `row` is one of a list, or a snapshot. */
export const sentence = (row, now) => phrases(row, now).map((it) => it.outside ?? it).join('');

/** Returns the parts of the sentence; those that come from outside are objects with the member `outside`. */
export function phrases(row, now) {
  const keys = keysOf(row);
  if (row.override) return ofOverride(row, row.override, now);
  if (row.state === 'open') return ofOpen(row, now);
  return [row.state === 'half_open' ? ofProbes(row, now) : keys ? ofKeys(keys) : ofClosed(row, now)];
}

const outside = (text, before = '', after = '') => (text ? [before, { outside: visible(text) }, after] : []);

const limitOf = (row, setting, write = percent) => {
  const limit = (row.limits ?? row.config)?.[setting];
  return typeof limit === 'number' ? `limit ${write(limit)}` : '';
};

function ofOverride(row, { state, reason, by, since, until: end }, now) {
  const defies = state === 'forced_closed' && row.machine_state === 'open';
  return [
    state === 'forced_open' ? 'Rejects every call ' : `Admits every call${defies ? ' although the circuit is open,' : ''} `,
    end ? `until ${until(end, now)} (${formatSeconds(between(now, end))} left)` : 'until someone clears it',
    ...outside(reason, ': “', '”'), ', forced ', ...outside(by?.actor, 'by ', ' '), `${ago(since, now)}.`,
    defies ? '' : ` Beneath: ${words(row.machine_state)}.`,
  ];
}

function ofOpen(row, now) {
  const last = (row.last_transition ?? row.history?.at(-1))?.transition;
  const end = row.retry_at ?? between(0, row.since) + parseDuration(row.open_period);
  const left = between(now, end);
  const next = left > 500 ? `; next probe in ${formatSeconds(left)}` : left <= 500 ? '; the next call is a probe' : '';
  const { openings = 1, began_at: began, first } = row.outage ?? {};
  const rule = first && `; first: ${words(first.transition.reason)}${first.transition.rate === null ? '' : ` ${percent(first.transition.rate)}`}`;
  const outage = openings > 1 ? ` Down for ${formatSeconds(between(began, now))} (${count(openings)} openings${rule ?? ''}).` : '';
  return [...(last?.to === 'open' ? whyOpen(row, last) : []), `Open for ${formatSeconds(between(row.since, now))}${next}.${outage}`];
}

const PROBES = {
  probe_failed: 'The last probe failed',
  probe_slow: 'The last probe was slow',
  probe_timed_out: 'The last probe had no outcome in time',
  probes_cancelled: 'The last probes were cancelled',
};

function whyOpen(row, { reason, failures, rate, by, cause, failures_by_kind: all }) {
  const { calls, slow } = (row.window?.frozen && row.window) || {};
  const of = (some) => (calls ? `${count(some)} of ${plural(calls, 'call')}` : plural(some, 'call'));
  const share = () => `(${[percent(rate), limitOf(row, reason)].filter(Boolean).join(', ')})`;
  const text = {
    failure_rate: () => `${of(failures)} failed ${share()}`,
    slow_rate: () => `${calls ? of(slow) : 'Too many calls'} were slow ${share()}`,
    failures_in_a_row: () => `${plural(failures, 'failure')} in a row`,
    max_failures: () => `${plural(failures, 'failure')} in the window`,
  }[reason]?.() ?? PROBES[reason] ?? words(reason).replace(/^./, (letter) => letter.toUpperCase());
  const occurred = kinds(all);
  const telling = occurred.some(({ kind }) => kind !== 'returned') && occurred.map((it) => it.text).join(', ');
  return [text, ...outside(by?.actor, ' by '), telling ? `: ${telling}` : '', ...outside(by?.reason ?? cause?.text, ': “', '”'), '. '];
}

function ofProbes({ probes, probes_in_flight: inFlight, outage }, now) {
  const parts = [probes ? `Probing: ${count(probes.succeeded)} of ${plural(probes.success_threshold, 'success', 'successes')}` : 'Probing'];
  if (probes?.failed) parts.push(`${count(probes.failed)} failed`);
  if (inFlight) parts.push(`${count(inFlight)} in flight`);
  return `${parts.join(', ')}.${outage ? ` The outage began ${ago(outage.began_at, now)}.` : ''}`;
}

function ofKeys({ keys, states, unlisted }) {
  const sick = ['forced_open', 'open', 'half_open'].filter((state) => states[state]).map((state) => `${count(states[state])} ${words(state)}`);
  const text = sick.length ? `${sick.join(', ')} of ${plural(keys, 'key')}` : `${plural(keys, 'key')}, ${keys === 1 ? 'closed' : 'all closed'}`;
  return `${text}.${unlisted ? ` ${plural(unlisted, 'call')} found no room for their key.` : ''}`;
}

function ofClosed(row, now) {
  const { window, outage, ramp, failures_in_a_row: inARow, totals } = row;
  if (ramp) return `Recovering: ${percent(ramp)} of the calls are admitted.`;
  const after = outage ? ` Closed for ${formatSeconds(between(row.since, now))} after ${plural(outage.openings, 'opening')}.` : '';
  if (inARow > 1 && (!window || limitOf(row, 'threshold'))) {
    const limit = limitOf(row, 'threshold', count);
    return `${count(inARow)} failures in a row${limit && ` (${limit})`}.${after}`;
  }
  if (window?.calls) {
    const { calls, failures } = window;
    const share = [percent(failures / calls), limitOf(row, 'failure_rate')].filter(Boolean).join(', ');
    return (failures ? `${count(failures)} of ${plural(calls, 'call')} failed (${share}).` : `${plural(calls, 'call')}, none failed.`) + after;
  }
  if (after) return after.trim();
  if (!totals?.calls) return 'No calls yet.';
  return window ? 'No calls in the window.' : 'The last call succeeded.';
}
