// @ts-check
// The overview: what all breakers do, worst first.

import { h, keyed, setAttribute, setText } from './dom.js';
import { fragmentOf } from './route.js';
import { badge, phrases, showBadge, stateOf } from './sentence.js';
import { createSpark } from './spark.js';
import { count, plural, rate, words } from './words.js';

const STATES = ['open', 'half_open', 'forced_open', 'forced_closed', 'closed'];
const SORTS = { worst: 'Worst first', name: 'By name', calls: 'Most calls', failures: 'Most failures', rejected: 'Most rejected' };
const HEADS = ['State', 'Breaker', 'What it does', 'Last 10 minutes', 'calls/s', 'failed/s', 'rejected/s'];
const RATES = ['calls', 'failures', 'rejected'];

/** Lets a long name break between its parts only. */
const broken = (name) => name.split(/(?<=[/.:_-])/).flatMap((part) => [part, h('wbr')]);

/** Makes the overview. `change` gets the filter that the user chooses; `overridesOf` returns the events of a breaker's overrides. */
export function createOverview(context, change, overridesOf) {
  let filter = {};
  let list = null;
  let typing;
  const opened = new Set();
  const choose = (patch) => change({ ...filter, limit: '', ...patch });

  const chips = h('div', { class: 'chips', role: 'group', 'aria-label': 'Filters' });
  const search = h('input', {
    type: 'search', 'aria-label': 'Search the names', placeholder: 'Search  /', maxlength: 128, spellcheck: 'false', autocomplete: 'off',
    on: { input: () => { clearTimeout(typing); typing = setTimeout(() => choose({ q: search.value }), 200); } },
  });
  const sort = h('select', { 'aria-label': 'Order', on: { change: () => choose({ sort: sort.value === 'worst' ? '' : sort.value }) } },
    Object.entries(SORTS).map(([value, text]) => h('option', { value, text })));
  const group = h('button', { type: 'button', class: 'chip', text: 'Groups', title: 'By the first part of the name', on: { click: () => choose({ group: filter.group ? '' : '1' }) } });
  const caption = h('caption');
  const head = h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, HEADS.map((text, i) => h('th', { role: 'columnheader', scope: 'col', class: i > 3 && 'number', text }))));
  const table = h('table', { role: 'table', class: 'breakers' });
  const moreText = h('span');
  const moreButton = h('button', { type: 'button', on: { click: () => choose({ limit: String(Math.min(1000, list.total)) }) } });
  const more = h('p', { class: 'more muted' }, moreText, ' ', moreButton);
  const element = h('section', { class: 'overview', 'aria-label': 'Circuit breakers' },
    h('div', { class: 'filters' }, chips, h('span', { class: 'find' }, search, sort, group)), table, more);

  /** Returns the chips: text, what they filter by, and their kind. */
  function chipsOf({ breakers, states, keys, critical_down: down, configured, findings }) {
    const forced = states.forced_open + states.forced_closed;
    const sick = (keys.states.open ?? 0) + (keys.states.forced_open ?? 0);
    return [
      ['all', `${count(breakers)} in all`, {}],
      ['critical', `${count(down)} critical down`, { critical: 'true', state: 'open,forced_open' }, down && 'chip-down'],
      ...['open', 'half_open'].map((state) => [state, `${count(states[state])} ${words(state)}`, { state }]),
      ['forced_open', `${count(forced)} forced`, { state: 'forced_open,forced_closed' }],
      ['closed', `${count(states.closed)} closed`, { state: 'closed' }],
      ['changed', `${count(configured)} changed`, { configured: 'true' }],
      ['keys', `${sick ? `${count(sick)} of ` : ''}${plural(keys.keys, 'key')}${sick ? ' open' : ''}`],
      ['findings', plural(findings, 'finding'), '#/findings', 'chip-down'],
    ].map(([id, text, to, kind]) => ({ id, text, to, kind, isOn: typeof to === 'object' && ['state', 'critical', 'configured'].every((it) => (filter[it] ?? '') === (to[it] ?? '')) }))
      .filter(({ text, isOn }) => isOn || !/^0 /.test(text));
  }

  function showChips() {
    keyed(chips, chipsOf(list.summary), ({ id }) => id,
      ({ id, to }) => h(typeof to === 'object' ? 'button' : to ? 'a' : 'span', typeof to === 'object' ? { type: 'button' } : { href: to }, STATES.includes(id) && h('i', { class: `dot dot-${id}` }), h('span')),
      (node, { text, to, kind, isOn }) => {
        setText(node.lastChild, text);
        node.className = `chip ${kind || ''}`;
        if (typeof to !== 'object') return;
        setAttribute(node, 'aria-pressed', String(isOn));
        node.onclick = () => choose({ state: '', critical: '', configured: '', ...(isOn ? {} : to) });
      });
  }

  function createRow({ name }) {
    const cell = (i, props, ...children) => h('td', { role: 'cell', 'data-head': HEADS[i], ...props }, ...children);
    const [state, tags, text, spark, figures] = [badge('closed'), h('span', { class: 'tags' }), h('span'), createSpark(), RATES.map((_, i) => cell(i + 4, { class: 'number' }))];
    const open = ({ target }) => { if (!target.closest('a') && getSelection()?.isCollapsed) context.go(fragmentOf(name)); };
    const node = h('tr', { role: 'row', data: { name }, on: { click: open } }, cell(0, {}, state),
      h('th', { role: 'rowheader', scope: 'row' }, h('a', { href: fragmentOf(name) }, broken(name)), ' ', tags),
      cell(2, { class: 'sentence' }, text), cell(3, { class: 'past' }, spark.element), figures);
    return Object.assign(node, { parts: { state, tags, text, spark, figures } });
  }

  function updateRow(node, row) {
    const { state, tags, figures, spark, row: before } = node.parts;
    node.parts.row = row;
    showBadge(state, stateOf(row));
    const all = [row.critical && 'critical', row.keys && plural(row.keys.keys, 'key'), row.override && !row.override.until && 'no end', row.configured.length && `changed: ${row.configured.join(', ')}`];
    keyed(tags, all.filter(Boolean), (it) => it, (text) => h('span', { class: `tag tag-${text.split(' ')[0]}`, text }));
    showRates(figures, row.rates);
    // In less than an interval, the picture moves by less than a pixel.
    if (row.series !== before?.series) spark.update(row, overridesOf(row.name), context.clock.now());
    tickRow(node);
  }

  function showRates(figures, rates) {
    RATES.forEach((it, i) => {
      const value = rates?.[it] ?? 0;
      setText(figures[i], rates ? rate(value) : '–');
      figures[i].classList.toggle('bad', i > 0 && value > (i < 2 ? (rates?.calls ?? 0) / 10 : 0));
      figures[i].classList.toggle('muted', !value);
    });
  }

  /** Shows the passing of time in a row. */
  function tickRow({ parts: { row, text } }) {
    const now = context.clock.now();
    const all = phrases(row, now);
    if (all.some((it) => it.outside)) {
      if (text.textContent !== all.map((it) => it.outside ?? it).join('')) text.replaceChildren(...all.map((it) => it.outside ? h('bdi', { text: it.outside }) : it));
    } else setText(text, all.join(''));
  }

  /** Returns the rows in groups, in the order of their worst rows; without groups, all rows in one. */
  function groups() {
    const all = new Map();
    for (const row of list.breakers) {
      const name = filter.group ? row.name.split(/[/.:]/, 1)[0] : '';
      all.set(name, [...(all.get(name) ?? []), row]);
    }
    return [...all].map(([name, members]) => ({ name, members }));
  }

  function createGroup({ name }) {
    const [button, tags, figures] = [h('button', { type: 'button' }), h('span', { class: 'tags' }), RATES.map(() => h('td', { role: 'cell', class: 'number' }))];
    button.onclick = () => {
      if (!opened.delete(name)) opened.add(name);
      show();
    };
    const line = h('tr', { role: 'row', class: 'group' }, h('th', { role: 'rowheader', scope: 'rowgroup', colspan: 4 }, button, ' ', tags), figures);
    return Object.assign(h('tbody', { role: 'rowgroup' }), { parts: { button, tags, figures, line } });
  }

  function updateGroup(node, { name, members }) {
    const { button, tags, figures, line } = node.parts;
    const isGroup = filter.group && members.length > 1;
    const isOpen = !isGroup || opened.has(name);
    setText(button, `${name} · ${count(members.length)}`);
    setAttribute(button, 'aria-expanded', String(isOpen));
    const counts = STATES.slice(0, -1).map((state) => ({ ...stateOf({ state }), number: members.filter((row) => row.state === state).length }));
    keyed(tags, counts.filter((it) => it.number), (it) => it.state, badge, (element, it) => showBadge(element, { ...it, label: `${count(it.number)} ${it.label}` }));
    showRates(figures, Object.fromEntries(RATES.map((it) => [it, members.reduce((sum, row) => sum + (row.rates?.[it] ?? 0), 0)])));
    keyed(node, [...(isGroup ? [line] : []), ...(isOpen ? members : [])], (it) => it.name ?? it, (it) => (it === line ? line : createRow(it)), (it, row) => { if (it !== line) updateRow(it, row); });
  }

  function show() {
    const { breakers, total, summary } = list;
    showChips();
    table.hidden = !breakers.length;
    setText(caption, `${count(breakers.length)} of ${plural(summary.breakers, 'circuit breaker')}, ${SORTS[sort.value].toLowerCase()}`);
    keyed(table, [caption, head, ...groups()], (it) => it.name ?? it, (it) => (it.members ? createGroup(it) : it), (node, it) => { if (it.members) updateGroup(node, it); });
    group.hidden = summary.breakers < 30 && !filter.group;
    setAttribute(group, 'aria-pressed', String(!!filter.group));
    sort.hidden = !!filter.group || summary.breakers < 2;
    const left = total - breakers.length;
    const isQuiet = left && sort.value === 'worst' && stateOf(breakers.at(-1)).state === 'closed';
    more.hidden = !left && !!breakers.length;
    moreButton.hidden = !left;
    setText(moreText, left ? `${count(left)} more are ${isQuiet ? 'closed and quiet' : 'not shown'}.` : 'No breaker matches these filters.');
    setText(moreButton, `Show ${total > 1000 ? 'the first 1,000' : 'all'}`);
  }

  return {
    element,
    search,
    setFilter(next) {
      filter = next;
      if (document.activeElement !== search) search.value = filter.q ?? '';
      sort.value = filter.sort ?? 'worst';
    },
    update(body) {
      list = body;
      show();
    },
    tick: () => table.querySelectorAll('tr[data-name]').forEach(tickRow),
  };
}
