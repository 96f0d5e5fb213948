/** Who the process is to the kernel: privileges, capabilities, session, user namespace. */
export { dropAllCapabilities, effectiveCapabilities, isInBoundingSet } from './capabilities.ts';
export { allIds, type IdTriple, leaveGroups, setGroupIds, setUserIds } from './ids.ts';
export {
  currentPid,
  hasNoNewPrivileges,
  isAddressSpaceRandomised,
  isDumpable,
  leadProcessGroup,
  parentPid,
  prctl,
  setAddressSpaceRandomised,
  setDumpable,
  setNiceness,
  setNoNewPrivileges,
  setParentDeathSignal,
  setsid,
  setThreadName,
  setUmask,
} from './process.ts';
export { blockSignals } from './signals.ts';
export {
  type IdMap,
  type MappedId,
  setDomainName,
  setHostName,
  unshare,
  writeIdMap,
} from './user-namespace.ts';
