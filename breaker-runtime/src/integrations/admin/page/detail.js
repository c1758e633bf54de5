// @ts-check
// One breaker, or the breaker of one key.

import { openAction, toast, undoButton } from './act.js';
import { get } from './api.js';
import { createChart } from './chart.js';
import { curl, markdown, outageOf, target } from './copy.js';
import { createDistance } from './distance.js';
import { external, h, outside, setChildren, setText, visible } from './dom.js';
import { createKeys } from './keys.js';
import { createLatency } from './latency.js';
import { fragmentOf } from './route.js';
import { badge, sentence, showBadge, stateOf } from './sentence.js';
import { createSettings } from './settings.js';
import { button, createTable } from './table.js';
import { at, brief, clock, formatSeconds, parseDuration } from './time.js';
import { changeOf, count, keyText, kinds, place, plural, who, why, words } from './words.js';

const ACTIONS = { 'force-open': 'Force open …', 'force-closed': 'Force closed …', clear: 'Clear override …', trip: 'Trip …', reset: 'Reset …' };
const seconds = (text) => formatSeconds(parseDuration(text));
const list = (counts) => kinds(counts).map((it) => it.text).join(', ');
const told = (text) => text && outside(text);
const caused = ({ cause }) => cause && [h('q', {}, outside(cause.text)), ` in ${visible(place(cause))}`];

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
  let [last, seen] = [null, ''];
  const mark = badge('closed');
  const [text, problem, notes] = [h('p', { class: 'sentence' }), h('p', { class: 'problem', role: 'alert' }), h('ul', { class: 'notes' })];
  const [critical, links, reader] = [h('span', { class: 'tag tag-critical', text: 'critical' }), h('span'), h('span', { class: 'muted' })];
  const buttons = Object.entries(ACTIONS).map(([action, label]) => button(label, () => openAction(context, { action, name, key }), { class: 'button acts' }));
  const signIn = button('Sign in', () => context.openSignIn());
  const copying = (label, what) => button(label, () => copy(what()));

  const [chart, distance, latency, keys, settings] = [createChart(), createDistance(), createLatency(), createKeys(context, name), createSettings(context, name)];
  const transitions = createTable('Transitions, newest first', ['When', 'Change', 'Why', 'Cause', 'Who'], 'No transition yet.', 6);
  const present = h('p');
  const outages = createTable('Past outages, newest first', ['Began', 'Lasted', 'Openings', 'Rejected', 'Fallbacks', 'Began with', 'Cause'], 'No past outage.', 4);
  const calls = createTable('Since start', ['What', 'Number', 'Of which']);
  const functions = createTable('Declared by', ['Function', 'Time limit', 'Place'], 'No function declares it.');
  const actions = createTable('Actions, newest first', ['When', 'Action', 'Who', 'Undo'], 'Nobody has acted on it.', 5);
  const events = createTable('Events, newest first', ['When', 'Event', 'What', 'Key'], 'No events.', 6);
  const section = (heading, ...parts) => h('section', {}, h('h3', { text: heading }), parts);
  const [ofKeys, ofOutages, ofDistance] = [section('Keys', keys.element), section('Outages', present, outages.element), section('How far from a change', distance.element)];
  const content = h('div', { hidden: true },
    h('div', { class: 'head' }, h('h2', {}, key === null ? name : [h('a', { href: fragmentOf(name) }, name), ' › ', outside(keyText(key))]), mark, critical, links), text, notes,
    h('div', { class: 'tools' }, buttons, reader, signIn,
      copying('Copy as Markdown', () => markdown({ ...last, settings: settings.all() }, clock.now(), location.href)),
      copying('Copy as curl', () => curl(document.baseURI, 'GET', path))),
    h('div', { class: 'columns' },
      h('div', {}, section('Last 10 minutes', chart.element, transitions.element), ofOutages, ofKeys, section('Actions and events', actions.element, events.element)),
      h('div', {}, ofDistance, section('Latency', latency.element), section('Calls', calls.element), section('Settings', settings.element), section('Functions', functions.element))));

  async function copy(what) {
    try {
      await navigator.clipboard.writeText(what);
    } catch {
      // Over plain HTTP, pages have no clipboard.
      const area = h('textarea', { class: 'unseen' }, what);
      document.body.append(area);
      area.select();
      document.execCommand('copy');
      area.remove();
    }
    toast(context, 'Copied');
  }

  function render() {
    const { breaker, file } = last;
    const { may, control } = context.grant;
    const now = clock.now();
    showBadge(mark, stateOf(breaker));
    critical.hidden = !breaker.config.critical;
    setText(text, sentence(breaker, now));
    const forced = ['open', 'closed'].includes(file?.force) && `${file.path} forces this breaker ${file.force}. An override of a person takes precedence; only the file ends its own.`;
    const beneath = breaker.overrides.slice(1).filter((it) => !forced || it.layer !== 'file');
    setChildren(notes, [forced, ...beneath.map((it) => `Beneath: ${words(it.state)} by ${who(it.by) || words(it.layer)}.`)].filter(Boolean).map((it) => h('li', { text: visible(it) })));
    Object.keys(ACTIONS).forEach((action, nth) => {
      buttons[nth].hidden = may !== 'control' || (action === 'clear' && !breaker.overrides.some((it) => it.layer === 'runtime'));
    });
    setText(reader, may === 'control' ? '' : control === 'never' ? 'Nobody can act here: the program has given no token (Access::token).' : 'You can read. To act, sign in with a token for it.');
    signIn.hidden = may === 'control' || control === 'never';
    setChildren(links, (last.links ?? []).map((it) => external(it.label, it.url)));
    for (const part of [chart, distance, latency]) part.update(last, now);
    renderHistory(breaker);
    renderCalls(last.keys?.totals ?? breaker.totals);
    renderOthers(breaker);
    ofKeys.hidden = !last.keys;
    // Calls of a name with keys go through the breakers of the keys.
    for (const part of [ofOutages, ofDistance, transitions.element]) part.hidden = Boolean(last.keys) && !breaker.history.length;
    content.hidden = false;
  }

  function renderHistory({ history, outage, past_outages: past }) {
    transitions.update([...history].reverse(), (it) => it.transition.generation, ({ at: date, transition: it }) =>
      [at(it.due_at ?? date), changeOf(it), why(it), caused(it), told(who(it.by))]);
    setText(present, !outage ? 'There is none at present.'
      : `${outage.closed_at ? 'Closed again, but not for long enough to be over' : 'The circuit has been failing'} ${outageOf(outage, (date) => brief(date), (it) => `“${visible(it)}”`)}.`);
    outages.update([...past].reverse(), (it) => it.began_at, (it) => [at(it.began_at), seconds(it.lasted), count(it.openings), count(it.rejected), count(it.fallbacks),
      why(it.first.transition), caused(it.first.transition)]);
  }

  function renderCalls({ calls: all, successes: succeeded, failures: failed, ignored, cancelled, ...it }) {
    const answers = { succeeded: it.fallback_successes, failed: it.fallback_failures };
    calls.update([
      ['Calls', all, list({ succeeded, failed, ignored, cancelled })],
      ['Failures', failed, list(it.failures_by_kind)],
      ['Slow calls', it.slow],
      ['Rejections', it.rejected, list(it.rejections)],
      ['Fallback answers', answers.succeeded + answers.failed, list(answers)],
      ['Stale outcomes', it.stale, it.stale && 'ended after the state had changed, so they decided nothing'],
      ['Openings', it.opens, `open for ${seconds(it.open_time)} in total`],
    ], ([what]) => what, ([what, number, parts]) => [what, count(number), parts]);
  }

  function renderOthers(breaker) {
    functions.update(last.functions, (it) => JSON.stringify(it.location), (it) => [h('code', { text: it.function }), it.call_timeout, visible(`${it.location.file}:${it.location.line}`)]);
    const undo = undoButton(context, name, key);
    actions.update((last.actions ?? [...breaker.actions].reverse()).map((it, nth) => ({ ...it, undo: !nth && undo?.title })), (it) => it.at + it.kind, (it) => [
      at(it.at), [words(it.kind), it.ttl && ` for ${seconds(it.ttl)}`, it.detail && `: ${visible(it.detail)}`], told(who(it.by)), it.undo && undo]);
  }

  async function renderEvents() {
    const { breaker, keys: stats, actions: acts } = last;
    const state = JSON.stringify([breaker.generation, breaker.overrides, breaker.config, acts?.[0], stats?.transitions]);
    if (state === seen) return;
    const { body } = await get(`events?${new URLSearchParams({ breaker: name, last: '500' })}`);
    seen = state;
    const own = body.events.filter((it) => (key === null ? stats || it.kind !== 'transition' : it.key === key));
    events.update(own.slice(-50).reverse(), (it) => JSON.stringify([it.key, it.sequence]), (it) => [at(it.at), words(it.kind), told(happened(it)), it.key && outside(keyText(it.key))]);
  }

  return {
    element: h('div', {}, problem, content),
    async update() {
      try {
        const { body } = await get(path);
        last = { ...body, keys: body.keys ?? body.breaker.key_stats };
      } catch (failed) {
        if (failed.status !== 404) throw failed;
        const nearest = failed.body?.nearest;
        content.hidden = true;
        setChildren(problem, outside(failed.detail), ' ', nearest && h('a', { href: failed.name === 'unknown-key' ? fragmentOf(name, nearest) : fragmentOf(nearest) }, outside(nearest)));
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
  if (transition) return `${changeOf(transition)}: ${why(transition)}`;
  if (change) return `${change.setting}: ${change.from} → ${change.to} (${words(change.layer)})`;
  if (outage) return kind === 'outage_ended' ? `after ${seconds(outage.lasted)}, ${plural(outage.rejected, 'call')} rejected` : why(outage.first.transition);
  const [what, by] = override ? [override.state, override.by] : action ? [action.kind, action.by] : [problem?.message ?? ''];
  return [words(what), who(by)].filter(Boolean).join(', by ');
}
