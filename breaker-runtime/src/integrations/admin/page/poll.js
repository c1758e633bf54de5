// When to ask again, and whether the answers are fresh.

export const pause = (took, quiet) => (quiet ? 5000 : took > 300 ? 2000 : 1000);

export const backOff = (failures, random = Math.random()) => Math.min(10_000, 1000 * 2 ** (failures - 1)) * (0.75 + random / 4);

// Tells whether answers come from several instances in turn. One change is a restart.
export function instances() {
	const seen = [];
	return {
		add(id) {
			const last = seen.at(-1) ?? id;
			if (seen.push(id) > 12) seen.shift();
			const changes = seen.filter((it, nth) => nth && it !== seen[nth - 1]).length;
			return changes > 1 ? 'mixed' : last === id ? 'same' : 'restarted';
		},
		count: () => new Set(seen).size,
	};
}

export function freshness({ answered, failed, asked, next, now }) {
	const age = answered && now - answered;
	const isSilent = answered && (failed || age > 15_000 || (asked && now - asked > 3000));
	const seconds = (ms) => `${Math.max(0, Math.round(ms / 1000))} s`;
	const text = isSilent ? `No answer for ${seconds(age)}, trying ${asked ? 'now' : `again in ${seconds(next - now)}`}.` : '';
	return { stale: !!isSilent && age > 3000, age, text };
}

// Asks while the page is visible. `ask` resolves to whether the answer is quiet; `told` is called after it.
export function createPoll(ask, told) {
	const poll = { answered: 0, failed: 0, asked: 0, next: 0, problem: null, stopped: false, refresh };
	const now = () => performance.now();
	let timer;

	async function turn() {
		clearTimeout(timer);
		if (poll.asked || poll.stopped || document.hidden) return;
		poll.asked = now();
		let wait;
		try {
			const quiet = await ask();
			wait = pause(now() - poll.asked, quiet);
			Object.assign(poll, { answered: now(), failed: 0, problem: null });
		} catch (problem) {
			poll.problem = problem;
			wait = backOff(++poll.failed);
		}
		Object.assign(poll, { asked: 0, next: now() + wait });
		timer = setTimeout(turn, wait);
		told();
	}

	function refresh() {
		// What stopped it is over.
		if (poll.stopped) Object.assign(poll, { stopped: false, problem: null });
		clearTimeout(timer);
		if (poll.asked) timer = setTimeout(refresh, 50);
		else turn();
	}

	for (const event of ['visibilitychange', 'resume']) document.addEventListener(event, turn);
	for (const event of ['online', 'pageshow']) addEventListener(event, turn);
	return poll;
}
