// @ts-check
// The dialog that asks for the token.

import { forgetAnswers, get } from './api.js';
import { setText } from './dom.js';
import { session } from './session.js';

const isSafe = () => location.protocol === 'https:' || /^(localhost|.*\.localhost|127\.[\d.]+|\[::1\])$/.test(location.hostname);

let asking = null;

/**
 * Asks for a token above whatever is open. Resolves to the grant that it gives, or to `null` if the user cancels.
 *
 * @param {string} [why]
 */
export function signIn(why = '') {
  asking ??= ask(why).finally(() => { asking = null; });
  return asking;
}

function ask(why) {
  const dialog = /** @type {HTMLDialogElement} */ (document.querySelector('#token'));
  const form = dialog.querySelector('form');
  const secret = dialog.querySelector('[type=password]');
  const keeps = dialog.querySelector('[type=checkbox]');
  const problem = dialog.querySelector('[role=alert]');
  dialog.querySelector('#plain').hidden = isSafe();
  setText(problem, why);
  const before = session.token;
  dialog.showModal();
  secret.focus();
  return new Promise((resolve) => {
    let grant = null;
    form.onsubmit = async (event) => {
      event.preventDefault();
      session.use(secret.value.trim(), keeps.checked);
      try {
        const { body } = await get('./');
        if (body.grant.may !== 'none' && body.grant.who !== null) {
          grant = body.grant;
          forgetAnswers();
          return dialog.close();
        }
        setText(problem, 'This token is not valid.');
      } catch (error) {
        setText(problem, error.detail ?? String(error));
      }
      session.use(before);
      secret.select();
    };
    dialog.querySelector('[value=cancel]').onclick = () => dialog.close();
    dialog.onclose = () => {
      secret.value = '';
      resolve(grant);
    };
  });
}
