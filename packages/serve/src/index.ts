/** A PVF host as a local service over HTTP: its server, its routes, its schemas. */
export { type OperationId, ROUTES, type Route } from './api/index.ts';
export { ServeError, type ServeErrorCode, type ServeErrorMeta } from './errors.ts';
export {
  type Cluster,
  type Inspection,
  type Layer,
  NAMED_SCHEMAS,
  PROBLEM_CODES,
  type ProblemCode,
  type Statistics,
  type Status,
} from './schemas/index.ts';
export { PvfServer, type PvfServerOptions, type TcpOptions } from './server/index.ts';
export { DEFAULT_LIMITS, type Inspect, type ReadCluster, type ServiceLimits } from './service/index.ts';
export { VERSION } from './version.ts';
