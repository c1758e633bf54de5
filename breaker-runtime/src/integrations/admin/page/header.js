// @ts-check
// The head of the page: which service this is, whether the figures are fresh, and the user's choices.

import { announce } from './announce.js';
import { setAttribute, setText } from './dom.js';
import { keep, kept, session } from './session.js';
import { between, clock, formatSeconds, offset, showTimes, zone } from './time.js';

const THEMES = { auto: '◐ Auto', light: '☀ Light', dark: '☾ Dark' };
const $ = (id) => document.getElementById(id);

/** Makes the header. `tick` shows all texts again. */
export function createHeader({ context, poll, feed, forget, tick }) {
  let theme = kept('theme') ?? 'auto';
  let wasStale = false;
  zone.utc = kept('zone') === 'utc';

  function showChoices() {
    document.documentElement.dataset.theme = theme;
    setText($('theme'), THEMES[theme]);
    setText($('zone'), zone.utc ? 'UTC' : `Local ${offset(new Date())}`);
    showTimes();
  }

  function turnTheme() {
    const all = Object.keys(THEMES);
    theme = all[(all.indexOf(theme) + 1) % all.length];
    keep('theme', theme);
    showChoices();
  }

  function turnZone() {
    zone.utc = !zone.utc;
    keep('zone', zone.utc ? 'utc' : null);
    showChoices();
    tick();
  }

  function showInstance({ service, name, version, environment, started_at: started }) {
    const ahead = Math.round(clock.ahead() / 1000);
    const up = `up ${formatSeconds(between(started, clock.now())).replace(/ \d+ s$/, '')}`;
    const off = Math.abs(ahead) > 2 && `your clock is ${Math.abs(ahead)} s ${ahead > 0 ? 'ahead' : 'behind'}`;
    setText($('service'), service ?? 'Circuit breakers');
    setText($('instance'), [name, version, up, off].filter(Boolean).join(' · '));
    setText($('environment'), environment ?? '');
    document.body.classList.toggle('production', /^(prod|live)/i.test(environment ?? ''));
  }

  function showTitle({ summary: { critical_down: down, states }, instance }, name) {
    const open = states.open + states.forced_open;
    const counts = [down && `${down} down`, open && `${open} open`].filter(Boolean).join(', ');
    document.title = `${counts && `(${counts}) `}${[name, instance.service ?? 'Circuit breakers', instance.environment].filter(Boolean).join(' · ')}`;
    const worst = states.open ? 'open' : states.forced_open + states.forced_closed ? 'forced' : states.half_open ? 'half' : 'closed';
    setAttribute(document.querySelector('link[rel=icon]'), 'href', `assets/${worst}.svg`);
  }

  function showLife(list) {
    const { stale, age, text } = poll.freshness();
    const { problem, stopped } = poll.state;
    const mixed = feed.connection === 'mixed' && `The answers come from ${feed.instances()} instances in turn. Open one of them by itself.`;
    const isSilent = !problem || problem.name === 'network';
    document.body.classList.toggle('stale', stale);
    // Nobody acts on what may be wrong by now.
    for (const it of document.querySelectorAll('.acts')) it.disabled = stale;
    setText($('live'), !list ? '' : problem || text ? '○ not live' : `● live${age < 1500 ? '' : `, ${formatSeconds(age)} old`}`);
    setText($('banner'), stopped ? '' : (isSilent && text) || problem?.detail || problem?.message || mixed || '');
    if (stale !== wasStale) announce(stale ? 'The service does not answer' : 'The service answers again');
    wasStale = stale;
  }

  $('theme').onclick = turnTheme;
  $('zone').onclick = turnZone;
  $('sign-in').onclick = () => (session.token ? forget() : context.openSignIn());
  showChoices();
  return {
    turnTheme,
    turnZone,
    /** Shows a list, and in the title the name of the breaker on display. */
    update(list, name) {
      const { grant } = context;
      $('sign-in').hidden = !session.token && (grant.may === 'control' || !grant.token);
      setText($('sign-in'), session.token ? `${grant.who ?? 'Token'}: forget` : 'Sign in');
      if (list) showInstance(list.instance);
      if (list) showTitle(list, name);
      showLife(list);
    },
  };
}
