// `node examples/sandbox/main.mjs`: some calls of tools as an agent makes them, good and bad, and what came of each.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTool } from './run-tool.mjs';

const node = process.execPath;
const CALLS = [
  ['counts words in its folder', { program: 'wc', args: ['-w', 'notes.txt'] }],
  ['writes a file', { program: 'sh', args: ['-c', 'sort notes.txt > sorted.txt && echo done'] }],
  [
    'reads the keys of its user',
    { program: 'cat', args: [join(process.env.HOME ?? '/root', '.ssh/id_ed25519')] },
  ],
  [
    'sends something away',
    { program: 'sh', args: ['-c', 'exec 3<>/dev/tcp/127.0.0.1/80 || echo no way out'] },
  ],
  [
    'fills memory',
    { program: node, args: ['-e', 'const all = []; for (;;) all.push(Buffer.alloc(1 << 24, 1))'] },
  ],
  ['never ends', { program: 'sh', args: ['-c', 'while :; do :; done'] }],
];

const folder = await mkdtemp(join(tmpdir(), 'pvf-example-sandbox-'));
try {
  await writeFile(join(folder, 'notes.txt'), 'one two\nthree\n');
  for (const [what, call] of CALLS) {
    const { status, stdout, stderr } = await runTool(folder, call, { limits: { cpuMs: 1_000 } });
    console.log(`${what}: ${status}${stdout ? `; says ${JSON.stringify(stdout)}` : ''}`);
    if (stderr) console.log(`  ${stderr.trim().split('\n')[0]}`);
  }
  console.log(`left in the folder: ${JSON.stringify(await readFile(join(folder, 'sorted.txt'), 'utf8'))}`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
