import type { Handlers } from '../api/index.ts';
import type { Service } from '../service/index.ts';
import { artifactHandlers } from './artifacts.ts';
import { codeHandlers } from './code.ts';
import { eventHandlers, type Streams } from './events.ts';
import { requestHandlers } from './requests.ts';
import { stateHandlers } from './state.ts';

export { Streams } from './events.ts';

/** What answers each operation. */
export function handlersOf(service: Service, streams: Streams): Omit<Handlers, 'openapi'> {
  return {
    ...codeHandlers(service),
    ...requestHandlers(service),
    ...artifactHandlers(service),
    ...stateHandlers(service, streams),
    ...eventHandlers(service, streams),
  };
}
