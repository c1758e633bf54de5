import assert from 'node:assert/strict';
import { test } from 'node:test';
import { page } from './page.js';

const { beginOf, histogram } = await page('latency.js');

test('a bucket begins where the one before it ends', () => {
  // The ends of the buckets of the service, in units of 256 ns.
  const ends = [];
  for (let bucket = 0; bucket < 240; bucket += 1) {
    const next = bucket + 1;
    const doublings = Math.max(0, (next >> 3) - 1);
    ends.push((next - doublings * 8) * 2 ** doublings * 256e-6);
  }
  for (let nth = 1; nth < ends.length; nth += 1) assert.ok(Math.abs(beginOf(ends[nth]) - ends[nth - 1]) < 1e-9 * ends[nth], `bucket ${nth}`);
});

test('the bars fill the axis, and their area shows the calls', () => {
  const { bars, x } = histogram([['4.194304ms', 10], ['4.718592ms', 10], ['8.388608ms', 5]]);
  assert.equal(bars[0].x, 0);
  assert.equal(bars.at(-1).x + bars.at(-1).width, 1);
  const area = bars.map((it) => it.width * it.height);
  assert.ok(Math.abs(area[0] - area[1]) < 1e-9 && Math.abs(area[1] - 2 * area[2]) < 1e-9);
  assert.equal(Math.max(...bars.map((it) => it.height)), 1);
  assert.equal(x(8.388608), 1);
});

test('the axis has round ticks, more of them if it is short', () => {
  const texts = (...buckets) => histogram(buckets.map((end) => [end, 1])).ticks.map((it) => it.text);
  assert.deepEqual(texts('4.194304ms', '33.554432ms'), ['5 ms', '10 ms', '20 ms']);
  assert.deepEqual(texts('0.000256ms', '1.048576s'), ['1 µs', '10 µs', '100 µs', '1 ms', '10 ms', '100 ms']);
});

test('one bucket is one bar', () => {
  assert.deepEqual(histogram([['0.000256ms', 7]]).bars, [{ x: 0, width: 1, height: 1 }]);
});
