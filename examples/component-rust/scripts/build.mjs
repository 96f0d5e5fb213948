// Rust → core module → component: adder.component.wasm. Needs a `rustc` (or $RUSTC) with the target
// wasm32-unknown-unknown, a linker for it where rustc brings none ($WASM_LINKER), and `npm run component-check` once,
// which installs jco.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { findToolchain } from '../../../packages/component/dist/index.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const tools = join(findToolchain(), '@bytecodealliance/jco-transpile/dist/wasm-tools.js');
const { componentEmbed, componentNew } = await import(pathToFileURL(tools).href);

const work = mkdtempSync(join(tmpdir(), 'component-rust-'));
try {
  const core = join(work, 'core.wasm');
  const options = [
    'opt-level=3',
    'lto',
    'panic=abort',
    'strip=symbols',
    // What the relay chain does not take, and `flatten` lowers.
    'target-feature=+sign-ext,+bulk-memory,+nontrapping-fptoint',
    ...(process.env.WASM_LINKER === undefined ? [] : [`linker=${process.env.WASM_LINKER}`]),
  ];
  execFileSync(
    process.env.RUSTC ?? 'rustc',
    [
      ...['--edition', '2021', '--crate-name', 'component_rust', '--crate-type', 'cdylib'],
      ...['--target', 'wasm32-unknown-unknown', 'src/lib.rs', '-o', core],
      ...options.flatMap((option) => ['-C', option]),
    ],
    { cwd: root, stdio: 'inherit' },
  );
  const witSource = readFileSync(join(root, '../../packages/component/wit/pvf-parachain.wit'), 'utf8');
  const embedded = await componentEmbed({ binary: readFileSync(core), witSource, world: 'parachain' });
  writeFileSync(join(root, 'adder.component.wasm'), await componentNew(embedded));
} finally {
  rmSync(work, { recursive: true, force: true });
}
