// @ts-check
// Tells screen readers about changes, at most once in five seconds.

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
  silentUntil = performance.now() + 5000;
  const more = waiting.splice(4).length;
  document.querySelector('#announcer').textContent = waiting.join('; ') + (more ? `; and ${more} more changes` : '');
  waiting = [];
}
