import {
  ALL_NAMESPACES,
  errnoName,
  type IdMap,
  mount,
  NAMESPACES_FORBIDDEN,
  type Namespace,
  SandboxError,
  writeIdMap,
} from '@pvf/linux';
import { MS_PRIVATE, MS_REC } from '@pvf/linux/constants';
import { forkAndWait } from './fork-accidents.ts';

/** Exit status of a child whose failure has no errno. */
const UNKNOWN_ERRNO = 255;

/** How one namespace can be made: by itself (privileged), with a user namespace, or not. */
export interface NamespaceTrial {
  readonly namespace: Namespace;
  readonly possible: boolean;
  /** errno name of the refusal. */
  readonly errnoName?: string;
  readonly message?: string;
}

/** Makes and uses each kind of namespace once, in a child that ends at once. The process must be forkable. */
export function tryNamespaces(): NamespaceTrial[] {
  return ALL_NAMESPACES.map((namespace) => {
    const withUser: Namespace[] = namespace === 'user' ? ['user'] : ['user', namespace];
    const inUser = attempt(withUser);
    if (inUser === undefined) return { namespace, possible: true };
    const alone = namespace === 'user' ? inUser : attempt([namespace]);
    if (alone === undefined) return { namespace, possible: true };
    return { namespace, possible: false, errnoName: alone.errnoName, message: inUser.message };
  });
}

/** Makes and uses several namespaces at once, in a child that ends at once. The process must be forkable. */
export const canMake = (namespaces: readonly Namespace[]): boolean => attempt(namespaces) === undefined;

interface Refusal {
  readonly errnoName: string;
  readonly message: string;
}

function attempt(namespaces: readonly Namespace[]): Refusal | undefined {
  try {
    // Before they have changed.
    const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
    const same = { uid: { inside: uid, outside: uid }, gid: { inside: gid, outside: gid } };
    const body = (): number => {
      useNamespaces(namespaces, same);
      return 0;
    };
    const { exited } = forkAndWait({ namespaces, body, onError: errnoOf });
    if (exited === 0) return undefined;
    const name = exited === undefined || exited === UNKNOWN_ERRNO ? 'EPERM' : errnoName(exited);
    return {
      errnoName: name,
      message: `using a new namespace (${namespaces.join(', ')}) failed: ${name}; ${NAMESPACES_FORBIDDEN}`,
    };
  } catch (error) {
    if (!(error instanceof SandboxError && error.code === 'SYSCALL_FAILED')) throw error;
    const { meta, message } = error as SandboxError<'SYSCALL_FAILED'>;
    return { errnoName: meta.errnoName, message };
  }
}

/** Some systems let everybody make namespaces and nobody do anything in them (AppArmor's restriction). */
function useNamespaces(namespaces: readonly Namespace[], { uid, gid }: IdMap): void {
  if (namespaces.includes('user')) writeIdMap({ uid, gid });
  if (namespaces.includes('mount')) mount('none', '/', { flags: MS_REC | MS_PRIVATE });
}

const errnoOf = (error: unknown): number =>
  error instanceof SandboxError && error.code === 'SYSCALL_FAILED'
    ? (error as SandboxError<'SYSCALL_FAILED'>).meta.errno
    : UNKNOWN_ERRNO;
