import type { Reader } from '../binary/reader.ts';
import { ComponentError } from '../errors.ts';

const MAX_CHARS = 100;
const MAX_PRODUCERS = 20;

/**
 * Adds what a custom section says of who made the component. Such sections are of tools and steer nothing: any other, and
 * what is wrong with one, is passed over.
 */
export function readProducers(part: Reader, producers: string[]): void {
  try {
    if (part.name(MAX_CHARS) !== 'producers') return;
    for (let fields = part.count(); fields > 0; fields--) {
      const field = part.name(MAX_CHARS);
      for (let values = part.count(); values > 0; values--) {
        const entry = `${part.name(MAX_CHARS)} ${part.name(MAX_CHARS)}`;
        if (field === 'processed-by' && producers.length < MAX_PRODUCERS) producers.push(entry);
      }
    }
  } catch (error) {
    if (!(error instanceof ComponentError)) throw error;
  }
}
