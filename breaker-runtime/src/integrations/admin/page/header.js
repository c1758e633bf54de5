// @ts-check
// The head of the page: which service this is, whether the figures are fresh, and the user's choices.

import { announce } from './announce.js';
import { h, setAttribute, setText } from './dom.js';
import { keep, kept, session } from './session.js';
import { clock, formatSeconds, offset, showTimes, zone } from './time.js';

const THEMES = ['auto', 'light', 'dark'];
const $ = (id) => document.getElementById(id);

/** Makes the header. `tick` shows all texts again. */
export function createHeader({ context, poll, feed, forget, tick }) {
  let theme = kept('theme') ?? 'auto';
  let wasStale = false;
  zone.utc = kept('zone') === 'utc';

  function showChoices() {
    document.documentElement.dataset.theme = theme;
    setText($('theme'), { auto: '◐ Auto', light: '☀ Light', dark: '☾ Dark' }[theme]);
    setText($('zone'), zone.utc ? 'UTC' : `Local ${offset(new Date())}`);
  }

  function turnTheme() {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
    keep('theme', theme);
    showChoices();
  }

  function turnZone() {
    zone.utc = !zone.utc;
    keep('zone', zone.utc ? 'utc' : null);
    showChoices();
    showTimes();
    tick();
  }

  function showInstance({ service, name, version, environment, started_at: started }) {
    setText($('service'), service ?? 'Circuit breakers');
    const ahead = Math.round(clock.ahead() / 1000);
    const parts = [name, version, `up ${formatSeconds(clock.now().getTime() - new Date(started).getTime()).replace(/ \d+ s$/, '')}`];
    if (Math.abs(ahead) > 2) parts.push(`your clock is ${Math.abs(ahead)} s ${ahead > 0 ? 'ahead' : 'behind'}`);
    setText($('instance'), parts.filter(Boolean).join(' · '));
    $('environment').hidden = !environment;
    setText($('environment'), environment ?? '');
    document.body.classList.toggle('production', /^(prod|live)/i.test(environment ?? ''));
  }

  function showTitle({ summary, instance }) {
    const { critical_down: down, states } = summary;
    const open = states.open + states.forced_open;
    const counts = [down && `${down} down`, open && `${open} open`].filter(Boolean).join(', ');
    const names = [instance.service ?? 'Circuit breakers', instance.environment].filter(Boolean).join(' · ');
    document.title = counts ? `(${counts}) ${names}` : names;
    const worst = states.open ? 'open' : states.forced_open + states.forced_closed ? 'forced' : states.half_open ? 'half' : 'closed';
    setAttribute(document.querySelector('link[rel=icon]'), 'href', `assets/${worst}.svg`);
  }

  function showLife(list) {
    const { stale, age, text } = poll.freshness();
    const { problem } = poll.state;
    document.body.classList.toggle('stale', stale);
    setText($('live'), !list ? '' : problem || text ? '○ not live' : `● live, ${age < 1000 ? Math.round(age / 100) / 10 : Math.round(age / 1000)} s old`);
    let banner = '';
    if (problem && problem.name !== 'network') banner = problem.detail ?? String(problem);
    else if (text || problem) banner = text ?? problem.detail;
    else if (feed.connection === 'mixed') banner = `The answers come from ${feed.instances()} instances in turn. Open one of them by itself.`;
    $('banner').hidden = !banner;
    setText($('banner'), banner);
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
    update(list) {
      const { grant } = context;
      $('sign-in').hidden = !session.token && (grant.may === 'control' || grant.control === 'never');
      setText($('sign-in'), session.token ? `${grant.who ?? 'Token'}: forget` : 'Sign in');
      if (list) showInstance(list.instance);
      if (list) showTitle(list);
      showLife(list);
    },
  };
}
