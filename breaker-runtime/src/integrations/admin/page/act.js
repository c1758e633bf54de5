// @ts-check
// Dialogs that say what an action would do before it is done, and the message with which it can be undone.

import { get, send } from './api.js';
import { curl, target } from './copy.js';
import { h, setChildren, setText, visible } from './dom.js';
import { effectOf, plural, subject, words } from './words.js';

const VERBS = { 'force-open': 'Force open', 'force-closed': 'Force closed', clear: 'Clear override of', trip: 'Trip', reset: 'Reset' };
const TIMES = { '15m': '15 min', '30m': '30 min', '2h': '2 h', '8h': '8 h', '': 'until cleared' };
const UNDO_FOR = 20_000;
const REASONS = 'breaker-reasons';
/** The last request of this page for each breaker that takes an action back. */
const undos = new Map();
let message = null;

const id = (name, key) => JSON.stringify([name, key ?? null]);

/** Returns the request that takes back the last action of this page on a breaker. */
export const undoOf = (name, key) => undos.get(id(name, key));

function reasons() {
  try {
    return JSON.parse(sessionStorage.getItem(REASONS) ?? '[]');
  } catch {
    return [];
  }
}

function remember(reason) {
  try {
    if (reason) sessionStorage.setItem(REASONS, JSON.stringify([...new Set([reason, ...reasons()])].slice(0, 5)));
  } catch {
    // Without storage, the reasons of the last actions are offered.
  }
}

/** Shows a message for a while, with a way to undo what was done. */
export function toast(context, text, undo) {
  message?.remove();
  const close = h('button', { type: 'button', class: 'button', 'aria-label': 'Close', text: '×', on: { click: () => shown.remove() } });
  const shown = h('div', { class: 'toast' }, h('span', { text }), undo && undoButton(context, undo), close);
  message = shown;
  document.body.append(shown);
  context.announce(text);
  const end = () => (shown.matches(':hover, :focus-within') ? setTimeout(end, 1000) : shown.remove());
  setTimeout(end, UNDO_FOR);
}

/** Makes the button that takes an action back. */
export function undoButton(context, { name, key, request: { method, path, body } }) {
  const undo = async () => {
    try {
      await send(method, path, body, { instance: context.instance?.id });
      undos.delete(id(name, key));
      toast(context, `Undone: ${method} ${visible(path)}`);
      context.refresh();
    } catch (problem) {
      toast(context, `Not undone: ${explain(problem)}`);
    }
  };
  return h('button', { type: 'button', class: 'button', text: 'Undo', title: `${method} ${visible(path)}`, on: { click: undo } });
}

/** Says why a request was not carried out, and what to do. */
export function explain(problem) {
  if (problem.name === 'other-instance') return 'Another instance answered, and nothing was changed. A load balancer chooses one for each request: open this instance by its own address.';
  if (problem.status === 401) return 'Nothing was changed: a token is needed. What you have written is kept.';
  return problem.detail ?? String(problem);
}

/** Remembers an answer, and says what was done. */
export function done(context, text, { breaker: name, key, undo, reason }) {
  remember(reason);
  const own = undo && { name, key, request: undo };
  if (own) undos.set(id(name, key), own);
  else undos.delete(id(name, key));
  toast(context, text, own);
  context.refresh();
}

/** Makes the input of the reason, which offers the last ones. */
export function reasonField(required) {
  const offered = h('datalist', { id: 'reasons' });
  const offer = (texts) => setChildren(offered, [...new Set(texts)].slice(0, 5).map((value) => h('option', { value })));
  offer(reasons());
  get('actions').then(({ body }) => offer([...reasons(), ...body.actions.map((it) => it.by.reason).filter(Boolean)]), () => {});
  const input = h('input', { list: 'reasons', maxlength: 500, required, autocomplete: 'off' });
  return { input, label: h('label', {}, required ? 'Reason (required)' : 'Reason', input, offered) };
}

/**
 * Opens a dialog. `preview()` asks what would happen, shows it, and resolves to the warnings; `missing()` says what is
 * still to be given; `run()` does it. The dialog stays open with all that was written if that fails.
 */
