import { ENTRY_POINT, ENTRY_TYPE, importLabels } from './contract.ts';
import { ComponentError } from './errors.ts';
import { planOf } from './plan/plan.ts';
import { isComponent } from './scan/component.ts';
import { scanComponent } from './scan/scan-component.ts';

/** What can be said about a component without any tool. */
export interface ComponentReport {
  /** Size of the component. */
  readonly bytes: number;
  /** Functions that it imports: `interface#function`. */
  readonly imports: readonly string[];
  /** Of these, the ones that trap in a flattened module. */
  readonly trapped: readonly string[];
  /** Names of what it exports. */
  readonly exports: readonly string[];
  /** Tools that made it, e.g. `ComponentizeJS 0.23.0`. */
  readonly producers: readonly string[];
  /** Whether it is of world pvf:parachain. */
  readonly isParachain: boolean;
  /** Why it cannot be flattened, as far as the scan can tell. */
  readonly obstacle:
    | { readonly code: string; readonly message: string; readonly remedy?: string }
    | undefined;
}

/** Describes a component, a broken one included. Time and memory are linear in its size. */
export function describeComponent(bytes: Uint8Array): ComponentReport {
  let report: Omit<ComponentReport, 'obstacle'> = {
    bytes: bytes.length,
    imports: [],
    trapped: [],
    exports: [],
    producers: [],
    isParachain: false,
  };
  try {
    const component = scanComponent(bytes);
    const entry = component.exports.get(ENTRY_POINT);
    report = {
      ...report,
      imports: importLabels(component),
      exports: [...component.exports.keys()],
      producers: component.producers,
      isParachain: entry?.from === 'lift' && entry.type.text === ENTRY_TYPE,
    };
    return { ...report, trapped: planOf(component).trapped, obstacle: undefined };
  } catch (error) {
    if (!(error instanceof ComponentError)) throw error;
    const { code, message, remedy } = error;
    return { ...report, obstacle: { code, message, ...(remedy !== undefined && { remedy }) } };
  }
}

export { isComponent };
