/** Runs the program of a starter, and when that went well writes the code that V8 made of it meanwhile. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { packCodeCache } from './code-cache.ts';
import { besideStarter, compileProgram, runProgram } from './program.ts';

const [starter = '', ...args] = process.argv.slice(2);
const { program, codeCache } = besideStarter(starter);
const source = readFileSync(program);
const script = compileProgram(program, source, null);
process.once('exit', (code) => {
  if (code !== 0) return;
  // Whole or not there, for whoever starts meanwhile; and two builds at a time do not meet.
  const aside = `${codeCache}.${process.pid}.new`;
  writeFileSync(aside, packCodeCache(source, script.createCachedData()), { mode: 0o644 });
  renameSync(aside, codeCache);
});
// Programs look for what belongs to them beside the file that was started.
process.argv = [process.execPath, starter, ...args];
runProgram(script, starter);
