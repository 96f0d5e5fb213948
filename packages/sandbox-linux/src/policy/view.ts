import type { PathRule } from './files.ts';
import { SYSTEM_DEVICES, TEMPORARY_DIRECTORIES } from './system-paths.ts';
import type { Policy } from './types.ts';

/** One path inside a sandbox that hides the rest. */
export interface ViewEntry {
  /** Where it is inside. */
  readonly path: string;
  /** Where it is outside. */
  readonly source: string;
  readonly write: boolean;
  readonly optional: boolean;
}

/** What there is inside of a sandbox; all else does not exist there. */
export interface View {
  readonly entries: readonly ViewEntry[];
  /** Directories of the sandbox's own, empty at the start and gone at the end. */
  readonly private: readonly string[];
  /** Those of them that everybody may write to, as /tmp. */
  readonly shared: readonly string[];
  /** Size of each, bytes; the kernel's default (half of the memory) if undefined. */
  readonly privateBytes?: number;
  readonly hide: readonly string[];
}

const isWriting = ({ access }: PathRule): boolean =>
  access.includes('make-reg') || access.includes('write-file');

/** The private directories of a policy: those that it names, and the usual temporary ones. */
export const privateDirectories = ({ files }: Policy): string[] => [
  ...(files?.private ?? []),
  ...(files?.temporary === true ? TEMPORARY_DIRECTORIES : []),
];

/** @param rules the file rules of the policy, those of its private directories and binds not among them */
export function viewOf(policy: Policy, rules: readonly PathRule[]): View {
  const { files, limits } = policy;
  return {
    entries: [
      ...rules.map((rule) => ({
        path: rule.path,
        source: rule.path,
        // a device can be written to on a read-only mount, and keeps its mode and owner there
        write: isWriting(rule) && !SYSTEM_DEVICES.includes(rule.path),
        optional: rule.optional,
      })),
      ...(files?.bind ?? []).map(({ source, target, write }) => ({
        path: target,
        source,
        write: write === true,
        optional: false,
      })),
    ],
    private: privateDirectories(policy),
    shared: TEMPORARY_DIRECTORIES,
    ...(limits?.memoryBytes === undefined ? {} : { privateBytes: limits.memoryBytes }),
    hide: files?.hide ?? [],
  };
}
