// @ts-check
// The keys of a name: their states, and those that need attention.

import { openAction } from './act.js';
import { get } from './api.js';
import { target } from './copy.js';
import { h, outside, setChildren, setText } from './dom.js';
import { fragmentOf } from './route.js';
import { badge, sentence } from './sentence.js';
import { createTable } from './table.js';
import { count, plural, words } from './words.js';

const SORTS = { worst: 'worst first', key: 'by key', calls: 'most calls', failures: 'most failures', rejected: 'most rejected' };

/** Makes the section of the keys of a name. */
export function createKeys(context, name) {
  const bar = h('div', { class: 'bar', 'aria-hidden': true });
  const states = h('p', { class: 'lead' });
  const search = h('input', { type: 'search', maxlength: 128, 'aria-label': 'Search keys', placeholder: 'search keys', on: { input: again } });
  const sort = h('select', { 'aria-label': 'Order', on: { change: again } }, Object.entries(SORTS).map(([value, text]) => h('option', { value, text })));
  const next = h('button', { type: 'button', class: 'button', text: 'Next page', on: { click: () => load(following) } });
  const reset = h('button', { type: 'button', class: 'button', on: { click: () => openAction(context, { action: 'reset', name, keys: 'open' }) } });
  const table = createTable('Keys', ['Key', 'State', 'What', 'Calls', 'Failed', 'Rejected'], 'No key matches.');
  let [after, following, timer] = [null, null, 0];

  function again() {
    clearTimeout(timer);
    timer = setTimeout(() => load(null), 200);
  }

  async function load(from) {
    after = from;
    const query = { sort: sort.value, limit: '100', ...(search.value ? { q: search.value } : {}), ...(from ? { after: from } : {}) };
    const { body, now } = await get(target('keys', name, null, query));
    if (from !== after) return;
    following = body.next;
    next.hidden = !following && !after;
    setText(next, following ? 'Next page' : 'First page');
    const rows = body.keys.map((it) => ({ ...it, text: sentence(it, now) }));
    table.update(rows, (it) => it.key, (it) => [
      h('a', { href: fragmentOf(name, it.key) }, outside(it.key)), badge(it.state), it.text, ...['calls', 'failures', 'rejected'].map((kind) => count(it.totals[kind]))],
    `${count(rows.length)} of ${plural(body.total, 'key')}, ${SORTS[sort.value]}`);
  }

  return {
    element: h('div', {}, states, bar, h('div', { class: 'tools' }, search, sort, reset), table.element, next),
    async update({ keys }) {
      const found = keys.states.filter(([, number]) => number);
      setText(states, `${found.map(([state, number]) => `${count(number)} ${words(state)}`).join(', ')} of ${plural(keys.keys, 'key')}${keys.unlisted ? `; ${plural(keys.unlisted, 'call')} found no room for their key` : ''}`);
      setChildren(bar, found.map(([state, number]) => {
        const part = h('span', { class: `fill-${state}` });
        part.style.setProperty('flex-grow', String(number));
        return part;
      }));
      const open = Object.fromEntries(found).open ?? 0;
      reset.hidden = !open || context.grant.may !== 'control';
      setText(reset, `Reset all ${plural(open, 'open key')}`);
      await load(after);
    },
  };
}
