import { Reader } from '../binary/reader.ts';
import { ComponentError } from '../errors.ts';
import { readCanonicalOptions } from './canonical-options.ts';
import {
  type Component,
  type ComponentFunc,
  type CoreInstance,
  type CoreItem,
  isComponent,
} from './component.ts';
import { type CoreKind, type CoreModule, scanCoreModule } from './core-module.ts';
import { checkLimit } from './limits.ts';
import { readAliasName, readCoreName, readExternName } from './names.ts';
import { readProducers } from './producers.ts';
import { type FuncType, type InstanceType, type Type, TypeScope } from './type-scope.ts';
import { readExternType, readType } from './types.ts';

/**
 * Reads a component without running or translating anything of it. Time and memory grow linearly with the size of the
 * file, which is limited; whatever a validation function has no use for is refused.
 * @throws ComponentError NOT_A_COMPONENT, MALFORMED, LIMIT, BAD_NAME, UNSUPPORTED, NOT_LOWERABLE
 */
export function scanComponent(bytes: Uint8Array): Component {
  checkLimit('bytes of a component', bytes.length);
  if (!isComponent(bytes)) {
    const found =
      bytes[0] === 0 && bytes[1] === 0x61 && bytes[4] === 1 && bytes[6] === 0 ? 'module' : 'other';
    const what = found === 'module' ? 'a core module, as PVFs are, and no component' : 'no component';
    throw new ComponentError('NOT_A_COMPONENT', { found, bytes: bytes.length }, `this is ${what}`);
  }
  return new Scan(bytes).run();
}

class Scan {
  readonly #reader: Reader;
  readonly #scope = new TypeScope();
  readonly #modules: CoreModule[] = [];
  readonly #instances: CoreInstance[] = [];
  readonly #core: Record<CoreKind, CoreItem[]> = { func: [], table: [], memory: [], global: [] };
  readonly #funcs: ComponentFunc[] = [];
  readonly #importedInstances: { name: string; type: InstanceType }[] = [];
  readonly #imports = new Map<string, FuncType | InstanceType>();
  readonly #exports = new Map<string, ComponentFunc>();
  readonly #producers: string[] = [];

  constructor(bytes: Uint8Array) {
    this.#reader = new Reader(bytes, 8);
  }

  run(): Component {
    const reader = this.#reader;
    for (let sections = 1; !reader.done; sections++) {
      checkLimit('sections of a component', sections);
      const id = reader.byte();
      const part = reader.part(reader.u32());
      if (id === 0) readProducers(part, this.#producers);
      else if (id === 1) this.#readModule(part);
      else this.#readItems(id, part);
    }
    const modules = this.#modules;
    const instances = this.#instances;
    const imports = this.#imports;
    const exports = this.#exports;
    const producers = this.#producers;
    return { modules, instances, imports, exports, producers };
  }

  #readModule(part: Reader): void {
    checkLimit('core modules', this.#modules.length + 1);
    this.#modules.push(scanCoreModule(part.bytes.subarray(part.pos, part.end), part.offset));
  }

  #readItems(id: number, part: Reader): void {
    const read = this.#sectionReader(id, part);
    for (let left = this.#scope.count(part.count()); left > 0; left--) read();
    part.finish('a section');
  }

  #sectionReader(id: number, part: Reader): () => void {
    switch (id) {
      case 2:
        return () => this.#readCoreInstance(part);
      case 6:
        return () => this.#readAlias(part);
      case 7:
        return () => this.#scope.add(readType(part, this.#scope));
      case 8:
        return () => this.#readCanonical(part);
      case 10:
        return () => this.#readImport(part);
      case 11:
        return () => this.#readExport(part);
      default: {
        const what = UNUSED_SECTIONS[id] ?? `section ${id}`;
        const offset = part.offset;
        throw new ComponentError('UNSUPPORTED', { offset, what }, `${what} at byte ${offset}`, WHY[id]);
      }
    }
  }

