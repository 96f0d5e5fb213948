import type { ComponentReport } from '@pvf/component';
import type { ModuleImport, ModuleReport } from '@pvf/executor';
import { type ExecutorParams, executorSemantics } from '@pvf/protocol';
import { componentLines, componentReport } from '../output/component.ts';
import { shortcomingsOf } from '../output/shortcomings.ts';

/** What can be said about decompressed code without preparing it. */
export interface SaidOfModule {
  readonly report: ModuleReport;
  /** Undefined for anything but a component. */
  readonly component: ComponentReport | undefined;
  /** What makes it useless although a precheck may accept it; of a component, what it is and what to do. */
  readonly warnings: string[];
}

/** Host functions that block authors have and the execution of a PVF has not. */
const STORAGE = /^ext_(storage|default_child_storage|offchain|offchain_index|transaction_index)_/;

/** @param file what it is called in advice */
export async function reportOnModule(
  module: Uint8Array,
  params: ExecutorParams,
  file: string,
): Promise<SaidOfModule> {
  // Not imported above: only a fraction of the commands need it.
  const { HOST_FUNCTION_SIGNATURES, inspectModule } = await import('@pvf/executor');
  const known = (name: string) => HOST_FUNCTION_SIGNATURES.get(name)?.kind;
  const report = inspectModule(module, {
    stackLogicalMax: executorSemantics(params).stackLogicalMax,
    classify: (entry) => classify(entry, known(entry.name)),
  });
  const component = await componentReport(module);
  const warnings =
    component === undefined ? shortcomingsOf(report, params, known) : componentLines(component, file);
  return { report, component, warnings };
}

function classify({ module, name, kind }: ModuleImport, known: string | undefined): string {
  if (module !== 'env') return 'of a module that is not offered (cannot start)';
  if (kind !== 'function') return kind === 'memory' ? 'memory' : `${kind} (cannot start)`;
  if (known !== undefined) return known === 'keystore' ? 'keystore (traps when called)' : known;
  return STORAGE.test(name) ? 'storage (traps when called)' : 'unknown (traps when called)';
}
