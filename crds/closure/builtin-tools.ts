/** A tool that the runtime itself has. */
export type BuiltinTool = 'list' | 'read' | 'search' | 'write' | 'stateGet' | 'statePut';

/** What every Flow has, by the names that roles and steps use. */
export const builtinTools: ReadonlyMap<string, BuiltinTool> = new Map([
  ['files.list', 'list'],
  ['files.read', 'read'],
  ['files.search', 'search'],
  ['files.write', 'write'],
  ['state.get', 'stateGet'],
  ['state.put', 'statePut'],
]);

/** The same by the second half of the name, as a Toolset with source builtin lists them. */
const byLocalName: ReadonlyMap<string, BuiltinTool> = new Map(
  [...builtinTools].map(([name, tool]) => [name.slice(name.indexOf('.') + 1), tool]),
);

/** The built-in tool that a Toolset with source builtin lists under that name. */
export function builtinNamed(local: string): BuiltinTool | undefined {
  return byLocalName.get(local);
}
