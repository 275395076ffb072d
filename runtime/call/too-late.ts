/**
 * An intent has grown too old for anything to begin on it, and nothing has begun: a process that was paused must not act
 * on what others have given up. Another intent is made.
 */
export class TooLate extends Error {
  override readonly name = 'TooLate';

  constructor() {
    super('the intent has grown too old');
  }
}
