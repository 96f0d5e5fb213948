import { mkdtempSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DEFAULT_DENIED, type Policy, type SandboxEnd, spawnSandboxed } from '@pvf/sandbox-linux';
import { ComponentError, type ComponentErrorCode, type ComponentErrorMeta } from '../errors.ts';
import { packageFile } from '../toolchain.ts';
import type { Job } from './messages.ts';

/** Ten times what the largest component in use (12 MB) needs. */
const CPU_MS = 600_000;
const WALL_MS = 1_800_000;
const MEMORY_BYTES = 2 * 1024 ** 3;
const FILE_BYTES = 256 * 1024 ** 2;

export interface SandboxRun {
  readonly component: Uint8Array;
  readonly toolchain: string;
  readonly memoryPages: number;
  readonly enforce: 'required' | 'best-effort';
  readonly signal?: AbortSignal;
}

/**
 * Flattens in a process that sees no file but its tools and an empty directory, no network and no other process.
 * @throws ComponentError what the scan, the tools or the lowering say; SANDBOX if a limit stopped them
 */
export async function flattenSandboxed(run: SandboxRun): Promise<{ module: Uint8Array; trapped: string[] }> {
  const work = realpathSync(mkdtempSync(join(tmpdir(), 'pvf-component-')));
  try {
    writeFileSync(join(work, 'component.wasm'), run.component);
    const dist = realpathSync(packageFile('dist'));
    const toolchain = realpathSync(run.toolchain);
    const job: Job = { toolchain, adapter: join(dist, 'adapter.wasm'), memoryPages: run.memoryPages };
    const node = realpathSync(process.execPath);
    const child = spawnSandboxed(
      node,
      ['--max-old-space-size=1200', join(dist, 'sandboxed.js'), work, JSON.stringify(job)],
      policy(run.enforce, node, [dist, join(dist, '../package.json'), toolchain], work),
      { stdio: ['ignore', 'ignore', 'pipe'], cwd: work, ...(run.signal && { signal: run.signal }) },
    );
    child.started.catch(() => {});
    const stderr = collect(child.stderr);
    const end = await child.ended;
    run.signal?.throwIfAborted();
    if (end.reason.type !== 'exited' || end.reason.code !== 0) throw stopped(end, await stderr);
    const trapped = parseAnswer(readLimited(join(work, 'answer.json'), 1 << 20));
    return { module: readLimited(join(work, 'flat.wasm'), FILE_BYTES), trapped };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function policy(enforce: 'required' | 'best-effort', node: string, read: string[], work: string): Policy {
  return {
    files: { system: true, execute: [node, dirname(node)], read, write: [work], enforce },
    network: { access: 'none', enforce },
    syscalls: { deny: DEFAULT_DENIED, enforce },
    namespaces: { namespaces: ['user', 'mount', 'pid', 'ipc', 'uts'], enforce: 'best-effort' },
    limits: { cpuMs: CPU_MS, wallMs: WALL_MS, memoryBytes: MEMORY_BYTES, fileBytes: FILE_BYTES, enforce },
    environment: { pass: [] },
  };
}

function readLimited(path: string, maxBytes: number): Buffer {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat?.isFile() || stat.size > maxBytes) throw broken('it left no proper answer');
  return readFileSync(path);
}

async function collect(stream: AsyncIterable<Buffer> | null): Promise<string> {
  let text = '';
  if (stream !== null) for await (const chunk of stream) if (text.length < 4_000) text += chunk.toString();
  return text.trim();
}

function stopped({ reason }: SandboxEnd, stderr: string): ComponentError {
  if (reason.type === 'limit') return broken(`it reached its limit of ${reason.limit}`);
  if (reason.type === 'sandbox-failed' || reason.type === 'not-started') {
    const remedy = 'see what `npx @pvf/sandbox-linux probe` says, or allow a weaker sandbox (--insecure)';
    return new ComponentError('SANDBOX', { reason: reason.message }, `no sandbox: ${reason.message}`, remedy);
  }
  return broken(`it ended with ${JSON.stringify(reason)} ${stderr}`.trim());
}

function broken(reason: string): ComponentError {
  return new ComponentError('SANDBOX', { reason }, `the sandboxed process gave no result: ${reason}`);
}

function parseAnswer(bytes: Buffer): string[] {
  const answer = JSON.parse(bytes.toString('utf8')) as Record<string, unknown>;
  if (answer.ok === true && Array.isArray(answer.trapped)) return answer.trapped.map(String);
  const { code, meta, message, remedy } = answer;
  if (typeof code !== 'string' || typeof message !== 'string' || typeof meta !== 'object' || meta === null) {
    throw broken('it left no proper answer');
  }
  throw new ComponentError(
    code as ComponentErrorCode,
    meta as ComponentErrorMeta[ComponentErrorCode],
    message,
    typeof remedy === 'string' ? remedy : undefined,
  );
}
