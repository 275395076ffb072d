/**
 * Loads a module that is no part of Orket. A file of its own: in what is built the starter does it, because code that was
 * compiled with a code cache cannot import.
 */
export async function importOutside(name: string): Promise<unknown> {
  return import(name);
}
