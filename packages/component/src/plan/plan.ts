import { entryPoint, meaningOf } from '../contract.ts';
import { ComponentError } from '../errors.ts';

import type { CanonicalOptions, Component, CoreInstance, CoreItem } from '../scan/component.ts';
import type { CoreModule, MemoryLimits } from '../scan/core-module.ts';

/** Where an import of a core module comes from once all indirections of the component are followed. */
export type Source =
  | { readonly kind: 'instance'; readonly place: Place }
  | { readonly kind: 'host'; readonly export: string }
  | { readonly kind: 'trap'; readonly label: string };

/** An export of an instance of a module. */
export interface Place {
  readonly instance: number;
  /** Position among the module's exports. */
  readonly export: number;
}

export interface PlannedInstance {
  readonly id: number;
  readonly module: CoreModule;
  /** One for each import of the module, in its order. */
  readonly sources: readonly Source[];
}

/** How the core modules of a component become one: the component's own instantiation, as data. */
export interface Plan {
  readonly instances: readonly PlannedInstance[];
  readonly entry: Place;
  readonly realloc: Place;
  readonly postReturn: Place | undefined;
  readonly memory: Place;
  readonly memoryLimits: MemoryLimits;
  /** Imports that trap when they are called: `interface#function`, sorted. */
  readonly trapped: readonly string[];
}

/** @throws ComponentError WRONG_WORLD, UNSUPPORTED, MALFORMED */
export function planOf(component: Component): Plan {
  return new Planner(component).plan();
}

class Planner {
  readonly #component: Component;
  readonly #exports: readonly ReadonlyMap<string, number>[];

  constructor(component: Component) {
    this.#component = component;
    this.#exports = component.modules.map(
      ({ exports }) => new Map(exports.map(({ name }, position) => [name, position])),
    );
  }

  plan(): Plan {
    const lift = entryPoint(this.#component);
    const shared = this.#sharedOptions(lift.options, 'validate-block');
    if (shared.memory === undefined || shared.realloc === undefined) {
      return unsupported('entry point without memory or realloc');
    }
    const used = new Set<number>();
    const trapped = new Set<string>();
    const instances: PlannedInstance[] = [];
    for (const [id, instance] of this.#component.instances.entries()) {
      if (instance.from !== 'module') continue;
      if (used.has(instance.module)) return unsupported('core module that is instantiated twice');
      used.add(instance.module);
      const module = this.#component.modules[instance.module]!;
      const sources = module.imports.map(({ module: from, name }) => {
        const source = this.#sourceOf(instance, from, name, shared);
        if (source.kind === 'trap') trapped.add(source.label);
        return source;
      });
      instances.push({ id, module, sources });
    }
    return {
      instances,
      entry: this.#place(lift.core),
      realloc: shared.realloc,
      postReturn: lift.options.postReturn && this.#place(lift.options.postReturn),
      memory: shared.memory,
      memoryLimits: this.#memoryAt(shared.memory),
      trapped: [...trapped].sort(),
    };
  }

  #sharedOptions(options: CanonicalOptions, what: string): { memory?: Place; realloc?: Place } {
    if (options.strings !== 'utf8') unsupported(`${what} with strings in another encoding than UTF-8`);
    return {
      ...(options.memory && { memory: this.#place(options.memory) }),
      ...(options.realloc && { realloc: this.#place(options.realloc) }),
    };
  }

  #sourceOf(
    instance: CoreInstance & { from: 'module' },
    from: string,
    name: string,
    shared: { memory?: Place; realloc?: Place },
  ): Source {
    const argument = instance.with.get(from);
    if (argument === undefined) return malformed(`a module's import of ${from} is not given`);
    const item = this.#follow({ from: 'export', instance: argument, name });
    if (item.from === 'export') return { kind: 'instance', place: this.#place(item) };
    if (item.from === 'resource') return { kind: 'trap', label: `${from}#${name}` };
    if (item.func.from === 'lift')
      return unsupported('function of its own that the component calls from outside');
    const meaning = meaningOf(item.func);
    if (meaning.kind === 'host') {
      const own = this.#sharedOptions(item.options, name);
      for (const option of ['memory', 'realloc'] as const) {
        const mine = own[option];
        const entrys = shared[option]!;
        if (mine !== undefined && (mine.instance !== entrys.instance || mine.export !== entrys.export)) {
          unsupported(`import with another ${option} than the entry point`);
        }
      }
    }
    return meaning;
  }

  /** Through instances that only gather items, to what they gathered. */
  #follow(item: CoreItem): CoreItem {
    let current = item;
    while (current.from === 'export') {
      const instance = this.#component.instances[current.instance]!;
      if (instance.from === 'module') break;
      current = instance.items.get(current.name) ?? malformed(`nothing is called ${current.name}`);
    }
    return current;
  }

  #place(item: CoreItem): Place {
    const followed = this.#follow(item);
    if (followed.from !== 'export') return unsupported('import that takes the place of code');
    const instance = this.#component.instances[followed.instance]!;
    if (instance.from !== 'module') return malformed(`nothing is called ${followed.name}`);
    const position = this.#exports[instance.module]!.get(followed.name);
    if (position === undefined) return malformed(`no module exports ${followed.name}`);
    return { instance: followed.instance, export: position };
  }

  #memoryAt(place: Place): MemoryLimits {
    const instance = this.#component.instances[place.instance]!;
    const module = instance.from === 'module' ? this.#component.modules[instance.module] : undefined;
    const defining = this.#component.modules.filter(({ memory }) => memory !== undefined);
    if (module?.memory === undefined || defining.length !== 1) {
      return unsupported('component with several memories, or an imported one');
    }
    return module.memory;
  }
}

function unsupported(what: string): never {
  throw new ComponentError('UNSUPPORTED', { offset: 0, what }, `not supported: a ${what}`);
}

function malformed(what: string): never {
  throw new ComponentError('MALFORMED', { offset: 0, what }, `malformed: ${what}`);
}
