// @ts-check
// Starts the page, and shows the view that the fragment of the address names.

import { openAction } from './act.js';
import { announce } from './announce.js';
import { forgetAnswers, get, onTokenNeeded } from './api.js';
import { createDetail } from './detail.js';
import { h, setChildren } from './dom.js';
import { createFeed } from './feed.js';
import { createHeader } from './header.js';
import { listenToKeys } from './keyboard.js';
import { createFindings, createNothing } from './notes.js';
import { createPoll, isQuiet } from './poll.js';
import { listRoute, parseRoute } from './route.js';
import { createOverview } from './rows.js';
import { session } from './session.js';
import { signIn } from './sign_in.js';
import { clock } from './time.js';

const context = {
  grant: { may: 'none', who: null, control: 'possible', token: true },
  instance: null,
  clock,
  announce,
  go: (fragment) => { location.hash = fragment; },
  refresh: () => poll.refresh(),
  isStale: () => poll.freshness().stale,
  openSignIn,
};

const main = document.querySelector('main');
let route = parseRoute(location.hash);
let list = null;
let isGranted = false;

const feed = createFeed();
const overview = createOverview(context, (filter) => context.go(listRoute(filter)), feed.overridesOf);
const detail = createDetail(context);
const findings = createFindings();
const nothing = createNothing();
const poll = createPoll(turn, tick);
const header = createHeader({ context, poll, feed, forget, tick });
const back = h('a', { href: '#/', class: 'back', text: '← All breakers' });
const locked = h('section', { class: 'notice' }, h('h2', { text: 'A token is needed' }), h('p', { text: 'The service shows its breakers to those who have a token.' }),
  h('button', { type: 'button', class: 'primary', text: 'Sign in', on: { click: openSignIn } }));

async function turn() {
  if (!isGranted) {
    context.grant = (await get('./')).body.grant;
    isGranted = true;
  }
  const asked = route;
  const { view, filter } = route;
  const isList = view === 'list';
  const isLocked = context.grant.may === 'none' && context.grant.token && !session.token;
  const answer = isLocked ? null : await feed.ask(isList ? filter : { limit: '1' });
  if (asked !== route) return false;
  if (!answer) return lock();
  list = answer;
  context.instance = list.instance;
  if (feed.connection === 'restarted') isGranted = false;
  const isEmpty = isList && !list.summary.breakers;
  const isAlone = isList && list.summary.breakers === 1 && listRoute(filter) === '#/';
  if (isList) overview.update(list);
  if (isEmpty || view === 'findings') await findings.update();
  if (isAlone) detail.show(list.breakers[0].name, null);
  if (isAlone || view === 'breaker') await detail.update();
  const shown = { findings: [back, findings.element], breaker: [back, detail.element], list: [overview.element, isAlone && detail.element] }[view];
  if (asked === route) setChildren(main, isEmpty ? [nothing, findings.element] : shown);
  return isQuiet(list);
}

/** Shows nothing but that a token is needed, and asks for it. */
function lock() {
  poll.stop();
  if (!list) setChildren(main, locked);
  openSignIn();
  return true;
}

/** Shows the passing of time: countdowns, ages, and how old the figures are. */
function tick() {
  if (poll.state.problem?.status === 401 && !poll.state.stopped) lock();
  header.update(list, route.name);
  if (list && route.view === 'list') overview.tick();
}

async function openSignIn() {
  const grant = await signIn();
  if (!grant) return false;
  context.grant = grant;
  isGranted = true;
  poll.refresh();
  return true;
}

function forget() {
  session.use(null);
  forgetAnswers();
  list = null;
  isGranted = false;
  setChildren(main);
  poll.refresh();
}

function show() {
  route = parseRoute(location.hash);
  if (route.view === 'breaker') detail.show(route.name, route.key);
  if (route.view === 'list') overview.setFilter(route.filter);
  feed.wantPast();
  poll.refresh();
}

function act(action) {
  const ofRow = { name: document.activeElement?.closest('tr[data-name]')?.dataset.name, key: null };
  const { name, key } = route.view === 'breaker' ? route : ofRow;
  if (name) openAction(context, { action, name, key });
}

function step(by) {
  const links = [...main.querySelectorAll('tr[data-name] th a')];
  const at = links.findIndex((it) => it.closest('tr').contains(document.activeElement));
  links[at < 0 ? 0 : Math.min(links.length - 1, Math.max(0, at + by))]?.focus();
}

listenToKeys([
  ['/', 'search', () => overview.search.focus()],
  ['j', 'next row', () => step(1)],
  ['k', 'previous row', () => step(-1)],
  ['Enter', 'open the row'],
  ['Esc', 'back to all breakers', () => context.go('#/')],
  ['g o', 'only those that are open', () => context.go('#/?state=open')],
  ['f', 'force the breaker open', () => act('force-open')],
  ['c', 'clear its override', () => act('clear')],
  ['u', 'UTC or local times', header.turnZone],
  ['t', 'theme', header.turnTheme],
]);
onTokenNeeded(openSignIn);
addEventListener('hashchange', show);
setInterval(tick, 1000);
show();
