import { MODULE_HEADER, Writer } from '../binary/writer.ts';
import type { Plan } from '../plan/plan.ts';
import { scanCoreModule } from '../scan/core-module.ts';
import { exportName } from './names.ts';

/** The adapter (assembly/), with what it wants of the guest bound to where the component has it. */
export function rewriteAdapter(adapter: Uint8Array, plan: Plan): Uint8Array {
  const memory = [`i${plan.memory.instance}`, 'memory'] as const;
  const guest: Readonly<Record<string, readonly [module: string, name: string]>> = {
    validate: [`i${plan.entry.instance}`, exportName(plan.entry)],
    realloc: [`i${plan.realloc.instance}`, exportName(plan.realloc)],
    post_return: plan.postReturn
      ? [`i${plan.postReturn.instance}`, exportName(plan.postReturn)]
      : ['glue', 'no_post_return'],
  };
  const module = scanCoreModule(adapter, 0);
  const imports = new Writer().u32(module.imports.length);
  for (const entry of module.imports) {
    const bound = entry.kind === 'memory' ? memory : entry.module === 'guest' ? guest[entry.name] : undefined;
    const [from, name] = bound ?? [entry.module, entry.name];
    imports.name(from).name(name).bytes(entry.descriptor);
  }
  const out = new Writer().bytes(MODULE_HEADER);
  for (const { id, contents } of module.sections) out.section(id, id === 2 ? imports : contents);
  return out.finish();
}
