import type { PvfHost, SecurityFeature, SecurityReport } from '@pvf/host';
import type { Layer } from '@pvf/serve';
import { LAYERS } from '../layers.ts';
import { bad, type Check, ok, type Remedies } from './check.ts';
import { sysctl } from './place.ts';

/** Layers of isolation as the host's start check has found them, and what user namespaces depend on. */
export function layerChecks(
  security: SecurityReport,
  lost: Readonly<Record<string, string>>,
  fit: boolean,
): Check[] {
  return [
    ...LAYERS.map(([layer, words]) => {
      const feature = security[layer];
      if (feature.available) return ok(`layer.${layer}`, words, 'works');
      // Which of them a host can do without is the host's to say.
      const found = `MISSING: ${feature.reason}`;
      return bad(fit ? 'warning' : 'failed', `layer.${layer}`, words, found, LAYER_REMEDIES[layer]);
    }),
    ok('limits.cgroup', CGROUP_WORDS, enforcement(security.cgroup)),
    ...Object.entries(lost).map(([part, reason]) =>
      bad('warning', `lost.${part}`, `lost of these: ${part}`, reason, CALLS),
    ),
  ];
}

const CGROUP_WORDS = 'limits of jobs by control groups (cgroup v2)';

/** The layers as a service tells them: with what to change where one is missing. */
export function serviceLayers({ security }: Pick<PvfHost, 'security'>): Layer[] {
  return [
    ...LAYERS.map(([name, words]) => {
      const feature = security[name];
      return {
        name,
        words,
        ...feature,
        ...(!feature.available && { remedies: { ...LAYER_REMEDIES[name] } }),
      };
    }),
    { name: 'cgroup', words: CGROUP_WORDS, ...security.cgroup },
  ];
}

/** No layer that has to be there: without it workers measure, and end what takes too much. */
function enforcement(feature: SecurityFeature): string {
  return feature.available ? 'works' : `not here, measured instead: ${feature.reason}`;
}

const CALLS: Remedies = {
  docker: '--security-opt seccomp=unconfined, or a profile that allows the call',
  kubernetes: 'securityContext: { seccompProfile: { type: Unconfined } }',
  systemd: 'SystemCallFilter= with that call, or without the line',
};

const NAMESPACES: Remedies = {
  shell: 'a kernel with CONFIG_USER_NS',
  sysctl:
    'user.max_user_namespaces=15000, kernel.unprivileged_userns_clone=1, kernel.apparmor_restrict_unprivileged_userns=0',
  apparmor: 'a profile with `userns,` for the worker programs',
  docker:
    '--security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined',
  kubernetes:
    'securityContext: { seccompProfile: { type: Unconfined }, appArmorProfile: { type: Unconfined }, procMount: Unmasked }, hostUsers: false',
  systemd: 'RestrictNamespaces=no',
};

const LAYER_REMEDIES: Record<(typeof LAYERS)[number][0], Remedies> = {
  seccomp: { ...CALLS, shell: 'a kernel with CONFIG_SECCOMP_FILTER' },
  landlock: {
    ...CALLS,
    shell: 'Linux 5.13 or newer with CONFIG_SECURITY_LANDLOCK, and landlock in the boot parameter lsm=',
  },
  changeRoot: NAMESPACES,
  secureClone: NAMESPACES,
};

/** The kernel's settings for user namespaces, whether or not they are what a missing layer comes from. */
export function namespaceCheck(layersWork: boolean): Check {
  const what = 'user namespaces';
  const settings = [
    'user.max_user_namespaces',
    'kernel.unprivileged_userns_clone',
    'kernel.apparmor_restrict_unprivileged_userns',
  ];
  const values = settings.flatMap((name) => {
    const value = sysctl(name);
    return value === undefined ? [] : [`${name}=${value}`];
  });
  const found = values.length === 0 ? 'the kernel has no settings for them' : values.join(', ');
  const closed =
    sysctl('user.max_user_namespaces') === '0' ||
    sysctl('kernel.unprivileged_userns_clone') === '0' ||
    sysctl('kernel.apparmor_restrict_unprivileged_userns') === '1';
  if (layersWork || !closed) return ok('user-namespaces', what, found);
  return bad('warning', 'user-namespaces', what, found, NAMESPACES);
}
