export { Agent } from './agent.ts';
export { MAX_ATTEMPTS } from './attempts.ts';
export type { Executor } from './executor.ts';
export type { AgentOptions } from './options.ts';
