import type { Reader } from '../binary/reader.ts';
import { ComponentError } from '../errors.ts';
import { checkLimit, LIMITS } from './limits.ts';

const LABEL = '[a-zA-Z][a-zA-Z0-9]*(?:-[a-zA-Z0-9]+)*';
const KEBAB = new RegExp(`^${LABEL}$`);
const RESOURCE_FUNCTION = new RegExp(`^\\[(?:method|static|constructor)\\]${LABEL}(?:\\.${LABEL})?$`);
const INTERFACE = new RegExp(`^${LABEL}(?::${LABEL})+(?:/${LABEL})+(?:@[0-9A-Za-z.+-]+)?$`);
/** Printable ASCII without what ends a string or opens code in some language. */
const CORE_NAME = /^[ !#-&(-[\]-_a-z|~]*$/;

/** A label of a record, function or type. */
export function readLabel(reader: Reader): string {
  return checked(reader, (name) => KEBAB.test(name));
}

/** Name of an import or export of a component or of an instance type. */
export function readExternName(reader: Reader): string {
  const form = reader.byte();
  if (form > 1) {
    throw new ComponentError(
      'UNSUPPORTED',
      { offset: reader.offset - 1, what: `name of form ${form}` },
      `a name of form ${form} at byte ${reader.offset - 1}`,
    );
  }
  return readAliasName(reader);
}

/** The same name where an alias refers to it. */
export function readAliasName(reader: Reader): string {
  return checked(reader, (name) => KEBAB.test(name) || INTERFACE.test(name) || RESOURCE_FUNCTION.test(name));
}

/** Name of an import or export of a core module or core instance: any, as long as it is harmless text. */
export function readCoreName(reader: Reader): string {
  return checked(reader, (name) => CORE_NAME.test(name));
}

function checked(reader: Reader, fits: (name: string) => boolean): string {
  const offset = reader.offset;
  const name = reader.name(LIMITS['bytes of a name']);
  checkLimit('bytes of a name', name.length);
  if (!fits(name)) {
    throw new ComponentError(
      'BAD_NAME',
      { offset, name },
      `a name at byte ${offset} is not one that component tools write: ${JSON.stringify(name.slice(0, 60))}`,
      'do not flatten this component: such names inject code into tools that print them',
    );
  }
  return name;
}
