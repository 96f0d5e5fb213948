// The program that flattens, inside its sandbox: reads WORK/component.wasm, writes WORK/flat.wasm and WORK/answer.json.
// Its other half is ../sandbox/run.ts. It executes nothing of the component.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ComponentError } from '../errors.ts';
import { checkLowerable, lowerModule } from '../lower/lower.ts';
import { mergeInputs } from '../merge/index.ts';
import { layOut } from '../plan/layout.ts';
import { planOf } from '../plan/plan.ts';
import type { Answer, Job } from '../sandbox/messages.ts';
import { scanComponent } from '../scan/scan-component.ts';
import { wasmMerge, wasmOpt } from './binaryen.ts';
import { splitWithJco } from './split.ts';

const [work = '', text = '{}'] = process.argv.slice(2);
const job = JSON.parse(text) as Job;

let answer: Answer;
try {
  answer = { ok: true, trapped: await flattenInside() };
} catch (error) {
  if (!(error instanceof ComponentError)) throw error;
  const { code, meta, message, remedy } = error;
  answer = { ok: false, code, meta, message, remedy };
}
writeFileSync(join(work, 'answer.json'), JSON.stringify(answer));

async function flattenInside(): Promise<readonly string[]> {
  const bytes = readFileSync(join(work, 'component.wasm'));
  // Before any tool of others' sees a byte of it.
  const component = scanComponent(bytes);
  const plan = planOf(component);
  const layout = layOut(plan.memoryLimits, job.memoryPages);

  await splitWithJco(bytes, component, job.toolchain);
  for (const { module } of plan.instances) checkLowerable(module);
  const inputs = mergeInputs(plan, layout, readFileSync(job.adapter));
  const files: [path: string, name: string][] = [];
  for (const input of inputs) {
    const path = join(work, `${input.name}.wasm`);
    writeFileSync(path, input.bytes);
    files.push([path, input.name]);
  }
  const merged = join(work, 'merged.wasm');
  const lowered = join(work, 'lowered.wasm');
  wasmMerge(job.toolchain, files, merged);
  writeFileSync(lowered, lowerModule(readFileSync(merged)));
  wasmOpt(job.toolchain, lowered, join(work, 'flat.wasm'));
  return plan.trapped;
}
