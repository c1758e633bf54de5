import assert from 'node:assert/strict';
import { test } from 'node:test';
import { page } from './page.js';

process.env.TZ = 'Europe/Berlin';
const { absolute, ago, brief, clock, formatDuration, formatSeconds, offset, parseDuration, until } = await page('time.js');

test('durations of the API are read', () => {
  const table = { '1.5s': 1500, '600s': 600_000, '250ms': 250, '30m': 1_800_000, '2h': 7_200_000, '1d': 86_400_000, '5us': 0.005 };
  for (const [text, ms] of Object.entries(table)) assert.equal(parseDuration(text), ms, text);
  for (const text of ['', 's', '1', '-1s', '1 year', 'off', null]) assert.ok(Number.isNaN(parseDuration(text)), text);
});

test('durations are written as people say them', () => {
  const table = [[0, '0 s'], [0.25, '250 µs'], [1.5, '1.5 ms'], [250, '250 ms'], [1500, '1.5 s'], [12_000, '12 s'], [59_600, '1 min'], [130_000, '2 min 10 s'], [3_900_000, '1 h 5 min'], [7_200_000, '2 h'], [273_600_000, '3 d 4 h'], [NaN, '–']];
  for (const [ms, text] of table) assert.equal(formatDuration(ms), text);
  assert.equal(formatSeconds(1499), '1 s');
  assert.equal(formatSeconds(-5), '0 s');
});

test('ages are whole minutes from the first minute on', () => {
  const now = new Date('2026-11-29T03:12:10Z');
  assert.equal(ago('2026-11-29T03:12:09.500Z', now), 'just now');
  assert.equal(ago('2026-11-29T03:11:58Z', now), '12 s ago');
  assert.equal(ago('2026-11-29T03:09:58Z', now), '2 min ago');
});

test('an instant is shown with the day only if it is not today, and in full with its offset', () => {
  const now = new Date('2026-11-29T03:12:10Z');
  assert.equal(brief('2026-11-29T03:42:10Z', now, false), '04:42:10');
  assert.equal(brief('2026-11-28T03:42:10Z', now, true), '2026-11-28 03:42:10');
  assert.equal(until('2026-11-29T03:42:10Z', now, true), '03:42 UTC');
  assert.equal(until('2026-11-29T03:42:10Z', now, false), '04:42 +01:00');
  assert.equal(absolute('2026-06-29T03:42:10Z', false), '2026-06-29 05:42:10 +02:00');
  assert.equal(absolute('2026-11-29T03:42:10Z', true), '2026-11-29 03:42:10Z');
  assert.equal(offset(now, false), '+01:00');
});

test('the clock follows the service, and ignores differences within the travel of an answer', () => {
  const service = (ms) => new Date(Date.now() + ms);
  clock.sync(service(60_000), performance.now());
  assert.ok(Math.abs(clock.now().getTime() - Date.now() - 60_000) < 100);
  assert.ok(Math.abs(clock.ahead() + 60_000) < 100);
  const { origin } = clock;
  clock.sync(service(60_030), performance.now());
  assert.equal(clock.origin, origin);
  clock.sync(service(-5000), performance.now());
  assert.ok(Math.abs(clock.ahead() - 5000) < 100);
});
