// @ts-check
// Shortcuts of single keys, which can be switched off, and the dialog that lists them.

import { h } from './dom.js';
import { keep, kept } from './session.js';

/**
 * Listens to keys. `shortcuts` are rows of keys, of what they do in words, and of the function that does it.
 *
 * @param {[string, string, (() => void)?][]} shortcuts
 */
export function listenToKeys(shortcuts) {
  const dialog = /** @type {HTMLDialogElement} */ (document.querySelector('#keys'));
  const isOn = dialog.querySelector('input');
  const help = () => dialog.showModal();
  const all = [...shortcuts, ['?', 'this help', help]];
  dialog.querySelector('dl').append(...all.flatMap(([keys, text]) => [h('dt', {}, h('kbd', { text: keys })), h('dd', { text })]));
  isOn.checked = kept('keys') !== 'off';
  isOn.onchange = () => keep('keys', isOn.checked ? null : 'off');
  document.querySelector('#help').onclick = help;

  let first = '';
  document.addEventListener('keydown', (event) => {
    const { key, target } = event;
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
    if (target.closest('input, select, textarea')) {
      if (key === 'Escape') target.blur();
      return;
    }
    if (!isOn.checked && key.length === 1) return;
    const pressed = key === 'Escape' ? 'Esc' : key;
    const act = (all.find(([keys]) => keys === `${first} ${key}`) ?? all.find(([keys]) => keys === pressed))?.[2];
    first = act ? '' : key;
    if (!act) return;
    event.preventDefault();
    act();
  });
}
