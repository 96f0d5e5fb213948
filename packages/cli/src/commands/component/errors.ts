import { CliError } from '../../errors.ts';

interface ComponentFailure {
  readonly name: 'ComponentError';
  readonly code: string;
  readonly meta: object;
  readonly message: string;
  readonly remedy: string | undefined;
}

/** An error of `@pvf/component` as one of this program's; any other as it is. */
export function asCliError(error: unknown, what?: string): unknown {
  if (!(error instanceof Error) || error.name !== 'ComponentError') return error;
  const { code, meta, message, remedy } = error as ComponentFailure;
  return new CliError(
    'COMPONENT',
    { reason: code, details: meta },
    what === undefined ? message : `${what}: ${message}`,
    remedy ?? 'see the README of @pvf/component: what a component may be',
  );
}
