import type { Reader } from '../binary/reader.ts';
import { ComponentError } from '../errors.ts';
import { checkLimit } from './limits.ts';
import { readExternName, readLabel } from './names.ts';
import { type FuncType, type InstanceType, type Type, TypeScope, type ValueType } from './type-scope.ts';

const PRIMITIVES: Readonly<Record<number, string>> = {
  127: 'bool',
  126: 's8',
  125: 'u8',
  124: 's16',
  123: 'u16',
  122: 's32',
  121: 'u32',
  120: 's64',
  119: 'u64',
  118: 'f32',
  117: 'f64',
  116: 'char',
  115: 'string',
};

const MAX_TEXT = 2_000;

function compose(text: (inner: readonly string[]) => string, parts: readonly ValueType[]): ValueType {
  let depth = 1;
  let size = 1;
  for (const part of parts) {
    depth = Math.max(depth, part.depth + 1);
    size += part.size;
  }
  checkLimit('depth of a type', depth);
  checkLimit('size of a type', size);
  return { kind: 'value', text: spell(text, parts), depth, size };
}

/** Types that are too long to be one of ours are not written out: that would take quadratic time. */
function spell(text: (inner: readonly string[]) => string, parts: readonly ValueType[]): string {
  let length = 0;
  for (const part of parts) length += part.text.length;
  if (length > MAX_TEXT) return '(long)';
  const whole = text(parts.map((part) => part.text));
  return whole.length > MAX_TEXT ? '(long)' : whole;
}

/** The type of a handle: nothing of it concerns a validation function. */
const RESOURCE: ValueType = { kind: 'value', text: '(resource)', depth: 1, size: 1 };

function readValueRef(reader: Reader, scope: TypeScope): ValueType {
  const first = reader.peek();
  const primitive = PRIMITIVES[first];
  if (primitive !== undefined) {
    reader.byte();
    return { kind: 'value', text: primitive, depth: 1, size: 1 };
  }
  return scope.value(reader, readTypeIndex(reader));
}

/** A type index stands where a signed number might: positive, in at most five bytes. */
function readTypeIndex(reader: Reader): number {
  return reader.u32();
}

function readOptional(reader: Reader, scope: TypeScope): ValueType | undefined {
  const present = reader.byte();
  if (present > 1) reader.fail('an option is neither there nor missing', reader.offset - 1);
  return present === 1 ? readValueRef(reader, scope) : undefined;
}

function readPartCount(reader: Reader): number {
  return checkLimit('size of a type', reader.count());
}

function readFields(reader: Reader, scope: TypeScope): [string, ValueType][] {
  const fields: [string, ValueType][] = [];
  for (let left = readPartCount(reader); left > 0; left--) {
    fields.push([readLabel(reader), readValueRef(reader, scope)]);
  }
  return fields;
}

function readLabels(reader: Reader): string[] {
  const labels: string[] = [];
  for (let left = readPartCount(reader); left > 0; left--) labels.push(readLabel(reader));
  return labels;
}

function withLabels(kind: string, fields: [string, ValueType][]): ValueType {
  const labels = fields.map(([label]) => label);
  return compose(
    (inner) => `${kind}{${inner.map((text, index) => `${labels[index]}: ${text}`).join(', ')}}`,
    fields.map(([, type]) => type),
  );
}

/** A definition of a type section or of an instance type. */
export function readType(reader: Reader, scope: TypeScope): Type {
  const start = reader.offset;
  const form = reader.byte();
  const primitive = PRIMITIVES[form];
  if (primitive !== undefined) return { kind: 'value', text: primitive, depth: 1, size: 1 };
  switch (form) {
    case 0x72:
      return withLabels('record', readFields(reader, scope));
    case 0x71: {
      const cases: [string, ValueType][] = [];
      for (let left = readPartCount(reader); left > 0; left--) {
        const label = readLabel(reader);
        cases.push([label, readOptional(reader, scope) ?? compose(() => '_', [])]);
        if (reader.byte() !== 0) reader.fail('a case refines another', reader.offset - 1);
      }
      return withLabels('variant', cases);
    }
    case 0x70:
      return compose(([element]) => `list<${element}>`, [readValueRef(reader, scope)]);
    case 0x6f: {
      const parts: ValueType[] = [];
      for (let left = readPartCount(reader); left > 0; left--) parts.push(readValueRef(reader, scope));
      return compose((inner) => `tuple<${inner.join(', ')}>`, parts);
    }
    case 0x6e:
    case 0x6d: {
      const labels = readLabels(reader);
      return compose(() => `${form === 0x6e ? 'flags' : 'enum'}{${labels.join(', ')}}`, []);
    }
    case 0x6b:
      return compose(([inner]) => `option<${inner}>`, [readValueRef(reader, scope)]);
    case 0x6a: {
      const ok = readOptional(reader, scope);
      const error = readOptional(reader, scope);
      const parts = [ok, error].filter((part) => part !== undefined);
      return compose(() => `result<${ok?.text ?? '_'}, ${error?.text ?? '_'}>`, parts);
    }
    case 0x69:
    case 0x68: {
      scope.get(reader, reader.u32());
      return compose(() => `${form === 0x69 ? 'own' : 'borrow'}<(resource)>`, []);
    }
    case 0x40:
      return readFuncType(reader, scope);
    case 0x42:
      return readInstanceType(reader, scope);
    default:
      throw new ComponentError(
        'UNSUPPORTED',
        { offset: start, what: `type 0x${form.toString(16)}` },
        `a type of kind 0x${form.toString(16)} at byte ${start}: streams, futures, components as types and the like have no use in a validation function`,
      );
  }
}

