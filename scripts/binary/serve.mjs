// `pvf serve` of the standalone programs: its page is the one of the packages, and it looks into modules in a sandbox.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { zstdCompressSync } from 'node:zlib';

const NOBODY = 65_534;
const COMPRESSED = Buffer.from('52bc537646db8e05', 'hex');
/** A custom section without a name, of 20 MiB. */
const SECTION = Buffer.concat([Buffer.from([0, 0x80, 0x80, 0x80, 0x0a]), Buffer.alloc(20 * 1024 ** 2)]);

/** With 60 MiB that nothing needs, compressed. */
function large(module) {
  return Buffer.concat([COMPRESSED, zstdCompressSync(Buffer.concat([module, SECTION, SECTION, SECTION]))]);
}

/**
 * @param programs the release folder, which others may read
 * @param pvf a PVF that is accepted
 * @param page the folder of the page's files
 */
export async function checkServe(programs, pvf, page) {
  const users = process.getuid() === 0 ? [{}, { uid: NOBODY, gid: NOBODY }] : [{}];
  for (const user of users) {
    const said = `pvf serve as ${user.uid ?? 'this user'}`;
    const options = { cwd: '/', env: { TMPDIR: tmpdir() }, ...user };
    const args = ['serve', '--json', '--no-cache', '--listen', '127.0.0.1:0'];
    const child = spawn(join(programs, 'pvf'), args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    const errors = text(child.stderr);
    const exit = once(child, 'exit');
    try {
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      const { value: line, done } = await lines.next();
      assert.ok(!done, `${said}: ${done ? await errors : ''}`);
      const { url, token } = JSON.parse(line);
      for (const name of readdirSync(page)) {
        const response = await fetch(`${url}/${name === 'index.html' ? '' : name}`);
        assert.equal(response.status, 200, `${said}: ${name}`);
        assert.equal(await response.text(), readFileSync(join(page, name), 'utf8'), `${said}: ${name}`);
      }
      const api = async (path, options = {}) => {
        const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' };
        const response = await fetch(url + path, { ...options, headers });
        return { status: response.status, ...(await response.json()) };
      };
      const inspect = async (body) => {
        const { codeHash } = await api('/v1/code', { method: 'POST', body });
        return api(`/v1/code/${codeHash}/inspection`);
      };
      const inspected = execFileSync(join(programs, 'pvf'), ['inspect', '--json', pvf], options);
      const { status, report } = await inspect(readFileSync(pvf));
      assert.equal(status, 200, said);
      assert.deepEqual(report, JSON.parse(inspected).report, said);
      // Its threads leave it the memory for a large one.
      const found = await inspect(large(readFileSync(pvf)));
      assert.equal(found.status, 200, `${said}: ${found.detail}`);
      const broken = await inspect(COMPRESSED);
      assert.deepEqual([broken.status, broken.code], [422, 'INSPECTION_FAILED'], `${said}: ${broken.detail}`);
      child.kill('SIGTERM');
      const [code] = await exit;
      assert.equal(code, 0, `${said}: ${await errors}`);
    } finally {
      child.kill('SIGKILL');
      await exit;
    }
  }
}
