import { MODULE_HEADER, Writer } from '../binary/writer.ts';
import type { Layout } from '../plan/layout.ts';
import type { Plan, PlannedInstance, Source } from '../plan/plan.ts';
import { exportName, startName, type TrapTable } from './names.ts';

const SECTION = { import: 2, memory: 5, export: 7, start: 8 } as const;

/**
 * A core module whose imports and exports have names of ours, so that none of its own reaches the tools that merge: what
 * it imports from other instances, from the adapter or from the glue is told apart by them. The start function becomes an
 * export, and the memory the flattened module's.
 */
export function rewriteCore(
  instance: PlannedInstance,
  plan: Plan,
  layout: Layout,
  traps: TrapTable,
): Uint8Array {
  const out = new Writer().bytes(MODULE_HEADER);
  const { module } = instance;
  const before = module.sections.filter(
    ({ id }) => id !== SECTION.start && order(id) < order(SECTION.export),
  );
  const after = module.sections.filter(({ id }) => id !== SECTION.start && order(id) > order(SECTION.export));
  for (const { id, contents } of before) {
    if (id === SECTION.import) out.section(id, imports(instance, traps));
    else if (id === SECTION.memory && module.memory !== undefined) {
      out.section(id, new Writer().u32(1).byte(0).u32(layout.total));
    } else out.section(id, contents);
  }
  out.section(SECTION.export, exports(instance, plan));
  for (const { id, contents } of after) out.section(id, contents);
  return out.finish();
}

/** The data count section stands before the code. */
function order(id: number): number {
  return id === 12 ? 9.5 : id;
}

function imports(instance: PlannedInstance, traps: TrapTable): Writer {
  const out = new Writer().u32(instance.module.imports.length);
  for (const [position, entry] of instance.module.imports.entries()) {
    const [from, name] = nameOf(instance.sources[position]!, entry.type, traps);
    out.name(from).name(name);
    // The memory that is given has the flattened module's size, which fits no maximum.
    if (entry.kind === 'memory') out.bytes([2, 0, 0]);
    else out.bytes(entry.descriptor);
  }
  return out;
}

function nameOf(
  source: Source,
  type: Uint8Array | undefined,
  traps: TrapTable,
): [module: string, name: string] {
  if (source.kind === 'instance') return [`i${source.place.instance}`, exportName(source.place)];
  if (source.kind === 'host') return ['adapter', source.export];
  return ['glue', traps.add(source.label, type)];
}

function exports(instance: PlannedInstance, plan: Plan): Writer {
  const { exports: entries, start } = instance.module;
  const kinds = { func: 0, table: 1, memory: 2, global: 3 } as const;
  const list: [name: string, kind: number, index: number][] = entries.map(({ kind, index }, position) => [
    exportName({ instance: instance.id, export: position }),
    kinds[kind],
    index,
  ]);
  if (start !== undefined) list.push([startName(instance.id), kinds.func, start]);
  if (instance.id === plan.memory.instance) list.push(['memory', kinds.memory, 0]);
  const out = new Writer().u32(list.length);
  for (const [name, kind, index] of list) out.name(name).byte(kind).u32(index);
  return out;
}
