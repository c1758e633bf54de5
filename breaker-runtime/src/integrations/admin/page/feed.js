// @ts-check
// The list of breakers with their past, and the events of their overrides.

import { announce } from './announce.js';
import { get } from './api.js';
import { instances } from './poll.js';
import { listPath } from './route.js';
import { why, words } from './words.js';

/** How often the past is asked for: it grows each 5 s. */
const SERIES = 4900;
const OVERRIDES = 'override_set,override_cleared,override_expired';
const DID = { open: 'opened', half_open: 'admits probes', closed: 'closed' };

/** Makes the feed. */
export function createFeed() {
  const seen = instances();
  const [pasts, overrides] = [new Map(), new Map()];
  let lastEvent;
  let due = 0;

  async function askForEvents() {
    const path = lastEvent ? `events?kind=transition,${OVERRIDES}&after=${encodeURIComponent(lastEvent)}` : `events?kind=${OVERRIDES}&last=1024`;
    const { body } = await get(path);
    for (const event of body.events.filter(({ key }) => key === null)) {
      const { breaker, kind, transition, override } = event;
      if (!transition) overrides.set(breaker, [...(overrides.get(breaker) ?? []), event].slice(-64));
      if (!lastEvent) continue;
      if (transition) announce(`${breaker} ${DID[transition.to]}: ${why(transition)}`);
      else announce(kind === 'override_set' ? `${breaker} is ${words(override.state)}` : `${breaker}: ${words(kind)}`);
    }
    lastEvent = body.last;
  }

  return {
    connection: 'same',
    instances: seen.count,
    overridesOf: (name) => overrides.get(name) ?? [],
    /** Asks for the past at the next time, because other breakers are shown. */
    wantPast() {
      due = 0;
    },
    /** Asks for the list of a filter. */
    async ask(filter) {
      const isDue = performance.now() >= due;
      const { body, instance } = await get(listPath(filter, isDue));
      this.connection = seen.add(instance);
      const isMixed = this.connection === 'mixed';
      if (this.connection !== 'same') {
        overrides.clear();
        pasts.clear();
        lastEvent = undefined;
      }
      if (isDue) due = performance.now() + SERIES;
      for (const row of body.breakers) {
        // The past of different processes in turn makes no sense.
        if (row.series && !isMixed) pasts.set(row.name, { series: row.series, changes: row.changes });
        Object.assign(row, isMixed ? { series: null, changes: null } : pasts.get(row.name));
      }
      if (!isMixed && body.last_event !== lastEvent) await askForEvents();
      return body;
    },
  };
}
