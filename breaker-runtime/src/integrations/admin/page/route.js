// @ts-check
// The part of the address after `#`: which view is shown. What is pasted elsewhere opens the same view.

const SORTS = ['worst', 'name', 'calls', 'failures', 'rejected'];
const NAMES = ['state', 'q', 'critical', 'overridden', 'configured', 'sort', 'limit', 'group'];

/** Reads a fragment such as `#/b/geo/eu?key=a` or `#/?state=open&sort=name`. */
export function parseRoute(fragment) {
  const [path, query = ''] = fragment.replace(/^#?\/?/, '').split(/\?(.*)/s);
  const parameters = new URLSearchParams(query);
  const [view, ...name] = path.split('/');
  if (view === 'b' && name.length) {
    return { view: 'breaker', name: name.map(decoded).join('/'), key: parameters.get('key') };
  }
  const filter = Object.fromEntries([...parameters].filter(([name, value]) => NAMES.includes(name) && value));
  if (!SORTS.includes(filter.sort ?? '')) delete filter.sort;
  if (!(Number(filter.limit) > 0)) delete filter.limit;
  return { view: view === 'findings' ? 'findings' : 'list', filter };
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Writes the fragment of a list. */
export function listRoute(filter) {
  const set = Object.entries(filter).filter(([, value]) => value);
  return set.length ? `#/?${new URLSearchParams(set)}` : '#/';
}

/** Writes the fragment of a breaker or of one of its keys. */
export function fragmentOf(name, key = null) {
  const path = `#/b/${name.split('/').map(encodeURIComponent).join('/')}`;
  return key === null ? path : `${path}?${new URLSearchParams({ key })}`;
}

/** Returns the path that the API has for a list. */
export function listPath({ group, ...filter }, series) {
  const all = { ...filter, ...(group ? { sort: 'name', limit: 1000 } : {}), ...(series && !group ? { series: true } : {}) };
  const query = new URLSearchParams(Object.entries(all).map(([name, value]) => [name, String(value)]));
  return query.size ? `breakers?${query}` : 'breakers';
}