function readFuncType(reader: Reader, scope: TypeScope): FuncType {
  const parameters = readFields(reader, scope);
  checkLimit('parameters of a function', parameters.length);
  const form = reader.byte();
  let result = '';
  if (form === 0) result = ` -> ${readValueRef(reader, scope).text}`;
  else if (form !== 1 || reader.byte() !== 0)
    reader.fail('a function has several results', reader.offset - 1);
  const text = spell(
    (inner) => inner.map((type, index) => `${parameters[index]![0]}: ${type}`).join(', '),
    parameters.map(([, type]) => type),
  );
  return { kind: 'func', text: `func(${text})${result}` };
}

function readInstanceType(reader: Reader, outer: TypeScope): InstanceType {
  const scope = new TypeScope(outer);
  const exports = new Map<string, Type>();
  for (let left = scope.count(reader.count(2)); left > 0; left--) {
    const start = reader.offset;
    const form = reader.byte();
    if (form === 0x01) {
      const type = readType(reader, scope);
      if (type.kind === 'instance') refuseNesting(start);
      scope.add(type);
    } else if (form === 0x02) {
      scope.add(readOuterAlias(reader, scope));
    } else if (form === 0x04) {
      const name = readExternName(reader);
      const type = readExternType(reader, scope);
      if (type.kind === 'instance') refuseNesting(start);
      if (exports.has(name)) reader.fail('an instance type exports a name twice', start);
      exports.set(name, type);
    } else {
      throw new ComponentError(
        'UNSUPPORTED',
        { offset: start, what: 'declaration in an instance type' },
        `a declaration of kind ${form} in the type of an instance, at byte ${start}`,
      );
    }
  }
  return { kind: 'instance', exports };
}

function refuseNesting(offset: number): never {
  throw new ComponentError(
    'UNSUPPORTED',
    { offset, what: 'nested instance' },
    `an instance within an instance, at byte ${offset}: tools write such types out, and they grow by powers`,
  );
}

/** `alias outer COUNT INDEX` of a type. */
function readOuterAlias(reader: Reader, scope: TypeScope): Type {
  const start = reader.offset;
  if (reader.byte() !== 0x03 || reader.byte() !== 0x02) {
    throw new ComponentError(
      'UNSUPPORTED',
      { offset: start, what: 'alias in an instance type' },
      `an alias of something else than an outer type, at byte ${start}`,
    );
  }
  let from: TypeScope | undefined = scope;
  for (let count = reader.u32(); count > 0 && from !== undefined; count--) from = from.outer;
  if (from === undefined) reader.fail('an alias reaches out of the component', start);
  return from.get(reader, reader.u32());
}

/**
 * The type of an import or export. One that introduces a type (`eq` or `sub`) also adds it to `scope`.
 * @throws ComponentError UNSUPPORTED for modules, components and values
 */
export function readExternType(reader: Reader, scope: TypeScope): Type {
  const start = reader.offset;
  const form = reader.byte();
  switch (form) {
    case 0x01:
    case 0x05: {
      const type = scope.get(reader, reader.u32());
      const expected = form === 0x01 ? 'func' : 'instance';
      return type.kind === expected ? type : reader.fail(`the type is not that of a ${expected}`, start);
    }
    case 0x03: {
      const bound = reader.byte();
      if (bound > 1) reader.fail('a type is bound in an unknown way', start);
      const type = bound === 0 ? scope.get(reader, reader.u32()) : RESOURCE;
      scope.add(type);
      return type;
    }
    default:
      throw new ComponentError(
        'UNSUPPORTED',
        { offset: start, what: `import or export of kind ${form}` },
        `a module, component or value is imported or exported at byte ${start}`,
      );
  }
}
