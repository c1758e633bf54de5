// @ts-check
// One breaker, or the breaker of one key.

import { openAction, toast, undoButton, undoOf } from './act.js';
import { get } from './api.js';
import { createChart } from './chart.js';
import { curl, markdown, target } from './copy.js';
import { createDistance } from './distance.js';
import { external, h, outside, setChildren, setText, visible } from './dom.js';
import { createKeys } from './keys.js';
import { createLatency } from './latency.js';
import { fragmentOf } from './route.js';
import { badge, sentence, showBadge, stateOf } from './sentence.js';
import { createSettings } from './settings.js';
import { createTable } from './table.js';
import { at, clock, formatDuration, formatSeconds, parseDuration } from './time.js';
import { count, kinds, place, plural, who, why, words } from './words.js';

const ACTIONS = { 'force-open': 'Force open …', 'force-closed': 'Force closed …', clear: 'Clear override …', trip: 'Trip …', reset: 'Reset …' };
/** The number of transitions that are shown at first. */
const FEW = 8;
const lasted = (text) => formatSeconds(parseDuration(text));
const list = (counts) => kinds(counts).map((it) => it.text).join(', ');
const placed = (it) => it && [h('q', {}, outside(it.text)), ` in ${visible(place(it))}`];

/** Makes the view of a breaker. `show` chooses the breaker, and `update` reads it again. */
export function createDetail(context) {
  const element = h('article', { class: 'detail' });
  let [view, shown] = [null, ''];
  return {
    element,
    show(name, key) {
      const id = JSON.stringify([name, key]);
      if (id === shown) return;
      shown = id;
      view = createView(context, name, key);
      element.replaceChildren(view.element);
    },
    update: () => view.update(),
  };
}

