/** The layers that a probe looks at. */
export type ProbeLayerName =
  | 'landlock'
  | 'seccomp'
  | 'seccomp-notify'
  | 'no-new-privs'
  | 'fork'
  | 'user-namespace'
  | 'mount-namespace'
  | 'pid-namespace'
  | 'net-namespace'
  | 'ipc-namespace'
  | 'uts-namespace'
  | 'cgroup-namespace'
  | 'pivot-root'
  | 'process-table'
  | 'pidfd'
  | 'cgroup-v2'
  | 'yama'
  | 'apparmor-userns';

/** What a layer is on this machine, for this user, in this container. */
export interface ProbedLayer {
  /** Which one. */
  readonly layer: ProbeLayerName;
  /** Whether a trial of it succeeded. */
  readonly available: boolean;
  /** What there is, e.g. `ABI 7: files, TCP ports, scopes`. */
  readonly detail: string;
  /** Why it is not available, or only in part. */
  readonly reason?: string;
  /** What an operator can do about it. */
  readonly remedy?: string;
}

/** What this machine, container and user can enforce. */
export interface ProbeReport {
  /** Release, as `uname -r` tells it. */
  readonly kernel: string;
  /** As Node names it: `x64`, `arm64`. */
  readonly arch: string;
  /** Version without `v`. */
  readonly node: string;
  /** Effective user id of the process that tried. */
  readonly uid: number;
  /** The container's kind, if this is inside one. */
  readonly container?: string;
  /** Each layer once. */
  readonly layers: readonly ProbedLayer[];
}
