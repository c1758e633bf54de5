// @ts-check
// Dialogs that tell what an action would do before it is done, and the message with which it can be undone.

import { get, send } from './api.js';
import { curl, target } from './copy.js';
import { h, setChildren, setText, visible } from './dom.js';
import { keep, kept } from './session.js';
import { button } from './table.js';
import { clock } from './time.js';
import { effectOf, subject } from './words.js';

const VERBS = { 'force-open': 'Force open', 'force-closed': 'Force closed', clear: 'Clear override of', trip: 'Trip', reset: 'Reset' };
const TIMES = { '15m': '15 min', '30m': '30 min', '2h': '2 h', '8h': '8 h', '': 'until cleared' };
const UNDO_FOR = 20_000;
const ofTab = () => sessionStorage;
/** The answer to the last action of this page on each breaker. */
const answers = new Map();
let message = null;

const idOf = ({ breaker, key }) => JSON.stringify([breaker, key ?? null]);
const reasons = () => JSON.parse(kept('reasons', ofTab) ?? '[]');

/** Shows a message for a while. */
export function toast(context, text, undo) {
  message?.remove();
  const shown = h('div', { class: 'toast' }, h('span', { text }), undo, button('×', () => shown.remove(), { 'aria-label': 'Close' }));
  message = shown;
  document.body.append(shown);
  context.announce(text);
  const end = () => (shown.matches(':hover, :focus-within') ? setTimeout(end, 1000) : shown.remove());
  setTimeout(end, UNDO_FOR);
}

/** Makes the button that takes back the last action of this page on a breaker, if one does. */
export function undoButton(context, breaker, key) {
  const id = idOf({ breaker, key });
  const { method, path, body } = answers.get(id)?.undo ?? {};
  if (!path) return null;
  const undo = async () => {
    try {
      await send(method, path, body, { instance: context.instance?.id });
      answers.delete(id);
      toast(context, `Undone by ${method} ${visible(path)}`);
    } catch (problem) {
      toast(context, explain(problem));
    }
    context.refresh();
  };
  return button('Undo', undo, { title: `${method} ${visible(path)}` });
}

function explain({ name, status, detail, message: text }) {
  if (name === 'other-instance') return 'Nothing was changed: another instance has answered, or this one has restarted. Behind a load balancer, open this instance by an address of its own; otherwise close this and look again.';
  return status === 401 ? 'Nothing was changed, because a token is needed. What you wrote is kept.' : detail ?? text;
}

/** Makes the label and the input of the reason, which offers the last ones. */
export function reasonField(required) {
  const offered = h('datalist', { id: 'reasons' });
  const offer = (texts) => setChildren(offered, [...new Set([...reasons(), ...texts])].slice(0, 5).map((value) => h('option', { value })));
  offer([]);
  get('actions').then(({ body }) => offer(body.actions.map((it) => it.by.reason).filter(Boolean)), () => {});
  const input = h('input', { list: 'reasons', maxlength: 500, required, autocomplete: 'off' });
  return { input, label: h('label', {}, required ? 'Reason (required)' : 'Reason', input, offered) };
}

/**
 * Opens a dialog whose button repeats its title. `preview` shows what would happen and resolves to warnings; `missing`
 * says what is still to be given; `run` does it and resolves to the answer. If it fails, all that was written stays.
 */
