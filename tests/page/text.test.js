import assert from 'node:assert/strict';
import { test } from 'node:test';
import { page } from './page.js';

const { pathOf } = await page('api.js');
const { visible } = await page('dom.js');
const { absolute, count, instant, keyText, lasts, plural, rate, until } = await page('text.js');

const AT = Date.parse('2026-11-29T03:42:10.400Z');

test('characters that nobody sees or that turn the direction are escapes', () => {
  const table = [['a\u202eb', 'a\\u{202e}b'], ['\n\t\r', '\\n\\t\\r'], ['\u200b\u00ad\ufeff', '\\u{200b}\\u{ad}\\u{feff}'], ['\ud800', '\\u{d800}'], ['\u{e0041}', '\\u{e0041}'], ['é 日本 🙂', 'é 日本 🙂']];
  for (const [text, shown] of table) assert.equal(visible(text), shown);
  assert.equal(keyText('  '), '"  "');
});

test('the parts of a name are encoded, and the slashes between them are not', () => {
  assert.equal(pathOf('breakers', 'geo/e u'), 'breakers/geo/e%20u');
  assert.equal(pathOf('trip', 'fetch', ''), 'trip/fetch?key=');
  assert.equal(pathOf('trip', 'fetch', 'a&b', { dry_run: 'true' }), 'trip/fetch?key=a%26b&dry_run=true');
});

test('durations have at most two units', () => {
  const table = [[0, '0 s'], [499, '0 s'], [12_000, '12 s'], [130_000, '2 min 10 s'], [120_000, '2 min'], [3_900_000, '1 h 5 min'], [273_600_000, '3 d 4 h'], [-5, '0 s']];
  for (const [ms, text] of table) assert.equal(lasts(ms), text);
});

test('numbers are as brief as they are telling', () => {
  assert.deepEqual([0, 0.3, 4.23, 41.6, 412.3, 9123, 2.5e6].map(rate), ['0', '0.3', '4.2', '42', '412', '9.1K', '2.5M']);
  assert.equal(count(2381), '2,381');
  assert.deepEqual([1, 2].map((it) => plural(it, 'call')), ['1 call', '2 calls']);
});

test('an instant has its day unless that is today', () => {
  assert.equal(instant(AT, AT, true), '03:42:10');
  assert.equal(instant(AT, AT + 86_400_000, true), '2026-11-29 03:42:10');
  assert.equal(absolute(AT, true), '2026-11-29 03:42:10 UTC');
  assert.equal(until(AT, AT, true), '03:42 UTC');
  assert.match(until(AT, AT, false), /^\d\d:\d\d [+-]\d\d:\d\d$/);
});
