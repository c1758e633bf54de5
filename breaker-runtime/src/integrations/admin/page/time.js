// @ts-check
// Durations, instants, and the clock of the service.

import { h, setText } from './dom.js';

const UNITS = { us: 1e-3, µs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Returns the milliseconds of a duration such as `"1.5s"`, `"600s"`, `"250ms"`; `NaN` for anything else. */
export function parseDuration(text) {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(us|µs|ms|s|m|h|d)$/.exec(text) ?? [];
  return Number(number) * UNITS[unit];
}

/** Writes milliseconds as `250 ms`, `1.5 s`, `12 s`, `2 min 10 s`, `1 h 5 min` or `3 d 4 h`. */
export function formatDuration(ms) {
  if (!Number.isFinite(ms)) return '–';
  if (ms > 0 && ms < 0.9995) return `${Math.max(1, Math.round(ms * 1000))} µs`;
  if (ms > 0 && ms < 999.5) return `${ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms)} ms`;
  if (ms < 9950) return `${Math.round(ms / 100) / 10} s`;
  const s = Math.round(ms / 1000);
  const units = [['d', 86_400], ['h', 3600], ['min', 60], ['s', 1]];
  const first = units.findIndex(([, size]) => s >= size);
  let rest = s;
  const parts = units.slice(first, first + 2).map(([unit, size]) => {
    const number = Math.floor(rest / size);
    rest %= size;
    return number && `${number} ${unit}`;
  });
  return parts.filter(Boolean).join(' ');
}

/** Writes how long something has lasted or will last, in whole seconds. */
export const formatSeconds = (ms) => formatDuration(Math.max(0, Math.round(ms / 1000) * 1000));

/** Returns the milliseconds from one instant to another. */
export const between = (from, to) => new Date(to).getTime() - new Date(from).getTime();

/** Writes a time of the past as `12 s ago`, in whole minutes from the first one on. */
export function ago(date, now) {
  const ms = between(date, now);
  return ms < 1000 ? 'just now' : `${formatSeconds(ms < 60_000 ? ms : ms - (ms % 60_000))} ago`;
}

/** The time of the service, which may differ from that of this device. */
export const clock = {
  /** The time of the service when `performance.now()` was 0. */
  origin: null,
  now() {
    return new Date((this.origin ?? performance.timeOrigin) + performance.now());
  },
  /** Takes over the time in the answer to a request that was sent at `sent`. A difference within its travel is noise. */
  sync(date, sent) {
    const received = performance.now();
    const origin = date.getTime() - (sent + received) / 2;
    if (this.origin === null || Math.abs(origin - this.origin) > (received - sent) / 2 + 50) this.origin = origin;
  },
  /** How far the clock of this device is ahead of that of the service, in milliseconds. */
  ahead() {
    return this.origin === null ? 0 : Date.now() - this.now().getTime();
  },
};

/** Which times are shown: those of this device's zone, or UTC. */
export const zone = { utc: false };

/** Returns `Z`, or the offset of a date's local time such as `+02:00`. */
export function offset(date, utc = zone.utc) {
  const minutes = -date.getTimezoneOffset();
  const two = (number) => String(Math.floor(Math.abs(number))).padStart(2, '0');
  return utc ? 'Z' : `${minutes < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
}

/** Returns the day and the time of an instant. */
const parts = (date, utc) => new Date(date - (utc ? 0 : date.getTimezoneOffset() * 60_000)).toISOString().slice(0, 19).split('T');

/** Writes an instant with its day and offset: `2026-11-29 03:42:10 +02:00`. */
export function absolute(date, utc = zone.utc) {
  const it = new Date(date);
  return `${parts(it, utc).join(' ')}${utc ? '' : ' '}${offset(it, utc)}`;
}

/** Writes an instant as briefly as it is clear: `03:42:10`, with its day unless that is the day of `now`. */
export function brief(date, now = clock.now(), utc = zone.utc) {
  const [day, time] = parts(new Date(date), utc);
  return day === parts(now, utc)[0] ? time : `${day} ${time}`;
}

/** Writes when something ends: `03:42 +02:00`, with its day unless that is the day of `now`. */
export const until = (date, now = clock.now(), utc = zone.utc) =>
  `${brief(date, now, utc).slice(0, -3)} ${utc ? 'UTC' : offset(new Date(date), utc)}`;

/** Makes an element that shows an instant in the zone that is chosen, and tells it in full. */
export function at(date) {
  const element = h('time', { datetime: new Date(date).toISOString() });
  showTime(element);
  return element;
}

function showTime(element) {
  setText(element, brief(element.dateTime));
  element.title = `${absolute(element.dateTime, false)} = ${absolute(element.dateTime, true)}`;
}

/** Shows all instants of the page again, after the zone was changed. */
export const showTimes = () => document.querySelectorAll('time').forEach(showTime);
