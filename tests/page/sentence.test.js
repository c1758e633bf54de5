import assert from 'node:assert/strict';
import { test } from 'node:test';
import { page } from './page.js';

const { phrases, sentence, stateOf } = await page('sentence.js');

const NOW = new Date('2026-11-29T03:12:10.000Z');
const CLOSED = {
  name: 'payment', state: 'closed', machine_state: 'closed', override: null, since: '2026-11-29T03:00:00.000Z',
  window: null, failures_in_a_row: 0, totals: { calls: 10 }, keys: null, ramp: null, outage: null, last_transition: null,
};
const OPEN = { ...CLOSED, state: 'open', machine_state: 'open', since: '2026-11-29T03:10:00.000Z', retry_at: '2026-11-29T03:12:22.000Z' };
const opening = (transition) => ({ last_transition: { at: OPEN.since, transition: { to: 'open', cause: null, failures: 0, rate: null, by: {}, ...transition } } });
const REST = 'Open for 2 min 10 s; next probe in 12 s.';

const TABLE = [
  ['a breaker without calls', { ...CLOSED, totals: { calls: 0 } }, 'No calls yet.'],
  ['a breaker without a window', CLOSED, 'The last call succeeded.'],
  ['failures in a row', { ...CLOSED, failures_in_a_row: 3, config: { threshold: 5 } }, '3 failures in a row (limit 5).'],
  ['a window', { ...CLOSED, window: { calls: 386, failures: 3 } }, '3 of 386 calls failed (0.8 %).'],
  ['a window with its limit', { ...CLOSED, window: { calls: 1, failures: 1 }, config: { failure_rate: 0.5 } }, '1 of 1 call failed (100 %, limit 50 %).'],
  ['a window without failures', { ...CLOSED, window: { calls: 386, failures: 0 } }, '386 calls, none failed.'],
  ['an empty window', { ...CLOSED, window: { calls: 0, failures: 0 } }, 'No calls in the window.'],
  ['a ramp', { ...CLOSED, ramp: 0.4 }, 'Recovering: 40 % of the calls are admitted.'],
  ['an outage that is not over', { ...CLOSED, since: '2026-11-29T03:12:00.000Z', outage: { openings: 3, began_at: OPEN.since } }, 'Closed for 10 s after 3 openings.'],
  ['a failure rate', { ...OPEN, window: { calls: 40, failures: 26, slow: 3, frozen: true }, ...opening({ reason: 'failure_rate', failures: 26, rate: 0.65 }) }, `26 of 40 calls failed (65 %). ${REST}`],
  ['a failure rate with its limit and cause', { ...OPEN, config: { failure_rate: 0.5 }, ...opening({ reason: 'failure_rate', failures: 26, rate: 0.65, cause: { text: '503' } }) }, `26 calls failed (65 %, limit 50 %): “503”. ${REST}`],
  ['timeouts', { ...OPEN, ...opening({ reason: 'failures_in_a_row', failures: 5, failures_by_kind: { timed_out: 4, returned: 1 } }) }, `5 failures in a row: 4 timed out, 1 returned. ${REST}`],
  ['a slow rate', { ...OPEN, window: { calls: 40, failures: 0, slow: 30, frozen: true }, ...opening({ reason: 'slow_rate', rate: 0.75 }) }, `30 of 40 calls were slow (75 %). ${REST}`],
  ['a failed probe', { ...OPEN, outage: { openings: 3, began_at: '2026-11-29T03:09:10.000Z', first: { transition: { reason: 'failure_rate', rate: 0.65 } } }, ...opening({ reason: 'probe_failed', failures: 1 }) }, `The last probe failed. ${REST} Down for 3 min (3 openings; first: failure rate 65 %).`],
  ['an outage that began with a trip', { ...OPEN, outage: { openings: 2, began_at: '2026-11-29T03:09:10.000Z', first: { transition: { reason: 'tripped', rate: null } } }, ...opening({ reason: 'probe_slow', failures: 1 }) }, `The last probe was slow. ${REST} Down for 3 min (2 openings; first: tripped).`],
  ['a trip', { ...OPEN, ...opening({ reason: 'tripped', by: { actor: 'ana', reason: 'INC-4711' } }) }, `Tripped by ana: “INC-4711”. ${REST}`],
  ['a period that is over', { ...OPEN, retry_at: '2026-11-29T03:12:10.000Z' }, 'Open for 2 min 10 s; the next call is a probe.'],
  ['a snapshot, which has no retry_at', { ...OPEN, retry_at: undefined, open_period: '142s' }, REST],
  ['probes', { ...CLOSED, state: 'half_open', machine_state: 'half_open', probes: { succeeded: 1, failed: 0, success_threshold: 3 }, probes_in_flight: 1 }, 'Probing: 1 of 3 successes, 1 in flight.'],
  ['probes of an outage', { ...CLOSED, state: 'half_open', machine_state: 'half_open', probes: { succeeded: 0, failed: 1, success_threshold: 3 }, probes_in_flight: 0, outage: { began_at: OPEN.since, openings: 1 } }, 'Probing: 0 of 3 successes, 1 failed. The outage began 2 min ago.'],
  ['keys', { ...CLOSED, keys: { keys: 812, states: { closed: 808, open: 3, half_open: 1 }, unlisted: 0 } }, '3 open, 1 half open of 812 keys.'],
  ['keys of a snapshot', { ...CLOSED, key_stats: { keys: 2, states: [['closed', 2]], unlisted: 7 } }, '2 keys, all closed. 7 calls found no room for their key.'],
];

for (const [what, row, text] of TABLE) {
  test(`the sentence about ${what}`, () => assert.equal(sentence(row, NOW), text));
}

const FORCED = { state: 'forced_open', reason: 'bank maintenance', by: { actor: 'on-call' }, since: '2026-11-29T03:10:00.000Z', until: null };

test('the sentence about an override says who, why, until when and what is beneath', () => {
  const row = { ...CLOSED, state: 'forced_open', override: FORCED };
  assert.equal(sentence(row, NOW), 'Rejects every call until someone clears it: “bank maintenance”, forced by on-call 2 min ago. Beneath: closed.');
  const ends = { ...row, override: { ...FORCED, until: '2026-11-29T03:42:10.000Z' } };
  assert.match(sentence(ends, NOW), /^Rejects every call until \d\d:\d\d .+ \(30 min left\): /);
  const closed = { ...OPEN, state: 'forced_closed', override: { ...FORCED, state: 'forced_closed', reason: '' } };
  assert.equal(sentence(closed, NOW), 'Admits every call although the circuit is open, until someone clears it, forced by on-call 2 min ago.');
});

test('what comes from outside is a part of its own, and visible', () => {
  const row = { ...CLOSED, state: 'forced_open', override: { ...FORCED, reason: 'a\u202eb\n' } };
  assert.ok(phrases(row, NOW).some((part) => part.outside === 'a\\u{202e}b\\n'));
});

test('the state of a name with keys is that of its keys, unless it is forced', () => {
  const keys = (open, all) => ({ ...CLOSED, keys: { keys: all, states: { closed: all - open, open } } });
  assert.deepEqual(stateOf(keys(0, 5)).state, 'closed');
  assert.deepEqual(stateOf(keys(1, 5)), { state: 'some_open', label: '1 key open', class: 'some' });
  assert.deepEqual(stateOf(keys(3, 5)), { state: 'open', label: '3 keys open', class: 'open' });
  assert.equal(stateOf({ ...keys(3, 5), state: 'forced_open' }).label, 'forced open');
});
