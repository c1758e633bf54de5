import assert from 'node:assert/strict';
import { test } from 'node:test';
import { page } from './page.js';

const { pathOf } = await page('api.js');
const { visible } = await page('dom.js');

test('characters that nobody sees or that turn the direction are escapes', () => {
  const table = [['a\u202eb', 'a\\u{202e}b'], ['\n\t\r', '\\n\\t\\r'], ['\u200b\u00ad\ufeff', '\\u{200b}\\u{ad}\\u{feff}'], ['\ud800', '\\u{d800}'], ['\u{e0041}', '\\u{e0041}'], ['é 日本 🙂', 'é 日本 🙂']];
  for (const [text, shown] of table) assert.equal(visible(text), shown);
});

test('the parts of a name are encoded, and the slashes between them are not', () => {
  assert.equal(pathOf('breakers', 'geo/eu:1 %'), 'breakers/geo/eu%3A1%20%25');
});
