// @ts-check
// The findings, and what to say if there is no breaker.

import { get } from './api.js';
import { h, keyed, setText, visible } from './dom.js';

const notice = (title, ...children) => h('section', { class: 'notice' }, h('h2', { text: title }), ...children);

/** Makes the list of mistakes in declarations and settings. */
export function createFindings() {
  const items = h('ul');
  const element = notice('', items);
  return {
    element,
    async update() {
      const { body } = await get('findings');
      setText(element.firstChild, `${body.findings.length ? 'Mistakes' : 'There are no mistakes'} in declarations and settings`);
      keyed(items, body.findings, ({ text }) => text, ({ text }) => h('li', { text: visible(text) }));
    },
  };
}

/** Makes the text for a registry without breakers. */
export const createNothing = () => notice('No circuit breaker is known to this registry.', h('p', { text: 'There are three usual causes:' }), h('ol', {}, [
  'The program uses another registry. The mistakes below name such declarations.',
  'No function with the attribute is linked into the program. Breakers that are made at run time appear with their first use.',
  'The program gave this page a new registry: Registry::new() in place of Registry::global().',
].map((text) => h('li', { text }))));
