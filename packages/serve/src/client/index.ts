import createFetchClient, { type Client, type ClientOptions } from 'openapi-fetch';
import type { components, paths } from './api.generated.ts';

export type { components, operations, paths } from './api.generated.ts';

/** A schema of the API by its name: `ApiSchema<'ValidationOutcome'>`. */
export type ApiSchema<N extends keyof components['schemas']> = components['schemas'][N];

/** A client whose paths, parameters and answers are typed; see `openapi-fetch`. */
export type PvfClient = Client<paths>;

/** Where the service is, and how to be let in. */
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

type Bytes = Blob | Uint8Array<ArrayBuffer>;

const asIs = (body: unknown) => body as Bytes | FormData;

/** Sends bytes as they are: `client.POST('/v1/code', bytes(code))`. */
export function bytes(body: Bytes) {
  return { body, bodySerializer: asIs, headers: { 'content-type': 'application/octet-stream' } };
}

/** Sends a candidate with its PoV as bytes: `client.POST('/v1/validations', candidate(request, { blockData }))`. */
export function candidate(
  request: ApiSchema<'ValidateRequestPart'>,
  pov: { blockData: Bytes } | { exportedPov: Bytes },
) {
  const form = new FormData();
  form.append('request', new Blob([JSON.stringify(request)], { type: 'application/json' }));
  for (const [name, part] of Object.entries<Bytes>(pov))
    form.append(name, part instanceof Blob ? part : new Blob([part]));
  return { body: form as unknown as ApiSchema<'ValidateForm'>, bodySerializer: asIs };
}
