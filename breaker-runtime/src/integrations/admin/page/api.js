// Requests to the API, relative to the page.

import { state } from './state.js';
import { clock } from './text.js';

const [PATIENCE, MOST_CACHED] = [10_000, 40];
const cached = new Map();

export class Problem extends Error {
	constructor(status, name, detail, body = {}) {
		super(detail);
		Object.assign(this, { status, name, body });
	}
}

export function pathOf(verb, name, key = null, parameters = {}) {
	const query = new URLSearchParams({ ...(key !== null && { key }), ...parameters });
	return `${verb}/${name.split('/').map(encodeURIComponent).join('/')}${query.size ? `?${query}` : ''}`;
}

export async function get(path) {
	const known = cached.get(path);
	const answer = await ask('GET', path, known?.etag ? { 'If-None-Match': known.etag } : {});
	if (answer.status === 304) answer.body = known.body;
	cached.delete(path);
	cached.set(path, answer);
	if (cached.size > MOST_CACHED) cached.delete(cached.keys().next().value);
	return answer;
}

export const forgetAnswers = () => cached.clear();

export async function send(method, path, body, more) {
	const all = { 'Breaker-Instance': state.list?.instance.id, 'Content-Type': body && 'application/json', ...more };
	const headers = Object.fromEntries(Object.entries(all).filter(([, value]) => value));
	const attempt = () => ask(method, path, headers, body ? JSON.stringify(body) : undefined);
	return attempt().catch(async (problem) => {
		if (problem.status !== 401 || !(await state.signIn())) throw problem;
		return attempt();
	});
}

async function ask(method, path, more, sent) {
	const at = performance.now();
	const headers = { Accept: 'application/json', ...more };
	const { token } = state;
	if (token) headers.Authorization = `Bearer ${token}`;
	const options = { method, headers, body: sent, cache: 'no-store', redirect: 'manual', signal: AbortSignal.timeout(PATIENCE) };
	const response = await fetch(path, options).catch(() => { throw new Problem(0, 'network', 'The service does not answer.'); });
	const { status, ok, type } = response;
	if (type === 'opaqueredirect') throw new Problem(0, 'redirect', 'A proxy redirects the requests of this page, perhaps to sign you in. Reload the page.');
	// The answer to a token that has been replaced meanwhile.
	if (status === 401 && token !== state.token) return ask(method, path, more, sent);
	const header = (name) => response.headers.get(name);
	if (header('breaker-now')) clock.sync(Date.parse(header('breaker-now')), at);
	const isText = header('content-type')?.startsWith('text/markdown');
	const body = status === 304 ? {} : await (isText ? response.text() : response.json()).catch(() => null);
	if (!body || (status >= 400 && !body.type)) throw new Problem(status, 'foreign', `HTTP ${status} from something in front of the service`);
	if (!ok && status !== 304) throw new Problem(status, body.type.split(':').pop(), body.detail, body);
	return { status, body, etag: header('etag'), instance: header('breaker-instance') };
}
