// @ts-check
// Tells screen readers about changes, at most once in five seconds.

import { setText } from './dom.js';

const PAUSE = 5000;
let waiting = [];
let silentUntil = 0;
let timer;

/** Tells a change politely. Changes that come together are told together. */
export function announce(text) {
  waiting.push(text);
  timer ??= setTimeout(tell, Math.max(100, silentUntil - performance.now()));
}

function tell() {
  timer = undefined;
  silentUntil = performance.now() + PAUSE;
  const more = waiting.length - 4;
  const texts = more > 0 ? [...waiting.slice(0, 4), `and ${more} more changes`] : waiting;
  setText(document.querySelector('#announcer'), texts.join('; '));
  waiting = [];
}
