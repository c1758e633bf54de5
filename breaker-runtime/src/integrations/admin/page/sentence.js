// @ts-check
// What the state of a breaker is about, in words.

import { h, setText, svg, visible } from './dom.js';
import { ago, formatSeconds, until } from './time.js';
import { count, kinds, percent, plural, words } from './words.js';

/** The word, the class and the glyph of each state. */
const STATES = {
  closed: { label: 'closed', class: 'closed', lever: 'M4 9H20' },
  open: { label: 'open', class: 'open', lever: 'M4 9L17 2' },
  half_open: { label: 'half open', class: 'half', lever: 'M4 9L19 5', dashed: true },
  forced_open: { label: 'forced open', class: 'forced', lever: 'M4 9L17 2', locked: true },
  forced_closed: { label: 'forced closed', class: 'forced', lever: 'M4 9H20', locked: true },
  some_open: { label: 'keys open', class: 'some', lever: 'M4 9L17 2' },
};

/** Returns the state of a row as people name it. That of a name with keys comes from its keys unless it is forced. */
export function stateOf(row) {
  const states = statesOfKeys(row);
  let state = row.state;
  let label = STATES[state]?.label ?? visible(state);
  const sick = states ? (states.open ?? 0) + (states.forced_open ?? 0) : 0;
  if (state === 'closed' && sick > 0) {
    state = sick * 2 > row.keys.keys ? 'open' : 'some_open';
    label = `${count(sick)} ${sick === 1 ? 'key' : 'keys'} open`;
  }
  return { state, label, class: STATES[state]?.class ?? 'closed' };
}

/** Returns the number of keys in each state, as an object; a detail has a list of pairs. */
function statesOfKeys(row) {
  const keys = row.keys ?? row.key_stats;
  return keys && (Array.isArray(keys.states) ? Object.fromEntries(keys.states) : keys.states);
}