function createView(context, name, key) {
  const path = target('breakers', name, key);
  let [last, all, seen] = [null, false, ''];
  const mark = badge('closed');
  const critical = h('span', { class: 'chip', text: 'critical', hidden: true });
  const text = h('p', { class: 'sentence' });
  const notices = h('ul', { class: 'warnings' });
  const links = h('span', { class: 'links' });
  const problem = h('p', { class: 'error', role: 'alert' });
  const button = (label, click) => h('button', { type: 'button', class: 'button', text: label, on: { click } });
  const buttons = Object.entries(ACTIONS).map(([action, label]) => button(label, () => openAction(context, { action, name, key })));
  const why_not = h('span', { class: 'muted' });
  const signIn = button('Sign in to act', () => context.openSignIn());
  const title = typeof key === 'string'
    ? [h('a', { href: fragmentOf(name) }, outside(name)), ' › ', outside(key)] : outside(name);

  const chart = createChart();
  const transitions = createTable('Transitions, newest first', ['When', 'Change', 'Why', 'Cause', 'Who'], 'No transition yet.');
  const more = button('', () => {
    all = !all;
    render();
  });
  const distance = createDistance();
  const outage = h('p', { class: 'lead' });
  const outages = createTable('Past outages, newest first', ['Began', 'Lasted', 'Openings', 'Rejected', 'Fallbacks', 'Began with', 'Cause'], 'No past outage.');
  const latency = createLatency();
  const calls = createTable('Calls since start', ['What', 'Number', 'Of which']);
  const keys = createKeys(context, name);
  const settings = createSettings(context, name);
  const functions = createTable('Functions that declare it', ['Function', 'Place', 'Time limit', 'Keys'], 'No function declares it.');
  const actions = createTable('Actions, newest first', ['When', 'Action', 'Who', ''], 'Nobody has acted on it.');
  const events = createTable('Events, newest first', ['When', 'Event', 'Key', 'What'], 'No events.');
  const section = (heading, ...parts) => h('section', {}, h('h3', { text: heading }), parts);
  const ofKeys = section('Keys', keys.element);
  const content = h('div', { hidden: true },
    h('div', { class: 'head' }, h('h2', {}, title), mark, critical, links),
    text, notices,
    h('div', { class: 'buttons' }, buttons, why_not, signIn,
      button('Copy as Markdown', () => copy(markdown({ ...last, settings: settings.settings }, clock.now(), location.href))),
      button('Copy as curl', () => copy(curl(document.baseURI, 'GET', path)))),
    h('div', { class: 'columns' },
      section('The last 10 minutes', chart.element, transitions.element, more),
      section('How far from a change', distance.element),
      section('Outages', outage, outages.element),
      ofKeys,
      section('Latency', latency.element),
      section('Calls', calls.element),
      section('Settings', settings.element),
      section('Actions and events', actions.element, events.element),
      section('Functions', functions.element)));

  async function copy(what) {
    try {
      await navigator.clipboard.writeText(what);
    } catch {
      // Over plain HTTP there is no clipboard for pages.
      const area = h('textarea', { class: 'unseen' });
      document.body.append(area);
      area.value = what;
      area.select();
      document.execCommand('copy');
      area.remove();
    }
    toast(context, 'Copied.');
  }

  function render() {
    const { breaker, links: given, file } = last;
    const { grant } = context;
    const now = clock.now();
    showBadge(mark, stateOf(breaker));
    critical.hidden = !breaker.config.critical;
    setText(text, sentence(breaker, now));
    const force = file?.force;
    setChildren(notices, [
      ['open', 'closed'].includes(force) && `${file.path} forces this breaker ${force}. An override of a person takes precedence, and only the file can end its own.`,
      ...breaker.overrides.slice(1).map((it) => `Beneath it: ${words(it.state)} by ${who(it.by) || words(it.layer)}.`),
    ].filter(Boolean).map((it) => h('li', { text: visible(it) })));
    const may = grant.may === 'control';
    for (const [nth, action] of Object.keys(ACTIONS).entries()) {
      buttons[nth].hidden = !may || (action === 'clear' && !breaker.overrides.some((it) => it.layer === 'runtime'));
    }
    setText(why_not, may ? '' : grant.control === 'never' ? 'Nobody can act here: the service was given no token (Access::token).' : 'You may read, and not act.');
    signIn.hidden = may || grant.control === 'never';
    setChildren(links, (given ?? []).map((it) => external(it.label, it.url)));
    renderHistory(breaker, now);
    chart.update(last, now);
    distance.update(last, now);
    latency.update(last);
    renderCalls(last.keys?.totals ?? breaker.totals);
    ofKeys.hidden = !last.keys;
    renderOthers();
    content.hidden = false;
  }

  function renderHistory({ history, outage: present, past_outages: past }) {
    const shown = history.slice(all ? 0 : -FEW).reverse();
    transitions.update(shown, (it) => it.transition.generation, ({ at: date, transition: it }) =>
      [at(it.due_at ?? date), `${words(it.from)} → ${words(it.to)}`, why(it), placed(it.cause), outside(who(it.by))]);
    more.hidden = history.length <= FEW;
    setText(more, all ? `Show the last ${FEW}` : `Show all ${history.length}`);
    const first = present?.first.transition;
    setChildren(outage, present
      ? [`${present.closed_at ? 'Closed again, but not for long enough yet. ' : ''}For ${lasted(present.lasted)}, since `, at(present.began_at),
        `: ${plural(present.openings, 'opening')}, ${plural(present.probes, 'probe')}, ${plural(present.rejected, 'call')} rejected, ${plural(present.fallbacks, 'fallback answer')}. It began with ${why(first)}`,
        first.cause && [': ', ...placed(first.cause)], '.'].flat().filter(Boolean).map((it) => (typeof it === 'string' ? document.createTextNode(it) : it))
      : [document.createTextNode('No outage at present.')]);
    outages.update([...past].reverse(), (it) => it.began_at, (it) => [at(it.began_at), lasted(it.lasted), count(it.openings),
      count(it.rejected), count(it.fallbacks), why(it.first.transition), placed(it.first.transition.cause)]);
  }

  function renderCalls(it) {
    calls.update([
      ['Ended', it.calls, list({ succeeded: it.successes, failed: it.failures, ignored: it.ignored, cancelled: it.cancelled })],
      ['Failed', it.failures, list(it.failures_by_kind)],
      ['Slow', it.slow, ''],
      ['Rejected', it.rejected, list(it.rejections)],
      ['Answered by a fallback', it.fallback_successes + it.fallback_failures, list({ succeeded: it.fallback_successes, failed: it.fallback_failures })],
      ['Stale: too late to count', it.stale, ''],
      ['Openings', it.opens, `open for ${lasted(it.open_time)} in total`],
    ], ([what]) => what, ([what, number, of]) => [what, count(number), of]);
  }

  function renderOthers() {
    const { breaker, functions: declared, actions: acts } = last;
    functions.update(declared ?? [], (it) => `${it.function} ${it.location.file} ${it.location.line}`, (it) => [h('code', { text: it.function }),
      `${visible(it.location.file)}:${it.location.line}`, it.call_timeout ? formatDuration(parseDuration(it.call_timeout)) : '', it.has_key ? 'one breaker for each' : '']);
    const newest = acts ?? [...breaker.actions].reverse();
    const undo = undoOf(name, key);
    actions.update(newest.map((it, nth) => ({ ...it, undo: nth === 0 && undo ? undo : null })), (it) => `${it.at} ${it.kind}`, (it) => [
      at(it.at), [words(it.kind), it.ttl && ` for ${lasted(it.ttl)}`, it.detail && `: ${visible(it.detail)}`], outside(who(it.by)), it.undo && undoButton(context, it.undo)]);
  }

  async function renderEvents() {
    const { breaker, keys: stats, actions: acts } = last;
    const state = JSON.stringify([breaker.generation, breaker.overrides, breaker.config, acts?.[0], stats?.transitions]);
    if (state === seen) return;
    const { body } = await get(`events?${new URLSearchParams({ breaker: name, last: '500' })}`);
    seen = state;
    const own = body.events.filter((it) => (typeof key === 'string' ? it.key === key : stats || it.kind !== 'transition'));
    events.update(own.slice(-50).reverse(), (it) => it.id ?? `${it.at} ${it.sequence}`, (it) => [at(it.at), words(it.kind), it.key && outside(it.key), outside(happened(it))]);
  }

  return {
    element: h('div', {}, problem, content),
    async update() {
      try {
        last = (await get(path)).body;
      } catch (failed) {
        if (failed.status !== 404) throw failed;
        content.hidden = true;
        const { nearest } = failed.body ?? {};
        const isKey = failed.name === 'unknown-key';
        setChildren(problem, outside(failed.detail), nearest && h('a', { href: isKey ? fragmentOf(name, nearest) : fragmentOf(nearest) }, ' ', outside(nearest)));
        return;
      }
      problem.replaceChildren();
      render();
      await Promise.all([settings.update(last), last.keys && keys.update(last), renderEvents()]);
    },
  };
}

/** Says what an event reports. */
function happened({ kind, transition, change, outage, override, action, problem }) {
  if (transition) return `${words(transition.from)} → ${words(transition.to)}: ${why(transition)}`;
  if (change) return `${change.setting}: ${change.from} → ${change.to} (${words(change.layer)})`;
  if (outage) return kind === 'outage_ended' ? `after ${lasted(outage.lasted)}, ${plural(outage.rejected, 'call')} rejected` : why(outage.first.transition);
  if (override) return `${words(override.state)} by ${who(override.by)}`;
  if (action) return [words(action.kind), who(action.by)].filter(Boolean).join(', ');
  return problem ? JSON.stringify(problem) : '';
}
