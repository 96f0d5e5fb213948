export { type Answer, type Machine, type Result, sha256 } from '../records/index.ts';