export function openDialog(context, { title, parts, preview, missing, run, command }) {
  const [warnings, error, hint] = [h('ul', { class: 'notes' }), h('p', { class: 'problem', role: 'alert' }), h('p', { class: 'muted' })];
  const shell = h('pre', { tabindex: 0 });
  const go = button(title, act, { class: 'button primary' });
  const dialog = h('dialog', { class: 'sheet', 'aria-labelledby': 'sheet-title', on: { close, input: refresh } },
    h('h2', { id: 'sheet-title', text: title }), parts, warnings, error, h('details', {}, h('summary', { text: 'As a command' }), shell), hint,
    h('menu', {}, button('Cancel', () => dialog.close()), go));
  let [turn, timer, ready] = [0, 0, false];
  const beat = setInterval(check, 1000);

  function close() {
    clearInterval(beat);
    dialog.remove();
  }

  function refresh() {
    clearTimeout(timer);
    ready = false;
    check();
    timer = setTimeout(look, 250);
  }

  async function look() {
    const own = ++turn;
    const failed = await preview().then((texts) => own === turn && setChildren(warnings, texts.map((text) => h('li', { text: visible(text) }))), (problem) => problem);
    if (own !== turn) return;
    setText(error, failed ? explain(failed) : '');
    ready = !failed;
    check();
  }

  function check() {
    const text = context.isStale() ? 'The service does not answer.' : missing();
    setText(hint, text ?? '');
    setText(shell, command());
    go.disabled = Boolean(text) || !ready;
  }

  async function act() {
    go.disabled = true;
    try {
      const answer = await run();
      if (answer.reason) keep('reasons', JSON.stringify([...new Set([answer.reason, ...reasons()])].slice(0, 5)), ofTab);
      answers.set(idOf(answer), answer);
      dialog.close();
      toast(context, `Done: ${title}`, undoButton(context, answer.breaker, answer.key));
      context.refresh();
    } catch (problem) {
      if (problem.name === 'settings-changed') await look();
      else {
        setText(error, explain(problem));
        check();
      }
    }
  }

  document.body.append(dialog);
  dialog.showModal();
  look();
  return go;
}

/** Opens the dialog of an action on a breaker, on the breaker of a key, or on the open keys of a name. */
export function openAction(context, { action, name, key = null, keys = null }) {
  const forces = action.startsWith('force-');
  const { instance } = context;
  const { input, label } = reasonField(forces);
  const effect = h('p', { role: 'status', text: 'Asking what would happen …' });
  const sure = h('input', { type: 'checkbox' });
  const endless = h('label', { class: 'tick', hidden: true }, sure, 'It has no end. I will clear it myself.');
  const times = h('fieldset', {}, h('legend', { text: 'For how long' }),
    Object.entries(TIMES).map(([value, text]) => h('label', { class: 'tick' }, h('input', { type: 'radio', name: 'ttl', value, checked: value === '30m' }), text)), endless);
  const typed = h('input', { autocomplete: 'off', spellcheck: 'false' });
  const risk = h('label', { hidden: true }, `All calls will reach a dependency that fails. Type ${name} to go on:`, typed);
  const ttl = () => times.querySelector(':checked').value || null;
  const reason = () => input.value.trim();
  const body = (why) => ({ ...(why ? { reason: why } : {}), ...(forces ? { ttl: ttl() } : {}) });
  const path = (more) => target(action, name, key, { ...(keys ? { keys } : {}), ...more });
  const post = (where, why) => send('POST', where, body(why), { instance: instance?.id });

  const go = openDialog(context, {
    title: `${VERBS[action]} ${keys ? `all ${keys} keys of ${name}` : subject(name, key)}`,
    parts: [effect, label, forces && times, risk],
    async preview() {
      const { body: answer } = await post(path({ dry_run: 'true' }), reason() || (forces && 'preview'));
      setText(effect, effectOf(answer, instance?.name ?? instance?.id, clock.now()));
      risk.hidden = !(action === 'force-closed' && (answer.before.machine_state === 'open' || answer.before.keys?.open));
      go.classList.toggle('danger', !risk.hidden);
      return answer.warnings;
    },
    missing() {
      endless.hidden = Boolean(ttl());
      if (forces && !reason()) return 'Write a reason. Everybody will see it.';
      if (forces && !endless.hidden && !sure.checked) return 'Tick that it has no end.';
      return !risk.hidden && typed.value !== name ? `Type ${name}.` : null;
    },
    run: async () => (await post(path(), reason())).body,
    command: () => curl(document.baseURI, 'POST', path(), body(reason()), { instance: instance?.id }),
  });
  input.focus();
}
