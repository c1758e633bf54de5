// @ts-check
// When to ask again, and what the answers say about the connection. Knows no document.

const MIXED_AMONG = 12;

/** Returns the pause after an answer that took `took` milliseconds; longer if nothing needs attention. */
export function pause(took, quiet) {
  return quiet ? 5000 : took > 300 ? 2000 : 1000;
}

/** Returns the pause after the `failures`-th failure in a row: up to 10 s, and never the same for all pages. */
export function backOff(failures, random = Math.random()) {
  return Math.min(10_000, 1000 * 2 ** (failures - 1)) * (0.75 + random / 4);
}

/** Returns whether nothing in a list needs attention. */
export function isQuiet({ summary }) {
  const { closed, forced_closed: forced } = summary.states;
  const { keys, states } = summary.keys;
  return closed === summary.breakers && !forced && !summary.overrides && states.closed === keys;
}

/** Tells whether answers come from several instances in turn. One change is a restart. */
export function instances() {
  let seen = [];
  return {
    /** Adds the instance of an answer, and returns `same`, `restarted` or `mixed`. */
    add(id) {
      const last = seen.at(-1);
      seen = [...seen, id].slice(-MIXED_AMONG);
      const changes = seen.filter((it, i) => i > 0 && it !== seen[i - 1]).length;
      return changes > 1 ? 'mixed' : last && last !== id ? 'restarted' : 'same';
    },
    count: () => new Set(seen).size,
  };
}

/**
 * Says how fresh the figures are; times are in milliseconds of one clock. `asked` is when the request in flight was
 * sent, `next` when the next one will be.
 */
export function freshness({ answered, failed, asked, next, now }) {
  const silent = failed || (asked && now - asked > 3000);
  if (!silent || !answered) return { stale: false, age: answered ? now - answered : 0, text: '' };
  const seconds = (ms) => `${Math.max(0, Math.round(ms / 1000))} s`;
  const trying = asked ? 'trying now' : `trying again in ${seconds(next - now)}`;
  return { stale: now - answered > 3000, age: now - answered, text: `No answer for ${seconds(now - answered)}, ${trying}.` };
}

/** Asks again and again while the page is visible. `ask` resolves to whether the answer is quiet. */
export function createPoll(ask, told) {
  const state = { answered: 0, failed: 0, asked: 0, next: 0, problem: null, stopped: false };
  let timer;
  const now = () => performance.now();

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
  for (const event of ['online', 'pageshow']) window.addEventListener(event, turn);
  return {
    state,
    /** Asks at once; after a request in flight if there is one. */
    refresh() {
      state.stopped = false;
      if (!state.asked) return turn();
      clearTimeout(timer);
      timer = setTimeout(() => this.refresh(), 50);
    },
    stop() {
      state.stopped = true;
      clearTimeout(timer);
    },
    freshness: () => freshness({ ...state, now: now() }),
  };
}
