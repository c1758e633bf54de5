// @ts-check
// The dialog that asks for the token, above whatever is open.

import { forgetAnswers, get } from './api.js';
import { setText } from './dom.js';
import { session } from './session.js';

let asking = null;

/** Asks for a token. Resolves to the grant that it gives, or to `null` if the user cancels. */
export function signIn() {
  asking ??= ask().finally(() => { asking = null; });
  return asking;
}

function ask() {
  const dialog = /** @type {HTMLDialogElement} */ (document.querySelector('#token'));
  const [form, secret, keeps, problem] = ['form', '[type=password]', '[type=checkbox]', '[role=alert]'].map((it) => dialog.querySelector(it));
  const before = session.token;
  // The browser keeps what it sends to this device to itself.
  dialog.querySelector('#plain').hidden = isSecureContext;
  setText(problem, '');
  dialog.showModal();
  secret.focus();
  return new Promise((resolve) => {
    let grant = null;
    form.onsubmit = async (event) => {
      event.preventDefault();
      session.use(secret.value.trim(), keeps.checked);
      forgetAnswers();
      const answer = await get('./').catch((error) => ({ error }));
      if (answer.body?.grant.who) {
        grant = answer.body.grant;
        return dialog.close();
      }
      setText(problem, answer.error?.message ?? 'This token is not valid.');
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
