import assert from 'node:assert/strict';
import { test } from 'node:test';
import { page } from './page.js';

const { areas, marks, placeOf } = await page('chart.js');

const NOW = Date.parse('2026-11-29T03:10:00.000Z');
const SERIES = { every: '5s', until: '2026-11-29T03:10:00.000Z', calls: [10, 4], failures: [0, 4], rejected: [0, 16], slow: [0, 2] };
const transition = (seconds, more) => ({ at: new Date(NOW - seconds * 1000).toISOString(), transition: { from: 'closed', to: 'open', ...more } });

test('ten minutes fill the width', () => {
  assert.equal(placeOf(NOW, NOW), 600);
  assert.equal(placeOf(NOW - 300_000, NOW), 300);
  assert.equal(placeOf(NOW - 900_000, NOW), 0);
  assert.equal(placeOf(NOW + 5000, NOW), 600);
});

test('the areas lie one above the other and end at the present', () => {
  assert.deepEqual(areas(SERIES, NOW), {
    rejected: 'M590 100V50H595V0H600V100Z',
    failures: 'M590 100V50H595V80H600V100Z',
    passed: 'M590 100V50H595V100H600V100Z',
    slow: 'M595 90H600',
    highest: 4,
  });
});

test('a series of nothing is a flat line, and a younger one begins later', () => {
  const none = areas({ ...SERIES, calls: [0], failures: [0], rejected: [0], slow: [0] }, NOW + 60_000);
  assert.equal(none.passed, 'M535 100V100H540V100Z');
  assert.equal(none.slow, '');
  assert.equal(areas({ ...SERIES, calls: [], failures: [], rejected: [], slow: [] }, NOW).passed, '');
});

test('an interval that has left the picture takes no room', () => {
  assert.match(areas(SERIES, NOW + 600_000).passed, /^M0 100V50H0V100H0/);
});

test('transitions that are close together have one mark', () => {
  const found = marks([transition(700), transition(500), transition(495), transition(10)], NOW);
  assert.deepEqual(found.map((it) => [it.x, it.items.length]), [[16.7, 2], [98.3, 1]]);
});

test('a mark is where a transition was due', () => {
  const due = transition(10, { due_at: new Date(NOW - 300_000).toISOString() });
  assert.equal(marks([due], NOW)[0].x, 50);
});
