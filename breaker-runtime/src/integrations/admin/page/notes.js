// @ts-check
// The findings, and what to say if there is no breaker.

import { get } from './api.js';
import { h, keyed, setText, visible } from './dom.js';

/** Makes the list of mistakes in declarations and settings. */
export function createFindings() {
  const items = h('ul');
  const title = h('h2');
  return {
    element: h('section', { class: 'notice' }, title, items),
    async update() {
      const { body } = await get('findings');
      setText(title, body.findings.length ? 'Mistakes in declarations and settings' : '');
      keyed(items, body.findings, ({ text }) => text, ({ text }) => h('li', { text: visible(text) }));
    },
  };
}

/** Makes the text for a registry without breakers. */
export function createNothing() {
  const causes = [
    'The program uses another registry. The findings list the declarations that name one.',
    'No function with the attribute is linked into the program. Breakers that are made at run time appear with their first use.',
    'The program gave this page a new registry: `Registry::new()` in place of `Registry::global()`.',
  ];
  return h('section', { class: 'notice' }, h('h2', { text: 'This registry knows no circuit breaker.' }), h('p', { text: 'There are three usual causes:' }),
    h('ol', {}, causes.map((text) => h('li', { text }))));
}
