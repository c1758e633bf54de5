import assert from 'node:assert/strict';
import { test } from 'node:test';
import { page } from './page.js';

const { fragmentOf, listPath, listRoute, parseRoute } = await page('state.js');

test('the fragment of a breaker is read as it was written', () => {
  for (const [name, key] of [['payment', null], ['geo/eu', null], ['a:b.c', '"><img src=x>&?#/%\u202e\n'], ['fetch', '']]) {
    assert.deepEqual(parseRoute(fragmentOf(name, key)), { view: 'breaker', name, key });
  }
  assert.equal(fragmentOf('geo/eu', 'a b'), '#/b/geo/eu?key=a+b');
});

test('the fragment of a list is read as it was written', () => {
  for (const filter of [{}, { state: 'open,half_open', q: 'a&b', sort: 'name', critical: 'true' }, { group: '1', limit: '500' }]) {
    assert.deepEqual(parseRoute(listRoute(filter)), { view: 'list', filter });
  }
});

test('a fragment that nobody wrote shows everything', () => {
  for (const fragment of ['', '#', '#/', '#/b/', '#nonsense', '#/?other=1&q=']) {
    const route = parseRoute(fragment);
    assert.ok(route.view === 'list' && !Object.keys(route.filter).length || fragment === '#/b/', fragment);
  }
  assert.equal(parseRoute('#/b/%E0%A4%A').view, 'breaker');
  assert.equal(parseRoute('#/findings').view, 'findings');
  assert.equal(parseRoute('#/fleet').view, 'fleet');
});

test('the path of a list asks for what the page shows', () => {
  assert.equal(listPath({}, false), 'breakers');
  assert.equal(listPath({ state: 'open,half_open' }, true), 'breakers?state=open%2Chalf_open&series=true');
  assert.equal(listPath({ group: '1', sort: 'calls' }, true), 'breakers?limit=1000');
});
