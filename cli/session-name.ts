import { kindNamed } from '#crds';

/** A Session as a person names it, also as `-o name` prints it: `NAME`, `session/NAME`, `session.orket.dev/NAME`. */
export function sessionNameOf(text: string): string {
  const [kind = '', name, more] = text.split('/');
  if (name === undefined || more !== undefined) return text;
  return kindNamed(kind.replace(/\.orket\.dev$/, ''))?.kind === 'Session' ? name : text;
}
