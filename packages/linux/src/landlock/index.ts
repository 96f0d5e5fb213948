/** Landlock: what the kernel's ABI can forbid, and restricting this process to it. */
export {
  FS_ACCESS,
  type FsAccess,
  KNOWN_LANDLOCK_ABI,
  LANDLOCK_SCOPES,
  type LandlockScope,
  NET_ACCESS,
  type NetAccess,
  READ_ACCESS,
  selectFs,
  selectNet,
  selectScopes,
  WRITE_ACCESS,
} from './access.ts';
export {
  allowNothing,
  type LandlockOptions,
  type LandlockResult,
  type LandlockRule,
  restrictSelf,
  usableAbi,
} from './restrict-self.ts';
export { queryAbi as landlockAbi } from './ruleset.ts';
