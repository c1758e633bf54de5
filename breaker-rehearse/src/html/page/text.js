// Numbers, times and spans as text. Times are milliseconds since 1970.

const SHORT = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\u034f\u115f\u1160\u3164\uffa0]/gu;

// Shows characters that nobody sees, or that turn the direction, as escapes.
const visible = (text) => String(text).replace(UNSEEN, (letter) => SHORT[letter] ?? `\\u{${letter.codePointAt(0).toString(16)}}`);
const words = (label) => label.replaceAll('_', ' ');
const count = (number) => number.toLocaleString('en');
const plural = (number, noun) => `${count(number)} ${noun}${number === 1 ? '' : 's'}`;
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 }).format;

function share(part, whole) {
	if (!whole) return '–';
	const percent = (part * 100) / whole;
	if (part && percent < 0.1) return '< 0.1 %';
	return `${percent.toFixed(percent < 10 || percent > 99 && part < whole ? 1 : 0)} %`;
}

const UNITS = Object.entries({ d: 86_400_000, h: 3_600_000, min: 60_000, s: 1000 });

function lasts(ms) {
	if (ms === null) return '–';
	if (ms < 0) return `−${lasts(-ms)}`;
	if (ms === 0) return '0 s';
	if (ms < 1) return `${(ms * 1000).toFixed(0)} µs`;
	if (ms < 1000) return `${Number(ms.toPrecision(3))} ms`;
	if (ms < 59_950) return `${Number((ms / 1000).toPrecision(3))} s`;
	const largest = (time) => UNITS.findIndex(([, unit]) => time >= unit);
	// Rounded to the smaller of two units, which may add up to a larger one.
	const step = UNITS[largest(Math.max(ms, 60_000)) + 1][1];
	let rest = Math.round(ms / step) * step;
	const first = largest(rest);
	const parts = UNITS.slice(first, first + 2).map(([unit, length]) => {
		const number = Math.floor(rest / length);
		rest -= number * length;
		return number && `${number} ${unit}`;
	});
	return parts.filter(Boolean).join(' ');
}

const zone = { utc: true };
const local = (time, options) => new Date(time).toLocaleString('sv', { timeZone: zone.utc ? 'UTC' : undefined, ...options });
const offset = (time) => (zone.utc ? 'UTC' : local(time, { timeZoneName: 'longOffset' }).slice(23).replace('\u2212', '-') || '+00:00');

// A date with the time, as exact as a bucket needs it.
function instant(time, exact = 1000) {
	const text = local(time);
	return exact < 1000 ? `${text}.${String(Math.floor(time) % 1000).padStart(3, '0')}` : text;
}

// The same without the date if `other` is on that day.
function after(time, other, exact) {
	const text = instant(time, exact);
	return text.startsWith(local(other).slice(0, 10)) ? text.slice(11) : text;
}
