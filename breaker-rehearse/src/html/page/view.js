// The part of the trace that the timeline shows.

class View {
	#listeners = [];

	constructor(trace) {
		this.trace = trace;
		this.least = Math.max(trace.bucket * 4, 1);
		[this.from, this.to] = [trace.from, trace.to];
	}

	onchange(listener) {
		this.#listeners.push(listener);
	}

	get span() {
		return this.to - this.from;
	}

	get whole() {
		return this.span >= this.trace.to - this.trace.from;
	}

	set(from, to) {
		const all = this.trace.to - this.trace.from;
		const span = Math.min(all, Math.max(Math.min(this.least, all), to - from));
		const middle = (from + to) / 2;
		const begin = Math.max(this.trace.from, Math.min(this.trace.to - span, middle - span / 2));
		if (begin === this.from && begin + span === this.to) return;
		[this.from, this.to] = [begin, begin + span];
		for (const listener of this.#listeners) listener();
	}

	reset() {
		this.set(this.trace.from, this.trace.to);
	}

	// Zooms by a factor around an instant, which stays where it is.
	zoom(factor, around = (this.from + this.to) / 2) {
		const all = this.trace.to - this.trace.from;
		const bounded = Math.min(all / this.span, Math.max(this.least / this.span, factor));
		this.set(around - (around - this.from) * bounded, around + (this.to - around) * bounded);
	}

	pan(share) {
		const span = this.span;
		const begin = Math.max(this.trace.from, Math.min(this.trace.to - span, this.from + share * span));
		this.set(begin, begin + span);
	}

	// Shows a span with a margin, such as an outage.
	frame(from, to) {
		const margin = Math.max((to - from) * 0.6, this.least / 2);
		this.set(from - margin, to + margin);
	}

	// Moves as little as possible to show an instant.
	reveal(time) {
		const span = this.span;
		if (time < this.from) this.set(time, time + span);
		else if (time > this.to) this.set(time - span, time);
	}
}

const bucketAt = (trace, time) => Math.max(0, Math.min(trace.calls.length - 1, Math.floor((time - trace.from) / trace.bucket)));
const beginOf = (trace, nth) => trace.from + nth * trace.bucket;

const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500].concat([1, 2, 5, 10, 15, 30].map((s) => s * 1000), [1, 2, 5, 10, 15, 30].map((m) => m * 60_000), [1, 2, 3, 6, 12].map((hour) => hour * 3_600_000), [1, 2, 7, 14, 28].map((day) => day * 86_400_000));

// The instants at which the axis of time has a label.
function ticks(view, most) {
	const step = STEPS.find((it) => view.span / it <= most) ?? STEPS.at(-1) * Math.ceil(view.span / STEPS.at(-1) / most);
	const shift = zone.utc ? 0 : new Date(view.from).getTimezoneOffset() * -60_000;
	const found = [];
	for (let time = Math.ceil((view.from + shift) / step) * step - shift; time <= view.to; time += step) found.push(time);
	return { step, found };
}
