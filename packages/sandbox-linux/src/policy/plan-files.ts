import { FS_ACCESS, type Namespace, selectFs, selectNet, selectScopes } from '@pvf/linux';
import type { Abilities } from './abilities.ts';
import { fileRules, privateRules } from './files.ts';
import type { Outcomes } from './layer-outcomes.ts';
import type { PortRules } from './plan-network.ts';
import type { Plan, PlanTarget } from './plan-types.ts';
import type { Policy } from './types.ts';
import { type View, viewOf } from './view.ts';

/** What is given and nothing else, where a new process can have it; not where the whole file system is given. */
export function planView(
  policy: Policy,
  target: PlanTarget,
  namespaces: readonly Namespace[],
  abi: number,
): View | undefined {
  const { files } = policy;
  if (files === undefined || target !== 'new-process' || policy.root !== undefined) return undefined;
  if (abi === 0 || !namespaces.includes('mount') || files.unlisted === 'visible') return undefined;
  // the targets of binds are no sources
  const { bind: _, ...given } = files;
  const rules = fileRules(given);
  return rules.some(({ path }) => path === '/') ? undefined : viewOf(policy, rules);
}

/** What of a file policy only a root of its own can do. */
function missingView({ files }: Policy, view: View | undefined): string[] {
  if (view !== undefined) return [];
  return [
    ...(files?.unlisted === 'hidden' || (files?.hide ?? []).length > 0 ? ['hidden paths'] : []),
    ...((files?.bind ?? []).length > 0 ? ['paths of another place'] : []),
    ...((files?.private ?? []).length > 0 ? ['private directories'] : []),
  ];
}

/** Where no read-only mounts keep modes, owners and times, the calls that change them are refused if that is asked for. */
export const refusesMetadata = ({ files }: Policy, readOnlyMounts: boolean): boolean =>
  files?.keepMetadata === true && !readOnlyMounts;

/** How files, TCP ports and scopes are kept; see `planView` for what is hidden. */
export function planLandlock(
  policy: Policy,
  abilities: Abilities,
  has: {
    readonly abi: number;
    readonly problem: string | undefined;
    readonly ports: PortRules | undefined;
    readonly readOnlyMounts: boolean;
    readonly view: View | undefined;
  },
  outcomes: Outcomes,
): Plan['landlock'] {
  const { abi, ports } = has;
  const fs = selectFs(policy.files === undefined ? [] : FS_ACCESS, abi);
  const net = selectNet(ports === undefined ? [] : ['bind-tcp', 'connect-tcp'], abi);
  const scopes = selectScopes(policy.scopes?.scopes ?? [], abi);
  const by = abi === 0 ? [] : [`landlock ABI ${abi}`];
  const reason = has.problem ?? `Landlock ABI ${abi} does not know them`;
  if (policy.files !== undefined) {
    const metadata = refusesMetadata(policy, has.readOnlyMounts);
    outcomes.add(
      'files',
      policy.files.enforce,
      [
        ...(fs.names.length === 0 ? [] : by),
        ...(has.readOnlyMounts ? ['read-only mounts'] : []),
        ...(has.view === undefined ? [] : ['a root of its own']),
        ...(metadata && abilities.seccomp ? ['seccomp (no changes of modes, owners and times)'] : []),
      ],
      [
        ...(fs.names.length === 0 ? ['file access'] : fs.missing),
        ...(metadata && !abilities.seccomp ? ['modes, owners and times'] : []),
        ...missingView(policy, has.view),
      ],
      has.problem === undefined && fs.missing.length === 0
        ? (abilities.namespacesReason ??
            'it needs a mount namespace, in a new process, without a root of the policy')
        : reason,
    );
  }
  if (policy.scopes !== undefined) {
    outcomes.add(
      'scopes',
      policy.scopes.enforce,
      scopes.names.length === 0 ? [] : by,
      scopes.missing,
      reason,
    );
  }
  if (fs.mask === 0 && net.mask === 0 && scopes.mask === 0) return undefined;
  const paths = policy.files === undefined ? [] : fileRules(policy.files);
  if (has.view !== undefined) paths.push(...privateRules(has.view.private));
  return {
    abi,
    fs: fs.names,
    net: net.names,
    scopes: scopes.names,
    paths,
    system: policy.files?.system === true,
    ports: ports ?? [],
  };
}
