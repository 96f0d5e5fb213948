// Hosts in services of systemd whose policies take calls, capabilities and files away.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { service } from '../service.mjs';
import { DELEGATED, hostIn } from '../unit.mjs';

/** The settings of the reference node's packaged service (polkadot.service of polkadot-sdk), without its program. */
const REFERENCE = [
  'User=pvf',
  'CapabilityBoundingSet=',
  'LockPersonality=true',
  'NoNewPrivileges=true',
  'PrivateDevices=true',
  'PrivateMounts=true',
  'PrivateTmp=true',
  'PrivateUsers=true',
  'ProtectClock=true',
  'ProtectControlGroups=true',
  'ProtectHostname=true',
  'ProtectKernelModules=true',
  'ProtectKernelTunables=true',
  'ProtectSystem=strict',
  'RemoveIPC=true',
  'RestrictAddressFamilies=AF_INET AF_INET6 AF_NETLINK AF_UNIX',
  'RestrictNamespaces=false',
  'RestrictSUIDSGID=true',
  'SystemCallArchitectures=native',
  'SystemCallFilter=@system-service',
  'SystemCallFilter=landlock_add_rule landlock_create_ruleset landlock_restrict_self seccomp mount umount2',
  'SystemCallFilter=~@clock @module @reboot @swap @privileged',
  'SystemCallFilter=pivot_root',
  'UMask=0027',
];

/** What is recommended for a service of one's own (the host's README). */
const OURS = [
  'User=pvf',
  ...DELEGATED,
  'NoNewPrivileges=yes',
  'CapabilityBoundingSet=',
  'LockPersonality=yes',
  'PrivateTmp=yes',
  'PrivateDevices=yes',
  'ProtectSystem=strict',
  'ProtectClock=yes',
  'ProtectKernelModules=yes',
  'ProtectKernelLogs=yes',
  'RestrictRealtime=yes',
  'RestrictSUIDSGID=yes',
  'SystemCallArchitectures=native',
  'UMask=0077',
];
const FILTER = [
  'SystemCallFilter=@system-service @mount @sandbox',
  'SystemCallFilter=~@clock @module @reboot @swap',
];
const REFUSED = 'SystemCallErrorNumber=EPERM';

const UNITS = [
  { name: "the reference node's, refused calls kill", properties: REFERENCE },
  { name: "the reference node's, refused calls fail", properties: [...REFERENCE, REFUSED] },
  { name: 'ours', properties: OURS, groups: true },
  { name: 'ours with a filter, refused calls kill', properties: [...OURS, ...FILTER], groups: true },
  { name: 'ours with a filter, refused calls fail', properties: [...OURS, ...FILTER, REFUSED], groups: true },
];

/** How exposed systemd finds a service with these settings, of 10. */
function figureOf(properties) {
  const file = '/run/pvf-reference.service';
  writeFileSync(file, `${['[Service]', 'ExecStart=/bin/true', ...properties].join('\n')}\n`);
  const args = ['security', '--offline=true', '--no-pager', file];
  const said = execFileSync('systemd-analyze', args, { encoding: 'utf8' }).trim().split('\n').at(-1);
  return /: (\d+\.\d \w+)/.exec(said)?.[1] ?? said;
}

export async function run(report) {
  await service(report);
  console.log(`       systemd-analyze security of the reference node's: ${figureOf(REFERENCE)}`);
  for (const { name, properties, groups = false } of UNITS) {
    const [first] = hostIn(properties);
    const answers = [...new Set(first.answers ?? [])].join();
    report(`${name}: answers`, first.error ?? (answers === 'right' ? '' : answers));
    if (first.error !== undefined) continue;
    const { secureMode: _, cgroup, ...layers } = first.security;
    const missing = Object.entries(layers).flatMap(([layer, { available, reason }]) =>
      available ? [] : [`${layer} (${reason})`],
    );
    console.log(
      `       layers missing: ${missing.join(', ') || 'none'}; parts lost: ${Object.keys(first.lost).join(', ') || 'none'}`,
    );
    if (groups) report(`${name}: control groups`, cgroup.available ? '' : cgroup.reason);
    else console.log(`       control groups: ${cgroup.available ? 'used' : cgroup.reason}`);
  }
}
