import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { workerProgramPath as execute } from '@pvf/execute-worker';
import { workerProgramPath as prepare } from '@pvf/prepare-worker';
import { guest } from '@pvf/test-kit';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { PvfHost } from '../../src/index.ts';
import { DEFAULTS, silent, startHost } from '../support/hosts.ts';

/** The launchers of the real workers, whose Node says that it has this version. */
function onNode(version: string): { prepare: string; execute: string } {
  const directory = mkdtempSync(join(tmpdir(), 'pvf-node-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const pretend = join(directory, 'pretend.cjs');
  writeFileSync(
    pretend,
    `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });\n`,
  );
  const [first, second] = [prepare, execute].map((launcher) => {
    const path = join(directory, launcher.slice(dirname(launcher).length + 1));
    const text = readFileSync(launcher, 'utf8')
      .replace(/^package=.*$/m, `package='${dirname(dirname(launcher))}'`)
      .replace('"$package"/dist/main.js', `--require '${pretend}' "$package"/dist/main.js`);
    expect(text).toContain(pretend);
    writeFileSync(path, text, { mode: 0o755 });
    return path;
  });
  return { prepare: first!, execute: second! };
}

describe('workers on a Node that they were not tested on', () => {
  it('are not started, and the error names the version and what to do', async () => {
    const error = await PvfHost.start({ workers: onNode('24.99.0'), logger: silent }).catch(
      (reason) => reason,
    );
    expect(error).toMatchObject({ code: 'UNTESTED_NODE', meta: { node: '24.99.0' } });
    expect(error.message).toContain('24.99.0');
    expect(error.message).toContain('allowUntestedNode');
  });

  it('work where the host is told to use them, with a warning for each and in the status', async () => {
    const lines: { level: number; kind?: string; node?: string; msg: string }[] = [];
    const sink = { write: (line: string) => void lines.push(JSON.parse(line)) };
    const workers = onNode('24.99.0');
    const logger = pino({ level: 'warn' }, sink);
    const host = await startHost({ workers, allowUntestedNode: true, secureMode: false, logger });
    const warned = lines.filter(({ msg }) => msg.includes('not tested on Node 24.99.0'));
    expect(warned.map(({ kind }) => kind)).toEqual(['prepare', 'execute']);
    expect(host.status().workers.execute).toMatchObject({ node: '24.99.0' });
    expect(await host.precheck({ code: guest('accepts-anything'), ...DEFAULTS })).toMatchObject({
      kind: 'ok',
    });
  });

  it('do not start on another major version, whatever the host says', async () => {
    const options = { workers: onNode('26.1.0'), allowUntestedNode: true, logger: silent };
    const error = await PvfHost.start({ ...options, secureMode: false }).catch((reason) => reason);
    expect(error).toMatchObject({ code: 'UNTESTED_NODE', meta: { node: '26.1.0' } });
    expect(error.message).not.toContain('allowUntestedNode');
  });
});

it('the workers that are installed run on a tested Node', async () => {
  const host = await startHost({ secureMode: false });
  expect(host.status().workers.prepare.node).toMatch(/^24\.\d+\.\d+$/);
});
