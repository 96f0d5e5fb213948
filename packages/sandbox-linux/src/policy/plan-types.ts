import type { FilterSpec, FsAccess, LandlockScope, Namespace, NetAccess } from '@pvf/linux';
import type { PathRule } from './files.ts';
import type { LayerOutcome, LimitPolicy, RootPolicy } from './types.ts';
import type { View } from './view.ts';

/**
 * Who is restricted: this very process; a fork of it, which its parent watches; or a program in a process of its own,
 * which a launcher watches. The latter two can be put into new namespaces.
 */
export type PlanTarget = 'this-process' | 'forked-process' | 'new-process';

/** What may listen: TCP sockets that are bound to one of the ports (0: any), and Unix sockets. */
export interface Listening {
  readonly ports: readonly number[];
  readonly unixSockets: boolean;
}

/** A policy resolved against what the machine can do; applied step by step. */
export interface Plan {
  readonly namespaces: readonly Namespace[];
  readonly hostName?: string;
  readonly root?: RootPolicy;
  readonly user?: { readonly uid: number; readonly gid: number };
  readonly limits: LimitPolicy;
  readonly landlock?: {
    readonly abi: number;
    readonly fs: readonly FsAccess[];
    readonly net: readonly NetAccess[];
    readonly scopes: readonly LandlockScope[];
    readonly paths: readonly PathRule[];
    /** Parts of /proc are readable too, depending on whose it is. */
    readonly system: boolean;
    readonly ports: readonly { readonly tcpPort: number; readonly access: readonly NetAccess[] }[];
  };
  readonly filter?: FilterSpec;
  /** The supervisor looks at each socket that is to listen. */
  readonly listening?: Listening;
  /** In the mount namespace all but what may be written becomes read-only. */
  readonly readOnlyMounts: boolean;
  /** The new root, in which only what is given exists. */
  readonly view?: View;
  readonly outcomes: readonly LayerOutcome[];
}
