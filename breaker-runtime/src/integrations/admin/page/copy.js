// @ts-check
// What is copied: the state of a breaker as Markdown, and requests as commands of a shell.

import { pathOf } from './api.js';
import { visible } from './dom.js';
import { sentence } from './sentence.js';
import { absolute, formatSeconds, parseDuration } from './time.js';
import { count, place, subject, who, why, words } from './words.js';

/** Makes text from outside a span of code, in which Markdown has no effect. */
export function code(text) {
  const shown = visible(text);
  const fence = '`'.repeat(1 + Math.max(0, ...(shown.match(/`+/g) ?? []).map((it) => it.length)));
  return fence.length > 1 ? `${fence} ${shown} ${fence}` : `\`${shown}\``;
}

/** Writes a text of a sentence so that no sign of Markdown or HTML has an effect. */
const plain = (text) => text.replace(/[\\`*_[\]<>|&#~@]/g, '\\$&');

/** Describes a breaker for a channel of an incident, or for its review. Times are in UTC. */
export function markdown({ breaker, instance, settings = [] }, now, url) {
  const { name, key, outage, history, override, past_outages: past } = breaker;
  const at = (date) => absolute(date, true);
  const [service, version, environment] = [instance?.service, instance?.version, instance?.environment];
  const lines = [
    `**${plain(subject(name, key))} is ${words(breaker.state)}**: ${plain(sentence(breaker, now))}`,
    '',
    `- Read at ${at(now)} from ${[service, version, environment, instance?.name].filter(Boolean).map(code).join(' ')}`,
  ];
  const began = ({ began_at: began, lasted, openings, rejected, fallbacks, first }) =>
    `${at(began)}, for ${formatSeconds(parseDuration(lasted))}: ${count(openings)} openings, ${count(rejected)} rejected, ${count(fallbacks)} fallbacks; began with ${why(first.transition)}`
    + (first.transition.cause ? ` ${code(first.transition.cause.text)} in ${code(place(first.transition.cause))}` : '');
  if (outage) lines.push(`- Outage since ${began(outage)}`);
  for (const it of (past ?? []).slice(-3).reverse()) lines.push(`- Earlier outage from ${began(it)}`);
  if (override) lines.push(`- Override: ${words(override.state)} since ${at(override.since)} ${override.until ? `until ${at(override.until)}` : 'until it is cleared'}, ${code(who(override.by))}`);
  const changed = settings.filter((it) => it.layers[0].layer === 'runtime');
  if (changed.length) lines.push(`- Settings of run time: ${changed.map((it) => code(`${it.setting} = ${it.value}`)).join(', ')}`);
  lines.push('', '| UTC | transition | why | who |', '|---|---|---|---|');
  for (const { at: date, transition: it } of history.slice(-20)) {
    const by = who(it.by);
    const cause = it.cause ? ` ${code(it.cause.text)}` : '';
    const cells = [at(it.due_at ?? date), `${words(it.from)} → ${words(it.to)}`, `${why(it)}${cause}`, by && code(by)];
    lines.push(`| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`);
  }
  return `${lines.join('\n')}\n\n${url}\n`;
}

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** Writes a request as a command. The token is that of the variable `BREAKER_TOKEN`; no character is hidden. */
export function curl(base, method, path, body, { instance, ifMatch, type = 'application/json' } = {}) {
  const url = new URL(path, base).href;
  // An apostrophe in an address would end its quotes.
  const parts = ['curl', ...(method === 'GET' ? [] : ['-X', method]), '-H "Authorization: Bearer $BREAKER_TOKEN"'];
  if (instance) parts.push(`-H ${quoted(`Breaker-Instance: ${instance}`)}`);
  if (ifMatch) parts.push(`-H ${quoted(`If-Match: ${ifMatch}`)}`);
  if (body) {
    const json = JSON.stringify(body).replace(/[^\x20-\x7e]/g, (it) => `\\u${it.charCodeAt(0).toString(16).padStart(4, '0')}`);
    parts.push(`-H 'Content-Type: ${type}'`, `-d ${quoted(json)}`);
  }
  return `${parts.join(' ')} ${quoted(url)}`;
}

/** Returns the path of a breaker with its key, relative to the page. */
export function target(verb, name, key, parameters = {}) {
  const query = new URLSearchParams({ ...(typeof key === 'string' ? { key } : {}), ...parameters }).toString();
  return `${pathOf(verb, name)}${query && `?${query}`}`;
}
