// @ts-check
// The list of breakers with its series, and the events of each breaker.

import { announce } from './announce.js';
import { get } from './api.js';
import { instances } from './poll.js';
import { listPath } from './route.js';
import { why, words } from './words.js';

/** How often the series are asked for: they grow each 5 s. */
const SERIES = 4900;

/** Makes the feed. */
export function createFeed() {
  const seen = instances();
  const [series, events] = [new Map(), new Map()];
  let lastEvent;
  let due = 0;

  async function askForEvents() {
    const isFirst = lastEvent === undefined;
    const kinds = 'kind=transition,override_set,override_cleared,override_expired';
    const { body } = await get(`events?${kinds}&${isFirst ? 'last=500' : `after=${encodeURIComponent(lastEvent)}`}`);
    if (body.gap) events.clear();
    lastEvent = body.last;
    for (const event of body.events.filter(({ key }) => key === null)) {
      events.set(event.breaker, [...(events.get(event.breaker) ?? []), event].slice(-64));
      if (!isFirst) tell(event);
    }
  }

  return {
    connection: 'same',
    instances: seen.count,
    eventsOf: (name) => events.get(name) ?? [],
    /** Asks for the series at the next time, because other breakers are shown. */
    wantSeries() {
      due = 0;
    },
    /** Asks for the list of a filter. */
    async ask(filter) {
      const wanted = performance.now() >= due;
      const { body, instance } = await get(listPath(filter, wanted));
      this.connection = seen.add(instance);
      const isMixed = this.connection === 'mixed';
      if (this.connection !== 'same') {
        events.clear();
        series.clear();
        lastEvent = undefined;
      }
      if (wanted) due = performance.now() + SERIES;
      for (const row of body.breakers) {
        // Series of different processes in turn make no sense.
        if (row.series && !isMixed) series.set(row.name, row.series);
        row.series = isMixed ? null : series.get(row.name);
      }
      if (!isMixed && body.last_event !== lastEvent) await askForEvents();
      return body;
    },
  };
}

function tell({ kind, breaker, transition, override }) {
  const did = { open: 'opened', half_open: 'admits probes', closed: 'closed' };
  if (kind === 'transition') announce(`${breaker} ${did[transition.to]}: ${why(transition)}`);
  else announce(kind === 'override_set' ? `${breaker} is ${words(override.state)}` : `${breaker}: ${words(kind)}`);
}
