// @ts-check
// The list of breakers with its series, and the events of each breaker.

import { announce } from './announce.js';
import { get } from './api.js';
import { instances } from './poll.js';
import { listPath } from './route.js';
import { why, words } from './words.js';

/** How often the series are asked for: they grow each 5 s. */
const SERIES = 4900;
const [FIRST_EVENTS, KEPT_EVENTS] = [400, 64];

const DID = { open: 'opened', half_open: 'admits probes', closed: 'closed' };

/** Makes the feed. */
export function createFeed() {
  const seen = instances();
  const series = new Map();
  const events = new Map();
  let lastEvent;
  let due = 0;
  return {
    connection: 'same',
    instances: seen.count,
    eventsOf: (name) => events.get(name) ?? [],
    /** Asks for the list of a filter. */
    async ask(filter) {
      const wanted = filter.limit !== '1' && performance.now() >= due;
      const { body, instance } = await get(listPath(filter, wanted));
      this.connection = seen.add(instance);
      if (this.connection !== 'same') {
        events.clear();
        series.clear();
        lastEvent = undefined;
      }
      if (wanted) due = performance.now() + SERIES;
      for (const row of body.breakers) {
        // Series of different processes in turn make no sense.
        if (this.connection === 'mixed') row.series = null;
        else if (row.series) series.set(row.name, row.series);
        else row.series = series.get(row.name);
      }
      if (this.connection !== 'mixed' && (lastEvent === undefined || body.last_event !== lastEvent)) await this.askForEvents();
      return body;
    },
    /** Asks for the series at the next time, because other breakers are shown. */
    wantSeries() {
      due = 0;
    },
    async askForEvents() {
      const isFirst = lastEvent === undefined;
      const { body } = await get(isFirst ? `events?last=${FIRST_EVENTS}` : `events?after=${encodeURIComponent(lastEvent)}`);
      if (body.gap) events.clear();
      lastEvent = body.last;
      for (const event of body.events) {
        if (event.key !== null) continue;
        const of = events.get(event.breaker) ?? [];
        events.set(event.breaker, [...of, event].slice(-KEPT_EVENTS));
        if (!isFirst) tell(event);
      }
    },
  };
}

function tell({ kind, breaker, transition, override }) {
  if (kind === 'transition') announce(`${breaker} ${DID[transition.to] ?? words(transition.to)}: ${why(transition)}`);
  else if (kind === 'override_set') announce(`${breaker} is ${words(override.state)}`);
  else if (kind.startsWith('override_')) announce(`${breaker}: ${words(kind)}`);
}
