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
import { createPoll, isQuiet } from './poll.js';
import { listRoute, parseRoute } from './route.js';
import { createOverview } from './rows.js';
import { session } from './session.js';
import { signIn } from './sign_in.js';
import { clock } from './time.js';
import { createFindings, createNothing } from './notes.js';

const context = {
  grant: { may: 'none', who: null, control: 'possible' },
  instance: null,
  clock,
  announce,
  go: (fragment) => { location.hash = fragment; },
  refresh: () => poll.refresh(),
  openSignIn,
};

const main = document.querySelector('main');
let route = parseRoute(location.hash);
let list = null;
let isGranted = false;

const feed = createFeed();
const overview = createOverview(context, (filter) => context.go(listRoute(filter)), feed.eventsOf);
const detail = createDetail(context);
const findings = createFindings();
const nothing = createNothing();
const poll = createPoll(turn, tick);
const header = createHeader({ context, poll, feed, forget, tick });
const signInPanel = h('section', { class: 'notice' }, h('h2', { text: 'A token is needed' }), h('p', { text: 'The service shows its breakers to those who have a token.' }),
  h('button', { type: 'button', class: 'button primary', text: 'Sign in', on: { click: openSignIn } }));

async function turn() {
  if (!isGranted) {
    context.grant = (await get('./')).body.grant ?? context.grant;
    isGranted = true;
  }
  const isList = route.view === 'list';
  const asked = route;
  list = await feed.ask(isList ? route.filter : { limit: '1' });
  if (asked !== route) return false;
  context.instance = list.instance;
  if (feed.connection === 'restarted') isGranted = false;
  if (isList) overview.update(list);
  if (route.view === 'findings' || !list.summary.breakers) await findings.update();
  const alone = isList && list.summary.breakers === 1 && listRoute(route.filter) === '#/';
  if (alone) detail.show(list.breakers[0].name, null);
  if (alone || route.view === 'breaker') await detail.update();
  const views = { findings: [findings.element], breaker: [detail.element], list: [overview.element, alone && detail.element] }[route.view];
  setChildren(main, list.summary.breakers || !isList ? views : [nothing, findings.element]);
  return isQuiet(list);
}

/** Shows the passing of time: countdowns, ages, and how old the figures are. */
function tick() {
  const { status } = poll.state.problem ?? {};
  if (status === 401 && !poll.state.stopped) {
    poll.stop();
    if (!list) setChildren(main, signInPanel);
    openSignIn();
  }
  header.update(list);
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
  setChildren(main, signInPanel);
  poll.refresh();
}

function show() {
  route = parseRoute(location.hash);
  if (route.view === 'breaker') detail.show(route.name, route.key);
  if (route.view === 'list') overview.setFilter(route.filter);
  feed.wantSeries();
  poll.refresh();
}

function act(action) {
  const name = route.view === 'breaker' ? route.name : document.activeElement?.closest('tr[data-name]')?.dataset.name;
  if (name) openAction(context, { action, name, key: route.view === 'breaker' ? route.key : null });
}

function step(by) {
  const links = [...main.querySelectorAll('tr[data-name] th a')];
  const at = links.indexOf(document.activeElement?.closest('tr')?.querySelector('th a'));
  links[at < 0 ? 0 : Math.min(links.length - 1, Math.max(0, at + by))]?.focus();
}

listenToKeys([
  ['/', 'search', () => overview.search.focus()],
  ['j', 'next row', () => step(1)],
  ['k', 'previous row', () => step(-1)],
  ['Enter', 'open the row', () => document.activeElement?.click()],
  ['Esc', 'back to all breakers', () => context.go('#/')],
  ['g o', 'only those that are open', () => context.go('#/?state=open,forced_open')],
  ['g a', 'all breakers', () => context.go('#/')],
  ['f', 'force the breaker open', () => act('force-open')],
  ['c', 'clear its override', () => act('clear')],
  ['u', 'UTC or local times', header.turnZone],
  ['t', 'theme', header.turnTheme],
]);
onTokenNeeded(openSignIn);
addEventListener('hashchange', show);
setInterval(tick, 1000);
show();
