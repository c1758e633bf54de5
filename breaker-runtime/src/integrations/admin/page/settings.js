// @ts-check
// The settings of a breaker: their layers, and changes of them at run time.

import { openDialog, reasonField } from './act.js';
import { get, pathOf, send } from './api.js';
import { curl, target } from './copy.js';
import { h, setChildren, visible } from './dom.js';
import { button, createTable } from './table.js';
import { words } from './words.js';

/** Returns what a merge patch has for what was written: `50 %` is 0.5, `100 calls` is 100. `undefined` for nothing. */
export function valueOf(written) {
  const text = written.trim();
  const [, number, unit] = /^(\d+(?:\.\d+)?)\s*(%|calls?)?$/.exec(text) ?? [];
  if (number) return unit === '%' ? Number(number) / 100 : Number(number);
  return text === 'true' || text === 'false' ? text === 'true' : text.replace(/\s+/g, '') || undefined;
}

/** Lists the values in force that differ, as text. */
export function changed(before, after) {
  const old = new Map(before.map((it) => [it.setting, it.value]));
  return after.filter((it) => old.get(it.setting) !== it.value).map((it) => `${it.setting}: ${old.get(it.setting)} → ${it.value}`);
}

/** Makes the section of the settings of a name. */
export function createSettings(context, name) {
  const table = createTable('Values in force; those that are not defaults come first', ['Setting', 'Value', 'From', 'Change']);
  const takeBack = button('Take back all settings of run time', () => change(null), { class: 'button acts' });
  let [state, etag, seen] = [{ settings: [], configured: {} }, null, ''];
  const may = () => context.grant.may === 'control';

  async function load() {
    ({ body: state, etag } = await get(pathOf('settings', name)));
    const isDefault = (it) => it.layers[0].layer === 'default';
    const sorted = [...state.settings].sort((one, other) => Number(isDefault(one)) - Number(isDefault(other)));
    const few = sorted.findIndex(isDefault);
    table.update(sorted.map((it) => ({ ...it, may: may() })), (it) => it.setting, cells, undefined, few < 1 ? 3 : few);
    takeBack.hidden = !may() || !Object.keys(state.configured).length;
  }

  function cells({ setting, value, layers: [top, ...below] }) {
    const from = [h('span', { class: `tag layer-${top.layer}`, text: words(top.layer) }), top.place && ` ${visible(top.place)}`];
    const beneath = below.map((it) => h('li', { text: `${it.value} – ${words(it.layer)} ${visible(it.place ?? '')}` }));
    const act = (text, click) => button(text, click, { class: 'button small acts', 'aria-label': `${text} ${setting}` });
    return [setting, h('strong', { text: value }), below.length ? h('details', {}, h('summary', {}, from), h('ul', {}, beneath)) : from,
      may() && [act('Edit', () => change(setting, value)), top.layer === 'runtime' && act('Take back', () => change(setting))]];
  }

  /** Opens the dialog that sets a setting if it has a value, or takes it back. Without a setting, it takes back all. */
  function change(setting, value) {
    const edits = value !== undefined;
    const field = h('input', { value, autocomplete: 'off', spellcheck: 'false' });
    const { input, label } = reasonField(false);
    const effect = h('ul', { role: 'status' });
    const method = setting ? 'PATCH' : 'DELETE';
    const body = () => setting && { [setting]: edits ? valueOf(field.value) : null };
    const path = (more) => target('settings', name, null, { ...(input.value.trim() ? { reason: input.value.trim() } : {}), ...more });
    const options = () => ({ instance: context.instance?.id, ifMatch: etag, type: 'application/merge-patch+json' });
    const ask = async (more) => (await send(method, path(more), body(), options())).body;
    const missing = () => (edits && valueOf(field.value) === undefined ? 'Write a value.' : null);
    let meanwhile = [];

    async function preview() {
      setChildren(effect);
      if (missing()) return [];
      const before = state.settings;
      const { changes, warnings } = await ask({ dry_run: 'true' }).catch(async (problem) => {
        if (problem.name !== 'settings-changed') throw problem;
        await load();
        meanwhile = changed(before, state.settings).map((text) => `Somebody has changed this meanwhile: ${text}`);
        return ask({ dry_run: 'true' });
      });
      const texts = changes.map((it) => `${it.setting}: ${it.from} → ${it.to}${it.setting === setting || !setting ? '' : ' (follows from it)'}`);
      setChildren(effect, (texts.length ? texts : ['No value in force would change.']).map((text) => h('li', { text })));
      return [...meanwhile, ...warnings];
    }

    openDialog(context, {
      title: edits ? `Set ${setting} of ${name}` : `Take back ${setting ?? 'all settings of run time'} of ${name}`,
      parts: [edits && h('label', {}, 'Value, such as 20, 50 %, 30s or off', field), effect, label],
      preview,
      missing,
      async run() {
        const answer = await ask();
        load();
        return answer;
      },
      command: () => curl(document.baseURI, method, path(), body(), options()),
    });
  }

  return {
    element: h('div', {}, table.element, takeBack),
    all: () => state.settings,
    /** Reads the settings again if those in force have changed. */
    async update({ breaker }) {
      const now = JSON.stringify([breaker.config, breaker.layers, may()]);
      if (now === seen) return;
      await load();
      seen = now;
    },
  };
}
