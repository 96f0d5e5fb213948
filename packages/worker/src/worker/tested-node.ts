/**
 * The versions of Node on which all comparisons with the reference have passed (`docs/exactness.md`). Another one may
 * bring another V8, zlib or libuv, and with them other answers or holes in what isolates jobs. The same list is the
 * range of the packages' optional dependency on Node.
 */
export const TESTED_NODES: readonly string[] = ['24.21.0', '24.22.3'];

/** Machine code is kept through runtime functions of V8 that another major version need not have. */
const MAJOR = '24';

/** Why workers do not start on their Node; `allowable` where they can be told to start all the same. */
export interface NodeObjection {
  readonly reason: string;
  readonly allowable: boolean;
}

/** @returns `undefined` for a version of Node that was tested */
export function objectionTo(version: string): NodeObjection | undefined {
  if (TESTED_NODES.includes(version)) return undefined;
  return {
    reason: `the workers were not tested on Node ${version}, only on ${TESTED_NODES.join(', ')}`,
    allowable: version.split('.', 1)[0] === MAJOR,
  };
}
