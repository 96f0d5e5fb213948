// Schemathesis against the OpenAPI description of `pvf serve`: `npm run serve-fuzz -- --minutes 10`. Any 5xx, any answer
// that the description does not have, ends it with 1; so does a run in which no request got as far as a worker.
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { CODES } from './mix.mjs';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string' },
    schemathesis: { type: 'string', default: 'schemathesis' },
  },
});
if (spawnSync(values.schemathesis, ['--version']).status !== 0) {
  console.error(`serve-fuzz: ${values.schemathesis} does not run`);
  console.error('  python3 -m venv VENV && VENV/bin/pip install schemathesis==4.32.5');
  console.error('  and name it: npm run serve-fuzz -- --schemathesis VENV/bin/schemathesis');
  process.exit(2);
}

const REACH_WORKERS = ['precheck', 'validate', 'inspectCode'];

const folder = mkdtempSync(join(tmpdir(), 'pvf-serve-fuzz-'));
const token = randomBytes(24).toString('base64url');
writeFileSync(join(folder, 'token'), token);
const pvf = join(import.meta.dirname, '../../packages/cli/bin/pvf');
const listen = ['--listen', '127.0.0.1:0', '--token-file', join(folder, 'token')];
const service = spawn(pvf, ['serve', '--json', '--no-cache', '--insecure', '--quiet', ...listen], {
  stdio: ['ignore', 'pipe', 'inherit'],
  env: { ...process.env, XDG_RUNTIME_DIR: folder },
});
let status = 1;
try {
  const { value: line, done } = await createInterface({ input: service.stdout })
    [Symbol.asyncIterator]()
    .next();
  if (done) throw new Error('pvf serve did not start');
  service.stdout.resume();
  const { url } = JSON.parse(line);
  const authorization = `Bearer ${token}`;
  const hashes = [];
  for (const body of Object.values(CODES)) {
    const headers = { authorization, 'content-type': 'application/octet-stream' };
    const { codeHash } = await (await fetch(`${url}/v1/code`, { method: 'POST', headers, body })).json();
    hashes.push(codeHash);
  }
  const fuzzer = spawn(
    values.schemathesis,
    [
      ...['run', `${url}/openapi.json`, '--header', `authorization: ${authorization}`],
      ...['--max-time', String(Number(values.minutes) * 60), '--continue-on-failure', '--no-color'],
      ...[
        '--checks',
        'not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance',
      ],
      // The one answer that has no end.
      ...['--exclude-path', '/v1/events', '--request-timeout', '60'],
      ...(values.seed === undefined ? [] : ['--seed', values.seed]),
    ],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
      cwd: folder,
      env: {
        ...process.env,
        SCHEMATHESIS_HOOKS: join(import.meta.dirname, 'fuzz_hooks.py'),
        PVF_FUZZ_CODE_HASHES: hashes.join(' '),
        PYTHONDONTWRITEBYTECODE: '1',
      },
    },
  );
  [status] = await once(fuzzer, 'exit');
  const ready = await fetch(`${url}/readyz`);
  if (service.exitCode !== null || ready.status !== 200)
    throw new Error(`the service ended, or is not ready: ${ready.status}`);
  const metrics = await (await fetch(`${url}/metrics`, { headers: { authorization } })).text();
  if (!told(metrics)) status ||= 1;
} finally {
  service.kill('SIGTERM');
  if (service.exitCode === null) await once(service, 'exit');
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = status ?? 1;

/** Prints how often each operation was answered with what; whether each that asks a worker was answered by one. */
function told(metrics) {
  const answers = new Map();
  for (const [, operation, code, count] of metrics.matchAll(
    /^pvf_serve_requests_total\{operation="(\w+)",status="(\d+)"\} (\d+)$/gm,
  ))
    answers.set(operation, { ...answers.get(operation), [code]: Number(count) });
  for (const [operation, counts] of [...answers].sort())
    console.log(
      `${operation.padEnd(20)} ${Object.entries(counts)
        .map(([code, count]) => `${code}: ${count}`)
        .join(', ')}`,
    );
  const silent = REACH_WORKERS.filter((operation) => !answers.get(operation)?.[200]);
  if (silent.length > 0) console.error(`serve-fuzz: no request of ${silent.join(', ')} got through`);
  return silent.length === 0;
}
