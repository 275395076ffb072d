import { OrketError } from '#crds';

/** The attempt ends here and the Session does not: it waits for people. */
export class Parked extends OrketError {
  readonly why: 'approval' | 'paused';

  constructor(why: 'approval' | 'paused') {
    super('SessionParked', why === 'paused' ? 'the Session is paused' : 'the Session waits for approval');
    this.why = why;
  }
}
