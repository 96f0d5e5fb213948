import type { ExecutorParam } from '@pvf/host';
import { DEFAULT_DENIED, type Policy, type SandboxEnd, spawnSandboxed } from '@pvf/sandbox-linux';
import type { Inspection } from '@pvf/serve';
import { type InspectorCommand, inspectorCommand } from './command.ts';

/** The largest known runtime takes a second and 300 MB. */
const CPU_MS = 20_000;
const WALL_MS = 120_000;
const MEMORY_BYTES = 1024 ** 3;
/**
 * Threads get as much stack as the limit says, and all of it counts as memory: with 300 MiB, to which the standalone
 * program raises its own, those of Node alone would be the whole of it.
 */
const STACK_BYTES = 8 * 1024 ** 2;
/** Of the answer: a module of 128 MiB can have as many imports as names fit into it. */
const ANSWER_BYTES = 16 * 1024 ** 2;

export type Inspect = (
  code: Uint8Array,
  executorParams: readonly ExecutorParam[],
  signal: AbortSignal,
) => Promise<Inspection>;

/**
 * Looks into modules in a process for each that sees no file but its program, no network and no other process. Undefined
 * where there is no such program.
 * @param required whether every layer of its sandbox must be there
 */
export function isolatedInspection(required: boolean): Inspect | undefined {
  const command = inspectorCommand();
  if (command === undefined) return undefined;
  return (code, executorParams, signal) =>
    inspectIn(policyFor(command, required), command, code, executorParams, signal);
}

/** @throws Error in words for people, when there is no answer; the signal's reason */
async function inspectIn(
  policy: Policy,
  { program, args }: InspectorCommand,
  code: Uint8Array,
  executorParams: readonly ExecutorParam[],
  signal: AbortSignal,
): Promise<Inspection> {
  signal.throwIfAborted();
  const params = JSON.stringify(executorParams.flatMap(told));
  const child = spawnSandboxed(program, [...args, params], policy, { cwd: '/', signal });
  child.started.catch(() => {});
  // It may end before it has read everything.
  child.stdin?.on('error', () => {});
  child.stdin?.end(code);
  const [answer, stderr, end] = await Promise.all([
    collect(child.stdout, ANSWER_BYTES, () => child.kill('SIGKILL')),
    collect(child.stderr, 4_000, () => {}),
    child.ended,
  ]);
  signal.throwIfAborted();
  if (answer === undefined) throw new Error('it has more imports and names than an answer may tell');
  if (end.reason.type !== 'exited' || end.reason.code !== 0) throw new Error(whyNot(end, stderr));
  const said = JSON.parse(answer) as { unreadable: string } | Inspection;
  if ('unreadable' in said) throw new Error(said.unreadable);
  return said;
}

/** What warnings and report depend on, as `--executor-params` takes it. */
function told(param: ExecutorParam): object[] {
  return param.type === 'MaxMemoryPages' || param.type === 'StackLogicalMax'
    ? [{ [param.type]: param.value }]
    : [];
}

function policyFor({ execute, read, fileBytes }: InspectorCommand, required: boolean): Policy {
  const enforce = required ? 'required' : 'best-effort';
  return {
    files: { system: true, execute, read, enforce },
    network: { access: 'none', enforce },
    syscalls: { deny: DEFAULT_DENIED, enforce },
    namespaces: { namespaces: ['user', 'mount', 'pid', 'ipc', 'uts'], enforce: 'best-effort' },
    limits: {
      cpuMs: CPU_MS,
      wallMs: WALL_MS,
      memoryBytes: MEMORY_BYTES,
      stackBytes: STACK_BYTES,
      fileBytes,
      enforce,
    },
    environment: { pass: [] },
  };
}

/** The text, or undefined once it is longer than `limit` bytes. */
async function collect(
  stream: AsyncIterable<Buffer> | null,
  limit: number,
  tooLong: () => void,
): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  if (stream !== null)
    for await (const chunk of stream) {
      length += chunk.length;
      if (length <= limit) chunks.push(chunk);
      else tooLong();
    }
  return length > limit ? undefined : Buffer.concat(chunks).toString('utf8');
}

function whyNot({ reason }: SandboxEnd, stderr = ''): string {
  if (reason.type === 'limit') return `looking into it reached the limit of ${reason.limit}`;
  if (reason.type === 'sandbox-failed' || reason.type === 'not-started')
    return `there is no sandbox to look into it: ${reason.message}; see what npx @pvf/sandbox-linux probe says`;
  const line = stderr.split('\n').find((each) => /error/i.test(each)) ?? '';
  return `looking into it failed: ${JSON.stringify(reason)} ${line}`.trim();
}
