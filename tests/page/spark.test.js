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

const ROW = { since: new Date(0).toISOString(), machine_state: 'closed', override: null };
const at = (ms, kind, more) => ({ at: new Date(ms).toISOString(), kind, ...more });
const turn = (ms, from, to) => at(ms, 'transition', { transition: { from, to } });

test('a breaker without events has been in its state since it is', () => {
  assert.deepEqual(bands(ROW, [], 100, 200), [{ state: 'closed', from: 100, to: 200 }]);
  assert.deepEqual(bands({ ...ROW, since: new Date(150).toISOString() }, [], 100, 200), [{ state: 'closed', from: 150, to: 200 }]);
});

test('the bands follow the transitions', () => {
  const events = [turn(120, 'closed', 'open'), turn(150, 'open', 'half_open'), turn(160, 'half_open', 'open')];
  assert.deepEqual(bands(ROW, events, 100, 200).map((it) => [it.state, it.from, it.to]), [['closed', 100, 120], ['open', 120, 150], ['half_open', 150, 160], ['open', 160, 200]]);
});

test('what was before the first event is left out unless the circuit was closed', () => {
  assert.deepEqual(bands(ROW, [turn(150, 'open', 'closed')], 100, 200), [{ state: 'closed', from: 150, to: 200 }]);
});

test('an override hides the state of the machine while it lasts', () => {
  const events = [at(110, 'override_set', { override: { state: 'forced_open' } }), turn(120, 'closed', 'open'), at(150, 'override_expired', {})];
  assert.deepEqual(bands(ROW, events, 100, 200).map((it) => [it.state, it.from]), [['closed', 100], ['forced_open', 110], ['open', 150]]);
  const forced = { ...ROW, override: { state: 'forced_closed', since: new Date(130).toISOString() } };
  assert.deepEqual(bands(forced, [], 100, 200).map((it) => [it.state, it.from]), [['closed', 100], ['forced_closed', 130]]);
});
