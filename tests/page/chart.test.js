import assert from 'node:assert/strict';
import { test } from 'node:test';
import { page } from './page.js';

const { layers, marks } = await page('chart.js');

const NOW = Date.parse('2026-11-29T03:10:00.000Z');
const SERIES = { every: '5s', until: '2026-11-29T03:10:00.000Z', calls: [10, 4], failures: [0, 4], rejected: [0, 16], slow: [0, 2] };
const transition = (seconds, more) => ({ at: new Date(NOW - seconds * 1000).toISOString(), transition: { from: 'closed', to: 'open', ...more } });

test('the layers lie one over the other and end at the present', () => {
  assert.deepEqual(layers(SERIES), {
    rejected: 'M590 100V50.5H595V1H600V100Z',
    failures: 'M590 100V50.5H595V80.2H600V100Z',
    passed: 'M590 100V50.5H595V100H600V100Z',
    slow: 'M590 100V100H595V90.1H600V100Z',
    highest: 4,
  });
});

test('transitions that are close together have one mark', () => {
  const found = marks([transition(700), transition(500), transition(495), transition(10)], NOW);
  assert.deepEqual(found.map((it) => [Math.round(it.x), it.items.length]), [[17, 2], [98, 1]]);
});

test('a mark is where a transition was due', () => {
  const due = transition(10, { due_at: new Date(NOW - 300_000).toISOString() });
  assert.equal(marks([due], NOW)[0].x, 50);
});
