import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { Script } from 'node:vm';

/** Files beside a starter `NAME.cjs`: the program that it starts, and what V8 made of it when it was built. */
export function besideStarter(starter: string): { readonly program: string; readonly codeCache: string } {
  const name = starter.replace(/\.cjs$/, '');
  return { program: `${name}.program.js`, codeCache: `${name}.code-cache` };
}

/**
 * Compiles a program, which is one function of what Node gives to a CommonJS module. V8 ignores a code cache of another
 * version or with other flags. The build writes nothing but ASCII, which is read fastest as what it is.
 */
export function compileProgram(file: string, source: Buffer, codeCache: Buffer | null): Script {
  return new Script(source.toString('latin1'), {
    filename: file,
    ...(codeCache === null ? {} : { cachedData: codeCache }),
  });
}

/** Runs a program as the starter itself: what it requires and looks for lies beside it. */
export function runProgram(script: Script, starter: string): void {
  const program: unknown = script.runInThisContext();
  if (typeof program !== 'function') throw new TypeError(`${starter}: its program is no function`);
  const module = { exports: {} };
  const importOutside = async (name: string): Promise<unknown> => import(name);
  const given = [createRequire(starter), module, module.exports, starter, dirname(starter), importOutside];
  Reflect.apply(program, undefined, given);
}
