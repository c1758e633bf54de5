import assert from 'node:assert/strict';
import { test } from 'node:test';
import { page } from './page.js';

const { areas, bands } = await page('spark.js');

test('the areas are steps that end at the right edge', () => {
  const { passed, all, top } = areas({ calls: [0, 4], rejected: [2, 0] }, 120, 21, 120);
  assert.equal(top, 4);
  assert.equal(passed, 'M118 21V21H119V1H120V21Z');
  assert.equal(all, 'M118 21V11H119V1H120V21Z');
  assert.equal(areas({ calls: [], rejected: [] }).all, '');
});

const date = (ms) => new Date(ms).toISOString();
const ROW = { since: date(0), machine_state: 'closed', override: null, changes: [] };
const turn = (at, from, to) => ({ at: date(at), from, to });
const shown = (row, overrides = []) => bands(row, overrides, 100, 200).map(({ state, from, to }) => [state, from, to]);

test('a breaker without changes has been in its state since it is', () => {
  assert.deepEqual(shown(ROW), [['closed', 100, 200]]);
  assert.deepEqual(shown({ ...ROW, since: date(150) }), [['closed', 150, 200]]);
});

test('the bands follow the changes', () => {
  const changes = [turn(120, 'closed', 'open'), turn(150, 'open', 'half_open'), turn(160, 'half_open', 'open')];
  assert.deepEqual(shown({ ...ROW, changes }), [['closed', 100, 120], ['open', 120, 150], ['half_open', 150, 160], ['open', 160, 200]]);
  assert.deepEqual(shown({ ...ROW, changes: [turn(50, 'closed', 'open')] }), [['open', 100, 200]]);
});

test('what was before the first change is left out unless the circuit was closed', () => {
  assert.deepEqual(shown({ ...ROW, changes: [turn(150, 'open', 'closed')] }), [['closed', 150, 200]]);
});

test('an override hides the state of the machine while it lasts', () => {
  const overrides = [{ at: date(110), kind: 'override_set', override: { state: 'forced_open' } }, { at: date(150), kind: 'override_expired' }];
  const changes = [turn(120, 'closed', 'open')];
  assert.deepEqual(shown({ ...ROW, changes }, overrides), [['closed', 100, 110], ['forced_open', 110, 150], ['open', 150, 200]]);
  const override = { state: 'forced_closed', since: date(130) };
  assert.deepEqual(shown({ ...ROW, override }), [['closed', 100, 130], ['forced_closed', 130, 200]]);
});
