/**
 * Forking a Node process: end the idle threads, close what a child would share (libuv's io_uring), make V8's heap
 * inheritable, clone into new namespaces, run the body, `_exit`; in the parent watch the child by pidfd and reap it
 * with its resource usage.
 */
export {
  CHILD_BAD_STATUS,
  CHILD_EXCEPTION_STATUS,
  exitNow,
  type ForkOptions,
  forkChild,
  forkFlags,
  NAMESPACES_FORBIDDEN,
} from './fork.ts';
export { initialise, keepMemoryForkable, prepareForkableMemory } from './forkable-memory.ts';
export { gatherHeap } from './gathered-heap.ts';
export { ALL_NAMESPACES, type Namespace, namespaceFlags } from './namespaces.ts';
export { closeIoUrings, type SharedMapping, sharedMappings, unmapAll } from './shared-memory.ts';
export { endSiblingThreads, threadIds } from './threads.ts';
export { type ChildEnd, killPid, pidfdOpen, type ResourceUsage, waitForChild } from './wait.ts';
