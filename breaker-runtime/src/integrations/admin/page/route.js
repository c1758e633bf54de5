// @ts-check
// The part of the address after `#`: which view is shown. What is pasted elsewhere opens the same view.

const NAMES = ['state', 'q', 'critical', 'overridden', 'configured', 'sort', 'limit', 'group'];

/** Reads a fragment such as `#/b/geo/eu?key=a` or `#/?state=open&sort=name`. */
export function parseRoute(fragment) {
  const [path, query] = fragment.replace(/^#?\/?/, '').split(/\?(.*)/s);
  const parameters = new URLSearchParams(query);
  if (path.startsWith('b/')) return { view: 'breaker', name: path.slice(2).split('/').map(decoded).join('/'), key: parameters.get('key') };
  const filter = Object.fromEntries([...parameters].filter(([name, value]) => NAMES.includes(name) && value));
  return { view: path === 'findings' ? 'findings' : 'list', filter };
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Writes the fragment of a list. */
export const listRoute = (filter) => `#/${queryOf(filter)}`;

/** Writes the fragment of a breaker or of one of its keys. */
export const fragmentOf = (name, key = null) =>
  `#/b/${name.split('/').map(encodeURIComponent).join('/')}${key === null ? '' : `?${new URLSearchParams({ key })}`}`;

/** Returns the path that the API has for a list. Groups have all breakers, worst first, and no series. */
export const listPath = ({ group, ...filter }, series) => `breakers${queryOf(group ? { ...filter, sort: '', limit: '1000' } : { ...filter, series })}`;

function queryOf(parameters) {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value));
  return query.size ? `?${query}` : '';
}
