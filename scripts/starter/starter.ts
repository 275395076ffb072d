/** What `orket.cjs` and `session.cjs` are: it runs the program beside it, with the code that V8 made of it at its build. */
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { readCodeCache, type Program } from './code-cache.ts';
import { besideStarter, compileProgram, runProgram } from './program.ts';

// The path that links were followed to, which argv does not have.
const starter = import.meta.filename;
const { program, codeCache } = besideStarter(starter);
const read = readProgram(program);
runProgram(compileProgram(program, read.source, readCodeCache(codeCache, read)), starter);

function readProgram(file: string): Program {
  const handle = openSync(file, 'r');
  try {
    return { guard: fstatSync(handle), source: readFileSync(handle) };
  } finally {
    closeSync(handle);
  }
}