  #readCoreInstance(part: Reader): void {
    checkLimit('core instances', this.#instances.length + 1);
    const form = part.byte();
    if (form === 0) {
      const module = part.u32();
      if (module >= this.#modules.length) part.fail(`there is no module ${module}`);
      const args = new Map<string, number>();
      for (let left = this.#scope.count(part.count(3)); left > 0; left--) {
        const name = readCoreName(part);
        if (part.byte() !== 0x12) part.fail('an argument is not an instance');
        const instance = part.u32();
        if (instance >= this.#instances.length) part.fail(`there is no core instance ${instance}`);
        args.set(name, instance);
      }
      this.#instances.push({ from: 'module', module, with: args });
    } else if (form === 1) {
      const items = new Map<string, CoreItem>();
      for (let left = this.#scope.count(part.count(3)); left > 0; left--) {
        const name = readCoreName(part);
        const kind = readCoreKind(part);
        items.set(name, this.#coreItem(part, kind));
      }
      this.#instances.push({ from: 'exports', items });
    } else part.fail('a core instance of an unknown form');
  }

  #coreItem(part: Reader, kind: CoreKind): CoreItem {
    const index = part.u32();
    return this.#core[kind][index] ?? part.fail(`there is no core ${kind} ${index}`);
  }

  #func(part: Reader): ComponentFunc {
    const index = part.u32();
    return this.#funcs[index] ?? part.fail(`there is no function ${index}`);
  }

  #readAlias(part: Reader): void {
    const offset = part.offset;
    const sort = part.byte();
    const kind = sort === 0 ? readCoreKind(part) : undefined;
    const target = part.byte();
    const instance = target <= 1 ? part.u32() : 0;
    if (kind !== undefined && target === 1) {
      const name = readCoreName(part);
      if (instance >= this.#instances.length) part.fail(`there is no core instance ${instance}`);
      this.#core[kind].push({ from: 'export', instance, name });
      return;
    }
    if (target !== 0 || (sort !== 1 && sort !== 3)) {
      const what = 'alias of a part that a validation function has no use for';
      throw new ComponentError('UNSUPPORTED', { offset, what }, `${what}, at byte ${offset}`);
    }
    const name = readAliasName(part);
    const from = this.#importedInstances[instance] ?? part.fail(`there is no instance ${instance}`);
    const type = from.type.exports.get(name) ?? part.fail(`${from.name} has no ${name}`);
    if (sort === 3) this.#scope.add(type);
    else if (type.kind === 'func') this.#funcs.push({ from: 'import', interface: from.name, name, type });
    else part.fail(`${name} of ${from.name} is not a function`);
  }

  #readCanonical(part: Reader): void {
    const offset = part.offset;
    const form = part.byte();
    if (form === 0) {
      if (part.byte() !== 0) part.fail('a lift of an unknown form');
      const core = this.#coreItem(part, 'func');
      const options = readCanonicalOptions(part, this.#core);
      this.#funcs.push({ from: 'lift', core, options, type: this.#funcType(part) });
    } else if (form === 1) {
      if (part.byte() !== 0) part.fail('a lower of an unknown form');
      const func = this.#func(part);
      this.#core.func.push({ from: 'lower', func, options: readCanonicalOptions(part, this.#core) });
    } else if (form >= 2 && form <= 4) {
      this.#scope.get(part, part.u32());
      this.#core.func.push({
        from: 'resource',
        what: ['resource.new', 'resource.drop', 'resource.rep'][form - 2]!,
      });
    } else {
      const what = `built-in function 0x${form.toString(16)}`;
      throw new ComponentError(
        'UNSUPPORTED',
        { offset, what },
        `${what} at byte ${offset}: tasks, streams, futures and threads have no use in a validation function`,
      );
    }
  }

  #funcType(part: Reader): FuncType {
    const index = part.u32();
    const type = this.#scope.get(part, index);
    return type.kind === 'func' ? type : part.fail(`type ${index} is not that of a function`);
  }

  #readImport(part: Reader): void {
    const name = readExternName(part);
    const type: Type = readExternType(part, this.#scope);
    if (type.kind === 'value') return;
    if (this.#imports.has(name)) part.fail(`${name} is imported twice`);
    this.#imports.set(name, type);
    if (type.kind === 'instance') this.#importedInstances.push({ name, type });
    else this.#funcs.push({ from: 'import', interface: undefined, name, type });
  }

  #readExport(part: Reader): void {
    const offset = part.offset;
    const name = readExternName(part);
    const sort = part.byte();
    if (sort === 3) {
      this.#scope.add(this.#scope.get(part, part.u32()));
    } else if (sort === 1) {
      const func = this.#func(part);
      if (this.#exports.has(name)) part.fail(`${name} is exported twice`);
      this.#exports.set(name, func);
      this.#funcs.push(func);
    } else {
      const what = 'export of something else than a function or type';
      throw new ComponentError('UNSUPPORTED', { offset, what }, `${what} at byte ${offset}: ${name}`);
    }
    const ascribed = part.byte();
    if (ascribed === 1) readExternType(part, new TypeScopeView(this.#scope));
    else if (ascribed !== 0) part.fail('an export of an unknown form');
  }
}

/** A scope to look types up in that takes no new ones. */
class TypeScopeView extends TypeScope {
  readonly #seen: TypeScope;

  constructor(seen: TypeScope) {
    super(seen);
    this.#seen = seen;
  }

  override get(reader: Reader, index: number): Type {
    return this.#seen.get(reader, index);
  }
}

function readCoreKind(part: Reader): CoreKind {
  const kinds: readonly CoreKind[] = ['func', 'table', 'memory', 'global'];
  return kinds[part.byte()] ?? part.fail('a core item of an unknown kind');
}

const UNUSED_SECTIONS: Readonly<Record<number, string>> = {
  3: 'core type section',
  4: 'nested component',
  5: 'nested instance',
  9: 'start section',
  12: 'value section',
};

const WHY: Readonly<Record<number, string>> = {
  4: 'build a component that exports validate-block alone: exported interfaces and composed components come nested',
  5: 'build a component that exports validate-block alone: exported interfaces and composed components come nested',
};
