import { useState } from 'preact/hooks';
import { Panel } from './parts.tsx';

/** Asks for the token of a service on TCP. */
export function TokenForm({ restart }: { readonly restart: (token: string) => void }) {
  const [token, setToken] = useState('');
  return (
    <Panel
      title="This service wants its token"
      note="It was printed when the service started, or stands in the file that its operator keeps it in. It stays in this tab alone."
    >
      <form
        class="filters"
        onSubmit={(event) => {
          event.preventDefault();
          if (token.trim() !== '') restart(token);
        }}
      >
        <label>
          <span>Token</span>
          <input
            type="password"
            name="token"
            autocomplete="off"
            required
            value={token}
            onInput={({ currentTarget }) => setToken(currentTarget.value)}
          />
        </label>
        <button type="submit" class="primary">
          Open the dashboard
        </button>
      </form>
    </Panel>
  );
}
