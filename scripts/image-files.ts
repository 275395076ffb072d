/** How an image is laid out: the Dockerfile and the archives that tests pack agree on it. */
export const imageLayout = {
  node: '/usr/local/bin/node',
  folder: '/app',
  /** Neither root nor an account of any system. */
  user: '65532:65532',
} as const;

export type ImageName = 'controller' | 'gateway' | 'session';

export const imageNames: readonly ImageName[] = ['controller', 'gateway', 'session'];

export function entrypointOf(name: ImageName): readonly string[] {
  return [imageLayout.node, `${imageLayout.folder}/${name}.cjs`];
}

/** What an image holds beside Node, as files of `dist/` and of the image's folder. */
export function filesOf(name: ImageName): readonly string[] {
  return name === 'session' ? ['session.cjs', 'session.program.js', 'session.code-cache'] : [`${name}.cjs`];
}
