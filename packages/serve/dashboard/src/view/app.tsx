import { useEffect, useRef, useState } from 'preact/hooks';
import type { Store } from '../model/store.ts';
import { CheckPage } from './check-page.tsx';
import { ConnectionBadge, ConnectionNotices } from './connection.tsx';
import { Overview } from './overview.tsx';
import { ThemeChoice } from './theme.tsx';
import { TokenForm } from './token-form.tsx';
import { useStore } from './use-store.ts';

const PAGES = [
  { hash: '#/', name: 'Overview' },
  { hash: '#/check', name: 'Check a runtime' },
] as const;

/** The whole page. @property restart begins anew with the token that was given */
export function App({
  store,
  restart,
}: {
  readonly store: Store;
  readonly restart: (token: string) => void;
}) {
  const snapshot = useStore(store);
  const page = usePage();
  const main = useRef<HTMLElement>(null);
  const title = PAGES.find(({ hash }) => hash === page)?.name ?? PAGES[0].name;
  useEffect(() => {
    document.title = `${title} · PVF host`;
  }, [title]);
  const refused = snapshot.connection.state === 'refused';
  return (
    <>
      <header class="page-head">
        <button type="button" class="skip" onClick={() => main.current?.focus()}>
          Skip to the content
        </button>
        <div class="page-head-inner">
          <div class="brand">
            <Mark />
            <h1>PVF host</h1>
          </div>
          <nav class="tabs" aria-label="Pages">
            {PAGES.map(({ hash, name }) => (
              <a key={hash} href={hash} aria-current={page === hash ? 'page' : undefined}>
                {name}
              </a>
            ))}
          </nav>
          <div class="head-end">
            <ConnectionBadge connection={snapshot.connection} status={snapshot.status} />
            <ThemeChoice />
          </div>
        </div>
      </header>
      <main id="main" ref={main} tabIndex={-1} aria-label={title}>
        {refused ? (
          <TokenForm restart={restart} />
        ) : (
          <>
            <ConnectionNotices snapshot={snapshot} forgetGap={() => store.set({ gap: undefined })} />
            {/* Both stay: a check that runs goes on while somebody looks at the overview. */}
            <div hidden={page === '#/check'}>
              <Overview snapshot={snapshot} />
            </div>
            <div hidden={page !== '#/check'}>
              <CheckPage status={snapshot.status} />
            </div>
          </>
        )}
      </main>
      <footer class="page-foot">
        {snapshot.status === undefined ? null : (
          <p>
            pvf serve {snapshot.status.version}, workers {snapshot.status.workers.execute.fullVersion}
            {snapshot.status.workers.execute.node === undefined
              ? ''
              : ` on Node ${snapshot.status.workers.execute.node}`}
            . Cache: <code>{snapshot.status.cacheDir}</code>
          </p>
        )}
      </footer>
    </>
  );
}

function usePage(): string {
  const known = (): string => (location.hash === '#/check' ? '#/check' : '#/');
  const [page, setPage] = useState(known);
  useEffect(() => {
    const changed = (): void => setPage(known());
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  return page;
}

function Mark() {
  return (
    <svg width="26" height="26" viewBox="0 0 26 26" aria-hidden="true" focusable="false">
      <rect x="1" y="1" width="24" height="24" rx="7" fill="currentColor" />
      <path
        d="M7 13.5l4 4 8-9"
        fill="none"
        stroke="var(--on-accent)"
        stroke-width="2.6"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  );
}
