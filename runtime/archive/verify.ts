import { verifyJournal, type AnchorSet, type Verification } from '../journal/verify.ts';
import type { Archive } from './archive.ts';

/** Checks an archive as a Session's folder is checked, and besides that each member is what `SHA256SUMS` says. */
export async function verifyArchive(archive: Archive, anchors: readonly AnchorSet[]): Promise<Verification> {
  const { source, bundle, label } = archive;
  const verification = await verifyJournal({
    from: { ...source, close: async () => {} },
    bundle,
    anchors,
  });
  if (verification.broken !== null) return verification;
  const { started } = verification;
  if (started !== null && started.uid !== label.session.uid) {
    return broken(verification, {
      seq: 1,
      field: 'body.uid',
      expected: `"${label.session.uid}", as archive.json says`,
      found: JSON.stringify(started.uid),
    });
  }
  const changed = await archive.changedMember();
  if (changed === null) return verification;
  const { name, expected, found } = changed;
  return broken(verification, {
    seq: verification.records,
    field: name,
    expected: `${expected}, as SHA256SUMS says`,
    found,
  });
}

function broken(verification: Verification, found: NonNullable<Verification['broken']>): Verification {
  return { ...verification, proven: 'nothing', anchoredSeq: 0, bundle: 'not compared', broken: found };
}
