// @ts-check
// Text for the clipboard: the state of a breaker as Markdown, and requests as commands of a shell.

import { pathOf } from './api.js';
import { visible } from './dom.js';
import { sentence } from './sentence.js';
import { absolute, formatSeconds, parseDuration } from './time.js';
import { changeOf, place, plural, subject, who, why, words } from './words.js';

/** Returns the path of a request, relative to the page. */
export function target(verb, name, key, parameters = {}) {
  const query = new URLSearchParams({ ...(typeof key === 'string' && { key }), ...parameters });
  return `${pathOf(verb, name)}${query.size ? `?${query}` : ''}`;
}

/** Makes text from outside a span of code, in which Markdown has no effect. */
export function code(text) {
  const shown = visible(text);
  const fence = '`'.repeat(1 + Math.max(0, ...(shown.match(/`+/g) ?? []).map((it) => it.length)));
  return fence.length > 1 ? `${fence} ${shown} ${fence}` : `\`${shown}\``;
}

const plain = (text) => text.replace(/[\\`*_[\]<>|&#~@]/g, '\\$&');
const utc = (date) => absolute(date, true);
const caused = ({ cause }, quote = code) => (cause ? `, ${quote(cause.text)} in ${quote(place(cause))}` : '');

/** Describes an outage; `at` writes an instant, and `quote` a text from outside. */
export const outageOf = ({ began_at: began, lasted, openings, rejected, fallbacks, first: { transition } }, at = utc, quote = code) =>
  `since ${at(began)}, for ${formatSeconds(parseDuration(lasted))}: ${plural(openings, 'opening')}, ${plural(rejected, 'call')} rejected, ${plural(fallbacks, 'fallback answer')}; `
  + `it began with ${why(transition)}${caused(transition, quote)}`;

/** Describes a breaker for the channel of an incident, and for its review. */
export function markdown({ breaker, instance, settings }, now, url) {
  const { name, key, state, outage, past_outages: past, override, history } = breaker;
  const { service, version, environment, name: host } = instance;
  const changed = settings.filter((it) => it.layers[0].layer === 'runtime').map((it) => code(`${it.setting} = ${it.value}`));
  const rows = history.slice(-20).map(({ at, transition: it }) => {
    const cells = [utc(it.due_at ?? at), changeOf(it), why(it) + caused(it), who(it.by) && code(who(it.by))];
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  });
  return [
    `**${plain(subject(name, key))} is ${words(state)}.** ${plain(sentence(breaker, now))}\n`,
    `- Read at ${utc(now)} from ${[service, version, environment, host].filter(Boolean).map(code).join(' ')}: ${url}`,
    outage && `- Outage ${outageOf(outage)}`,
    ...past.slice(-3).reverse().map((it) => `- Past outage ${outageOf(it)}`),
    override && `- Override: ${words(override.state)} since ${utc(override.since)}, until ${override.until ? utc(override.until) : 'it is cleared'}, ${code(who(override.by))}`,
    changed.length && `- Settings of run time: ${changed.join(', ')}`,
    ...(rows.length ? ['\n| when (UTC) | transition | why | who |\n|---|---|---|---|', ...rows] : []),
  ].filter(Boolean).join('\n');
}

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** Writes a request as a command, with the token of the variable `BREAKER_TOKEN`. All of it is visible ASCII. */
export function curl(base, method, path, body, { instance = '', ifMatch = '', type = 'application/json' } = {}) {
  const headers = { 'Breaker-Instance': instance, 'If-Match': ifMatch, 'Content-Type': body && type };
  const json = body && JSON.stringify(body).replace(/[^ -~]/g, (it) => `\\u${it.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return [
    'curl', method !== 'GET' && `-X ${method}`, '-H "Authorization: Bearer $BREAKER_TOKEN"',
    ...Object.entries(headers).map(([name, value]) => value && `-H ${quoted(`${name}: ${value}`)}`),
    json && `-d ${quoted(json)}`, quoted(new URL(path, base).href),
  ].filter(Boolean).join(' ');
}
