// @ts-check
// What the browser keeps: the token of this tab, never in an address or a cookie, and what the user prefers.

/** Reads a text that was kept. Without storage, nothing is kept. */
export function kept(name, storage = () => localStorage) {
  try {
    return storage().getItem(`breaker-${name}`);
  } catch {
    return null;
  }
}

/** Keeps a text, or forgets it for `null`. */
export function keep(name, text, storage = () => localStorage) {
  try {
    if (text === null) storage().removeItem(`breaker-${name}`);
    else storage().setItem(`breaker-${name}`, text);
  } catch {
    // It lasts until the page is left.
  }
}

const ofTab = () => sessionStorage;

export const session = {
  token: kept('token', ofTab),
  /** Remembers a token until the page is left, or until the tab is closed if it is to be kept. */
  use(token, keeps = false) {
    this.token = token;
    keep('token', keeps ? token : null, ofTab);
  },
};
