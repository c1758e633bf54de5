// What all views share, and what the browser keeps.

export function kept(name, storage = 'localStorage') {
	try {
		return globalThis[storage].getItem(`breaker-${name}`);
	} catch {
		return null;
	}
}

export function keep(name, text, storage = 'localStorage') {
	try {
		if (text === null) globalThis[storage].removeItem(`breaker-${name}`);
		else globalThis[storage].setItem(`breaker-${name}`, text);
	} catch {
		// It lasts until the page is left.
	}
}

export const state = {
	grant: { may: 'none', token: true },
	overrides: { offered: [] },
	token: kept('token', 'sessionStorage'),
	route: { view: 'list', filter: {} },
	list: null,
	isStale: false,
	render() {},
	refresh() {},
	signIn: async () => false,
};

// Until the page is left, or until the tab is closed if it is to be kept.
export function useToken(token, isKept = false) {
	state.token = token;
	keep('token', isKept ? token : null, 'sessionStorage');
}

// The part of the address after `#`: what is pasted elsewhere opens the same view.
const NAMES = ['state', 'q', 'critical', 'overridden', 'configured', 'sort', 'limit', 'group'];

export function parseRoute(fragment) {
	const [path, query] = fragment.replace(/^#?\/?/, '').split(/\?(.*)/s);
	const parameters = new URLSearchParams(query);
	if (path.startsWith('b/')) return { view: 'breaker', name: path.slice(2).split('/').map((part) => new URLSearchParams(`part=${part}`).get('part')).join('/'), key: parameters.get('key') };
	const filter = Object.fromEntries([...parameters].filter(([name, value]) => NAMES.includes(name) && value));
	return { view: ['findings', 'fleet'].includes(path) ? path : 'list', filter };
}

export const listRoute = (filter) => `#/${queryOf(filter)}`;

export const fragmentOf = (name, key = null) =>
	`#/b/${name.split('/').map(encodeURIComponent).join('/')}${key === null ? '' : `?${new URLSearchParams({ key })}`}`;

// Groups have all breakers, worst first, and no series.
export const listPath = ({ group, ...filter }, series) => `breakers${queryOf(group ? { ...filter, sort: '', limit: '1000' } : { ...filter, series })}`;

function queryOf(parameters) {
	const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value));
	return query.size ? `?${query}` : '';
}
