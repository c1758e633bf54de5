// Wheel, drag and pinch on the timeline, and the strip below it that shows the whole trace.

const MAP = 40;

function pointers(stage, view, drawn, timeAt, point) {
	// A turn of the wheel that begins elsewhere scrolls the page over the timeline.
	let turned = { at: 0, here: false };
	addEventListener('wheel', (event) => {
		const here = event.timeStamp - turned.at > QUIET ? stage.contains(event.target) : turned.here;
		turned = { at: event.timeStamp, here };
	}, { capture: true, passive: true });
	stage.addEventListener('wheel', (event) => {
		if (!turned.here || !drawn()) return;
		const unit = event.deltaMode === 1 ? 16 : 1;
		if (Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey) {
			event.preventDefault();
			view.pan(((event.deltaX || event.deltaY) * unit) / 600);
		} else if (event.deltaY < 0 || !view.whole) {
			event.preventDefault();
			view.zoom(Math.exp((event.deltaY * unit) / 350), timeAt(event));
		}
	}, { passive: false });

	const held = new Map();
	const spread = () => {
		const [one, other] = [...held.values()];
		return { wide: Math.max(20, Math.abs(one.clientX - other.clientX)), middle: { clientX: (one.clientX + other.clientX) / 2 } };
	};
	stage.onpointerdown = (event) => {
		if (event.button !== 0) return;
		held.set(event.pointerId, event);
		stage.setPointerCapture(event.pointerId);
		point(event);
	};
	stage.onpointermove = (event) => {
		if (!drawn()) return;
		const before = held.get(event.pointerId);
		if (!before) return point(event);
		const pinched = held.size > 1 ? spread() : null;
		held.set(event.pointerId, event);
		if (pinched) {
			const now = spread();
			view.zoom(pinched.wide / now.wide, timeAt(now.middle));
		} else {
			const { at } = drawn();
			view.pan((before.clientX - event.clientX) / (at.right - at.left));
			if (event.pointerType === 'mouse') point(event);
		}
		return null;
	};
	const release = (event) => held.delete(event.pointerId);
	stage.onpointerup = release;
	stage.onpointercancel = release;
	stage.onpointerleave = (event) => event.pointerType === 'mouse' && !held.size && point(null);
	stage.ondblclick = (event) => view.zoom(0.4, timeAt(event));
}

function drawMap(map, data, view, width, { left, right }) {
	const whole = { from: data.trace.from, to: data.trace.to, span: data.trace.to - data.trace.from };
	const x = (time) => left + ((time - whole.from) / whole.span) * (right - left);
	const found = columns(data.trace, whole, (right - left) / 2);
	const most = Math.max(...found.map((it) => it.calls / (it.to - it.from)), 1e-9);
	const value = (name) => (it) => it[name] / (it.to - it.from) / most;
	const within = (time) => Math.min(right, x(time));
	map.setAttribute('width', width);
	map.setAttribute('height', MAP);
	fill(map,
		h('rect.ground', { x: left, y: 0, width: right - left, height: MAP }),
		h('path.passed', { d: area(found, within, MAP, MAP - 6, value('calls')) }),
		h('path.failures', { d: area(found, within, MAP, MAP - 6, value('failures')) }),
		data.outages.map((it) => h('rect.outage-top', { x: round(x(it.from)), y: 0, width: round(Math.max(2, x(it.to) - x(it.from))), height: 3 })),
		h('rect.window', { x: round(x(view.from)), y: 1, width: round(Math.max(4, x(view.to) - x(view.from))), height: MAP - 2 }));
}

// A drag on the strip chooses the span to show; a click moves the view there.
function mapPointers(map, data, view, drawn) {
	const { trace } = data;
	let begun = null;
	const time = (event) => {
		const { left, right } = drawn().at;
		const part = (event.clientX - map.getBoundingClientRect().left - left) / (right - left);
		return trace.from + Math.max(0, Math.min(1, part)) * (trace.to - trace.from);
	};
	map.onpointerdown = (event) => {
		if (event.button !== 0 || !drawn()) return;
		begun = { time: time(event), x: event.clientX };
		map.setPointerCapture(event.pointerId);
	};
	map.onpointermove = (event) => {
		if (!begun || Math.abs(event.clientX - begun.x) < 4) return;
		const now = time(event);
		view.set(Math.min(now, begun.time), Math.max(now, begun.time));
	};
	map.onpointerup = (event) => {
		if (begun && Math.abs(event.clientX - begun.x) < 4) {
			const half = view.span / 2;
			view.set(begun.time - half, begun.time + half);
		}
		begun = null;
	};
	map.onpointercancel = () => {
		begun = null;
	};
}
