/** Resource limits (setrlimit). */
export { getResourceLimit, type Resource, type ResourceLimit, setResourceLimit } from './rlimits.ts';
