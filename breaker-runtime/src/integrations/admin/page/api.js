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
    this.status = status;
    this.name = name;
    this.detail = detail;
    this.body = body;
  }
}

/** Returns the path of a verb and the name of a breaker. */
export function pathOf(verb, name) {
  return `${verb}/${name.split('/').map(encodeURIComponent).join('/')}`;
}

/** Reads. An answer that has not changed since the last one for the path is the same object, with status 304. */
export async function get(path) {
  const known = cached.get(path);
  const response = await ask('GET', path, known?.etag ? { 'If-None-Match': known.etag } : {});
  if (response.status !== 304) {
    cached.delete(path);
    cached.set(path, { etag: response.headers.get('etag'), body: await bodyOf(response) });
    if (cached.size > MOST_CACHED) cached.delete(cached.keys().next().value);
  }
  const { etag, body } = cached.get(path) ?? { etag: null, body: known?.body };
  return { status: response.status, body, etag, ...about(response) };
}

/** Forgets all answers, for example because they are those of another token. */
export function forgetAnswers() {
  cached.clear();
}

/** Changes something. If a token is needed, asks for one and tries again. */
export async function send(method, path, body, { ifMatch, instance, type } = {}) {
  const headers = {};
  if (body !== undefined && body !== null) headers['Content-Type'] = type ?? 'application/json';
  if (ifMatch) headers['If-Match'] = ifMatch;
  if (instance) headers['Breaker-Instance'] = instance;
  const text = headers['Content-Type'] && JSON.stringify(body);
  const attempt = () => ask(method, path, headers, text);
  const response = await attempt().catch(async (problem) => {
    if (problem.status !== 401 || !(await signIn())) throw problem;
    return attempt();
  });
  return { body: await bodyOf(response), etag: response.headers.get('etag'), ...about(response) };
}

async function ask(method, path, headers, body) {
  const sent = performance.now();
  let response;
  try {
    response = await fetch(path, {
      method,
      body,
      headers: {
        Accept: 'application/json',
        ...headers,
        ...(session.token ? { Authorization: `Bearer ${session.token}` } : {}),
      },
      cache: 'no-store',
      redirect: 'manual',
      signal: AbortSignal.timeout(PATIENCE),
    });
  } catch {
    throw new Problem(0, 'network', 'The service does not answer.');
  }
  if (response.type === 'opaqueredirect') {
    throw new Problem(0, 'redirect', 'A proxy redirects the requests of this page, perhaps to sign you in. Reload the page.');
  }
  const now = response.headers.get('breaker-now');
  if (now) clock.sync(new Date(now), sent);
  if (!response.ok && response.status !== 304) throw await problemOf(response);
  return response;
}

async function problemOf(response) {
  const body = await response.json().catch(() => null);
  if (!body?.type) {
    return new Problem(response.status, 'foreign', `HTTP ${response.status} from something in front of the service`);
  }
  return new Problem(response.status, String(body.type).split(/[:#/]/).pop(), body.detail, body);
}

async function bodyOf(response) {
  try {
    return await response.json();
  } catch {
    throw new Problem(response.status, 'foreign', 'The answer is not from the service: it is no JSON.');
  }
}

function about(response) {
  return { now: clock.now(), instance: response.headers.get('breaker-instance') };
}
