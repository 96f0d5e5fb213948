import type { CoreModule } from './core-module.ts';
import type { FuncType, InstanceType } from './type-scope.ts';

/** A function of the component's own level. */
export type ComponentFunc =
  | {
      readonly from: 'import';
      readonly interface: string | undefined;
      readonly name: string;
      readonly type: FuncType;
    }
  | {
      readonly from: 'lift';
      readonly core: CoreItem;
      readonly options: CanonicalOptions;
      readonly type: FuncType;
    };

/** How values pass between a component and the outside. */
export interface CanonicalOptions {
  readonly strings: 'utf8' | 'other';
  readonly memory: CoreItem | undefined;
  readonly realloc: CoreItem | undefined;
  readonly postReturn: CoreItem | undefined;
}

/** Where something of a core index space comes from. */
export type CoreItem =
  | { readonly from: 'export'; readonly instance: number; readonly name: string }
  | { readonly from: 'lower'; readonly func: ComponentFunc; readonly options: CanonicalOptions }
  | { readonly from: 'resource'; readonly what: string };

export type CoreInstance =
  | { readonly from: 'module'; readonly module: number; readonly with: ReadonlyMap<string, number> }
  | { readonly from: 'exports'; readonly items: ReadonlyMap<string, CoreItem> };

/** A component as data: what `flatten` and `describeComponent` know about it. */
export interface Component {
  readonly modules: readonly CoreModule[];
  readonly instances: readonly CoreInstance[];
  /** Interfaces and functions of the world's imports. */
  readonly imports: ReadonlyMap<string, FuncType | InstanceType>;
  readonly exports: ReadonlyMap<string, ComponentFunc>;
  /** Who made it, from the producers section: `processed-by`, in its order. */
  readonly producers: readonly string[];
}

export const COMPONENT_HEADER = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00] as const;

/** Whether bytes begin like a component. They may still be a broken one. */
export function isComponent(bytes: Uint8Array): boolean {
  return COMPONENT_HEADER.every((byte, index) => bytes[index] === byte);
}
