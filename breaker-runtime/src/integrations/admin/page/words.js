// @ts-check
// Numbers, transitions and the effects of actions as text.

import { visible } from './dom.js';
import { between, formatSeconds, until } from './time.js';

/** Writes a count: `2,381`. */
export const count = (number) => Number(number).toLocaleString('en');

/** Writes a count with its noun: `1 call`, `2 calls`. */
export const plural = (number, noun, nouns = `${noun}s`) => `${count(number)} ${number === 1 ? noun : nouns}`;

/** Writes a number of at least 1 as briefly as it is telling: `4.2`, `412`. */
const brief = (number) => (number < 9.95 ? Math.round(number * 10) / 10 : Math.round(number));

/** Writes a number per second: `0`, `0.3`, `412`, `9.1k`. */
export function rate(number) {
  if (number === null || number === undefined) return '–';
  if (number < 0.05) return number > 0 ? '<0.1' : '0';
  if (number < 999.5) return String(brief(number));
  return number < 999_500 ? `${brief(number / 1000)}k` : `${brief(number / 1e6)}M`;
}

/** Writes a share: `65 %`, `0.3 %`, `<0.1 %`. A share below 1 never becomes `100 %`. */
export function percent(share) {
  if (share > 0 && share < 0.001) return '<0.1 %';
  return `${share < 1 ? Math.min(99, brief(share * 100)) : 100} %`;
}

/** Writes a label such as `half_open` as words. */
export const words = (label) => String(label).replaceAll('_', ' ');

/** Shows a key; one that nobody would see is in quotes. */
export const keyText = (key) => (key.trim() ? visible(key) : `"${visible(key)}"`);

/** Names a breaker, or the breaker of a key. */
export const subject = (name, key) => (typeof key === 'string' ? `${keyText(key)} of ${name}` : name);

/** Lists the counts that are not zero, the largest first. */
export function kinds(counts) {
  const found = Object.entries(counts ?? {}).filter(([, number]) => number > 0);
  return found.sort(([, one], [, other]) => other - one).map(([kind, number]) => ({ kind, number, text: `${count(number)} ${words(kind)}` }));
}

/** Says why a transition took place: `failure rate 65 %: 13 timed out, 13 returned`. */
export function why({ reason, rate: share, failures_by_kind: failures }) {
  const evidence = kinds(failures).map((it) => it.text).join(', ');
  return `${words(reason)}${typeof share === 'number' ? ` ${percent(share)}` : ''}${evidence && `: ${evidence}`}`;
}

/** Writes a transition: `closed → open`. */
export const changeOf = (it) => `${words(it.from)} → ${words(it.to)}`;

/** Says who acted and why: `ana: bank maintenance`. The texts are those from outside. */
export const who = (by) => [by?.actor, by?.reason].filter(Boolean).join(': ');

/** Names a function and its place: `charge, src/pay.rs:41`. */
export const place = ({ function: name, file, line }) => [name, file && `${file}:${line}`].filter(Boolean).join(', ');

/** Says what an action does, from the answer to its dry run. */
export function effectOf({ action, breaker, key, changed, effect, before, after }, instance, now) {
  const { refused_per_second: rejected, passing_per_second: passed, breakers, changes, until: end } = effect;
  const it = `${subject(breaker, key)}${before.keys ? ` and its ${plural(breakers, 'key')}` : ''}`;
  if (!changed) return `Nothing would change: ${it} ${action === 'clear' ? 'has no override of a person' : `is ${words(after.machine_state)} already`}.`;
  const calls = (number) => (typeof number === 'number' ? `${rate(number)} calls/s` : 'all calls');
  const ends = end ? `until ${until(end, now)}, in ${formatSeconds(between(now, end))}` : 'until somebody clears it';
  const what = {
    force_open: `Rejects ${calls(rejected)} of ${it} ${ends}`,
    force_closed: `Admits ${calls(passed)} of ${it} ${ends}, even if they fail`,
    clear: `Clears the override of ${it}, so that callers find it ${words(after.state)}`,
    trip: `Opens the circuit of ${it} for one open period and rejects ${calls(rejected)}`,
    reset: `Closes the circuit of ${it}, forgets its failures and admits ${calls(passed)}`,
  }[action];
  return `${what}. This holds on this instance only (${instance})${before.keys ? ` and changes ${plural(changes, 'key')}` : ''}.`;
}
