import type { ArgumentCondition, SyscallRule } from '@pvf/linux';
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  MSG_FASTOPEN,
  SOCK_DGRAM,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  SOCK_TYPE_MASK,
} from '@pvf/linux/constants';
import type { NetworkPolicy } from './types.ts';

// linux/in.h
const IPPROTO_TCP = 6;
const IPPROTO_UDP = 17;

const family = (value: number): ArgumentCondition => ({ index: 0, op: 'eq', value, width: 32 });
const type = (value: number): ArgumentCondition => ({
  index: 1,
  op: 'masked-eq',
  value,
  mask: SOCK_TYPE_MASK,
  width: 32,
});
const protocol = (value: number): ArgumentCondition => ({ index: 2, op: 'eq', value, width: 32 });
const allowed = (...args: readonly ArgumentCondition[]): SyscallRule => ({
  name: 'socket',
  args,
  action: 'pass',
});
/** Ends of a pair that cannot be turned to another address; a datagram socket's can (and SOCK_RAW is one). */
const PAIRS: readonly SyscallRule[] = [SOCK_STREAM, SOCK_SEQPACKET].map((kind) => ({
  name: 'socketpair',
  args: [family(AF_UNIX), type(kind)],
  action: 'pass',
}));
const fastOpen = (name: 'sendto' | 'sendmsg' | 'sendmmsg', index: number): SyscallRule => ({
  name,
  args: [{ index, op: 'any-bits', value: MSG_FASTOPEN, width: 32 }],
});

/** Who may listen where ports are named; see `listenRule`. */
export type ListenRule = 'nobody' | 'judged' | 'everybody';

/**
 * A socket that was never bound takes a port of the kernel's choice when it listens, and Landlock is not asked. Where
 * no port is given for listening, `listen` can be refused altogether; elsewhere somebody has to look at the socket.
 */
export function listenRule(policy: NetworkPolicy | undefined): ListenRule {
  if (policy?.access !== 'tcp-ports') return 'everybody';
  return (policy.bindTcp ?? []).length === 0 && policy.unixSockets !== true ? 'nobody' : 'judged';
}

/**
 * The seccomp rules of a network policy, first match decides: which sockets can be made at all, and what past Landlock
 * leads to the network. The protocol is
 * pinned because Landlock sees TCP only: MPTCP and SCTP streams would pass its port rules. Calls of io_uring pass
 * no filter, so it goes too.
 */
export function networkRules(policy: NetworkPolicy): SyscallRule[] {
  const rules: SyscallRule[] = [];
  if (policy.unixSockets === true) rules.push(allowed(family(AF_UNIX)));
  if (policy.access === 'tcp-ports') {
    for (const inet of [AF_INET, AF_INET6]) {
      for (const tcp of [0, IPPROTO_TCP]) rules.push(allowed(family(inet), type(SOCK_STREAM), protocol(tcp)));
      if (policy.udp !== true) continue;
      for (const udp of [0, IPPROTO_UDP]) rules.push(allowed(family(inet), type(SOCK_DGRAM), protocol(udp)));
    }
  }
  return [
    ...rules,
    { name: 'socket' },
    ...(policy.unixSockets === true
      ? [{ name: 'socketpair' as const, args: [family(AF_UNIX)], action: 'pass' as const }]
      : PAIRS),
    { name: 'socketpair' },
    fastOpen('sendto', 3),
    fastOpen('sendmsg', 2),
    fastOpen('sendmmsg', 3),
    ...(listenRule(policy) === 'nobody' ? [{ name: 'listen' as const }] : []),
    { name: 'io_uring_setup', action: { errno: 'ENOSYS' } },
    { name: 'io_uring_enter', action: { errno: 'ENOSYS' } },
    { name: 'io_uring_register', action: { errno: 'ENOSYS' } },
  ];
}
