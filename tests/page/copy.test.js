import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { page } from './page.js';

const { code, curl, markdown, target } = await page('copy.js');

const BASE = 'https://host.example/circuits/ui#/b/fetch';
const HOSTILE = ['"><img src=x onerror=alert(1)>', '..', 'a\u202eb', 'a\nb', "it's $(reboot) `id` \\ !!", 'a&key=b#c%2F+d e', '@everyone | x', '\u{1f642}'];

/** Has a shell read a command, and returns the arguments of `curl`. */
function argumentsOf(command) {
  const script = `curl() { printf '%s\\0' "$@"; }\n${command}`;
  return execFileSync('sh', ['-c', script], { env: { BREAKER_TOKEN: 'secret' }, encoding: 'utf8' }).split('\0').slice(0, -1);
}

test('a command of a shell says what was written, whatever it is', () => {
  for (const text of HOSTILE) {
    const path = target('force-open', 'geo/fetch', text, { dry_run: 'true' });
    const command = curl(BASE, 'POST', path, { reason: text, ttl: '30m' }, { instance: 'abc', ifMatch: '"1"' });
    assert.match(command, /^[ -~]+$/);
    const given = argumentsOf(command);
    const url = new URL(given.pop());
    assert.equal(url.pathname, '/circuits/force-open/geo/fetch');
    assert.deepEqual([...url.searchParams], [['key', text], ['dry_run', 'true']]);
    assert.deepEqual(JSON.parse(given.pop()), { reason: text, ttl: '30m' });
    assert.deepEqual(given, ['-X', 'POST', '-H', 'Authorization: Bearer secret', '-H', 'Breaker-Instance: abc', '-H', 'If-Match: "1"', '-H', 'Content-Type: application/json', '-d']);
  }
});

test('a command that reads has no method and no body', () => {
  assert.equal(curl(BASE, 'GET', target('breakers', 'payment', null)), 'curl -H "Authorization: Bearer $BREAKER_TOKEN" \'https://host.example/circuits/breakers/payment\'');
});

test('an empty key is a key', () => {
  assert.equal(target('trip', 'fetch', ''), 'trip/fetch?key=');
  assert.equal(target('trip', 'fetch', null), 'trip/fetch');
});

test('code in Markdown ends where it should', () => {
  assert.equal(code('plain'), '`plain`');
  assert.equal(code('a`b``c'), '``` a`b``c ```');
  assert.equal(code('a\nb\u202e'), '`a\\nb\\u{202e}`');
});

const opening = (cause) => ({ from: 'closed', to: 'open', reason: 'failure_rate', rate: 0.65, failures_by_kind: { timed_out: 13, returned: 13 }, due_at: null, cause, by: { actor: null, reason: null } });
const BREAKER = {
  name: 'payment', key: null, state: 'open', machine_state: 'open', since: '2026-11-29T03:10:00.000Z', open_period: '30s', override: null, window: null,
  outage: null, past_outages: [], history: [], config: {},
};
const DETAIL = { breaker: BREAKER, instance: { service: 'checkout', name: 'pod-1' }, settings: [] };
const NOW = new Date('2026-11-29T03:10:10.000Z');

test('the Markdown tells state, outage, override, settings and transitions', () => {
  const first = { at: '2026-11-29T03:10:00.000Z', transition: opening({ text: 'connection reset', function: 'charge', file: 'src/pay.rs', line: 41 }) };
  const outage = { began_at: first.at, lasted: '10s', openings: 1, rejected: 412, fallbacks: 3, first };
  const override = { state: 'forced_open', since: first.at, until: '2026-11-29T03:40:00.000Z', by: { actor: 'ana', reason: 'INC-1' }, reason: 'INC-1' };
  const settings = [{ setting: 'threshold', value: '20', layers: [{ layer: 'runtime' }] }, { setting: 'window', value: 'off', layers: [{ layer: 'default' }] }];
  const text = markdown({ ...DETAIL, breaker: { ...BREAKER, outage, override, history: [first] }, settings }, NOW, BASE);
  const lines = text.split('\n');
  assert.match(lines[0], /^\*\*payment is open\.\*\* /);
  assert.deepEqual(lines.slice(2), [
    `- Read at 2026-11-29 03:10:10Z from \`checkout\` \`pod-1\`: ${BASE}`,
    '- Outage since 2026-11-29 03:10:00Z, for 10 s: 1 opening, 412 calls rejected, 3 fallback answers; it began with failure rate 65 %: 13 timed out, 13 returned, `connection reset` in `charge, src/pay.rs:41`',
    '- Override: forced open since 2026-11-29 03:10:00Z, until 2026-11-29 03:40:00Z, `ana: INC-1`',
    '- Settings of run time: `threshold = 20`',
    '',
    '| when (UTC) | transition | why | who |',
    '|---|---|---|---|',
    '| 2026-11-29 03:10:00Z | closed → open | failure rate 65 %: 13 timed out, 13 returned, `connection reset` in `charge, src/pay.rs:41` |  |',
  ]);
});

test('no text from outside breaks out of its place in the Markdown', () => {
  for (const text of HOSTILE) {
    const by = { actor: text, reason: text };
    const past = { at: '2026-11-29T03:10:00.000Z', transition: { ...opening({ text, function: 'f', file: text, line: 1 }), by } };
    const override = { state: 'forced_open', since: past.at, until: null, by, reason: text };
    const found = markdown({ ...DETAIL, breaker: { ...BREAKER, key: text, override, history: [past] } }, NOW, BASE);
    assert.doesNotMatch(found, /[\u202e\u200b\r]/);
    const spans = found.replace(/(`+)[^`](?:.*?[^`])?\1(?!`)/g, '');
    assert.doesNotMatch(spans, /(?<!\\)<img|(?<!\\)@everyone|(?<!\\)`id/, text);
    const rows = found.split('\n').filter((line) => line.startsWith('|'));
    assert.equal(rows.length, 3);
    for (const row of rows) assert.equal(row.match(/(?<!\\)\|/g).length, 5, row);
  }
});
