// Builds a project of Cargo and one of Go under the preset `build`, without a network, and runs what comes of it. What
// nobody on this machine has is a failure. `node scripts/build-tools.mjs`; the package has to be built.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const cli = join(dirname(fileURLToPath(import.meta.url)), '../dist/cli.js');
const NOBODY = 65_534;
const ABSENT = 'not here';
const TOOLS = [
  {
    name: 'cargo build',
    version: ['cargo', '--version'],
    files: {
      'Cargo.toml': '[package]\nname = "hello"\nversion = "0.1.0"\nedition = "2021"\n',
      'src/main.rs': 'fn main() { println!("works"); }\n',
    },
    script: 'cargo build --quiet --offline && ./target/debug/hello',
  },
  {
    name: 'go build',
    version: ['go', 'version'],
    files: {
      'go.mod': 'module hello\n\ngo 1.20\n',
      'main.go': 'package main\n\nimport "fmt"\n\nfunc main() { fmt.Println("works") }\n',
    },
    script: 'go vet . && go build -o hello . && ./hello',
  },
];
const users =
  process.getuid() === 0
    ? [
        ['root', {}],
        ['an ordinary user', { uid: NOBODY, gid: NOBODY }],
      ]
    : [['an ordinary user', {}]];

const base = mkdtempSync(join(tmpdir(), 'sandbox-build-'));
let failed = 0;
try {
  chmodSync(base, 0o755);
  for (const { name, version, files, script } of TOOLS) {
    const all = users.map(([who, ids]) => {
      const said = attempt({ version, files, script }, ids);
      console.log(`${name}, as ${who}: ${said}`);
      return said;
    });
    // one that is installed for root alone is nothing that an ordinary user could build with
    if (!all.includes('works') || all.some((said) => said !== 'works' && !said.startsWith(ABSENT))) failed++;
  }
} finally {
  rmSync(base, { recursive: true, force: true });
}
process.exitCode = failed === 0 ? 0 : 1;

function attempt({ version, files, script }, ids) {
  const work = mkdtempSync(join(base, 'project-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(work, path)), { recursive: true });
    writeFileSync(join(work, path), text);
    for (const each of [work, dirname(join(work, path))]) chmodSync(each, 0o777);
  }
  const env = { PATH: process.env.PATH, HOME: homedir() };
  const found = spawnSync(version[0], version.slice(1), { encoding: 'utf8', env, cwd: work, ...ids });
  if (found.status !== 0) return `${ABSENT}: ${found.error?.message ?? found.stderr.trim()}`;
  console.log(found.stdout.trim());
  const command = [cli, 'run', '--preset', 'build', '--', 'sh', '-c', script];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, {
    encoding: 'utf8',
    cwd: work,
    env,
    ...ids,
  });
  return status === 0 && stdout.trim() === 'works' ? 'works' : `status ${status}: ${stdout}${stderr}`;
}
