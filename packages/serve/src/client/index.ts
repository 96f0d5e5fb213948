import createFetchClient, { type Client, type ClientOptions } from 'openapi-fetch';
import type { components, paths } from './api.generated.ts';

export type { components, operations, paths } from './api.generated.ts';

/** A schema of the API by its name: `ApiSchema<'ValidationOutcome'>`. */
export type ApiSchema<N extends keyof components['schemas']> = components['schemas'][N];

export type PvfClient = Client<paths>;

export interface PvfClientOptions extends Pick<ClientOptions, 'fetch' | 'headers'> {
  /** Such as `http://127.0.0.1:9615`. Default: where the page comes from. */
  readonly baseUrl?: string;
  /** The service's, for a TCP listener. */
  readonly token?: string;
}

/**
 * A client of the service whose paths, parameters and answers are typed by its OpenAPI description. It runs in browsers and
 * Node; calls resolve to `{ data }` or, for a problem, `{ error }`, and reject only if there is no answer.
 */
export function createClient({ baseUrl = '', token, headers, ...options }: PvfClientOptions = {}): PvfClient {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return createFetchClient<paths>({
    ...options,
    baseUrl,
    headers: { ...(headers as Record<string, string>), ...authorization },
  });
}

/** The body of a validation in two parts: how `fetch` sends a PoV as bytes. */
export function validateForm(
  request: ApiSchema<'ValidateRequestPart'>,
  pov: { blockData: Blob | Uint8Array<ArrayBuffer> } | { exportedPov: Blob | Uint8Array<ArrayBuffer> },
): FormData {
  const form = new FormData();
  form.append('request', new Blob([JSON.stringify(request)], { type: 'application/json' }));
  for (const [name, bytes] of Object.entries(pov))
    form.append(name, bytes instanceof Blob ? bytes : new Blob([bytes]));
  return form;
}
