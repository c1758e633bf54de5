// Numbers and times as text. Times are milliseconds since 1970.

import { visible } from './dom.js';

export const count = (number) => number.toLocaleString('en');
export const plural = (number, noun) => `${count(number)} ${noun}${number === 1 ? '' : 's'}`;
export const words = (label) => label.replaceAll('_', ' ');

export const rate = new Intl.NumberFormat('en', { notation: 'compact' }).format;

export const keyText = (key) => (key.trim() ? visible(key) : `"${visible(key)}"`);

export function lasts(ms) {
	let rest = Math.max(0, Math.round(ms / 1000));
	const units = Object.entries({ d: 86_400, h: 3600, min: 60, s: 1 });
	const first = units.findIndex(([, seconds]) => rest >= seconds);
	const parts = units.slice(first).slice(0, 2).map(([unit, seconds]) => {
		const number = Math.floor(rest / seconds);
		rest %= seconds;
		return number && `${number} ${unit}`;
	});
	return parts.filter(Boolean).join(' ') || '0 s';
}

export const clock = {
	origin: null,
	now: () => (clock.origin === null ? Date.now() : clock.origin + performance.now()),
	// Differences within the travel of an answer are noise.
	sync(time, sent) {
		const received = performance.now();
		const origin = time - (sent + received) / 2;
		if (clock.origin === null || Math.abs(origin - clock.origin) > (received - sent) / 2 + 50) clock.origin = origin;
	},
};

export const zone = { utc: false };

const shown = (time, utc, options) => new Date(time).toLocaleString('sv', { timeZone: utc ? 'UTC' : undefined, ...options });

export const offset = (time, utc = zone.utc) => (utc ? 'UTC' : shown(time, utc, { timeZoneName: 'longOffset' }).slice(23).replace('\u2212', '-') || '+00:00');

export const absolute = (time, utc) => `${shown(time, utc)} ${offset(time, utc)}`;

export function instant(time, now = clock.now(), utc = zone.utc) {
	const text = shown(time, utc);
	return text.startsWith(shown(now, utc).slice(0, 10)) ? text.slice(11) : text;
}

export const until = (time, now = clock.now(), utc = zone.utc) => `${instant(time, now, utc).slice(0, -3)} ${offset(time, utc)}`;
