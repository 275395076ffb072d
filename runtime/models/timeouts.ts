import type { BundleTimeouts, BundleVenue } from '#crds';

/** How long each part of an answer may take, in seconds. */
export type Timeouts = Required<BundleTimeouts>;

/** The defaults of the Venue's schema, which a bundle leaves out. */
const defaults: Timeouts = { connectSeconds: 10, firstTokenSeconds: 120, idleSeconds: 60, totalSeconds: 600 };

/** The Venue's timeouts with defaults filled in. */
export function timeoutsOf(venue: BundleVenue): Timeouts {
  return { ...defaults, ...venue.timeouts };
}
