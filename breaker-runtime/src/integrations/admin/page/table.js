// @ts-check
// Tables that keep their rows, and so the focus and a selection in them.

import { h, keyed, setAttribute, setText } from './dom.js';

/**
 * Makes a table. A cell is a text or nodes. On a narrow screen a row is a card, in which `data-head` names the cells;
 * the roles keep it a table for screen readers.
 */
export function createTable(caption, heads, nothing = 'None.') {
  const title = h('caption', { text: caption });
  const body = h('tbody', { role: 'rowgroup' });
  const head = heads.map((text) => h('th', { role: 'columnheader', scope: 'col', text }));
  const table = h('table', { role: 'table', class: 'cards' }, title, h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, head)), body);
  const empty = h('p', { class: 'muted', text: nothing });
  const shown = new WeakMap();
  const cellOf = (text, nth) => h(nth ? 'td' : 'th', { role: nth ? 'cell' : 'rowheader', scope: nth ? null : 'row', 'data-head': text });
  return {
    element: h('div', {}, table, empty),
    /** Shows one row for each item. A row stays as it is if its item is equal to the one before. */
    update(items, keyOf, cells, text = caption) {
      setText(title, text);
      table.hidden = !items.length;
      empty.hidden = items.length > 0;
      keyed(body, items, keyOf, () => h('tr', { role: 'row' }, heads.map(cellOf)), (row, item) => {
        const state = JSON.stringify(item);
        if (shown.get(row) === state) return;
        shown.set(row, state);
        cells(item).forEach((cell, nth) => {
          const nodes = [cell].flat().filter(Boolean);
          row.children[nth].replaceChildren(...nodes);
          setAttribute(row.children[nth], 'data-empty', !nodes.length);
        });
      });
    },
  };
}
