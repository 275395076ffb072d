import { kindInfo, OrketError, type Kind, type Resource } from '#crds';
import type { KubeResource } from './resource.ts';

/** One of our kinds as the API server serves it. */
export function resourceOf(kind: Kind): KubeResource<Resource> {
  const info = kindInfo(kind);
  if (info === undefined) throw new OrketError('Internal', `there is no kind ${kind}`);
  const [group = '', version = ''] = info.apiVersion.split('/');
  return { group, version, kind, plural: info.plural };
}
