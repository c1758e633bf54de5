// @ts-check
// Durations, instants, and the clock of the service.

import { h, setText } from './dom.js';

const UNITS = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/** Returns the milliseconds of a duration such as `"1.5s"`, `"600s"`, `"250ms"`; `NaN` for anything else. */
export function parseDuration(text) {
  const parts = /^(\d+(?:\.\d+)?)\s*(ns|us|µs|ms|s|min|m|h|d)$/.exec(String(text).trim());
  return parts ? Number(parts[1]) * UNITS[parts[2]] : NaN;
}

/** Writes milliseconds as `250 ms`, `1.5 s`, `12 s`, `2 min 10 s`, `1 h 5 min` or `3 d 4 h`. */
export function formatDuration(ms) {
  if (!Number.isFinite(ms)) return '–';
  if (ms < 0.9995) return `${ms ? Math.max(1, Math.round(ms * 1000)) : 0} ${ms ? 'µs' : 's'}`;
  if (ms < 999.5) return `${ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms)} ms`;
  if (ms < 9950) return `${Math.round(ms / 100) / 10} s`;
  const s = Math.round(ms / 1000);
  const two = (large, unit, small, smaller) => (small ? `${large} ${unit} ${small} ${smaller}` : `${large} ${unit}`);
  if (s < 60) return `${s} s`;
  if (s < 3600) return two(Math.floor(s / 60), 'min', s % 60, 's');
  if (s < 86_400) return two(Math.floor(s / 3600), 'h', Math.floor((s % 3600) / 60), 'min');
  return two(Math.floor(s / 86_400), 'd', Math.floor((s % 86_400) / 3600), 'h');
}

/** Writes how long something has lasted or will last, in whole seconds. */
export function formatSeconds(ms) {
  return formatDuration(Math.max(0, Math.round(ms / 1000) * 1000));
}

/** Writes a time of the past as `12 s ago`. */
export function ago(date, now) {
  const ms = Math.max(0, now.getTime() - new Date(date).getTime());
  return ms < 1000 ? 'just now' : `${formatSeconds(ms < 60_000 ? ms : ms - (ms % 60_000))} ago`;
}

/** The time of the service, which may differ from that of this device. */
export const clock = {
  /** The time of the service when `performance.now()` was 0. */
  origin: null,
  now() {
    return this.origin === null ? new Date() : new Date(this.origin + performance.now());
  },
  /** Takes over the time in an answer to a request that was sent at `sent`. Differences within its travel are noise. */
  sync(date, sent) {
    const received = performance.now();
    const origin = date.getTime() - (sent + received) / 2;
    if (!Number.isFinite(origin)) return;
    if (this.origin === null || Math.abs(origin - this.origin) > (received - sent) / 2 + 50) this.origin = origin;
  },
  /** How far the clock of this device is ahead of that of the service, in milliseconds. */
  ahead() {
    return this.origin === null ? 0 : Date.now() - performance.now() - this.origin;
  },
};

/** Which times are shown: those of this device's zone, or UTC. */
export const zone = { utc: false };

const two = (number) => String(Math.abs(number)).padStart(2, '0');

/** Returns `Z`, or the offset of a date's local time such as `+02:00`. */
export function offset(date, utc = zone.utc) {
  if (utc) return 'Z';
  const minutes = -date.getTimezoneOffset();
  return `${minutes < 0 ? '-' : '+'}${two(Math.trunc(minutes / 60))}:${two(minutes % 60)}`;
}

/** Returns the parts of a date, of the day and of the time. */
function parts(date, utc) {
  const it = utc ? date : new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  const text = it.toISOString();
  return { day: text.slice(0, 10), time: text.slice(11, 19), ms: text.slice(19, 23) };
}

/** Writes an instant with its day and offset: `2026-11-29 03:42:10 +02:00`. */
export function absolute(date, utc = zone.utc) {
  const { day, time } = parts(new Date(date), utc);
  return `${day} ${time}${utc ? 'Z' : ` ${offset(new Date(date), utc)}`}`;
}

/** Writes an instant as briefly as it is clear: `03:42:10`, with its day unless that is the day of `now`. */
export function brief(date, now = clock.now(), utc = zone.utc) {
  const it = parts(new Date(date), utc);
  return it.day === parts(now, utc).day ? it.time : `${it.day} ${it.time}`;
}

/** Writes when something ends: `03:42 +02:00`, with its day unless that is the day of `now`. */
export function until(date, now = clock.now(), utc = zone.utc) {
  const text = brief(date, now, utc).slice(0, -3);
  return utc ? `${text} UTC` : `${text} ${offset(new Date(date), utc)}`;
}

/** Makes an element that shows an instant in the zone that is chosen, and tells it in full. */
export function at(date) {
  const element = h('time', { datetime: new Date(date).toISOString() });
  showTime(element);
  return element;
}

function showTime(element) {
  const date = element.getAttribute('datetime');
  setText(element, brief(date));
  element.title = `${absolute(date, false)} = ${absolute(date, true)}`;
}

/** Shows all instants of the page again, after the zone was changed. */
export function showTimes() {
  document.querySelectorAll('time[datetime]').forEach(showTime);
}
