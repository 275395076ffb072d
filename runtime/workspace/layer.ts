import { brokenForm, brokenRule, pathOf, type PathLimits, type SpacePath } from './path.ts';
import { twinKey } from './names.ts';
import { PathRefused } from './refusal.ts';

/** A folder of a space of which a view is made, with all that is in it but what is hidden. */
export interface Layer {
  /** The folder, from the root of the space. */
  readonly folder: readonly string[];
  /** A name directly in it that is not seen, in whatever spelling; null for none. */
  readonly hidden: string | null;
}

/** What a view is laid of, its own folder first: there it writes, and what it has there counts before what lies below. */
export type Layers = readonly [Layer, ...Layer[]];

/** A view of all there is. */
export const wholeSpace: Layers = [{ folder: [], hidden: null }];

/**
 * The layers of a branch that writes in `folder` of a view. Of the view it sees what was there before the branches began:
 * nothing is written in a view while its branches run but the folders of the branches, and those lie in `folder`'s first
 * segment, which is hidden. Throws PathRefused for a folder that is no plain path.
 */
export function branchLayers([own, ...below]: Layers, folder: string): Layers {
  const segments = folder.split('/');
  const rule = folder === '' ? 'empty-segment' : brokenForm(folder, segments);
  if (rule !== null) throw new PathRefused(folder, rule);
  return [{ folder: [...own.folder, ...segments], hidden: null }, { ...own, hidden: segments[0] ?? null }, ...below];
}

/** Where a path of a view lies in one of its layers, still shown as it was asked for; null where the layer hides it. */
export function inLayer(layer: Layer, path: SpacePath): SpacePath | null {
  if (isHidden(layer, path.segments[0])) return null;
  return { ...path, segments: [...layer.folder, ...path.segments] };
}

/** Whether something of the space, by its segments from the root, is seen in a layer. */
export function isInLayer(layer: Layer, segments: readonly string[]): boolean {
  if (layer.folder.some((name, index) => segments[index] !== name)) return false;
  return !isHidden(layer, segments[layer.folder.length]);
}

/** Whether a layer hides a name directly in it. */
export function isHidden({ hidden }: Layer, name: string | undefined): boolean {
  return hidden !== null && name !== undefined && twinKey(name) === twinKey(hidden);
}

/** Where a view writes a path, from the root of the space. Throws PathRefused where that is too long or too deep. */
export function ownPath([own]: Layers, path: SpacePath, limits: PathLimits): SpacePath {
  const { segments } = pathOf(path.space, [...own.folder, ...path.segments]);
  const rule = brokenRule(segments.join('/'), segments, limits);
  if (rule !== null) throw new PathRefused(path.text, rule);
  return { ...path, segments };
}
