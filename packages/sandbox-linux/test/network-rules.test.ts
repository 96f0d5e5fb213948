import { describe, expect, test } from 'vitest';
import { AUDIT_ARCH, simulate } from '../../linux/test/support/bpf-simulator.ts';
import {
  compileFilter,
  decodeProgram,
  type NetworkPolicy,
  type SyscallName,
  syscallNumber,
} from '../src/index.ts';
import { networkRules } from '../src/policy/network.ts';

const FAMILIES = {
  unix: 1,
  inet: 2,
  inet6: 10,
  netlink: 16,
  packet: 17,
  bluetooth: 31,
  alg: 38,
  vsock: 40,
  smc: 43,
  xdp: 44,
};
const TYPES = { stream: 1, dgram: 2, raw: 3, seqpacket: 5 };
const PROTOCOLS = { any: 0, icmp: 1, tcp: 6, udp: 17, sctp: 132, mptcp: 262 };
const SOCK_CLOEXEC_NONBLOCK = 0o2004000;

/** Every kind of socket that a policy lets through, as `family/type/protocol`. */
function passing(policy: NetworkPolicy, arch: 'x64' | 'arm64'): string[] {
  const program = decodeProgram(
    compileFilter({ arch, deny: networkRules(policy), onViolation: { errno: 'EPERM' } }).program,
  );
  const nr = syscallNumber('socket', arch) as number;
  const found: string[] = [];
  for (const [family, domain] of Object.entries(FAMILIES)) {
    for (const [type, number] of Object.entries(TYPES)) {
      for (const [protocol, value] of Object.entries(PROTOCOLS)) {
        const decisions = [0, SOCK_CLOEXEC_NONBLOCK].flatMap((flags) =>
          // the kernel ignores the high halves of int arguments
          [0n, 0xffff_ffff_0000_0000n].map((high) =>
            simulate(program, {
              nr,
              arch: AUDIT_ARCH[arch],
              args: [BigInt(domain) | high, BigInt(number | flags) | high, BigInt(value) | high],
            }),
          ),
        );
        expect(new Set(decisions).size).toBe(1);
        if (decisions[0] === 0x7fff0000) found.push(`${family}/${type}/${protocol}`);
      }
    }
  }
  return found;
}

const unix = Object.keys(TYPES).flatMap((type) =>
  Object.keys(PROTOCOLS).map((protocol) => `unix/${type}/${protocol}`),
);

describe.each(['x64', 'arm64'] as const)('sockets on %s', (arch) => {
  test('no network means no socket of any kind', () => {
    expect(passing({ access: 'none' }, arch)).toEqual([]);
  });

  test('Unix sockets are let through when asked for, and nothing with them', () => {
    expect(passing({ access: 'none', unixSockets: true }, arch)).toEqual(unix);
  });

  test('TCP ports mean TCP: no MPTCP or SCTP, which Landlock does not see', () => {
    expect(passing({ access: 'tcp-ports' }, arch)).toEqual(
      ['inet', 'inet6'].flatMap((family) => [`${family}/stream/any`, `${family}/stream/tcp`]),
    );
  });

  test('UDP comes when asked for', () => {
    expect(passing({ access: 'tcp-ports', udp: true }, arch)).toEqual(
      ['inet', 'inet6'].flatMap((family) =>
        ['stream/any', 'stream/tcp', 'dgram/any', 'dgram/udp'].map((rest) => `${family}/${rest}`),
      ),
    );
  });

  test('pairs of datagram sockets, which can send elsewhere, come with Unix sockets only', () => {
    const pairs = (policy: NetworkPolicy): string[] => {
      const spec = { arch, deny: networkRules(policy), onViolation: { errno: 'EPERM' } } as const;
      const program = decodeProgram(compileFilter(spec).program);
      const nr = syscallNumber('socketpair', arch) as number;
      return Object.entries(FAMILIES).flatMap(([family, domain]) =>
        Object.entries(TYPES)
          .filter(
            ([, type]) =>
              simulate(program, {
                nr,
                arch: AUDIT_ARCH[arch],
                args: [BigInt(domain), BigInt(type | SOCK_CLOEXEC_NONBLOCK)],
              }) === 0x7fff0000,
          )
          .map(([type]) => `${family}/${type}`),
      );
    };
    expect(pairs({ access: 'none' })).toEqual(['unix/stream', 'unix/seqpacket']);
    expect(pairs({ access: 'none', unixSockets: true })).toEqual(
      Object.keys(TYPES).map((type) => `unix/${type}`),
    );
  });

  test.each<[SyscallName, number]>([
    ['sendto', 3],
    ['sendmsg', 2],
    ['sendmmsg', 3],
  ])('%s cannot connect (TCP fast open)', (name, index) => {
    const deny = networkRules({ access: 'tcp-ports', connectTcp: [443] });
    const program = decodeProgram(compileFilter({ arch, deny, onViolation: { errno: 'EPERM' } }).program);
    const send = (flags: bigint): number => {
      const args = Array.from({ length: 6 }, (_, i) => (i === index ? flags : 0n));
      return simulate(program, { nr: syscallNumber(name, arch) as number, arch: AUDIT_ARCH[arch], args });
    };
    expect([send(0x2000_0000n), send(0x2000_4040n), send(0x4040n)]).toEqual([0x50001, 0x50001, 0x7fff0000]);
  });

  test('io_uring, whose calls no filter sees, is absent', () => {
    const program = decodeProgram(
      compileFilter({ arch, deny: networkRules({ access: 'none' }), onViolation: 'kill-process' }).program,
    );
    for (const name of ['io_uring_setup', 'io_uring_enter', 'io_uring_register'] as const) {
      expect(simulate(program, { nr: syscallNumber(name, arch) as number, arch: AUDIT_ARCH[arch] })).toBe(
        0x00050026,
      );
    }
  });
});