/** Makes the badge of a state: a glyph and a word. */
export function badge(state) {
  const element = h('span', { class: 'badge' }, h('span'));
  showBadge(element, typeof state === 'string' ? { state, ...STATES[state] } : state);
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
export function glyph(state) {
  const { lever, dashed, locked } = STATES[state] ?? STATES.closed;
  return svg(
    'svg',
    { viewBox: locked ? '0 0 33 14' : '0 0 24 14', class: 'glyph', 'aria-hidden': 'true', focusable: 'false' },
    svg('path', { d: `M0 9H2M22 9H24${lever}`, 'stroke-dasharray': dashed ? '3.2 2.4' : null }),
    svg('circle', { cx: 3.5, cy: 9, r: 1.6 }),
    svg('circle', { cx: 20.5, cy: 9, r: 1.6 }),
    locked && svg('path', { d: 'M26 7.5H32V12.5H26ZM27.3 7V5A1.7 1.7 0 0 1 30.7 5V7' }),
  );
}

/** Says what a breaker does, why, since when, and what comes next. */
export function sentence(row, now) {
  return phrases(row, now).map((part) => (typeof part === 'string' ? part : part.outside)).join('');
}

/** Returns the parts of the sentence; those that come from outside are objects with the member `outside`. */
export function phrases(row, now) {
  const forced = row.override;
  if (forced) return ofOverride(row, forced, now);
  if (row.state === 'open') return ofOpen(row, now);
  if (row.state === 'half_open') return ofProbes(row, now);
  const states = statesOfKeys(row);
  if (states) return [ofKeys(states, row.keys ?? row.key_stats)];
  return [ofClosed(row, now)];
}

function ofOverride(row, forced, now) {
  const opens = forced.state === 'forced_open';
  const beneath = row.machine_state === 'open';
  const end = forced.until
    ? `until ${until(forced.until, now)} (${formatSeconds(new Date(forced.until).getTime() - now.getTime())} left)`
    : 'until someone clears it';
  const parts = [opens ? 'Rejects every call ' : `Admits every call ${beneath ? 'although the circuit is open, ' : ''}`, end];
  const who = forced.by?.actor;
  if (forced.reason) parts.push(': “', { outside: visible(forced.reason) }, '”');
  parts.push(', forced ');
  if (who) parts.push('by ', { outside: visible(who) }, ' ');
  parts.push(`${ago(forced.since, now)}.`);
  if (opens || !beneath) parts.push(` Beneath: ${STATES[row.machine_state]?.label ?? row.machine_state}.`);
  return parts;
}

function ofOpen(row, now) {
  const last = row.last_transition ?? row.history?.at(-1);
  const parts = last?.transition?.to === 'open' ? whyOpen(row, last.transition) : [];
  const openings = row.outage?.openings ?? 1;
  let since = `Open for ${formatSeconds(now.getTime() - new Date(row.since).getTime())}`;
  if (openings > 1) {
    since += `, ${ordinal(openings)} time in ${formatSeconds(now.getTime() - new Date(row.outage.began_at).getTime())}`;
  }
  const next = nextProbe(row);
  const left = next === null ? null : next - now.getTime();
  if (left !== null) since += left > 500 ? `; next probe in ${formatSeconds(left)}` : '; the next call is a probe';
  return [...parts, `${since}.`];
}

/** Returns when the open period of a row ends, in milliseconds since 1970. */
function nextProbe(row) {
  if (row.retry_at) return new Date(row.retry_at).getTime();
  const period = /^([\d.]+)(ms|s)$/.exec(row.open_period ?? '');
  return period ? new Date(row.since).getTime() + Number(period[1]) * (period[2] === 's' ? 1000 : 1) : null;
}

/** What a reason says, if it needs no number. */
const REASONS = {
  probe_failed: 'The last probe failed',
  probe_slow: 'The last probe was slow',
  probe_timed_out: 'The last probe had no outcome in time',
  probes_cancelled: 'The last probes were cancelled',
};

function whyOpen(row, it) {
  const { calls, slow = 0 } = (row.window?.frozen && row.window) || {};
  const limits = row.config ?? row.limits ?? {};
  const limit = (setting) => (typeof limits[setting] === 'number' ? `, limit ${percent(limits[setting])}` : '');
  const of = (some) => (calls ? `${count(some)} of ${plural(calls, 'call')}` : plural(some, 'call'));
  const parts = [REASONS[it.reason] ?? words(it.reason)];
  if (it.reason === 'failure_rate') parts[0] = `${of(it.failures)} failed (${percent(it.rate)}${limit(it.reason)})`;
  else if (it.reason === 'slow_rate') parts[0] = `${of(slow)} were slow (${percent(it.rate)}${limit(it.reason)})`;
  else if (it.reason === 'failures_in_a_row') parts[0] = `${plural(it.failures, 'failure')} in a row`;
  else if (it.reason === 'max_failures') parts[0] = `${plural(it.failures, 'failure')} in the window`;
  else if (it.reason === 'tripped') {
    parts[0] = 'Tripped';
    if (it.by?.actor) parts.push(' by ', { outside: visible(it.by.actor) });
    if (it.by?.reason) parts.push(': “', { outside: visible(it.by.reason) }, '”');
  }
  const failures = kinds(it.failures_by_kind);
  if (failures.some(({ kind }) => kind !== 'returned')) parts.push(`: ${failures.map(({ text }) => text).join(', ')}`);
  if (it.cause?.text) parts.push(', last “', { outside: visible(it.cause.text) }, '”');
  return [...parts, '. '];
}

/** Writes which one of several it is: `1st`, `2nd`, `11th`. */
const ordinal = (number) => `${count(number)}${(number % 100 < 11 || number % 100 > 13) && ['', 'st', 'nd', 'rd'][number % 10] || 'th'}`;

function ofProbes(row, now) {
  const { succeeded = 0, failed = 0, success_threshold: wanted } = row.probes ?? {};
  let text = wanted ? `Probing: ${count(succeeded)} of ${plural(wanted, 'success', 'successes')}` : 'Probing';
  if (failed) text += `, ${count(failed)} failed`;
  if (row.probes_in_flight) text += `, ${count(row.probes_in_flight)} in flight`;
  if (row.outage) text += `. The outage began ${ago(row.outage.began_at, now)}`;
  return [`${text}.`];
}

function ofKeys(states, keys) {
  const sick = ['forced_open', 'open', 'half_open'].filter((state) => states[state] > 0);
  const text = sick.length
    ? `${sick.map((state) => `${count(states[state])} ${STATES[state].label}`).join(', ')} of ${plural(keys.keys, 'key')}`
    : `${plural(keys.keys, 'key')}, ${keys.keys === 1 ? 'closed' : 'all closed'}`;
  return `${text}.${keys.unlisted ? ` ${plural(keys.unlisted, 'call')} found no room for their key.` : ''}`;
}

function ofClosed(row, now) {
  const { window, outage, failures_in_a_row: inARow = 0 } = row;
  const limits = row.config ?? row.limits ?? {};
  if (typeof row.ramp === 'number') return `Recovering: ${percent(row.ramp)} of the calls are admitted.`;
  const since = now.getTime() - new Date(row.since).getTime();
  const after = outage ? ` Closed for ${formatSeconds(since)} after ${plural(outage.openings, 'opening')}.` : '';
  if (inARow > 1 && (!window || typeof limits.threshold === 'number')) {
    const limit = typeof limits.threshold === 'number' ? ` (limit ${count(limits.threshold)})` : '';
    return `${count(inARow)} failures in a row${limit}.${after}`;
  }
  if (window?.calls) {
    const limit = typeof limits.failure_rate === 'number' ? `, limit ${percent(limits.failure_rate)}` : '';
    const failed = `${count(window.failures)} of ${plural(window.calls, 'call')} failed`;
    return `${window.failures ? `${failed} (${percent(window.failures / window.calls)}${limit})` : `${plural(window.calls, 'call')}, none failed`}.${after}`;
  }
  if (after) return after.trim();
  if (row.totals && !row.totals.calls) return 'No calls yet.';
  return window ? 'No calls in the window.' : 'The last call succeeded.';
}
