import { userInfo } from 'node:os';
import type { Session } from '#crds';
import type { LocalBundle, SessionFolder } from '#controller';
import { systemPeople } from '#runtime';

/**
 * The launch of a Session that goes back to another one, as retries and forks do: who asks for this one now is who asked
 * for it, whoever asked for the other, and it says where it came from.
 */
export function followingLaunch(
  { launch }: Pick<LocalBundle, 'launch'>,
  { metadata: { name, uid = '' }, spec: { from } }: Session,
  { workspace }: Pick<SessionFolder, 'workspace'>,
): LocalBundle['launch'] {
  const { name: person, verifiedBy } = systemPeople(userInfo().uid);
  return {
    ...launch,
    session: { name, uid },
    provenance: {
      ...launch.provenance,
      session: name,
      requestedBy: { name: person, verifiedBy },
      ...(from === undefined ? {} : { from: { ...from } }),
    },
    spaces: { ...launch.spaces, workspace },
  };
}
