// @ts-check
// Buttons, and tables that keep their rows, and so the focus and a selection in them.

import { h, keyed, setAttribute, setText } from './dom.js';
import { count } from './words.js';

/** Makes a button. */
export const button = (text, click, props) => h('button', { type: 'button', class: 'button', text, on: { click }, ...props });

/**
 * Makes a table. A cell is a text, a node or several; on a narrow screen a row is a card, in which `data-head` names
 * the cells. At first it shows the `few` first rows.
 */
export function createTable(caption, heads, nothing = 'None.', few = Infinity) {
  const [title, body, empty] = [h('caption'), h('tbody'), h('p', { class: 'muted', text: nothing })];
  const table = h('table', { class: 'cards' }, title, h('thead', {}, h('tr', {}, heads.map((text) => h('th', { scope: 'col', text })))), body);
  const more = button('', () => { all = !all; show(...last); }, { class: 'button small' });
  const shown = new WeakMap();
  let [all, last] = [false, null];

  /** Shows one row for each item. A row stays as it is if its item is equal to the one before. */
  function show(...given) {
    const [items, keyOf, cells, text = caption, most = few] = last = given;
    setText(title, text);
    table.hidden = !items.length;
    empty.hidden = !table.hidden;
    more.hidden = items.length <= most;
    setText(more, all ? `Show ${most} only` : `Show all ${count(items.length)}`);
    const row = () => h('tr', {}, heads.map((head, nth) => h(nth ? 'td' : 'th', { scope: !nth && 'row', 'data-head': head })));
    keyed(body, all ? items : items.slice(0, most), keyOf, row, (tr, item) => {
      const state = JSON.stringify(item);
      if (shown.get(tr) === state) return;
      shown.set(tr, state);
      cells(item).forEach((cell, nth) => {
        const nodes = [cell].flat().filter(Boolean);
        tr.children[nth].replaceChildren(...nodes);
        setAttribute(tr.children[nth], 'data-empty', !nodes.length);
      });
    });
  }
  return { element: h('div', {}, table, empty, more), update: show };
}
