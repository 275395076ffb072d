/** The tool host for modules: `main.ts SDK TREE ENTRY`, with the wire to the runtime on descriptor 3. */
import { Socket } from 'node:net';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { hostDescriptor } from '../protocol.ts';
import { serve } from './serve.ts';
import { collectTools } from './tools.ts';

const [, , sdk = '', tree = '', entry = ''] = process.argv;

// Nothing that a tool prints may ever reach a reader that expects something else.
Object.defineProperty(process, 'stdout', { get: () => process.stderr });
process.argv.splice(1);

const sdkUrl = pathToFileURL(sdk).href;
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'orket/tool' ? { url: sdkUrl, shortCircuit: true } : next(specifier, context),
});

const wire = new Socket({ fd: hostDescriptor, readable: true, writable: true });
// The runtime is gone, or wants nothing more.
wire.on('close', () => process.exit(0));
wire.on('error', () => process.exit(0));

const { CallError } = await import(sdkUrl);
const loaded = import(pathToFileURL(join(tree, entry)).href).then(collectTools);
loaded.catch(() => {});
serve(wire, loaded, CallError, tree);
