import { SandboxError } from '../error.ts';
import { forkChild } from '../fork/fork.ts';
import { ALL_NAMESPACES, type Namespace } from '../fork/namespaces.ts';
import { waitForChild } from '../fork/wait.ts';

/** How one namespace can be made: by itself (privileged), with a user namespace, or not. */
export interface NamespaceTrial {
  readonly namespace: Namespace;
  readonly possible: boolean;
  /** errno name of the refusal. */
  readonly errnoName?: string;
  readonly message?: string;
}

/** Makes each kind of namespace once, in a child that ends at once. The process must be forkable. */
export function tryNamespaces(): NamespaceTrial[] {
  return ALL_NAMESPACES.map((namespace) => {
    const withUser: Namespace[] = namespace === 'user' ? ['user'] : ['user', namespace];
    const inUser = attempt(withUser);
    if (inUser === undefined) return { namespace, possible: true };
    const alone = namespace === 'user' ? inUser : attempt([namespace]);
    if (alone === undefined) return { namespace, possible: true };
    return { namespace, possible: false, errnoName: alone.meta.errnoName, message: inUser.message };
  });
}

/** Makes several namespaces at once, in a child that ends at once. The process must be forkable. */
export const canMake = (namespaces: readonly Namespace[]): boolean => attempt(namespaces) === undefined;

function attempt(namespaces: readonly Namespace[]): SandboxError<'SYSCALL_FAILED'> | undefined {
  try {
    waitForChild(forkChild({ namespaces, body: () => 0 }));
    return undefined;
  } catch (error) {
    if (error instanceof SandboxError && error.code === 'SYSCALL_FAILED')
      return error as SandboxError<'SYSCALL_FAILED'>;
    throw error;
  }
}
