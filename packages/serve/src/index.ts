/** A PVF host as a local service: its routes, its schemas. */
export { type OperationId, ROUTES, type Route } from './api/index.ts';
export { NAMED_SCHEMAS, PROBLEM_CODES, type ProblemCode } from './schemas/index.ts';
export { VERSION } from './version.ts';
