import assert from 'node:assert/strict';
import { test } from 'node:test';
import { page } from './page.js';

const { areas, bands, marks } = await page('draw.js');

const NOW = Date.parse('2026-11-29T03:10:00.000Z');
const SERIES = { calls: [10, 4], failures: [0, 4], rejected: [0, 16], slow: [0, 2] };
const before = (seconds) => new Date(NOW - seconds * 1000).toISOString();

test('the areas lie one above the other and end at the right edge', () => {
  assert.deepEqual(areas(SERIES), {
    top: 20,
    rejected: 'M590 100V50H595V0H600V100Z',
    failures: 'M590 100V50H595V80H600V100Z',
    passed: 'M590 100V50H595V100H600V100Z',
    slow: 'M590 100V100H595V90H600V100Z',
  });
});

test('a series of nothing has no areas', () => {
  assert.deepEqual(areas({ calls: [0], failures: [0], rejected: [0], slow: [0] }), { top: 1, rejected: '', failures: '', passed: '', slow: '' });
  assert.equal(areas({ calls: [], failures: [], rejected: [], slow: [] }).passed, '');
});

test('each state lasts until the next one begins, within the picture', () => {
  const states = [{ state: 'closed', since: null }, { state: 'open', since: before(900) }, { state: 'half_open', since: before(300) }, { state: 'open', since: before(10) }];
  assert.deepEqual(bands(states, NOW - 600_000, NOW).map((it) => [it.state, (NOW - it.from) / 1000, (NOW - it.to) / 1000]), [['open', 600, 300], ['half_open', 300, 10], ['open', 10, 0]]);
});

test('transitions that are close together have one mark', () => {
  const found = marks([10, 495, 500, 700].map((seconds) => ({ at: before(seconds) })), NOW);
  assert.deepEqual(found.map((it) => [Math.round(it.x), it.items.length]), [[17, 2], [98, 1]]);
});
