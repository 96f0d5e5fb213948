import { render } from 'preact';
import { feed } from './api/feed.ts';
import { keepToken, takeTokenFromAddress } from './api/token.ts';
import { Store } from './model/store.ts';
import { App } from './view/app.tsx';

takeTokenFromAddress();
const root = document.querySelector('#app');
if (root !== null) {
  root.replaceChildren();
  start(root);
}

function start(place: Element): void {
  const store = new Store();
  const ending = new AbortController();
  const restart = (token: string): void => {
    keepToken(token);
    ending.abort();
    render(null, place);
    start(place);
  };
  render(<App store={store} restart={restart} />, place);
  feed(store, ending.signal);
}
