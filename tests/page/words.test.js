import assert from 'node:assert/strict';
import { test } from 'node:test';
import { page } from './page.js';

const { count, effectOf, kinds, percent, place, plural, rate, subject, who, why } = await page('words.js');

const NOW = new Date('2026-11-29T03:10:00.000Z');
const effect = { scope: 'instance', breakers: 1, changes: 1, until: null, refused_per_second: 412.3, passing_per_second: 0 };
const ANSWER = { action: 'force_open', breaker: 'payment', key: null, changed: true, effect, before: { state: 'closed', keys: null }, after: { state: 'forced_open', machine_state: 'closed' } };
const told = (more) => effectOf({ ...ANSWER, ...more }, 'pod-1', NOW);

test('numbers are brief', () => {
  assert.deepEqual([0, 0.01, 0.34, 9.94, 9.96, 412.3, 9140, 99_999, 1_500_000].map(rate), ['0', '<0.1', '0.3', '9.9', '10', '412', '9.1k', '100k', '1.5M']);
  assert.deepEqual([0, 0.0004, 0.0031, 0.65, 0.9999, 1].map(percent), ['0 %', '<0.1 %', '0.3 %', '65 %', '99 %', '100 %']);
  assert.equal(rate(null), '–');
  assert.equal(`${plural(1, 'call')}, ${plural(2381, 'call')}, ${count(0)}`, '1 call, 2,381 calls, 0');
});

test('an effect is told in numbers, with its end', () => {
  assert.match(told({ effect: { ...effect, until: '2026-11-29T03:40:00.000Z' } }), /^Rejects 412 calls\/s of payment until \d\d:40 \S+, in 30 min\. This holds on this instance only \(pod-1\)\.$/);
  assert.equal(told({}), 'Rejects 412 calls/s of payment until somebody clears it. This holds on this instance only (pod-1).');
  assert.equal(told({ action: 'force_closed', effect: { ...effect, passing_per_second: null } }), 'Admits all calls of payment until somebody clears it, even if they fail. This holds on this instance only (pod-1).');
  assert.equal(told({ action: 'clear', after: { state: 'half_open' } }), 'Clears the override of payment, so that callers find it half open. This holds on this instance only (pod-1).');
});

test('an action on keys tells how many it changes', () => {
  const found = told({ action: 'reset', before: { keys: { open: 3 } }, effect: { ...effect, breakers: 812, changes: 3, passing_per_second: 9140 } });
  assert.equal(found, 'Closes the circuit of payment and its 812 keys, forgets its failures and admits 9.1k calls/s. This holds on this instance only (pod-1) and changes 3 keys.');
});

test('an action without an effect says why', () => {
  assert.equal(told({ action: 'reset', changed: false }), 'Nothing would change: payment is closed already.');
  assert.equal(told({ action: 'clear', changed: false }), 'Nothing would change: payment has no override of a person.');
});

test('a key that deceives is shown as it is', () => {
  assert.equal(subject('fetch', 'a\u202eb\n'), 'a\\u{202e}b\\n of fetch');
  assert.equal(subject('fetch', ' '), '" " of fetch');
  assert.equal(subject('fetch', null), 'fetch');
});

test('a transition tells its reason and the kinds of failures', () => {
  assert.equal(why({ reason: 'failure_rate', rate: 0.65, failures_by_kind: { returned: 6, timed_out: 20, slow: 0 } }), 'failure rate 65 %: 20 timed out, 6 returned');
  assert.equal(why({ reason: 'open_period_ended', rate: null, failures_by_kind: {} }), 'open period ended');
  assert.deepEqual(kinds(null), []);
});

test('who and where leave out what is not known', () => {
  assert.equal(who({ actor: 'ana', reason: 'INC-1' }), 'ana: INC-1');
  assert.equal(who({ actor: null, reason: null }), '');
  assert.equal(who(undefined), '');
  assert.equal(place({ function: 'charge', file: 'src/pay.rs', line: 41 }), 'charge, src/pay.rs:41');
  assert.equal(place({ function: null, file: 'src/pay.rs', line: 41 }), 'src/pay.rs:41');
});
