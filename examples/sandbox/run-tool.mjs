// Runs what an AI agent has asked for: a program with arguments, which nobody has looked at. It sees one folder, the
// system's programs and Node, no network, no other process and no variable of ours; it may use so much memory and time.
import { DEFAULT_DENIED, spawnSandboxed } from '@pvf/sandbox-linux';

/** What the agent gets to read at most, of each stream. */
const OUTPUT_BYTES = 64 * 1024;

export const LIMITS = { wallMs: 10_000, cpuMs: 5_000, memoryBytes: 256 * 1024 ** 2, processes: 64 };

/**
 * @param {string} folder absolute path of the one folder that the tool may read and write; also its working directory
 * @param {{ program: string, args?: string[], input?: string }} call what the agent wants
 * @param {{ limits?: Partial<typeof LIMITS>, signal?: AbortSignal }} [options] limits in milliseconds and bytes, in place of
 *   the ones above; `signal` ends the tool
 * @returns {Promise<{ ok: boolean, status: string, stdout: string, stderr: string, refused: Record<string, number> }>} never
 *   rejects for what the tool does; `status` says for the agent how it ended
 */
export async function runTool(folder, { program, args = [], input = '' }, options = {}) {
  const child = spawnSandboxed(
    program,
    args,
    {
      // Node itself, for tools in JavaScript, wherever it is installed.
      files: { system: true, write: [folder], execute: [folder, process.execPath], temporary: true },
      network: { access: 'none' },
      syscalls: { deny: DEFAULT_DENIED },
      // Where a machine has none of these, files, network, calls and limits still hold.
      namespaces: {
        namespaces: ['user', 'mount', 'pid', 'net', 'ipc', 'uts'],
        hostName: 'tool',
        enforce: 'best-effort',
      },
      limits: { ...LIMITS, ...options.limits },
      environment: { pass: ['PATH', 'LANG'], set: { HOME: folder } },
    },
    { cwd: folder, ...(options.signal && { signal: options.signal }) },
  );
  child.stdin.on('error', () => {}); // it may end without reading
  child.stdin.end(input);
  const [stdout, stderr, { reason, refused }] = await Promise.all([
    beginningOf(child.stdout),
    beginningOf(child.stderr),
    child.ended,
  ]);
  const ok = reason.type === 'exited' && reason.code === 0;
  return { ok, status: describe(reason), stdout, stderr, refused };
}

/** The first bytes as text; the rest is read and thrown away, so that the tool never waits for a reader. */
async function beginningOf(stream) {
  const kept = [];
  let bytes = 0;
  for await (const chunk of stream) {
    if (bytes < OUTPUT_BYTES) kept.push(chunk.subarray(0, OUTPUT_BYTES - bytes));
    bytes += chunk.length;
  }
  const text = Buffer.concat(kept).toString('utf8');
  return bytes > OUTPUT_BYTES ? `${text}\n[${bytes - OUTPUT_BYTES} bytes more]` : text;
}

function describe(reason) {
  switch (reason.type) {
    case 'exited':
      return `exit code ${reason.code}`;
    case 'signaled':
      return `ended by ${reason.signal}`;
    case 'limit':
      return `stopped: over its ${reason.limit} limit`;
    case 'syscall-violation':
      return `stopped: called ${reason.syscall}`;
    default:
      return `not run: ${reason.message}`; // not-started, sandbox-failed
  }
}
