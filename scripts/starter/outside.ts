import type { Plugin } from 'esbuild';

/** As large as all the rest of the command line, and needed only for what is on a cluster. */
export const clientLibrary = '@kubernetes/client-node';

/** The file beside the command line that it loads in place of the client library. */
export const clientLibraryBeside = 'kubernetes-client.cjs';

/** Around a program: what a starter gives it. */
export const programFrame = {
  banner: { js: '(function(require,module,exports,__filename,__dirname,importOutside){' },
  footer: { js: '})' },
} as const;

/** What a program takes from its starter and from files beside it when it needs them. */
export const takenFromOutside: Plugin = {
  name: 'taken-from-outside',
  setup(build) {
    build.onLoad({ filter: /[\\/]llama[\\/]import-outside\.ts$/ }, () => ({
      contents: `const fromStarter = importOutside; export { fromStarter as importOutside };`,
    }));
    build.onResolve({ filter: new RegExp(`^${clientLibrary}$`) }, () => ({ path: clientLibrary, namespace: 'beside' }));
    build.onLoad({ filter: /./, namespace: 'beside' }, () => ({
      contents: `module.exports = require('./${clientLibraryBeside}');`,
    }));
    build.onResolve({ filter: /./, namespace: 'beside' }, ({ path }) => ({ path, external: true }));
  },
};
