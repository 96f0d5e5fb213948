/**
 * The service's token, where it listens on TCP. It comes in the fragment of the page's address
 * (`#TOKEN` or `#token=TOKEN`), which browsers send to nobody, or from the form; it lives as long as the tab.
 */
const KEY = 'pvf-token';

export function readToken(): string | undefined {
  return sessionStorage.getItem(KEY) ?? undefined;
}

export function keepToken(token: string): void {
  sessionStorage.setItem(KEY, token.trim());
}

export function forgetToken(): void {
  sessionStorage.removeItem(KEY);
}

/** Takes the token out of the address, so that it stands in no history or bookmark. */
export function takeTokenFromAddress(): void {
  const match = /^#(?:token=)?([^/&][^&]*)$/.exec(location.hash);
  if (match?.[1] === undefined) return;
  keepToken(decodeURIComponent(match[1]));
  history.replaceState(null, '', `${location.pathname}${location.search}#/`);
}
