import type { ManifestDocument } from '../../crds/manifest/document.ts';
import { decodeFile, problemOf, type Loaded } from '../../crds/manifest/manifest.ts';

/** The documents of one text. What is wrong is one problem. */
export function decodeManifest(file: string, text: string): Loaded {
  const documents: ManifestDocument[] = [];
  try {
    for (const document of decodeFile(file, text)) documents.push(document);
    return { documents, problems: [] };
  } catch (error) {
    return { documents, problems: [problemOf(file, text, error)] };
  }
}
