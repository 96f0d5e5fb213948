import type { HostEvent, HostEventOf, HostEventType, PvfHost, ValidateRequest } from '@pvf/host';
import { codeHash } from '@pvf/protocol';
import { Registry } from 'prom-client';

export interface FakeHost {
  readonly host: PvfHost;
  /** Requests that wait for their outcome. */
  readonly asked: Asked[];
  /** Tells listeners what has happened. */
  tell(event: HostEvent): void;
}

export interface Asked {
  readonly request: ValidateRequest;
  readonly signal: AbortSignal;
  conclude(outcome: object): void;
}

const USE = { cpuTimeMs: 1, wallTimeMs: 1, memoryBytes: 1, povBytes: 1, codeBytes: 1 };

export const VALIDATION = {
  requestId: 'fake-1',
  codeHash: '00'.repeat(32),
  totalMs: 1,
  candidateHash: undefined,
  attempts: 1,
  queuedMs: 0,
  wallTimeMs: 1,
  cpuTimeNs: 1n,
  artifact: undefined,
  detail: { panic: undefined, logs: [], logsLeftOut: 0, backtrace: [], used: USE, limits: USE },
};

/** What a host's API does when workers are left out of it: requests wait until the test concludes or their signal ends them. */
export function fakeHost(): FakeHost {
  const asked: Asked[] = [];
  const listeners = new Map<HostEventType, Set<(event: never) => unknown>>();
  const ask = (request: ValidateRequest & { signal: AbortSignal }): Promise<object> => {
    const { promise, resolve } = Promise.withResolvers<object>();
    const { signal } = request;
    const conclude = (outcome: object): void => resolve({ ...VALIDATION, ...outcome });
    const cancel = (): void => conclude({ kind: 'cancelled', vote: 'none', cause: 'caller' });
    if (signal.aborted) cancel();
    signal.addEventListener('abort', cancel, { once: true });
    asked.push({ request, signal, conclude });
    return promise;
  };
  const host = {
    metrics: new Registry(),
    events: {
      on<T extends HostEventType>(type: T, listener: (event: HostEventOf<T>) => unknown) {
        const set = listeners.get(type) ?? new Set();
        listeners.set(type, set.add(listener as never));
        return () => void set.delete(listener as never);
      },
    },
    security: { secureMode: false },
    importCode: async (bytes: Uint8Array) => ({
      bytes,
      hash: Buffer.from(codeHash(Uint8Array.from(bytes))).toString('hex'),
      length: bytes.byteLength,
    }),
    precheck: ask,
    validate: ask,
    headsUp: async () => {},
    updateActiveLeaves: () => {},
    forgetFailures: () => 0,
    prune: async () => ({ removed: 0, removedBytes: 0, kept: 0, keptBytes: 0 }),
    status: () => ({ state: 'running', cacheDir: '/nowhere' }),
    close: async () => {},
  };
  return {
    host: host as unknown as PvfHost,
    asked,
    tell: (event) => {
      for (const listener of listeners.get(event.type) ?? []) listener(event as never);
    },
  };
}
