import type { Attempts } from './attempts.ts';
import type { Bundles } from './bundles.ts';
import type { Changes } from './changes.ts';
import type { Caller } from './identity.ts';
import type { Journals } from './journals.ts';

/** What the routes of the gateway work on. */
export interface GatewayParts {
  readonly attempts: Attempts;
  readonly bundles: Bundles;
  readonly journals: Journals;
  readonly changes: Changes;
  /** Who a request comes from. Throws `Unauthenticated`. */
  readonly caller: (authorization: string | undefined) => Promise<Caller>;
  /** `system:serviceaccount:NAMESPACE:NAME` of the controller. */
  readonly controller: string;
}
