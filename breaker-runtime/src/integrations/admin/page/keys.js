// @ts-check
// The keys of a name: their states, and those that need attention.

import { openAction } from './act.js';
import { get } from './api.js';
import { target } from './copy.js';
import { h, outside, setChildren, setText } from './dom.js';
import { fragmentOf } from './route.js';
import { badge, sentence } from './sentence.js';
import { button, createTable } from './table.js';
import { clock } from './time.js';
import { count, keyText, kinds, plural } from './words.js';

const SORTS = { worst: 'worst first', key: 'by key', calls: 'most calls', failures: 'most failures', rejected: 'most rejected' };

/** Makes the section of the keys of a name. */
export function createKeys(context, name) {
  const [bar, states] = [h('div', { class: 'bar' }), h('p')];
  const search = h('input', { type: 'search', maxlength: 128, 'aria-label': 'Search keys', placeholder: 'search keys', on: { input: () => load(null) } });
  const sort = h('select', { 'aria-label': 'Order', on: { change: () => load(null) } }, Object.entries(SORTS).map(([value, text]) => h('option', { value, text })));
  const page = button('', () => load(next));
  const reset = button('', () => openAction(context, { action: 'reset', name, keys: 'open' }), { class: 'button acts' });
  const table = createTable('', ['Key', 'State', 'What', 'Calls', 'Failed', 'Rejected'], 'No key has this in it.', 20);
  let [after, next, asked] = [null, null, ''];

  async function load(from) {
    after = from;
    asked = target('keys', name, null, { sort: sort.value, ...(search.value && { q: search.value }), ...(from && { after: from }) });
    const path = asked;
    const { body } = await get(path);
    if (path !== asked) return;
    next = body.next;
    page.hidden = !next && !after;
    setText(page, next ? 'Next page' : 'First page');
    const rows = body.keys.map((it) => ({ ...it, what: sentence(it, clock.now()) }));
    table.update(rows, (it) => it.key, (it) => [h('a', { href: fragmentOf(name, it.key) }, outside(keyText(it.key))), badge(it.state), it.what,
      ...['calls', 'failures', 'rejected'].map((kind) => count(it.totals[kind]))], `${count(rows.length)} of ${plural(body.total, 'key')}, ${SORTS[sort.value]}`);
  }

  return {
    element: h('div', {}, states, bar, h('div', { class: 'tools' }, search, sort, reset), table.element, page),
    async update({ keys }) {
      const found = Object.fromEntries(keys.states);
      setText(states, `${kinds(found).map((it) => it.text).join(', ')} of ${plural(keys.keys, 'key')}`);
      setChildren(bar, kinds(found).map(({ kind, number }) => {
        const part = h('span', { class: `part-${kind}` });
        part.style.setProperty('flex-grow', number);
        return part;
      }));
      reset.hidden = !found.open || context.grant.may !== 'control';
      setText(reset, `Reset all ${plural(found.open ?? 0, 'open key')}`);
      await load(after);
    },
  };
}
