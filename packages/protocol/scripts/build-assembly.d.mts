/** The text of src/checksum/twox256.generated.ts. */
export function generate(): Promise<string>;
