/** A template process did something that only a bug or an attacker makes it do; the worker goes on without it. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}