export function openDialog({ title, confirm, parts, preview, missing, run, command }) {
  const [warnings, error] = [h('ul', { class: 'warnings' }), h('p', { class: 'error', role: 'alert' })];
  const [hint, shell] = [h('p', { class: 'muted' }), h('pre', { tabindex: 0 })];
  const go = h('button', { type: 'button', class: 'button primary', text: confirm, on: { click: act } });
  const cancel = h('button', { type: 'button', class: 'button', text: 'Cancel', on: { click: () => dialog.close() } });
  const heading = h('h2', { id: 'dialog-title', text: title });
  const dialog = h('dialog', { 'aria-labelledby': 'dialog-title', on: { close: () => dialog.remove(), input: refresh } },
    heading, parts, warnings, error, h('details', {}, h('summary', { text: 'As a command' }), shell), hint, h('div', { class: 'buttons' }, cancel, go));
  let [asked, timer, ready] = [0, 0, false];

  function refresh() {
    clearTimeout(timer);
    ready = false;
    check();
    timer = setTimeout(look, 250);
  }

  async function look() {
    const turn = ++asked;
    try {
      const found = await preview();
      if (turn !== asked) return;
      setChildren(warnings, found.map((text) => h('li', { text: visible(text) })));
      setText(error, '');
      ready = true;
    } catch (problem) {
      if (turn === asked) setText(error, explain(problem));
    }
    check();
  }

  function check() {
    const text = missing();
    setText(hint, text ?? '');
    setText(shell, command());
    go.disabled = Boolean(text) || !ready;
  }

  async function act() {
    go.disabled = true;
    try {
      await run();
      dialog.close();
    } catch (problem) {
      setText(error, explain(problem));
      // It stays what was looked at, unless that is no longer so.
      if (problem.name === 'settings-changed') await look();
      else check();
    }
  }

  document.body.append(dialog);
  dialog.showModal();
  look();
  return { dialog, go, check };
}

/** Opens the dialog of an action on a breaker, on the breaker of a key, or on its open keys (`keys`: `open`). */
export function openAction(context, { action, name, key, keys }) {
  const forces = action.startsWith('force-');
  const whom = keys ? `${keys} keys of ${name}` : subject(name, key);
  const { instance } = context;
  const { input, label } = reasonField(forces);
  const effect = h('p', { class: 'lead', role: 'status', text: 'Asking what would happen …' });
  const sure = h('input', { type: 'checkbox' });
  const sureLabel = h('label', { class: 'choice', hidden: true }, sure, 'It has no end, and I will clear it myself');
  const times = Object.entries(TIMES).map(([value, text]) => h('label', { class: 'choice' }, h('input', { type: 'radio', name: 'ttl', value, checked: value === '30m' }), text));
  const typed = h('input', { autocomplete: 'off', spellcheck: 'false' });
  const typedLabel = h('label', { hidden: true }, `All calls will reach a dependency that fails. Type ${name} to go on`, typed);
  const ttl = () => opened.dialog.querySelector('[name="ttl"]:checked')?.value || null;
  const body = (reason) => ({ ...(reason ? { reason } : {}), ...(forces ? { ttl: ttl() } : {}) });
  const path = (more) => target(action, name, key, { ...(keys ? { keys } : {}), ...more });

  const opened = openDialog({
    title: `${VERBS[action]} ${whom}`,
    confirm: `${VERBS[action]} ${whom}`,
    parts: [effect, label, forces && h('fieldset', {}, h('legend', { text: 'For how long' }), times, sureLabel), typedLabel],
    async preview() {
      const { body: answer, now } = await send('POST', path({ dry_run: 'true' }), body(input.value.trim() || (forces && 'preview')), { instance: instance?.id });
      setText(effect, effectOf(answer, instance?.name ?? instance?.id, now));
      const risky = action === 'force-closed' && (answer.before.machine_state === 'open' || answer.before.keys?.open > 0);
      typedLabel.hidden = !risky;
      opened.go.classList.toggle('danger', risky);
      return answer.warnings;
    },
    missing() {
      sureLabel.hidden = !forces || Boolean(ttl());
      if (forces && !input.value.trim()) return 'Write a reason: it is shown to everybody.';
      if (!sureLabel.hidden && !sure.checked) return 'Tick that the override has no end.';
      return !typedLabel.hidden && typed.value !== name ? `Type ${name}.` : null;
    },
    async run() {
      const reason = input.value.trim();
      const { body: answer } = await send('POST', path(), body(reason), { instance: instance?.id });
      const some = answer.effect.breakers > 1 ? ` (${plural(answer.effect.changes, 'key')})` : '';
      done(context, `${VERBS[action]} ${whom}: done${some}. The circuit is ${words(answer.after.state)}.`, answer);
    },
    command: () => curl(document.baseURI, 'POST', path(), body(input.value.trim()), { instance: instance?.id }),
  });
  input.focus();
}
