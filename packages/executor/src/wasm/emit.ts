import { CodeEmitter } from './emit-code.ts';
import { emitFunctionNames } from './emit-names.ts';
import {
  type AddedExport,
  emitCustom,
  emitData,
  emitElements,
  emitExports,
  emitFunctions,
  emitGlobals,
  emitImports,
  emitLimited,
  emitTypes,
  freeHeightName,
  importedMemoryName,
  sectionReader,
} from './emit-sections.ts';
import { chooseMetering, type MeteringChoice } from './metering-choice.ts';
import type { Plan } from './plan.ts';
import { Reader } from './reader.ts';
import { Kind, type Limits, type ScanState, SectionId } from './scan-state.ts';
import { requireKnownSegments } from './segments.ts';
import { engineTable, tableCannotBeAllocated } from './tables.ts';
import { NO_THUNKS, planThunks, requireFewThunkParameters, type ThunkPlan } from './thunks.ts';
import { requireValidForEngine } from './validation.ts';
import { Writer } from './writer.ts';

const HEADER = new Uint8Array([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);

/** Real modules grow by a fifth to a third; a wrong guess costs one copy of the output. */
const GROWTH = 1.375;

/** Writes the module that `plan` asks for. The scan must not have a refusal. */
export function emitModule(state: ScanState, plan: Plan): Uint8Array {
  return new Emitter(state, plan).module();
}

class Emitter {
  readonly #out: Writer;
  readonly #state: ScanState;
  readonly #plan: Plan;
  readonly #metering: MeteringChoice;
  readonly #thunks: ThunkPlan;
  /** Name of the memory export that replaces a memory import. */
  readonly #memoryName: Uint8Array | undefined;
  /** Minimum of the memory that the host provides instead of the module. */
  readonly #hostMemory: number | undefined;
  /** True if instantiation has to fail for want of memory for the table. */
  readonly #failingTable: boolean;

  constructor(state: ScanState, plan: Plan) {
    this.#state = state;
    this.#plan = plan;
    this.#out = new Writer(Math.ceil(state.code.length * GROWTH) + 256);
    const entryPoints = plan.meter === undefined ? NO_THUNKS : planThunks(state);
    this.#metering = chooseMetering(state, plan);
    this.#thunks = this.#metering.calls === undefined ? NO_THUNKS : entryPoints;
    this.#memoryName = plan.exportMemory ? importedMemoryName(state) : undefined;
    this.#hostMemory = plan.engine ? state.memory?.minimum : undefined;
    this.#failingTable = plan.engine && tableCannotBeAllocated(state);
    requireFewThunkParameters(state, this.#thunks);
    if (plan.engine) requireValidForEngine(state, state.functions + entryPoints.targets.length);
  }

  module(): Uint8Array {
    this.#out.all(HEADER);
    if (this.#plan.meter === undefined) this.#asGiven();
    else this.#canonical();
    return this.#out.bytes.subarray(0, this.#out.length);
  }

  /** All sections in the module's own order. */
  #asGiven(): void {
    const { sections } = this.#state;
    for (let i = 0; i < sections.length; i += 3) {
      this.#section(sections.at(i), sections.at(i + 1), sections.at(i + 2));
    }
  }

  /**
   * Metering rebuilds the module: known sections in canonical order without empty ones, then everything
   * else backwards; "everything else" includes a data count, which ends up where validation refuses it.
   */
  #canonical(): void {
    for (let id = 1; id <= SectionId.data; id++) {
      if (this.#wanted(id)) this.#known(id);
    }
    if (this.#plan.engine) {
      emitFunctionNames(this.#state, this.#out);
      return;
    }
    const { sections } = this.#state;
    let exportMissing = this.#memoryName !== undefined && !this.#wanted(SectionId.export);
    for (let i = sections.length - 3; i >= 0; i -= 3) {
      const id = sections.at(i);
      if (id !== SectionId.custom && id !== SectionId.dataCount) continue;
      if (exportMissing && id === SectionId.dataCount) {
        this.#known(SectionId.export);
        exportMissing = false;
      }
      this.#section(id, sections.at(i + 1), sections.at(i + 2));
    }
    if (exportMissing) this.#known(SectionId.export);
  }

  #wanted(id: number): boolean {
    const state = this.#state;
    const filled = state.entries[id]! > 0;
    switch (id) {
      case SectionId.import:
        return filled || this.#hostMemory !== undefined;
      case SectionId.memory:
        return this.#hostMemory === undefined && (filled || this.#memoryName !== undefined);
      case SectionId.global:
        return true;
      case SectionId.export:
        // A new export section goes before the first section that belongs behind it, else to the end.
        if (this.#plan.engine) return filled || this.#addedExports().length > 0;
        return filled || (this.#memoryName !== undefined && this.#hasAfterExports());
      case SectionId.start:
        return state.start !== undefined;
      case SectionId.element:
        return filled || this.#failingTable;
      default:
        return filled;
    }
  }

  #addedExports(): AddedExport[] {
    const memoryName = this.#memoryName;
    const metering = this.#metering;
    const plan = this.#plan;
    const state = this.#state;
    const added: AddedExport[] = [];
    if (memoryName !== undefined) added.push({ name: memoryName, kind: Kind.memory, index: 0 });
    // The executor starts the sum higher where less native stack is allowed than the logical limit needs.
    if (plan.engine && plan.meter !== undefined && metering.entries !== undefined) {
      added.push({ name: freeHeightName(state), kind: Kind.global, index: state.globals.length });
    }
    return added;
  }

  #hasAfterExports(): boolean {
    const { entries, start } = this.#state;
    const { element, code, data } = SectionId;
    return start !== undefined || entries[element]! + entries[code]! + entries[data]! > 0;
  }

  #known(id: number): void {
    const reader = sectionReader(this.#state, id);
    this.#section(id, reader?.pos ?? 0, reader?.end ?? 0);
  }

  #section(id: number, start: number, end: number): void {
    const out = this.#out;
    out.byte(id);
    const size = out.beginSized(end - start);
    const from = out.length;
    this.#contents(id, end > start ? new Reader(this.#state.code, start, end) : undefined);
    if (
      this.#plan.engine &&
      this.#state.segmentFlags &&
      (id === SectionId.element || id === SectionId.data)
    ) {
      requireKnownSegments(out.bytes, from, out.length, id, this.#state, this.#plan.bulkMemory);
    }
    out.endSized(size);
  }

  /** `reader` is undefined for a section that the module lacks and the plan adds. */
  #contents(id: number, reader: Reader | undefined): void {
    const out = this.#out;
    const state = this.#state;
    const plan = this.#plan;
    const thunks = this.#thunks;
    switch (id) {
      case SectionId.import:
        emitImports(reader, out, this.#memoryName !== undefined, this.#hostMemory);
        return;
      case SectionId.global:
        emitGlobals(reader, out, plan.meter !== undefined, plan.engine && state.scratchGlobals);
        return;
      case SectionId.export:
        emitExports(reader, out, thunks, this.#addedExports());
        return;
      case SectionId.memory:
        this.#memory(reader);
        return;
      case SectionId.element:
        emitElements(reader, out, thunks, this.#failingTable);
        return;
    }
    if (reader === undefined) throw new Error(`section ${id} cannot be made up`);
    switch (id) {
      case SectionId.type:
        emitTypes(reader, out);
        return;
      case SectionId.function:
        emitFunctions(reader, out, thunks);
        return;
      case SectionId.table:
        emitLimited(reader, out, true, plan.engine ? engineTable(state) : (limits) => limits);
        return;
      case SectionId.start:
        out.u32(thunks.redirect(reader.u32()));
        return;
      case SectionId.code:
        new CodeEmitter(reader, out, state, this.#metering).emit(thunks);
        return;
      case SectionId.data:
        emitData(reader, out);
        return;
      case SectionId.dataCount:
        out.u32(reader.u32());
        return;
      default:
        emitCustom(reader, out);
    }
  }

  #memory(reader: Reader | undefined): void {
    const out = this.#out;
    const plan = this.#plan;
    const state = this.#state;
    const clear = (limits: Limits): Limits =>
      plan.clearMaximum ? { minimum: limits.minimum, maximum: undefined } : limits;
    if (this.#memoryName === undefined && reader !== undefined) {
      emitLimited(reader, out, false, clear);
      return;
    }
    const { minimum, maximum } = clear(state.memory!);
    out.u32(1);
    out.byte(maximum === undefined ? 0 : 1);
    out.u32(minimum);
    if (maximum !== undefined) out.u32(maximum);
  }
}
