// @ts-check
// When to ask again, and what the answers say about the connection.

/** Returns the pause after an answer that took `took` milliseconds; longer if nothing needs attention. */
export const pause = (took, quiet) => (quiet ? 5000 : took > 300 ? 2000 : 1000);

/** Returns the pause after the `failures`-th failure in a row: up to 10 s, and never the same for all pages. */
export const backOff = (failures, random = Math.random()) => Math.min(10_000, 1000 * 2 ** (failures - 1)) * (0.75 + random / 4);

/** Returns whether nothing in a list needs attention. */
export const isQuiet = ({ summary: { breakers, states, overrides, keys } }) => states.closed === breakers && !overrides && keys.states.closed === keys.keys;

/** Tells whether answers come from several instances in turn. One change is a restart. */
export function instances() {
  const seen = [];
  return {
    /** Adds the instance of an answer, and returns `same`, `restarted` or `mixed`. */
    add(id) {
      const last = seen.at(-1) ?? id;
      if (seen.push(id) > 12) seen.shift();
      const changes = seen.filter((it, i) => i && it !== seen[i - 1]).length;
      return changes > 1 ? 'mixed' : last === id ? 'same' : 'restarted';
    },
    count: () => new Set(seen).size,
  };
}

/** Says how fresh the figures are. Times are in milliseconds: when the last answer came, the request in flight was sent, the next one will be. */
export function freshness({ answered, failed, asked, next, now }) {
  const age = answered && now - answered;
  const isSilent = answered && (failed || age > 15_000 || (asked && now - asked > 3000));
  const seconds = (ms) => `${Math.max(0, Math.round(ms / 1000))} s`;
  const text = isSilent ? `No answer for ${seconds(age)}, trying ${asked ? 'now' : `again in ${seconds(next - now)}`}.` : '';
  return { stale: !!isSilent && age > 3000, age, text };
}

/** Asks again and again while the page is visible. `ask` resolves to whether the answer is quiet. */
export function createPoll(ask, told) {
  const state = { answered: 0, failed: 0, asked: 0, next: 0, problem: null, stopped: false };
  const now = () => performance.now();
  let timer;

  async function turn() {
    clearTimeout(timer);
    if (state.asked || state.stopped || document.hidden) return;
    state.asked = now();
    let wait;
    try {
      const quiet = await ask();
      wait = pause(now() - state.asked, quiet);
      Object.assign(state, { answered: now(), failed: 0, problem: null });
    } catch (problem) {
      wait = backOff(++state.failed);
      state.problem = problem;
    }
    Object.assign(state, { asked: 0, next: now() + wait });
    timer = setTimeout(turn, wait);
    told();
  }

  for (const event of ['visibilitychange', 'resume']) document.addEventListener(event, turn);
  for (const event of ['online', 'pageshow']) addEventListener(event, turn);
  return {
    state,
    /** Asks at once; after a request in flight if there is one. */
    refresh() {
      // What stopped it is over.
      if (state.stopped) state.problem = null;
      state.stopped = false;
      clearTimeout(timer);
      if (state.asked) timer = setTimeout(() => this.refresh(), 50);
      else turn();
    },
    stop: () => { state.stopped = true; },
    freshness: () => freshness({ ...state, now: now() }),
  };
}
