import { SandboxError } from '../error.ts';
import { closeDescriptor } from '../io/descriptors.ts';
import {
  LANDLOCK_CREATE_RULESET_VERSION,
  LANDLOCK_RULE_NET_PORT,
  LANDLOCK_RULE_PATH_BENEATH,
} from '../sys/constants.ts';
import { errnoName, failed, isAvoided, lastErrno, sys3, sys6 } from '../sys/libc.ts';
import { reserve, writeInt64 } from '../sys/memory.ts';
import { NR } from '../sys/syscalls.ts';

const attribute = reserve(24);
const pathBeneath = reserve(12);
const netPort = reserve(16);

/** The sizes of struct landlock_ruleset_attr, which grew with the ABI. */
function attributeBytes(abi: number): number {
  if (abi < 4) return 8;
  return abi < 6 ? 16 : 24;
}

/** @returns the kernel's Landlock ABI, or the errno name that says why there is none */
export function queryAbi(): number | string {
  if (isAvoided('landlock_create_ruleset')) return 'EPERM';
  const abi = sys3(NR.landlock_create_ruleset, 0, 0, LANDLOCK_CREATE_RULESET_VERSION);
  return abi >= 0 ? abi : errnoName(lastErrno());
}

let known: number | undefined;

/**
 * The kernel's Landlock ABI (asked once).
 * @throws SandboxError LAYER_UNAVAILABLE
 */
export function requireAbi(): number {
  if (known !== undefined) return known;
  const abi = queryAbi();
  if (typeof abi === 'number') {
    known = abi;
    return abi;
  }
  const reason =
    abi === 'EOPNOTSUPP'
      ? 'Landlock is built in but not enabled; add landlock to the kernel parameter lsm='
      : abi === 'EPERM'
        ? 'a seccomp filter forbids it (a container profile older than Linux 5.13)'
        : 'the kernel has no Landlock; it needs Linux 5.13 with CONFIG_SECURITY_LANDLOCK';
  throw new SandboxError('LAYER_UNAVAILABLE', { layer: 'landlock', reason: abi }, `Landlock: ${reason}`);
}

/** @returns the ruleset's descriptor (close on exec). @throws SandboxError SYSCALL_FAILED */
export function createRuleset(abi: number, fs: number, net: number, scopes: number): number {
  writeInt64(attribute.view, 0, fs);
  writeInt64(attribute.view, 8, net);
  writeInt64(attribute.view, 16, scopes);
  const fd = sys3(NR.landlock_create_ruleset, attribute.address, attributeBytes(abi), 0);
  return fd >= 0 ? fd : failed('landlock_create_ruleset', lastErrno());
}

export function addPathRule(ruleset: number, target: number, access: number, label: string): void {
  writeInt64(pathBeneath.view, 0, access);
  pathBeneath.view.setInt32(8, target, true);
  if (sys6(NR.landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, pathBeneath.address, 0, 0, 0) !== 0) {
    failed('landlock_add_rule', lastErrno(), label);
  }
}

export function addPortRule(ruleset: number, port: number, access: number): void {
  writeInt64(netPort.view, 0, access);
  writeInt64(netPort.view, 8, port);
  if (sys6(NR.landlock_add_rule, ruleset, LANDLOCK_RULE_NET_PORT, netPort.address, 0, 0, 0) !== 0) {
    failed('landlock_add_rule', lastErrno(), `port ${port}`);
  }
}

/** Enforces a ruleset on this thread and closes it. @throws SandboxError SYSCALL_FAILED */
export function enforce(ruleset: number, flags = 0): void {
  const result = sys3(NR.landlock_restrict_self, ruleset, flags, 0);
  const errno = result === 0 ? 0 : lastErrno();
  closeDescriptor(ruleset);
  if (errno === 0) return;
  const hint =
    errnoName(errno) === 'EPERM'
      ? 'call setNoNewPrivileges first'
      : 'at most 16 Landlock layers can be stacked';
  failed('landlock_restrict_self', errno, undefined, hint);
}
