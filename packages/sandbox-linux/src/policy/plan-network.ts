import type { Namespace, NetAccess } from '@pvf/linux';
import type { Abilities } from './abilities.ts';
import type { Outcomes } from './layer-outcomes.ts';
import { listenRule } from './network.ts';
import type { PlanTarget } from './plan-types.ts';
import type { Policy } from './types.ts';

/** Ports that Landlock lets through. */
export type PortRules = readonly { readonly tcpPort: number; readonly access: readonly NetAccess[] }[];

/**
 * How a policy's network layer is enforced.
 * @param abi the usable Landlock ABI, 0 for none
 * @param namespaces those that the policy names and the machine can make
 * @param landlockReason why Landlock cannot be used at all
 */
export function planNetwork(
  policy: Policy,
  abilities: Abilities,
  abi: number,
  namespaces: readonly Namespace[],
  target: PlanTarget,
  outcomes: Outcomes,
  landlockReason?: string,
): { ownNamespace: boolean; ports: PortRules | undefined; filtered: boolean } {
  const wanted = policy.network;
  if (wanted === undefined) return { ownNamespace: false, ports: undefined, filtered: false };
  const by: string[] = [];
  const missing: string[] = [];
  const ownNamespace =
    wanted.access === 'none' &&
    (namespaces.includes('net') || (target !== 'this-process' && abilities.namespaces.includes('net')));
  if (abilities.seccomp) by.push('seccomp (which sockets can be made)');
  else missing.push('sockets other than TCP');
  if (wanted.access === 'none') {
    if (ownNamespace) by.push('net namespace');
    // A net namespace leaves only Unix sockets in the file system, which the filter would have refused.
    if (ownNamespace && !abilities.seccomp) {
      missing.splice(0, 1, ...(wanted.unixSockets === true ? [] : ['Unix sockets in the file system']));
    }
  } else if (abi < 4) {
    missing.push('TCP ports');
  }
  if (abi >= 4) by.push(`landlock ABI ${abi} (TCP)`);
  const reason = !abilities.seccomp
    ? 'the kernel has no seccomp filters'
    : abi < 4
      ? (landlockReason ?? 'TCP ports need Landlock ABI 4 (Linux 6.7)')
      : undefined;
  const unjudged = listenRule(wanted) === 'judged' && !(target === 'new-process' && abilities.notify);
  outcomes.add(
    'network',
    wanted.enforce,
    by,
    missing,
    reason,
    unjudged ? ['listening on a port that the kernel chooses, with a socket that was never bound'] : [],
  );
  const ports = [
    ...(wanted.connectTcp ?? []).map((tcpPort) => ({ tcpPort, access: ['connect-tcp' as const] })),
    ...(wanted.bindTcp ?? []).map((tcpPort) => ({ tcpPort, access: ['bind-tcp' as const] })),
  ];
  return { ownNamespace, ports: abi >= 4 ? ports : undefined, filtered: abilities.seccomp };
}
