import assert from 'node:assert/strict';
import { test } from 'node:test';
import { page } from './page.js';

const { callsUntil, distances } = await page('distance.js');

const NOW = new Date('2026-11-29T03:10:00.000Z');
const OFF = { threshold: 'off', window: 'off', max_failures: 'off', failure_rate: 'off', slow_rate: 'off', min_calls: 20, success_threshold: 3, half_open_calls: 2 };
const breaker = (config, more) => ({ machine_state: 'closed', override: null, failures_in_a_row: 0, window: null, ramp: null, config: { ...OFF, ...config }, ...more });
const of = (config, more) => distances(breaker(config, more), NOW);

test('the number of calls until a rate is met is exact while the window grows', () => {
  const until = (calls, hits, limit, size = Infinity, minCalls = 1) => callsUntil({ calls, hits, limit, size, minCalls });
  for (const [calls, hits, limit] of [[10, 2, 0.5], [40, 11, 0.3], [7, 0, 0.9], [3, 3, 0.5], [0, 0, 0.5]]) {
    const more = until(calls, hits, limit);
    const met = (some) => (hits + some) / (calls + some) >= limit - 1e-9;
    assert.ok(met(more) && (more === 1 || !met(more - 1)), `${calls} ${hits} ${limit}: ${more}`);
  }
});

test('a full window exchanges calls, and a window that fills up is judged by its size', () => {
  const until = (calls, hits) => callsUntil({ calls, hits, limit: 0.5, size: 10, minCalls: 10 });
  assert.equal(until(10, 2), 3);
  assert.equal(until(8, 0), 5);
  assert.equal(until(2, 2), 8);
});

test('a rate of all calls is never met once one has succeeded, unless it leaves the window', () => {
  assert.equal(callsUntil({ calls: 5, hits: 4, limit: 1, size: Infinity, minCalls: 1 }), Infinity);
  assert.equal(callsUntil({ calls: 5, hits: 4, limit: 1, size: 5, minCalls: 1 }), 1);
});

test('a closed circuit tells the nearest of its rules', () => {
  const window = { calls: 40, failures: 10, slow: 1 };
  const found = of({ threshold: 50, window: 100, failure_rate: 0.5, slow_rate: 0.8 }, { window, failures_in_a_row: 2 });
  assert.equal(found.summary, 'It takes at least 20 more failures to open the circuit (failure rate).');
  assert.deepEqual(found.meters.map((it) => `${it.label}: ${it.text}`), [
    'Failures in a row: 2 of 50',
    'Failures in the last 100 calls: 10 of 40 (25 %), limit 50 %',
    'Slow calls in the last 100 calls: 1 of 40 (2.5 %), limit 80 %',
  ]);
});

test('a rate below the least number of calls says from when on it counts', () => {
  const found = of({ window: '60s', failure_rate: 0.5 }, { window: { calls: 3, failures: 3, slow: 0 } });
  assert.equal(found.meters[0].label, 'Failures in the last 1 min');
  assert.equal(found.meters[0].text, '3 of 3 (100 %), limit 50 % from 20 calls on');
  assert.equal(found.summary, 'It takes at least 17 more failures to open the circuit (failure rate).');
});

test('a rule that is met waits for the next failure', () => {
  assert.equal(of({ threshold: 3 }, { failures_in_a_row: 9 }).summary, 'The next failure can open the circuit (threshold).');
});

test('a circuit without rules says so', () => {
  assert.deepEqual(of({}), { summary: 'No rule opens this circuit: all are off.', meters: [] });
});

test('a ramp has a meter', () => {
  assert.deepEqual(of({ threshold: 5 }, { ramp: 0.4 }).meters[0], { label: 'Calls that the ramp admits', value: 0.4, limit: 1, text: '40 %' });
});

test('an open circuit tells how much of its period has passed', () => {
  const found = of({}, { machine_state: 'open', open_period: '30s', since: '2026-11-29T03:09:50.000Z' });
  assert.equal(found.summary, 'After the open period, 3 successful probes close the circuit.');
  assert.deepEqual(found.meters, [{ label: 'Open period', value: 10_000, limit: 30_000, text: '10 s of 30 s' }]);
});

test('a half-open circuit tells both ways', () => {
  const probes = { succeeded: 2, failed: 0, success_threshold: 3, probe_failures: 1 };
  const found = of({}, { machine_state: 'half_open', probes, probes_in_flight: 1 });
  assert.equal(found.summary, '1 more success closes the circuit; 1 more failure opens it again.');
  assert.deepEqual(found.meters.map((it) => it.text), ['2 of 3', '0 of 1', '1 of 2']);
});

test('an override is said to hide it', () => {
  assert.match(of({ threshold: 5 }, { override: { state: 'forced_open' } }).summary, /^Beneath the override: It takes/);
});
