// @ts-check
// The overview: what all breakers do, worst first.

import { h, keyed, setAttribute, setChildren, setText } from './dom.js';
import { fragmentOf, listRoute } from './route.js';
import { badge, phrases, showBadge, stateOf } from './sentence.js';
import { createSpark } from './spark.js';
import { count, plural, rate } from './words.js';

const STATES = { open: 'open', half_open: 'half open', forced_open: 'forced open', forced_closed: 'forced closed', closed: 'closed' };
const SORTS = { worst: 'Worst first', name: 'By name', calls: 'Most calls', failures: 'Most failures', rejected: 'Most rejected' };
const HEADS = ['State', 'Breaker', 'What it does', 'Last 10 minutes', 'calls/s', 'failed/s', 'rejected/s'];

/** Makes the overview. `change` gets the filter that the user chooses; `eventsOf` returns the events of a breaker. */
export function createOverview(context, change, eventsOf) {
  let filter = {};
  let list = null;
  let typing;
  const opened = new Set();

  const chips = h('div', { class: 'chips', role: 'group', 'aria-label': 'Filters' });
  const search = h('input', {
    type: 'search', 'aria-label': 'Search the names', placeholder: 'Search  /', maxlength: 128, spellcheck: 'false', autocomplete: 'off',
    on: { input: () => { clearTimeout(typing); typing = setTimeout(() => change({ ...filter, q: search.value }), 200); } },
  });
  const sort = h('select', { 'aria-label': 'Order', on: { change: () => change({ ...filter, sort: sort.value === 'worst' ? '' : sort.value }) } },
    Object.entries(SORTS).map(([value, text]) => h('option', { value, text })));
  const group = h('button', { type: 'button', class: 'chip', text: 'Groups', title: 'By the first part of the name', on: { click: () => change({ ...filter, group: filter.group ? '' : '1' }) } });
  const caption = h('caption');
  const head = h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, HEADS.map((text, i) => h('th', { role: 'columnheader', scope: 'col', class: i > 3 ? 'number' : null, text }))));
  const table = h('table', { role: 'table', class: 'breakers' });
  const more = h('p', { class: 'more' });
  const moreText = h('span');
  const moreButton = h('button', { type: 'button', class: 'button', on: { click: () => change({ ...filter, limit: String(Math.min(1000, list.total)) }) } });
  more.append(moreText, ' ', moreButton);
  const element = h('section', { class: 'overview', 'aria-label': 'Circuit breakers' }, h('div', { class: 'filters' }, chips, h('span', { class: 'find' }, search, sort, group)), table, more);

  const toggle = (name, value) => change({ ...filter, [name]: filter[name] === value ? '' : value, limit: '' });
  const isOn = (state) => (filter.state ?? '').split(',').includes(state);
  const toggleState = (state) => {
    const states = (filter.state ?? '').split(',').filter(Boolean);
    change({ ...filter, state: (isOn(state) ? states.filter((it) => it !== state) : [...states, state]).join(','), limit: '' });
  };

  function chipsOf({ summary }) {
    const { states, keys } = summary;
    const all = [{ id: 'all', text: `${count(summary.breakers)} in all`, on: listRoute(filter) === listRoute({ sort: filter.sort, group: filter.group }), click: () => change({ sort: filter.sort, group: filter.group }) }];
    if (summary.critical_down || filter.critical) all.push({ id: 'critical', text: `${count(summary.critical_down)} critical down`, kind: summary.critical_down ? 'chip-down' : '', on: !!filter.critical, click: () => toggle('critical', 'true') });
    for (const [state, label] of Object.entries(STATES)) {
      if (states[state] || isOn(state)) all.push({ id: state, text: `${count(states[state])} ${label}`, on: isOn(state), state, click: () => toggleState(state) });
    }
    if (summary.configured || filter.configured) all.push({ id: 'configured', text: `${count(summary.configured)} changed at run time`, on: !!filter.configured, click: () => toggle('configured', 'true') });
    const sick = (keys.states.open ?? 0) + (keys.states.forced_open ?? 0);
    if (keys.keys) all.push({ id: 'keys', text: `${sick ? `${count(sick)} of ` : ''}${plural(keys.keys, 'key')}${sick ? ' open' : ''}` });
    if (summary.findings) all.push({ id: 'findings', text: plural(summary.findings, 'finding'), kind: 'chip-down', href: '#/findings' });
    return all;
  }

  function showChips() {
    keyed(chips, chipsOf(list), (it) => it.id,
      (it) => h(it.href ? 'a' : it.click ? 'button' : 'span', { type: it.click && !it.href ? 'button' : null, href: it.href, class: 'chip' }, it.state && h('i', { class: `dot dot-${it.state}` }), h('span')),
      (node, it) => {
        setText(node.lastChild, it.text);
        node.onclick = it.href ? null : it.click;
        if (it.click && !it.href) setAttribute(node, 'aria-pressed', String(!!it.on));
        node.className = `chip ${it.kind ?? ''}`;
      });
  }

  function createRow(row) {
    const cell = (i, props, ...children) => h('td', { role: 'cell', 'data-head': HEADS[i], ...props }, ...children);
    const number = (i) => cell(i, { class: 'number' });
    const it = {
      badge: badge(stateOf(row)), link: h('a', { href: fragmentOf(row.name) }, row.name), tags: h('span', { class: 'tags' }),
      sentence: h('span'), spark: createSpark(), numbers: [number(4), number(5), number(6)],
    };
    const node = h('tr', {
      role: 'row', data: { name: row.name },
      on: { click: (event) => { if (!event.target.closest('a') && getSelection()?.isCollapsed) context.go(fragmentOf(row.name)); } },
    }, cell(0, {}, it.badge), h('th', { role: 'rowheader', scope: 'row' }, it.link, ' ', it.tags), cell(2, { class: 'sentence' }, it.sentence), cell(3, { class: 'past' }, it.spark.element), it.numbers);
    node.parts = it;
    return node;
  }

  function updateRow(node, row) {
    const it = node.parts;
    it.row = row;
    showBadge(it.badge, stateOf(row));
    const tags = [row.critical && ['critical', 'tag-critical'], row.keys && [plural(row.keys.keys, 'key')], row.override && !row.override.until && ['no end', 'tag-critical'], row.configured?.length && [`changed: ${row.configured.join(', ')}`]].filter(Boolean);
    keyed(it.tags, tags, ([text]) => text, ([text, kind]) => h('span', { class: `tag ${kind ?? ''}`, text }));
    const { rates } = row;
    [rates?.calls, rates?.failures, rates?.rejected].forEach((value, i) => {
      setText(it.numbers[i], rates ? rate(value) : '–');
      it.numbers[i].classList.toggle('bad', i > 0 && value > 0);
      it.numbers[i].classList.toggle('none', !value);
    });
    tickRow(node);
  }

  function tickRow({ parts }) {
    const now = context.clock.now();
    const texts = phrases(parts.row, now);
    const text = texts.map((part) => part.outside ?? part).join('');
    if (parts.sentence.textContent !== text) {
      if (texts.length === 1) setText(parts.sentence, text);
      else parts.sentence.replaceChildren(...texts.map((part) => (part.outside === undefined ? part : h('bdi', { text: part.outside }))));
    }
    parts.spark.update(parts.row, eventsOf(parts.row.name), now);
  }

  const groupOf = (name) => name.split(/[/.:]/, 1)[0];

  function groups() {
    const all = new Map();
    for (const row of list.breakers) {
      const name = filter.group ? groupOf(row.name) : '';
      if (!all.has(name)) all.set(name, []);
      all.get(name).push(row);
    }
    const bad = ({ rows }) => rows.filter((row) => stateOf(row).state !== 'closed').length;
    const made = [...all].map(([name, rows]) => ({ name, rows }));
    return filter.group ? made.sort((one, other) => bad(other) - bad(one)) : made;
  }

  function createGroup() {
    const button = h('button', { type: 'button', class: 'group' });
    const figures = [4, 5, 6].map(() => h('td', { role: 'cell', class: 'number' }));
    const states = h('span', { class: 'tags' });
    const line = h('tr', { role: 'row', class: 'group' }, h('th', { role: 'rowheader', scope: 'rowgroup', colspan: 4 }, button, ' ', states), figures);
    const node = h('tbody', { role: 'rowgroup' });
    node.parts = { button, states, figures, line };
    return node;
  }

  function updateGroup(node, { name, rows }) {
    const { button, states, figures, line } = node.parts;
    const open = !filter.group || opened.has(name);
    if (filter.group) {
      setText(button, `${name} · ${count(rows.length)}`);
      setAttribute(button, 'aria-expanded', String(open));
      button.onclick = () => { if (!opened.delete(name)) opened.add(name); show(); };
      const counts = Object.keys(STATES).filter((state) => state !== 'closed').map((state) => [state, rows.filter((row) => row.state === state).length]).filter(([, number]) => number);
      keyed(states, counts, ([state]) => state, ([state]) => badge(state), (element, [state, number]) => showBadge(element, { ...stateOf({ state }), label: `${count(number)} ${STATES[state]}` }));
      ['calls', 'failures', 'rejected'].forEach((rule, i) => {
        const sum = rows.reduce((sum, row) => sum + (row.rates?.[rule] ?? 0), 0);
        setText(figures[i], rate(sum));
        figures[i].classList.toggle('bad', i > 0 && sum > 0);
      });
    }
    const shown = open ? rows : [];
    keyed(node, filter.group ? [{ name: '' }, ...shown] : shown, (row) => row.name, (row) => (row.name ? createRow(row) : line), (it, row) => { if (row.name) updateRow(it, row); });
  }

  function show() {
    showChips();
    const { breakers, total, summary } = list;
    const bodies = groups();
    table.hidden = !breakers.length;
    setText(caption, `${count(breakers.length)} of ${plural(summary.breakers, 'circuit breaker')}, ${SORTS[filter.sort ?? 'worst'].toLowerCase()}`);
    keyed(table, [{ node: caption }, { node: head }, ...bodies], (it) => it.node ?? it.name, (it) => it.node ?? createGroup(), (node, it) => { if (!it.node) updateGroup(node, it); });
    group.hidden = summary.breakers < 30 && !filter.group;
    setAttribute(group, 'aria-pressed', String(!!filter.group));
    sort.hidden = !!filter.group || summary.breakers < 2;
    const left = total - breakers.length;
    const quiet = !filter.sort && stateOf(breakers.at(-1) ?? {}).state === 'closed';
    more.hidden = !left && breakers.length > 0;
    moreButton.hidden = !left;
    setText(moreText, left ? `${count(left)} more are ${quiet ? 'closed and quiet' : 'not shown'}.` : 'No breaker matches these filters.');
    setText(moreButton, `Show ${total > 1000 ? 'the first 1,000' : `all ${count(total)}`}`);
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
    tick() {
      for (const node of table.querySelectorAll('tr[data-name]')) tickRow(node);
    },
  };
}
