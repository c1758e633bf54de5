// @ts-check
// The settings of a breaker: their layers, and changes of them at run time.

import { done, openDialog, reasonField } from './act.js';
import { get, pathOf, send } from './api.js';
import { curl, target } from './copy.js';
import { h, setChildren, setText, visible } from './dom.js';
import { createTable } from './table.js';
import { words } from './words.js';

const TYPE = 'application/merge-patch+json';

/** Returns the member of a merge patch for what was written: `50 %` is 0.5, `off`, `true`, `"30s"`. `undefined` for nothing. */
export function valueOf(text) {
  const written = text.trim();
  if (written === '') return undefined;
  if (written === 'true' || written === 'false') return written === 'true';
  const share = /^(\d+(?:\.\d+)?)\s*%$/.exec(written);
  if (share) return Number(share[1]) / 100;
  return /^\d+(\.\d+)?$/.test(written) ? Number(written) : written.replace(/\s+/g, '');
}

/** Lists the settings that differ: what somebody else has changed meanwhile. */
export function changedSettings(before, after) {
  const old = new Map(before.map((it) => [it.setting, it.value]));
  return after.filter((it) => old.get(it.setting) !== it.value).map((it) => `${it.setting}: ${old.get(it.setting) ?? '–'} → ${it.value}`);
}

/** Makes the section of the settings of a name. */
export function createSettings(context, name) {
  const table = createTable('Settings in force', ['Setting', 'Value', 'From', '']);
  const all = h('button', { type: 'button', class: 'button', text: 'Take back all settings of run time', hidden: true, on: { click: () => change(null) } });
  let [state, etag, seen] = [{ settings: [] }, null, ''];

  async function load() {
    const answer = await get(pathOf('settings', name));
    state = answer.body;
    etag = answer.etag;
    table.update(state.settings, (it) => it.setting, cells);
    all.hidden = context.grant.may !== 'control' || !Object.keys(state.configured).length;
  }

  function cells({ setting, value, layers: [top, ...below] }) {
    const from = [h('span', { class: `chip chip-${top.layer}`, text: words(top.layer) }), top.place && ` ${visible(top.place)}`];
    const beneath = below.length && h('details', {}, h('summary', { text: 'beneath' }),
      h('ul', {}, below.map((it) => h('li', { text: `${it.value} (${words(it.layer)}${it.place ? `, ${visible(it.place)}` : ''})` }))));
    const button = (text, act) => h('button', { type: 'button', class: 'button small', text, 'aria-label': `${text} ${setting}`, on: { click: act } });
    const may = context.grant.may === 'control';
    return [setting, h('strong', { text: value }), [...from, beneath],
      may && [button('Edit', () => change(setting, value)), top.layer === 'runtime' && button('Take back', () => change(setting))]];
  }

  /** Sets a setting if it has a value now, takes it back without one, and takes all back without a setting. */
  function change(setting, value) {
    const edits = value !== undefined;
    const field = h('input', { value, autocomplete: 'off', spellcheck: 'false' });
    const { input, label } = reasonField(false);
    const effect = h('ul', { class: 'lead', role: 'status' });
    const title = () => (setting === null ? `Take back all settings of ${name}` : edits ? `Set ${setting} of ${name}` : `Take back ${setting} of ${name}`);
    const method = setting === null ? 'DELETE' : 'PATCH';
    const body = () => (setting === null ? null : { [setting]: edits ? valueOf(field.value) : null });
    const path = (more) => target('settings', name, null, { ...(input.value.trim() ? { reason: input.value.trim() } : {}), ...more });
    const options = () => ({ instance: context.instance?.id, ifMatch: etag, type: TYPE });
    const patch = (more) => send(method, path(more), body(), options());
    const missing = () => (edits && valueOf(field.value) === undefined ? 'Write a value.' : null);
    let meanwhile = [];

    openDialog({
      title: title(),
      confirm: title(),
      parts: [edits && h('label', {}, 'Value, such as 20, 50 %, 30s or off', field), effect, label],
      async preview() {
        if (missing()) return [];
        const answer = await patch({ dry_run: 'true' }).catch(async (problem) => {
          if (problem.name !== 'settings-changed') throw problem;
          const before = state.settings;
          await load();
          meanwhile = changedSettings(before, state.settings);
          return patch({ dry_run: 'true' });
        });
        const { changes, warnings } = answer.body;
        setChildren(effect, changes.length
          ? changes.map((it) => h('li', { text: `${it.setting}: ${it.from} → ${it.to}${it.setting === setting ? '' : ' (follows)'}` }))
          : [h('li', { text: 'Nothing would change in force.' })]);
        return [...warnings, ...meanwhile.map((text) => `Somebody has changed this meanwhile: ${text}`)];
      },
      missing,
      async run() {
        const { body: answer } = await patch();
        done(context, `${title()}: done.`, answer);
        await load();
      },
      command: () => curl(document.baseURI, method, path(), body(), options()),
    });
  }

  return {
    element: h('div', {}, table.element, all),
    get settings() {
      return state.settings;
    },
    /** Reads the settings again if those in force have changed. */
    async update({ breaker }) {
      const now = JSON.stringify([breaker.config, breaker.layers, context.grant.may]);
      if (now === seen) return;
      seen = now;
      await load();
    },
  };
}
