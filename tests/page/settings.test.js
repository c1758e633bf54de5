import assert from 'node:assert/strict';
import { test } from 'node:test';
import { page } from './page.js';

const { changed, valueOf } = await page('settings.js');

test('what people write is the value of a merge patch', () => {
  const table = [
    ['20', 20], [' 0.5 ', 0.5], ['50 %', 0.5], ['12.5%', 0.125], ['100 calls', 100], ['1 call', 1], ['off', 'off'], ['true', true], ['false', false],
    ['30s', '30s'], ['1.5 s', '1.5s'], ['40.0ms', '40.0ms'], ['', undefined], ['  ', undefined], ['-3', '-3'], ['5 minutes', '5minutes'],
  ];
  for (const [written, value] of table) assert.deepEqual(valueOf(written), value, written);
});

test('what somebody else has changed is told by the values in force', () => {
  const all = (threshold) => [{ setting: 'threshold', value: threshold }, { setting: 'window', value: 'off' }];
  assert.deepEqual(changed(all('5'), all('20')), ['threshold: 5 → 20']);
  assert.deepEqual(changed(all('5'), all('5')), []);
});
