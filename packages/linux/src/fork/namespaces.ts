import { invalidArgument } from '../error.ts';
import {
  CLONE_NEWCGROUP,
  CLONE_NEWIPC,
  CLONE_NEWNET,
  CLONE_NEWNS,
  CLONE_NEWPID,
  CLONE_NEWUSER,
  CLONE_NEWUTS,
} from '../sys/constants.ts';

const FLAGS = {
  user: CLONE_NEWUSER,
  mount: CLONE_NEWNS,
  pid: CLONE_NEWPID,
  net: CLONE_NEWNET,
  ipc: CLONE_NEWIPC,
  uts: CLONE_NEWUTS,
  cgroup: CLONE_NEWCGROUP,
} as const;

/** A kind of namespace, as in namespaces(7). */
export type Namespace = keyof typeof FLAGS;

/** Every kind, `user` first. */
export const ALL_NAMESPACES: readonly Namespace[] = Object.keys(FLAGS) as Namespace[];

/** The CLONE_NEW… mask of some namespaces. */
export function namespaceFlags(namespaces: readonly Namespace[]): number {
  let flags = 0;
  for (const name of namespaces)
    flags |= FLAGS[name] ?? invalidArgument('namespace', name, `one of ${ALL_NAMESPACES.join(', ')}`);
  return flags;
}
