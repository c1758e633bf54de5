// @ts-check
// Requests to the API. All paths are relative to the page, so it works under any prefix.

import { session } from './session.js';
import { clock } from './time.js';

/** How long an answer may take, in milliseconds. */
const PATIENCE = 10_000;
const MOST_CACHED = 40;
/** The last answer for each path, with its tag. */
const cached = new Map();
let signIn = async () => false;

/** Sets the function that asks for a token and resolves to whether there is one now. */
export function onTokenNeeded(ask) {
  signIn = ask;
}

/** Why a request failed. `name` is the last part of the problem's type; without an answer, it is `network`. */
export class Problem extends Error {
  constructor(status, name, detail, body = null) {
    super(detail);
    Object.assign(this, { status, name, detail, body });
  }
}

/** Returns the path of a verb and the name of a breaker. */
export const pathOf = (verb, name) => `${verb}/${name.split('/').map(encodeURIComponent).join('/')}`;

/** Reads. An answer that has not changed since the last one for the path is the same object, with status 304. */
export async function get(path) {
  const known = cached.get(path);
  const { status, headers, body } = await ask('GET', path, known ? { 'If-None-Match': known.etag } : {});
  const etag = headers.get('etag');
  cached.delete(path);
  cached.set(path, status === 304 ? known : { etag, body });
  if (cached.size > MOST_CACHED) cached.delete(cached.keys().next().value);
  return { status, body: cached.get(path)?.body, etag, now: clock.now(), instance: headers.get('breaker-instance') };
}

/** Forgets all answers, because they are those of another token. */
export const forgetAnswers = () => cached.clear();

/** Changes something. If a token is needed, asks for one and tries again. */
export async function send(method, path, body, { ifMatch, instance, type } = {}) {
  const headers = {};
  if (body !== undefined && body !== null) headers['Content-Type'] = type ?? 'application/json';
  if (ifMatch) headers['If-Match'] = ifMatch;
  if (instance) headers['Breaker-Instance'] = instance;
  const attempt = () => ask(method, path, headers, headers['Content-Type'] && JSON.stringify(body));
  const answer = await attempt().catch(async (problem) => {
    if (problem.status !== 401 || !(await signIn())) throw problem;
    return attempt();
  });
  return { body: answer.body, etag: answer.headers.get('etag'), instance: answer.headers.get('breaker-instance') };
}

async function ask(method, path, more, sent) {
  const at = performance.now();
  const headers = { Accept: 'application/json', ...more };
  const { token } = session;
  if (token) headers.Authorization = `Bearer ${token}`;
  const response = await fetch(path, { method, body: sent, headers, cache: 'no-store', redirect: 'manual', signal: AbortSignal.timeout(PATIENCE) })
    .catch(() => { throw new Problem(0, 'network', 'The service does not answer.'); });
  if (response.type === 'opaqueredirect') throw new Problem(0, 'redirect', 'A proxy redirects the requests of this page, perhaps to sign you in. Reload the page.');
  const { status } = response;
  // The answer to a token that has been replaced meanwhile.
  if (status === 401 && token !== session.token) return ask(method, path, more, sent);
  const now = response.headers.get('breaker-now');
  if (now) clock.sync(new Date(now), at);
  const body = status === 304 ? null : await response.json().catch(() => null);
  if (status !== 304 && (!body || (!response.ok && !body.type))) throw new Problem(status, 'foreign', `HTTP ${status} from something in front of the service`);
  if (status >= 400) throw new Problem(status, body.type.split(/[:#/]/).pop(), body.detail, body);
  return { status, headers: response.headers, body };
}
