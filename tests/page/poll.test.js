import assert from 'node:assert/strict';
import { test } from 'node:test';
import { page } from './page.js';

const { backOff, freshness, instances, pause } = await page('poll.js');

test('the page asks each second, less often if answers are slow or nothing happens', () => {
  assert.equal(pause(20, false), 1000);
  assert.equal(pause(301, false), 2000);
  assert.equal(pause(301, true), 5000);
});

test('the pauses after failures grow to ten seconds, and differ', () => {
  assert.deepEqual([1, 2, 3, 4, 5, 50].map((failures) => backOff(failures, 1)), [1000, 2000, 4000, 8000, 10_000, 10_000]);
  assert.equal(backOff(5, 0), 7500);
});

test('one change of the instance is a restart, several are a balancer', () => {
  const seen = instances();
  assert.deepEqual(['a', 'a', 'b', 'b', 'a', 'c', 'a'].map(seen.add), ['same', 'same', 'restarted', 'same', 'mixed', 'mixed', 'mixed']);
  assert.equal(seen.count(), 3);
  for (let i = 0; i < 12; i++) seen.add('c');
  assert.equal(seen.add('c'), 'same');
});

test('figures are stale after three seconds without an answer', () => {
  const fresh = { answered: 1000, failed: 0, asked: 0, next: 6000 };
  assert.deepEqual(freshness({ ...fresh, now: 5900 }), { stale: false, age: 4900, text: '' });
  assert.equal(freshness({ ...fresh, asked: 2000, now: 4900 }).stale, false);
  // The page was hidden, or the device asleep.
  assert.equal(freshness({ ...fresh, asked: 600_900, now: 601_000 }).text, 'No answer for 600 s, trying now.');
  assert.equal(freshness({ ...fresh, asked: 2000, now: 5100 }).text, 'No answer for 4 s, trying now.');
  assert.deepEqual(freshness({ ...fresh, failed: 2, next: 7000, now: 5000 }), { stale: true, age: 4000, text: 'No answer for 4 s, trying again in 2 s.' });
  assert.equal(freshness({ ...fresh, failed: 1, next: 3000, now: 2000 }).stale, false);
});
